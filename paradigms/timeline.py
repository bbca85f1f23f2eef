"""The timeline of one run: when every phase, trial, US and intervention happens, simulated.

The whole experiment is one run (GeNN allows a single one), so all sessions lie on one axis of
simulated time, folded nights included.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from models.streams import stream
from paradigms.plan import ALWAYS
from paradigms.protocol import Phase, Protocol, Session
from paradigms.reading import ProtocolError

BLOCK_TRIALS = 5
"""Trials scored together as one block, as published."""

GRID_S = 1e-3
"""All times are multiples of this, so that every device and time step sees the same events."""


@dataclass(frozen=True)
class PhaseWindow:
    """A stretch of simulated time; the windows of a timeline touch and cover all of it.

    Attributes
    ----------
    name, session, stage, context : str
        `stage` and `context` are ``""`` for a folded interval; `context` is ``"A"``, ``"B"`` or
        ``""`` (home cage).
    start, stop : float
        Simulated time, s. A session's lead-in belongs to its first phase, its tail to its last.
    dilation : float
        Seconds the slow processes advance for each simulated second.
    """

    name: str
    session: str
    stage: str
    context: str
    start: float
    stop: float
    dilation: float


@dataclass(frozen=True)
class TrialWindow:
    """One scored window. Times in simulated s; `us_on` and `us_off` are NaN without a US.

    `index` counts the trials of a stage from 0, `block` its groups of `BLOCK_TRIALS`.
    """

    start: float
    stop: float
    cs: bool
    us_on: float
    us_off: float
    stage: str
    session: str
    context: str
    block: int
    index: int


@dataclass(frozen=True)
class InterventionWindow:
    """An intervention that is on from `start` to `stop`, simulated s.

    `target` is ``""`` where its kind leaves nothing open.
    """

    kind: str
    dose: float
    start: float
    stop: float
    target: str = ""


@dataclass(frozen=True)
class Timeline:
    """Everything that happens in one run, in simulated seconds.

    Attributes
    ----------
    speed : float
        1 / time scale of the clock: how much faster than life the awake slow processes run.
    duration : float
        Simulated time, s.
    """

    protocol: str
    clock: str
    speed: float
    duration: float
    phases: tuple[PhaseWindow, ...]
    trials: tuple[TrialWindow, ...]
    interventions: tuple[InterventionWindow, ...]

    def phase_at(self, time: float) -> PhaseWindow:
        """Return the phase at simulated `time` (s); the first or last one outside the run."""
        number = bisect_right([phase.start for phase in self.phases], time) - 1
        return self.phases[max(number, 0)]

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the stages that have trials, in order of their first trial."""
        return tuple(dict.fromkeys(trial.stage for trial in self.trials))


class _Builder:
    """Lays windows one after the other, counting whole milliseconds so that sums are exact."""

    def __init__(self, time_scale: float, rng: np.random.Generator) -> None:
        self.time_scale = time_scale
        self.rng = rng
        self.now = 0
        self.phases: list[PhaseWindow] = []
        self.trials: list[TrialWindow] = []
        self.counted: dict[str, int] = {}

    def steps(self, seconds: float) -> int:
        """Return the simulated length, in grid steps, of an experiment time."""
        return round(seconds * self.time_scale / GRID_S)

    def event(self, seconds: float, what: str) -> int:
        """Return the grid steps of an event that must not vanish on the grid."""
        steps = self.steps(seconds)
        if seconds > 0 and steps == 0:
            raise ProtocolError(
                f"{what} = {seconds:g} s is shorter than {GRID_S * 1e3:g} ms of simulated time "
                f"on this clock (time_scale {self.time_scale:g}); lengthen it or choose a slower "
                "clock"
            )
        return steps

    def offline(self, session: Session) -> None:
        """Lay a folded interval."""
        start = self.now
        self.now += self.event(session.simulated, f"session {session.name!r} simulated")
        dilation = session.offline / _seconds(self.now - start)
        self.phases.append(
            PhaseWindow(
                session.name, session.name, "", "", _seconds(start), _seconds(self.now), dilation
            )
        )

    def awake(self, session: Session) -> None:
        """Lay a session: lead-in, trials with pauses, tail."""
        start = self.now
        self.now += self.steps(session.lead)
        for phase in session.phases:
            last = phase is session.phases[-1]
            for number in range(phase.trials):
                self.trial(session, phase)
                # The tail stands in for the pause after the last trial of a session.
                if not (last and number == phase.trials - 1):
                    self.now += self.pause(phase)
            if last:
                self.now += self.steps(session.tail)
            self.phases.append(
                PhaseWindow(
                    phase.name, session.name, phase.stage, session.context,
                    _seconds(start), _seconds(self.now), 1 / self.time_scale,
                )
            )  # fmt: skip
            start = self.now

    def trial(self, session: Session, phase: Phase) -> None:
        """Lay one trial; its US, if any, ends with it."""
        start = self.now
        self.now += self.event(phase.trial, f"phase {phase.name!r} trial")
        us_steps = self.event(phase.us, f"phase {phase.name!r} us")
        index = self.counted.get(phase.stage, 0)
        self.counted[phase.stage] = index + 1
        self.trials.append(
            TrialWindow(
                start=_seconds(start),
                stop=_seconds(self.now),
                cs=phase.cs,
                us_on=_seconds(self.now - us_steps) if us_steps else nan,
                us_off=_seconds(self.now) if us_steps else nan,
                stage=phase.stage,
                session=session.name,
                context=session.context,
                block=index // BLOCK_TRIALS,
                index=index,
            )
        )

    def pause(self, phase: Phase) -> int:
        """Return the grid steps of one pause, drawn when the phase gives a range."""
        low, high = phase.interval
        # Drawn in experiment time: the same generator gives the same pauses on every clock.
        seconds = low if low == high else float(self.rng.uniform(low, high))
        return self.steps(seconds)


def build_timeline(protocol: Protocol, clock: str | None, rng: np.random.Generator) -> Timeline:
    """Lay a protocol out in simulated time.

    Parameters
    ----------
    protocol : Protocol
    clock : str or None
        Name of one of its clocks; None for the default one.
    rng : numpy.random.Generator
        Source of the pauses that the protocol gives as a range.

    Returns
    -------
    Timeline

    Raises
    ------
    ProtocolError
        If the clock is unknown or makes something shorter than the time grid.
    """
    chosen = protocol.clock(clock)
    builder = _Builder(chosen.time_scale, rng)
    for session in protocol.sessions:
        if session.offline:
            builder.offline(session)
        else:
            builder.awake(session)
    return Timeline(
        protocol=protocol.name,
        clock=chosen.name,
        speed=1 / chosen.time_scale,
        duration=_seconds(builder.now),
        phases=tuple(builder.phases),
        trials=tuple(builder.trials),
        interventions=_intervention_windows(protocol, builder.phases),
    )


def animal_timeline(protocol: Protocol, clock: str | None, seed: int) -> Timeline:
    """Return the timeline of the animal `seed`: `build_timeline` on that animal's own stream."""
    return build_timeline(protocol, clock, stream(seed, "timeline"))


def _intervention_windows(
    protocol: Protocol, phases: list[PhaseWindow]
) -> tuple[InterventionWindow, ...]:
    """Return one window for each time of each intervention, in the order given."""
    windows = []
    for item in protocol.interventions:
        for time in item.during:
            session, _, name = time.partition(".")
            start, stop = inf, -inf
            for phase in phases:
                if time == ALWAYS or (phase.session == session and name in ("", phase.name)):
                    start, stop = min(start, phase.start), max(stop, phase.stop)
            windows.append(InterventionWindow(item.kind, item.dose, start, stop, item.target))
    return tuple(windows)


def _seconds(steps: int) -> float:
    """Return grid steps in seconds, the float nearest to the decimal number of milliseconds."""
    return steps / 1000
