"""Datasets read and written, summarised, compared and drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from analysis.cohort.measures import MeasuredAnimal

PathLike = str | os.PathLike[str]


def open_dataset(path: PathLike) -> xr.Dataset:
    """Read the dataset of an animal or of a cohort into memory, and check that it is whole.

    Parameters
    ----------
    path : path
        A ``.nc`` file or a ``.zarr`` folder.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    AstrogramError
        If it is missing, damaged, foreign or of another version.

    Examples
    --------
    >>> import astrogram as ag
    >>> animal = ag.open_dataset("out/fear_extinction_seed7.nc")  # doctest: +SKIP
    >>> animal["freezing"].mean()  # doctest: +SKIP
    """
    from analysis.cohort.dataset import read_any

    return read_any(path)


def write_dataset(dataset: xr.Dataset, path: PathLike) -> Path:
    """Check the dataset of an animal or of a cohort and write it, whole or not at all.

    Parameters
    ----------
    dataset : xarray.Dataset
    path : path
        Ends in ``.nc``, or for an animal also in ``.zarr``; what is there is replaced.

    Returns
    -------
    pathlib.Path
        Where it was written.

    Raises
    ------
    AstrogramError
        If the dataset is not valid, or cannot be written there.

    Examples
    --------
    >>> import astrogram as ag
    >>> ag.write_dataset(animal, "animal.nc")  # doctest: +SKIP
    PosixPath('animal.nc')
    """
    from analysis.cohort.dataset import is_cohort, validate_cohort
    from analysis.dataset.schema import write_dataset as write
    from astrogram.errors import OutputError
    from astrogram.files import replacing

    if not is_cohort(dataset):
        return write(dataset, path)
    target = Path(path)
    validate_cohort(dataset)
    if target.suffix != ".nc" or target.is_dir():
        raise OutputError(f"cannot write a cohort to {target}; give a file that ends in .nc")
    with replacing(target) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4")
    return target


def analyse(dataset: xr.Dataset) -> tuple[list[dict[str, Any]], list[MeasuredAnimal]]:
    """Summarise a dataset, and measure what comparisons are made of.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of one animal, or of a cohort.

    Returns
    -------
    rows : list of dict
        Of an animal its summary (``quantity``, ``stage``, ``value``, ``unit``), of a cohort its
        comparison, as `compare` returns it.
    animals : list of MeasuredAnimal
        What was measured in each: ``values`` by quantity and epoch, ``trials`` by trial.

    Examples
    --------
    >>> import astrogram as ag
    >>> rows, (animal,) = ag.analyse(ag.open_dataset("animal.nc"))  # doctest: +SKIP
    >>> animal.values["freezing", "renewal"]  # doctest: +SKIP
    77.1
    """
    from analysis.cohort.dataset import animals, is_cohort
    from analysis.cohort.measures import measure
    from analysis.cohort.report import report
    from analysis.cohort.summary import summarise

    if is_cohort(dataset):
        members = animals(dataset)
        return report(members)[0], members
    return summarise(dataset), [measure(dataset)]


def compare(
    datasets: Iterable[xr.Dataset], rows: PathLike | None = None
) -> list[dict[str, Any]]:
    """Compare animals with what you and the published study expect.

    Parameters
    ----------
    datasets : iterable of xarray.Dataset
        Of animals, and of cohorts.
    rows : path, optional
        File of ``[[epoch]]`` and ``[[contrast]]`` tables, beside those of the protocols.

    Returns
    -------
    list of dict
        Your rows first, then the published ones: ``row``, ``model``, its interval, ``n``,
        ``verdict`` and more; misses included.

    Raises
    ------
    AstrogramError
        If the file of rows is refused, or speaks of an epoch that no dataset has.

    Examples
    --------
    >>> import astrogram as ag
    >>> for row in ag.compare([ag.open_dataset("animal.nc")]):  # doctest: +SKIP
    ...     print(row["row"], row["model"], row["verdict"])
    """
    from analysis.cohort.dataset import animals, beside, is_cohort
    from analysis.cohort.measures import measure
    from analysis.cohort.report import report
    from analysis.design.own_rows import check_found, load_rows

    own = None if rows is None else load_rows(Path(rows))
    members: list[MeasuredAnimal] = []
    for given in datasets:
        dataset = given if own is None else beside(given, own)
        members += animals(dataset) if is_cohort(dataset) else [measure(dataset)]
    if own is not None:
        check_found(own, [member.design for member in members])
    return report(members)[0]


def figure_sheet(dataset: xr.Dataset, path: PathLike) -> None:
    """Draw the figure of an animal, or of a cohort, as a PNG file.

    Parameters
    ----------
    dataset : xarray.Dataset
    path : path
        Of the picture, whatever its suffix.

    Raises
    ------
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import astrogram as ag
    >>> ag.figure_sheet(ag.open_dataset("animal.nc"), "animal.png")  # doctest: +SKIP
    """
    from analysis.cohort.dataset import is_cohort
    from analysis.figures.cohort import cohort_figure
    from analysis.figures.sheet import figure_sheet as draw

    (cohort_figure if is_cohort(dataset) else draw)(dataset, path)
