"""Spikes of the afferents, drawn on the host from the timeline and the animal's own streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

from models.circuits.amygdala_prefrontal import Inputs, Spikes
from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.anatomy import AFFERENT, DRIVE, Afferent
from models.tissue.cells import Tissue
from paradigms.protocol.doses import dose_levels, slow_steps
from paradigms.protocol.plan import STIMULI
from paradigms.protocol.timeline import Timeline

Window = tuple[float, float]

FLUCTUATION_STEP = 5e-3
"""Step of the fluctuation that all background shares, s of simulated time."""


def _poisson(
    rng: Generator, cells: slice, rate: float, windows: Iterable[Window]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Independent Poisson spikes of `cells` at `rate` (Hz) within `windows` (s)."""
    members, times = [], []
    count = cells.stop - cells.start
    for start, stop in windows:
        number = rng.poisson(rate * count * (stop - start))
        members.append(rng.integers(cells.start, cells.stop, size=number))
        times.append(rng.uniform(start, stop, size=number))
    if not members:
        return np.empty(0, np.int32), np.empty(0)
    return np.concatenate(members).astype(np.int32), np.concatenate(times)


def _thinned(
    rng: Generator, cells: slice, rate: float, fluctuation: NDArray, step: float, stop: float,
    windows: list[Window],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:  # fmt: skip
    """Poisson spikes whose rate follows ``rate * max(0, 1 + fluctuation(t))``, by thinning."""
    ceiling = 1 + max(0.0, float(fluctuation.max()))
    cell, time = _poisson(rng, cells, rate * ceiling, windows)
    level = np.clip(1 + fluctuation, 0, None)[
        np.minimum((time / step).astype(int), len(fluctuation) - 1)
    ]
    keep = rng.random(len(time)) * ceiling < level
    return cell[keep], time[keep]


def _ornstein_uhlenbeck(
    rng: Generator, sd: float, tau: float, step: float, n_steps: int
) -> NDArray[np.float64]:
    """Stationary Ornstein-Uhlenbeck series with standard deviation `sd`, exact in `step`."""
    decay = np.exp(-step / tau)
    noise = rng.standard_normal(n_steps) * sd * np.sqrt(1 - decay**2)
    noise[0] = rng.standard_normal() * sd
    return lfilter([1.0], [1.0, -decay], noise)


def _sorted(
    spikes: list[tuple[NDArray[np.int32], NDArray[np.float64]]], dt: float, duration: float
) -> Spikes:
    """Join spike lists, put them on the time grid, and drop a cell's second spike in one step."""
    cell = np.concatenate([cells for cells, _ in spikes])
    step = np.floor(np.concatenate([times for _, times in spikes]) / dt).astype(np.int64)
    inside = step < round(duration / dt)
    width = int(cell.max(initial=0)) + 1
    key = np.sort(step[inside] * width + cell[inside])
    key = key[np.diff(key, prepend=-1) > 0]
    return Spikes((key % width).astype(np.int32), (key // width).astype(np.int32), dt)


def _spikes(
    seed: int, row: Afferent, cells: slice, parameters: ParameterSet, timeline: Timeline,
    fluctuation: NDArray | None = None,
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float64]]]:  # fmt: skip
    """Spikes of one kind of afferent; what is there all the time also fluctuates."""
    awake = [(phase.start, phase.stop) for phase in timeline.phases if phase.stage]
    inside = [(phase.start, phase.stop) for phase in timeline.phases
              if row.context and phase.context == row.context]  # fmt: skip
    rng, rate = stream(seed, f"spikes/{row.name}"), parameters.value(row.rate)
    if row.rate_silent:
        yield _poisson(rng, cells, parameters.value(row.rate_silent), awake)
    if row.when in STIMULI:
        for strength, windows in _by_strength(timeline, row.when).items():
            yield _poisson(rng, cells, strength * rate, windows)
    elif row.when == "awake" and fluctuation is not None:
        yield _thinned(
            rng, cells, rate, fluctuation, FLUCTUATION_STEP, timeline.duration, awake
        )
    else:
        yield _poisson(rng, cells, rate, {"awake": awake, "context": inside}[row.when])
    if row.rate_with_cs:
        # Place cells answer the CS inside their field
        for strength, windows in _by_strength(timeline, "cs").items():
            both = [cs for cs in windows if any(a <= cs[0] < b for a, b in inside)]
            yield _poisson(rng, cells, strength * parameters.value(row.rate_with_cs), both)


def _by_strength(timeline: Timeline, stimulus: str) -> dict[float, list[Window]]:
    """When a stimulus is on, by how strong it is."""
    found: dict[float, list[Window]] = {}
    for trial in timeline.trials:
        if event := trial.event(stimulus):
            found.setdefault(event.strength, []).append((event.start, event.stop))
    return found


def draw_inputs(parameters: ParameterSet, tissue: Tissue, timeline: Timeline, seed: int) -> Inputs:
    """Everything that reaches the tissue in one run.

    Home-cage and folded intervals are silent: no afferent fires, the slow clock runs on.

    Parameters
    ----------
    parameters : ParameterSet
    tissue : Tissue
    timeline : Timeline
    seed : int
        The animal.

    Returns
    -------
    Inputs

    Raises
    ------
    InterventionError
        As `paradigms.protocol.doses.dose_levels`.
    """
    dt = float(parameters.quantity("numerics.dt"))
    anatomy = tissue.anatomy
    afferent = _sorted(
        [
            spikes
            for row in anatomy.sources(AFFERENT)
            for spikes in _spikes(seed, row, tissue.afferents[row.name], parameters, timeline)
        ],
        dt, timeline.duration,
    )  # fmt: skip
    tau = float(parameters.quantity("afferent.tau_fluctuation")) / timeline.speed
    fluctuation = _ornstein_uhlenbeck(
        stream(seed, "fluctuation"), parameters.value("afferent.fluctuation"), tau,
        FLUCTUATION_STEP, int(timeline.duration / FLUCTUATION_STEP) + 1,
    )  # fmt: skip
    drive = _sorted(
        [
            spikes
            for row in anatomy.sources(DRIVE)
            for spikes in _spikes(
                seed, row, tissue.drives[row.name], parameters, timeline, fluctuation
            )
        ],
        dt, timeline.duration,
    )  # fmt: skip

    times, slow_time = slow_steps(parameters, timeline)
    levels, fibre = dose_levels(timeline.interventions, times, slow_time, tissue, parameters)
    return Inputs(afferent, drive, slow_time, levels, fibre, timeline.speed)
