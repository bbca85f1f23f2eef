"""Protocols and parameters in, datasets out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from models.parameters import ParameterSet, Value
    from paradigms.cohort.groups import Group
    from paradigms.protocol.plan import Protocol

PathLike = str | os.PathLike[str]


def run(
    protocol: PathLike | Protocol, *, seed: int = 0, size: int | None = None,
    clock: str | None = None, overrides: Mapping[str, Value] | None = None,
    intervene: Sequence[str] = (), device: str = "cpp", gpu: bool = False,
    progress: Callable[[float, float], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """Simulate one animal through a protocol.

    Parameters
    ----------
    protocol : str, path or Protocol
        A shipped one by name, a ``.toml`` file, or one from `load_protocol`.
    seed : int
        The animal: the same seed gives the same dataset.
    size : int, optional
        Number of neurons, about, beside granule cells and accumbens; default 1000.
    clock : str, optional
        Clock of the protocol; default the protocol's own.
    overrides : mapping, optional
        Parameters by ``"group.name"``: a number in the unit of the table, or ``"value unit"``.
    intervene : sequence of str
        Interventions as on the command line, ``"KIND[:TARGET][=DOSE]@PHASE[,KEY=VALUE]"``.
    device : str
        As ``astrogram devices`` lists them.
    gpu : bool
        For the device ``"genn"``: on a GPU.
    progress : callable, optional
        Called with the completed fraction and the simulated time in s.

    Returns
    -------
    xarray.Dataset
        Spikes, astrocytes, weights, trials and freezing; ``docs/datasets.md`` names all variables.

    Raises
    ------
    AstrogramError
        Before the run, for what cannot be simulated; or if the run leaves the regime of the model.

    Examples
    --------
    >>> import astrogram as ag
    >>> animal = ag.run("quick_conditioning", seed=1, size=250)  # doctest: +SKIP
    >>> animal["freezing"].sizes  # doctest: +SKIP
    Frozen({'trial': 12})
    """
    from paradigms.protocol.files import parse_intervention
    from paradigms.run.simulate import simulate

    plan = load_protocol(protocol)
    plan = plan.with_interventions([parse_intervention(item, plan) for item in intervene])
    return simulate(
        plan, seed=seed, size=size, clock=clock, overrides=overrides, device=device, gpu=gpu,
        progress=progress,
    )  # fmt: skip


def cohort(
    protocol: PathLike | Protocol, groups: PathLike | Sequence[Group], seeds: Sequence[int],
    folder: PathLike, *, size: int | None = None, clock: str | None = None,
    rows: PathLike | None = None, jobs: int = 1, overwrite: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> xr.Dataset:  # fmt: skip
    """Simulate and measure every animal of a cohort that is not there yet.

    It uses processes of its own, so a script calls it below ``if __name__ == "__main__":``.

    Parameters
    ----------
    protocol : str, path or Protocol
        As in `run`.
    groups : str, path or sequence of Group
        Shipped groups by name, a ``.toml`` file of ``[[group]]`` tables, or groups.
    seeds : sequence of int
        Each is one animal, in every group.
    folder : path
        Of the animals' files, where an interrupted cohort finds them again.
    size, clock
        As in `run`.
    rows : path, optional
        File of ``[[epoch]]`` and ``[[contrast]]`` tables, beside those of the protocol.
    jobs : int
        Animals at a time.
    overwrite : bool
        Whether animals of other settings in the same folder may be replaced.
    progress : callable, optional
        Called with the number of animals that are done, their total, and the one just done.

    Returns
    -------
    xarray.Dataset
        Every measured quantity, dimensions group, animal and epoch.

    Raises
    ------
    AstrogramError
        Before the first animal, or after all others if some failed.

    Examples
    --------
    >>> import astrogram as ag
    >>> found = ag.cohort(
    ...     "quick_conditioning", "amygdala_astrocytes", range(2), "out/animals", size=250
    ... )  # doctest: +SKIP
    >>> found["freezing"].dims  # doctest: +SKIP
    ('group', 'animal', 'epoch')
    """
    from paradigms.cohort.cohort import plan_cohort, run_cohort
    from paradigms.cohort.groups import ask_beside, load_groups

    plan = load_protocol(protocol)
    if isinstance(groups, (str, os.PathLike)):
        groups = load_groups(_name_or_path(groups))
    if rows is not None:
        plan, groups = ask_beside(plan, groups, Path(rows))
    subjects = plan_cohort(plan, groups, seeds, Path(folder), size=size, clock=clock)
    return run_cohort(subjects, jobs=jobs, overwrite=overwrite, progress=progress)


def load_protocol(source: PathLike | Protocol) -> Protocol:
    """Read a protocol: a shipped one by name, or a ``.toml`` file.

    Parameters
    ----------
    source : str, path or Protocol
        A protocol is returned as it is.

    Returns
    -------
    Protocol

    Raises
    ------
    AstrogramError
        If there is no such protocol, or its content is refused: file, key and what is allowed.

    Examples
    --------
    >>> import astrogram as ag
    >>> [session.name for session in ag.load_protocol("fear_extinction").sessions][:2]
    ['conditioning', 'night_1']
    """
    from paradigms.protocol.files import load_protocol as load
    from paradigms.protocol.plan import Protocol

    return source if isinstance(source, Protocol) else load(_name_or_path(source))


def parameters(
    circuit: str = "amygdala_prefrontal", overrides: Mapping[str, Value] | None = None
) -> ParameterSet:
    """Read the parameters of a circuit, with units, bounds, meanings and sources.

    Parameters
    ----------
    circuit : str
        As ``astrogram parameters`` lists them.
    overrides : mapping, optional
        As in `run`.

    Returns
    -------
    ParameterSet

    Raises
    ------
    AstrogramError
        For an unknown circuit or parameter, or a value out of range.

    Examples
    --------
    >>> import astrogram as ag
    >>> ag.parameters(overrides={"plasticity.eta": 0})["plasticity.eta"].value
    0.0
    """
    from models.parameters import load_parameters

    return load_parameters(overrides, circuit=circuit)


def _name_or_path(source: PathLike) -> str | Path:
    """A name stays text; anything else is a path."""
    return source if isinstance(source, str) else Path(source)
