"""Spikes of the afferents, drawn on the host from the timeline and the animal's own streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

from models.circuits.amygdala_prefrontal import Inputs, Spikes
from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.anatomy import AFFERENT, DRIVE, Afferent
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.cells import REFERENCE_SIZE, Tissue
from models.tissue.drawing import source_count
from paradigms.protocol.codes import check_codes, draw_codes, drifted
from paradigms.protocol.doses import dose_levels, slow_steps
from paradigms.protocol.things import CONDITIONED, PLACE, VALENCES, Context, Stimulus
from paradigms.protocol.timeline import EventWindow, Timeline

Window = tuple[float, float]
Drawn = tuple[NDArray[np.int32], NDArray[np.float64]]
"""Cells that spike, and when (s)."""
CONTEXT = "context"
"""What afferents fire in that code contexts."""

FLUCTUATION_STEP = 5e-3
"""Step of the fluctuation that all background shares, s of simulated time."""


def _poisson(
    rng: Generator, cells: NDArray[np.int64], rate: float, windows: Iterable[Window]
) -> Drawn:
    """Independent Poisson spikes of `cells` at `rate` (Hz) within `windows` (s)."""
    members, times = [], []
    for start, stop in windows:
        number = rng.poisson(rate * len(cells) * (stop - start))
        members.append(cells[rng.integers(len(cells), size=number)])
        times.append(rng.uniform(start, stop, size=number))
    if not members:
        return np.empty(0, np.int32), np.empty(0)
    return np.concatenate(members).astype(np.int32), np.concatenate(times)


def _thinned(
    rng: Generator, cells: NDArray[np.int64], rate: float, fluctuation: NDArray, step: float,
    stop: float, windows: list[Window],
) -> Drawn:  # fmt: skip
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
    spikes: list[Drawn], dt: float, duration: float
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
    fluctuation: NDArray,
) -> Iterator[Drawn]:  # fmt: skip
    """Spikes of one kind of afferent; what is there all the time also fluctuates."""
    awake = [(phase.start, phase.stop) for phase in timeline.phases if phase.stage]
    everyone, rate = np.arange(cells.start, cells.stop), parameters.value(row.rate)
    rng = stream(seed, f"spikes/{row.name}")
    if row.rate_silent:
        yield _poisson(rng, everyone, parameters.value(row.rate_silent), awake)
    if row.when in VALENCES:
        given = [event for trial in timeline.trials for event in trial.events
                 if event.valence == row.when]  # fmt: skip
        for strength, windows in _by_strength(given).items():
            yield _poisson(rng, everyone, strength * rate, windows)
    elif row.when == "awake":
        yield _thinned(
            rng, everyone, rate, fluctuation, FLUCTUATION_STEP, timeline.duration, awake
        )
    elif row.when == PLACE:
        inside = [(phase.start, phase.stop) for phase in timeline.phases if phase.place]
        yield _poisson(rng, everyone, rate * timeline.speed, inside)
    else:
        coded = _coded(seed, row, everyone, parameters, timeline)
        yield from (
            _drifting(seed, row, cells, parameters, timeline, coded) if row.drift else coded
        )


def _coded(
    seed: int, row: Afferent, cells: NDArray[np.int64], parameters: ParameterSet,
    timeline: Timeline,
) -> Iterator[Drawn]:  # fmt: skip
    """Spikes of afferents of which each stimulus or context drives its own."""
    events = [event for trial in timeline.trials for event in trial.events]
    rate = parameters.value(row.rate)
    reached = (
        _reached(seed, row, len(cells), parameters, timeline) if row.when == CONTEXT else {}
    )
    for name, code in _codes(seed, row, len(cells), parameters, timeline).items():
        rng, own = stream(seed, f"spikes/{row.name}/{name}"), cells[code]
        if row.when != CONTEXT:
            mine = [event for event in events if event.stimulus == name]
            for strength, windows in _by_strength(mine).items():
                yield _poisson(rng, own, strength * rate, windows)
            continue
        inside = [(x.start, x.stop) for x in timeline.phases if x.context == name]
        yield _poisson(rng, own, rate, inside)
        # place cells answer what happens inside their field
        here = [event for event in events if any(a <= event.start < b for a, b in inside)]
        for stimulus in dict.fromkeys(event.stimulus for event in here):
            same = [event for event in here if event.stimulus == stimulus]
            conditioned = same[0].valence == CONDITIONED
            more = parameters.value(row.rate_with_cs if conditioned else row.rate_with_us)
            hearing = cells[code[reached[stimulus][code]]] if conditioned else own
            rng = stream(seed, f"spikes/{row.name}/{name}/{stimulus}")
            for strength, windows in _by_strength(same).items():
                yield _poisson(rng, hearing, strength * more, windows)


def _drifting(
    seed: int, row: Afferent, cells: slice, parameters: ParameterSet, timeline: Timeline,
    spikes: Iterable[Drawn],
) -> Iterator[Drawn]:  # fmt: skip
    """Give spikes to the cells that stand, in their session, for those that they were drawn for.

    So all codes drift together, and with a code what its members hear: which cells answer changes
    from session to session, never how many.
    """
    begin: dict[str, float] = {}
    for phase in timeline.phases:
        begin.setdefault(phase.session, phase.start)
    starts = np.array(list(begin.values()))
    now = cells.start + drifted(
        cells.stop - cells.start, float(parameters.quantity(row.drift)),
        timeline.slow_time(starts).tolist(), stream(seed, f"drift/{row.name}"),
    ).astype(np.int32)  # fmt: skip
    for cell, time in spikes:
        session = np.searchsorted(starts, time, side="right") - 1
        yield now[session, cell - cells.start], time


def _codes(
    seed: int, row: Afferent, pool: int, parameters: ParameterSet, timeline: Timeline
) -> dict[str, NDArray[np.int64]]:
    """Which of the afferents of a kind each stimulus or context drives."""
    return draw_codes(
        coded_things(row, timeline), pool, code_size(parameters, row, pool),
        stream(seed, f"code/{row.name}"),
    )  # fmt: skip


def _reached(
    seed: int, row: Afferent, pool: int, parameters: ParameterSet, timeline: Timeline
) -> dict[str, NDArray[np.bool_]]:
    """Which of the `pool` afferents of a kind hear each stimulus.

    Each hears some afferents of another kind, drawn, and answers stimuli that drive one of them: so
    stimuli that have afferents in common have those in common that answer them, too.
    """
    (other,) = (one for one in load_anatomy().afferents if one.name == row.hears)
    others = source_count(parameters, other, REFERENCE_SIZE)
    ears = stream(seed, f"hears/{row.name}").integers(
        others, size=(pool, round(parameters.value(row.heard)))
    )
    return {
        name: np.isin(ears, code).any(axis=1)
        for name, code in _codes(seed, other, others, parameters, timeline).items()
    }


def coded_things(row: Afferent, timeline: Timeline) -> Sequence[Stimulus | Context]:
    """Return the conditioned stimuli, or the contexts, that are coded by afferents of a kind."""
    if row.when == CONTEXT:
        return timeline.contexts
    return [stimulus for stimulus in timeline.stimuli if stimulus.valence == CONDITIONED]


def code_size(parameters: ParameterSet, row: Afferent, pool: int) -> int:
    """Return how many of the `pool` afferents of a kind one stimulus or context drives."""
    return max(1, round(parameters.value(row.code) * pool))


def check_stimuli(parameters: ParameterSet, timeline: Timeline, size: int) -> None:
    """Refuse, before an animal is drawn, what its pools have no room for.

    Raises
    ------
    ProtocolError
    """
    for row in load_anatomy().afferents:
        if row.code:
            pool = source_count(parameters, row, size)
            check_codes(
                coded_things(row, timeline), pool, code_size(parameters, row, pool),
                f"{row.name} afferents",
                f"raise {row.number}, lower {row.code}, or make some more alike (similar_to)",
            )  # fmt: skip


def _by_strength(events: Iterable[EventWindow]) -> dict[float, list[Window]]:
    """When stimuli are on, by how strong they are."""
    found: dict[float, list[Window]] = {}
    for event in events:
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
    tau = float(parameters.quantity("afferent.tau_fluctuation")) / timeline.speed
    fluctuation = _ornstein_uhlenbeck(
        stream(seed, "fluctuation"), parameters.value("afferent.fluctuation"), tau,
        FLUCTUATION_STEP, int(timeline.duration / FLUCTUATION_STEP) + 1,
    )  # fmt: skip
    where = {**tissue.afferents, **tissue.drives}
    afferent, drive = (
        _sorted(
            [
                spikes
                for row in anatomy.sources(source)
                for spikes in _spikes(
                    seed, row, where[row.name], parameters, timeline, fluctuation
                )
            ],
            dt, timeline.duration,
        )
        for source in (AFFERENT, DRIVE)
    )  # fmt: skip
    times, slow_time = slow_steps(parameters, timeline)
    levels, scaled, fibre = dose_levels(
        timeline.interventions, times, slow_time, tissue, parameters
    )
    at_test = np.zeros(len(times))
    for phase in timeline.phases:
        if phase.place:
            # half a step ahead, as doses are
            first, stop = np.searchsorted(times + times[1] / 2, (phase.start, phase.stop))
            at_test[first:stop] = 1
    return Inputs(
        afferent, drive, slow_time, levels, scaled, fibre, at_test, timeline.speed
    )
