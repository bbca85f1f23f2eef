"""From the windows of a timeline to what they do: levels over time, light by cell, lesions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterSet
from models.tissue import Tissue
from paradigms.interventions import INTERVENTIONS, TAGGED, TAGGING, InterventionError
from paradigms.timeline import InterventionWindow

Levels = dict[str, NDArray[np.float64]]
Key = tuple[str, str]

# Interventions that are the level of one variable, and those that open conductances.
_LEVELLED = tuple(row for row in INTERVENTIONS.values() if not row.target)
_LIGHT = tuple(row for row in INTERVENTIONS.values() if row.conductance)


def dose_levels(
    windows: Sequence[InterventionWindow],
    times: NDArray[np.float64],
    tissue: Tissue,
    parameters: ParameterSet,
) -> tuple[Levels, dict[str, NDArray[np.int32]]]:
    """Levels of everything that interventions move during a run.

    Parameters
    ----------
    windows : sequence of InterventionWindow
        Doses of the same kind and target add up.
    times : ndarray, shape (n_steps,)
        Start of each step, s of simulated time.
    tissue : Tissue
        Whose cells light falls on.
    parameters : ParameterSet
        The light-driven conductances.

    Returns
    -------
    levels : dict of str to ndarray, shape (n_steps,) or (n_steps, n_fibres)
        One entry for each ``CELLS.VARIABLE`` that any intervention moves, all zero where nothing is
        given, so that a model is the same program with and without. Light has a column for each
        optic fibre, which is a set of cells that get the same light.
    fibre : dict of str to ndarray of int32, shape (n_cells,)
        Fibre of each cell of ``principal`` and ``other``.

    Raises
    ------
    InterventionError
        If a kind or target is unknown, a dose leaves its range, or light falls on tagged cells
        before anything tags them.
    """
    check_doses(windows)
    doses = _doses(windows, times)
    levels = {row.variable: np.zeros(len(times)) for row in _LEVELLED}
    for row in _LEVELLED:
        levels[row.variable] += doses.get((row.kind, ""), 0.0)
    light = _conductances(doses, len(times), parameters)
    tagged = light.pop(TAGGED, np.zeros((2, len(times))))
    levels["principal.g_tag"], levels["principal.I_tag"] = tagged
    fibre = {}
    ends = {"principal": (0, tissue.n_principal), "other": (tissue.n_principal, tissue.n_neurons)}
    for name, (first, stop) in ends.items():
        lit = np.zeros((tissue.n_neurons, len(light)), bool)
        for column, target in enumerate(light):
            lit[tissue.cells(target), column] = True
        fibres, number = np.unique(lit[first:stop], axis=0, return_inverse=True)
        given = np.array(list(light.values())).reshape(len(light), 2, len(times))
        sums = np.einsum("fk,kvt->vtf", fibres.astype(float), given)
        levels[f"{name}.g_light"], levels[f"{name}.I_light"] = sums
        fibre[name] = number.reshape(-1).astype(np.int32)
    return levels, fibre


def lesions(windows: Sequence[InterventionWindow]) -> dict[Key, float]:
    """Share of the fibres of each pathway, (source, target), that is cut.

    Raises
    ------
    InterventionError
        As `dose_levels`.
    """
    check_doses(windows)
    doses = _doses(windows, np.zeros(1))
    return {
        (source, target): float(dose[0])
        for (kind, name), dose in doses.items()
        if INTERVENTIONS[kind].permanent
        for source, target in [name.split("-")]
    }


def check_doses(windows: Sequence[InterventionWindow]) -> None:
    """Refuse windows that cannot be given; no tissue is needed.

    Raises
    ------
    InterventionError
        If a kind or target is unknown, doses leave their range in sum where they overlap, or light
        falls on tagged cells before anything tags them.
    """
    for window in windows:
        row = INTERVENTIONS.get(window.kind)
        if row is None:
            raise InterventionError(
                f"unknown intervention '{window.kind}'; allowed: {', '.join(INTERVENTIONS)}"
            )
        if not row.accepts(window.target):
            raise InterventionError(
                f"intervention {row.kind} does not act on '{window.target}'; "
                f"allowed: {', '.join(row.targets) or 'no target'}"
            )
        total = sum(  # largest where one of them begins
            other.dose for other in windows
            if (other.kind, other.target) == (window.kind, window.target)
            and other.start <= window.start < other.stop
        )  # fmt: skip
        if not window.dose >= 0 or total > row.highest:
            raise InterventionError(
                f"intervention {window.kind}={window.dose:g} leaves the range of doses; "
                f"allowed: 0 to {row.highest:g} in total ({row.dose_unit})"
            )
        labelled = any(
            other.kind == TAGGING and other.dose and other.start < window.start for other in windows
        )
        if window.target == TAGGED and window.dose and not labelled:
            raise InterventionError(
                f"light on tagged cells needs a label: add {TAGGING}@PHASE for an earlier phase"
            )


def _doses(
    windows: Sequence[InterventionWindow], times: NDArray[np.float64]
) -> dict[Key, NDArray[np.float64]]:
    """Dose at each step by kind and target."""
    result: dict[Key, NDArray[np.float64]] = {}
    # Half a step ahead, so that rounding of a step's start never shifts an edge.
    half = 0.5 * (times[1] - times[0]) if len(times) > 1 else 0.0
    for window in windows:
        dose = result.setdefault((window.kind, window.target), np.zeros(len(times)))
        dose[(times + half >= window.start) & (times + half < window.stop)] += window.dose
    return result


def _conductances(
    doses: dict[Key, NDArray[np.float64]], n_steps: int, parameters: ParameterSet
) -> Levels:
    """Conductance (S) and conductance times reversal (A) by target, shape (2, n_steps)."""
    result: Levels = {}
    for row in _LIGHT:
        conductance = float(parameters.quantity(row.conductance))
        reversal = float(parameters.quantity(row.reversal))
        for (kind, target), dose in doses.items():
            if kind == row.kind and dose.any():  # none, and no fibre either
                given = result.setdefault(target, np.zeros((2, n_steps)))
                given += dose * conductance * np.array([[1.0], [reversal]])
    return result
