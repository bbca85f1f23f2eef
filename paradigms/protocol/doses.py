"""From the windows of a timeline to what they do: levels over time, light by cell, lesions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterSet
from models.tissue.anatomy import ASTROCYTE, ASTROCYTES
from models.tissue.cells import Tissue
from paradigms.protocol.interventions import (
    INTERVENTIONS,
    TAGGED,
    TAGGED_ASTROCYTES,
    TAGGING,
    InterventionError,
)
from paradigms.protocol.timeline import InterventionWindow, Timeline

Levels = dict[str, NDArray[np.float64]]
Key = tuple[str, str]
"""Kind and target."""
LIGHT = ("g_light", "I_light")
"""Variables of cells that light moves."""
Doses = dict[Key, NDArray[np.float64]]
"""Level outside and inside the target zone, shape (2, n_steps), by kind and target."""

# Interventions that are the level of one variable, and those that open conductances.
_LEVELLED = tuple(row for row in INTERVENTIONS.values() if row.target in ("", ASTROCYTES))
_OPENED = tuple(row for row in INTERVENTIONS.values() if row.conductance)


def slow_steps(
    parameters: ParameterSet, timeline: Timeline
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the steps of slow clock and levels: simulated time and slow clock at each, s."""
    dt = float(parameters.quantity("numerics.dt"))
    slow_step = float(parameters.quantity("numerics.dt_slow")) / timeline.speed
    slow_step = max(1, round(slow_step / dt)) * dt
    times = np.arange(int(timeline.duration / slow_step) + 2, dtype=np.float64) * slow_step
    return times, timeline.slow_time(times)


def check_doses(parameters: ParameterSet, timeline: Timeline) -> None:
    """Refuse, before an animal is drawn, the doses that `dose_levels` would refuse.

    Raises
    ------
    InterventionError
    """
    doses = _doses(timeline.interventions, *slow_steps(parameters, timeline))
    _check_label(doses)


def dose_levels(
    windows: Sequence[InterventionWindow],
    times: NDArray[np.float64],
    slow_time: NDArray[np.float64],
    tissue: Tissue,
    parameters: ParameterSet,
) -> tuple[Levels, Levels, dict[str, NDArray[np.int32]]]:
    """Levels of everything that interventions move during a run.

    Parameters
    ----------
    windows : sequence of InterventionWindow
        Doses of the same kind and target add up.
    times : ndarray, shape (n_steps,)
        Start of each step, s of simulated time.
    slow_time : ndarray, shape (n_steps,)
        Slow clock then, s: that of uptake and washout.
    tissue : Tissue
        Whose cells light falls on.
    parameters : ParameterSet
        The light-driven conductances.

    Returns
    -------
    levels : dict of str to ndarray, shape (n_steps,), (n_steps, n_fibres) or twice as many
        One entry for each ``CELLS.VARIABLE`` that any intervention moves, all zero where nothing is
        given, so that a model is the same program with and without. Light has two columns for each
        optic fibre, which is a set of cells to which the same is done: while the body is outside
        the target zone, and inside. Labels have one, and so has what may act on labelled astrocytes
        alone; all astrocytes are one set.
    scaled : dict of str to ndarray
        The same of what acts on labelled cells, by their label, for those variables that have it.
    fibre : dict of str to ndarray of int32, shape (n_cells,)
        Fibre of each cell of ``principal`` and ``other``, and of each astrocyte.

    Raises
    ------
    InterventionError
        If a kind or target is unknown, a dose leaves its range or lasts for less than a step, or
        something acts on tagged cells before anything tags them.
    """
    doses = _doses(windows, times, slow_time)
    _check_label(doses)
    levels, scaled = _levelled(doses, len(times))
    fibre = {ASTROCYTE: np.zeros(tissue.n_astrocytes, np.int32)}
    light = _conductances(doses, len(times), parameters)
    tagged = light.pop(TAGGED, np.zeros((2, 2, len(times))))
    labels = {target: dose[0] for (kind, target), dose in doses.items()
              if kind == TAGGING and dose.any()}  # fmt: skip
    levels[f"{ASTROCYTE}.tagging"] = labels.pop(ASTROCYTES, np.zeros(len(times)))[:, None]
    targets = [*light, *(target for target in labels if target not in light)]
    for name, where in tissue.groups.items():
        done = np.zeros((tissue.n_neurons, len(targets)), bool)
        for column, target in enumerate(targets):
            done[tissue.cells(target), column] = True
        # a cell may stand in two targets, its population and its class: what is done adds up
        fibres, number = np.unique(done[where], axis=0, return_inverse=True)
        for variable, on_cells, on_tagged in zip(
            LIGHT, _sums(light, targets, fibres, tagged), tagged, strict=True
        ):
            levels[f"{name}.{variable}"] = on_cells.transpose(2, 0, 1).reshape(len(times), -1)
            scaled[f"{name}.{variable}"] = np.tile(on_tagged.T, len(fibres))
        marked = _sums(labels, targets, fibres, np.zeros(len(times)))
        levels[f"{name}.tagging"] = marked.T
        fibre[name] = number.reshape(-1).astype(np.int32)
    return levels, scaled, fibre


def _levelled(doses: Doses, n_steps: int) -> tuple[Levels, Levels]:
    """Levels that are one for all cells of a group, and what labelled astrocytes get besides."""

    def level(kind: str, target: str) -> NDArray[np.float64]:
        return doses.get((kind, target), np.zeros((1, n_steps)))[0]

    levels: Levels = {}
    scaled: Levels = {}
    for row in _LEVELLED:
        given = level(row.kind, row.target)
        if row.target:
            given, more = given[:, None], level(row.kind, TAGGED_ASTROCYTES)[:, None]
            scaled[row.variable] = scaled.get(row.variable, 0.0) + more
        for variable in row.variables:
            levels[variable] = levels.get(variable, 0.0) + given
    return levels, scaled


def _sums(
    given: Levels, targets: Sequence[str], fibres: NDArray[np.bool_], like: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What reaches each fibre of all that is given by target; fibres stand before the last axes.

    Of shape (n_fibres, n_steps), or (2, n_fibres, 2, n_steps) where `like` has variable and zone.
    """
    parts = np.array([given.get(target, np.zeros_like(like)) for target in targets])
    parts = parts.reshape(len(targets), *like.shape)
    sums = np.tensordot(fibres.astype(float), parts, axes=1)
    return sums if like.ndim == 1 else np.moveaxis(sums, 1, 0)


def lesions(windows: Sequence[InterventionWindow]) -> dict[Key, float]:
    """Share of the fibres of each pathway, (source, target), that is cut.

    Raises
    ------
    InterventionError
        As `dose_levels`.
    """
    for_good = [w for w in windows if w.kind in INTERVENTIONS and INTERVENTIONS[w.kind].permanent]
    doses = _doses(for_good, np.zeros(1), np.zeros(1))
    return {
        (source, target): float(dose[0, 0])
        for (_, name), dose in doses.items()
        for source, target in [name.split("-")]
    }


def _doses(
    windows: Sequence[InterventionWindow],
    times: NDArray[np.float64],
    slow_time: NDArray[np.float64],
) -> Doses:
    """Level at each step by kind and target, outside and inside the target zone, checked."""
    # Half a step ahead, so that rounding of a step's start never shifts an edge.
    half = 0.5 * (times[1] - times[0]) if len(times) > 1 else 0.0
    given: dict[tuple[Key, float, float, bool], NDArray[np.float64]] = {}
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
        # of astrocytes all are meant where none are named
        target = ASTROCYTES if row.target == ASTROCYTES and not window.target else window.target
        key = (window.kind, target), window.uptake, window.washout, window.in_zone
        dose = given.setdefault(key, np.zeros(len(times)))
        first, stop = np.searchsorted(times + half, (window.start, window.stop))
        if first == stop:
            raise InterventionError(
                f"intervention {row.kind} is on for {window.stop - window.start:.3g} s of "
                f"simulated time, less than a step of its level ({2 * half:.3g} s); lengthen it, "
                "choose a slower clock or a smaller numerics.dt_slow"
            )
        dose[first:stop] += window.dose
        if not window.dose >= 0 or np.max(dose[first:stop]) > row.highest:
            raise _out_of_range(row.kind, window.dose)
    result: Doses = {}
    for ((kind, target), uptake, washout, in_zone), dose in given.items():
        level = result.setdefault((kind, target), np.zeros((2, len(times))))
        level[int(in_zone) :] += _level(dose, slow_time, uptake, washout)
        if np.max(level) > INTERVENTIONS[kind].highest:
            raise _out_of_range(kind, float(np.max(dose)))
    for (kind, target), level in result.items():
        if target == TAGGED_ASTROCYTES:  # which get what all get, too
            both = level + result.get((kind, ASTROCYTES), 0.0)
            if np.max(both) > INTERVENTIONS[kind].highest:
                raise _out_of_range(kind, float(np.max(level)))
    return result


def _level(
    dose: NDArray[np.float64], slow_time: NDArray[np.float64], uptake: float, washout: float
) -> NDArray[np.float64]:
    """Follow a dose with a time constant each for up and down (s of the slow clock), exactly."""
    if not uptake and not washout:
        return dose
    level, now = np.empty(len(dose)), 0.0
    changes = np.flatnonzero(np.diff(dose)) + 1
    for first, stop in pairwise([0, *changes.tolist(), len(dose)]):
        goal = dose[first]
        tau = uptake if goal > now else washout
        # Up to the first step of the next stretch, where that one begins
        passed = slow_time[first : stop + 1] - slow_time[first]
        left = np.exp(-passed / tau) if tau else np.zeros(len(passed))
        course = goal + (now - goal) * left
        level[first:stop] = course[: stop - first]
        now = course[-1]
    return level


def _out_of_range(kind: str, dose: float) -> InterventionError:
    row = INTERVENTIONS[kind]
    return InterventionError(
        f"intervention {kind}={dose:g} leaves the range of doses; "
        f"allowed: 0 to {row.highest:g} in total ({row.dose_unit})"
    )


def _check_label(doses: Doses) -> None:
    """Refuse what acts on tagged cells before any tagging of such cells."""
    for tagged, cells, example in (
        (TAGGED, "cells", "POPULATION"), (TAGGED_ASTROCYTES, ASTROCYTES, ASTROCYTES)
    ):  # fmt: skip
        acting = [dose for (_, target), dose in doses.items() if target == tagged]
        on = np.flatnonzero(np.sum(acting, axis=(0, 1))) if acting else np.empty(0, int)
        labels = [
            dose[0] for (kind, target), dose in doses.items()
            if kind == TAGGING and (target == ASTROCYTES) == (cells == ASTROCYTES)
        ]  # fmt: skip
        if len(on) and not any(dose[: on[0]].any() for dose in labels):
            raise InterventionError(
                f"what acts on tagged {cells} needs a label: add {TAGGING}:{example}@PHASE for an "
                "earlier phase"
            )


def _conductances(doses: Doses, n_steps: int, parameters: ParameterSet) -> Levels:
    """Conductance (S) and it times its reversal (A) by target, shape (2, 2, n_steps): by zone."""
    result: Levels = {}
    for row in _OPENED:
        conductance = float(parameters.quantity(row.conductance))
        reversal = float(parameters.quantity(row.reversal))
        for (kind, target), dose in doses.items():
            if kind == row.kind and dose.any():  # none, and no fibre either
                given = result.setdefault(target, np.zeros((2, 2, n_steps)))
                given += dose * conductance * np.array([1.0, reversal])[:, None, None]
    return result
