"""Datasets on disk: netCDF-4 or zarr by suffix, never a half file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from analysis.errors import DatasetError
from analysis.validation import validate
from astrogram.files import replacing

_SUFFIXES = (".nc", ".zarr")
_ZARR_MARKS = ("zarr.json", ".zgroup")
_CHUNK_BYTES = 4_000_000


def write_dataset(
    dataset: xr.Dataset,
    path: str | os.PathLike[str],
    check: Callable[[xr.Dataset], None] = validate,
) -> Path:
    """Validate and write a dataset; the target appears whole or not at all.

    Parameters
    ----------
    dataset : xarray.Dataset
        See `analysis.schema_table`.
    path : path
        Ends in ``.nc`` (netCDF-4, compressed) or ``.zarr`` (format 2).  An existing dataset there
        is replaced, in the last moment.
    check : callable
        Raises `DatasetError` for a dataset that is not valid.

    Returns
    -------
    pathlib.Path
        Where it was written.

    Raises
    ------
    DatasetError
        If the dataset is not valid or the path cannot be written.
    """
    target = Path(path)
    _check_suffix(target)
    check(dataset)
    if not target.parent.is_dir():
        raise DatasetError(
            f"cannot write {target}: folder '{target.parent}' does not exist; make it, or give "
            "another path"
        )
    if target.is_dir() and (target.suffix == ".nc" or not _is_zarr(target)):
        raise DatasetError(f"cannot write {target}: it is a folder; move it, or give another path")
    if target.is_file() and target.suffix == ".zarr":
        raise DatasetError(f"cannot write {target}: it is a file; move it, or give another path")
    with (
        _one_line(f"cannot write {target}", "free space there, or give another path"),
        replacing(target) as temporary,
    ):
        _write(dataset, temporary)
    return target


def read_dataset(
    path: str | os.PathLike[str], check: Callable[[xr.Dataset, str], None] = validate
) -> xr.Dataset:
    """Read a dataset into memory and validate it.

    Parameters
    ----------
    path : path
        A ``.nc`` file or a ``.zarr`` folder written by `write_dataset`.
    check : callable
        Raises `DatasetError` for a dataset that is not valid; its second argument is the path.

    Returns
    -------
    xarray.Dataset
        Loaded; the file is closed.

    Raises
    ------
    DatasetError
        If it is missing, truncated, foreign or of another schema version.
    """
    source = Path(path)
    _check_suffix(source)
    if not source.exists():
        raise DatasetError(
            f"no dataset at {source}; give a .nc file or .zarr folder written by 'astrogram run'"
        )
    mend = "it is truncated, damaged or no dataset of this project; copy it again or run again"
    with _one_line(f"cannot read {source}", mend), _open(source) as opened:
        dataset = opened.load()
    for variable in dataset.variables.values():
        if "flag_values" in variable.attrs:  # text formats lose the type
            values = np.atleast_1d(np.asarray(variable.attrs["flag_values"]))
            variable.attrs["flag_values"] = values.astype(variable.dtype)
    check(dataset, str(source))
    return dataset


def _check_suffix(path: Path) -> None:
    if path.suffix not in _SUFFIXES:
        raise DatasetError(
            f"'{path}' ends in '{path.suffix}'; allowed: .nc (netCDF) and .zarr; rename it"
        )


def _is_zarr(path: Path) -> bool:
    return any((path / mark).is_file() for mark in _ZARR_MARKS)


@contextmanager
def _one_line(what: str, mend: str) -> Iterator[None]:
    """Turn what the file libraries raise into one line."""
    try:
        yield
    except DatasetError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, AttributeError, zlib.error) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:160]
        raise DatasetError(f"{what}: {reason or type(error).__name__}; {mend}") from error


def _write(dataset: xr.Dataset, path: Path) -> None:
    plain = dataset.copy()
    for variable in plain.variables.values():
        variable.encoding = {}  # whatever file it was read from
    if path.suffix == ".nc":
        encoding = {str(n): _netcdf_encoding(v) for n, v in plain.variables.items()}
        plain.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding)
        return
    encoding = {str(n): {"_FillValue": None, **_chunks(v)} for n, v in plain.variables.items()}
    # Every chunk is written, so that a missing one is known to be lost.
    plain.to_zarr(
        path, mode="w", zarr_format=2, consolidated=True, encoding=encoding,
        write_empty_chunks=True,
    )  # fmt: skip


def _chunks(variable: xr.Variable) -> dict[str, Any]:
    """Chunks of about 4 MB, cut along the last dimension; none for an empty variable."""
    if not variable.size:
        return {}
    lead = max(1, variable.size // variable.shape[-1]) * variable.dtype.itemsize
    last = min(variable.shape[-1], max(1, _CHUNK_BYTES // lead))
    return {"chunks": (*variable.shape[:-1], last)}


def _netcdf_encoding(variable: xr.Variable) -> dict[str, Any]:
    encoding: dict[str, Any] = {"_FillValue": None}
    if variable.size:
        encoding |= {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True}
        encoding["chunksizes"] = _chunks(variable)["chunks"]
    return encoding


def _open(path: Path) -> xr.Dataset:
    if path.suffix == ".nc":
        return xr.open_dataset(path, engine="netcdf4", decode_timedelta=False)
    if not _is_zarr(path):
        raise DatasetError(
            f"cannot read {path}: no zarr group in it; give a folder written by 'astrogram run'"
        )
    _check_chunks(path)
    format_3 = (path / "zarr.json").is_file()
    consolidated = None if format_3 else (path / ".zmetadata").is_file()
    return xr.open_zarr(path, consolidated=consolidated, decode_timedelta=False, chunks=None)


def _check_chunks(path: Path) -> None:
    """Refuse a store with a lost chunk: it would be read as zeros without a word."""
    import zarr

    for name, array in zarr.open_group(str(path), mode="r").arrays():
        if array.nchunks_initialized < array.nchunks:
            raise DatasetError(
                f"cannot read {path}: '{name}' has {array.nchunks_initialized} of "
                f"{array.nchunks} chunks; copy it again or run again"
            )
