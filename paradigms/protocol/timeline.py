"""The timeline of one run: when every phase, trial, US and intervention happens, simulated.

The whole experiment is one run (GeNN allows a single one), so all sessions lie on one axis of
simulated time, folded nights included.
"""

from __future__ import annotations

import numpy as np

from models.streams import stream
from paradigms.protocol.plan import (
    ALWAYS,
    PLACE,
    Clock,
    Event,
    Intervention,
    Phase,
    Protocol,
    Session,
    TrialKind,
)
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.windows import (
    EventWindow,
    InterventionWindow,
    PhaseWindow,
    Timeline,
    TrialWindow,
)

__all__ = [
    "BLOCK_TRIALS", "EventWindow", "InterventionWindow", "PhaseWindow", "Timeline", "TrialWindow",
    "animal_timeline", "build_timeline",
]  # fmt: skip

BLOCK_TRIALS = 5
"""Trials scored together as one block, as published."""

GRID_S = 1e-3
"""All times are multiples of this, so that every device and time step sees the same events."""

LONGEST_RUN_S = 50_000.0
"""Simulated time of the longest run, s: what is drawn for it still fits an ordinary memory."""

MOST_WINDOWS = 20_000
"""Times in which an intervention is on, all together."""


class _Builder:
    """Lays windows one after the other, counting whole milliseconds so that sums are exact."""

    def __init__(self, time_scale: float, rng: np.random.Generator) -> None:
        self.time_scale = time_scale
        self.rng = rng
        # of its own, so that a phase that is shuffled leaves all pauses as they are
        (self.orders,) = rng.spawn(1)
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
            for number, kind in enumerate(self.ordered(phase)):
                self.trial(session, phase, kind)
                # The tail stands in for the pause after the last trial of a session.
                if not (last and number == phase.trials - 1):
                    self.now += self.pause(phase)
            if last:
                self.now += self.steps(session.tail)
            self.phases.append(
                PhaseWindow(
                    phase.name, session.name, phase.stage, session.context,
                    _seconds(start), _seconds(self.now), 1 / self.time_scale,
                    session.kind == PLACE,
                )
            )  # fmt: skip
            start = self.now

    def ordered(self, phase: Phase) -> list[TrialKind]:
        """Return the kind of each trial of a phase, in order."""
        if phase.order == "alternating":
            most = max(kind.trials for kind in phase.kinds)
            return [kind for turn in range(most) for kind in phase.kinds if turn < kind.trials]
        blocked = [kind for kind in phase.kinds for _ in range(kind.trials)]
        if phase.order == "shuffled":
            return [blocked[k] for k in self.orders.permutation(len(blocked))]
        return blocked

    def trial(self, session: Session, phase: Phase, kind: TrialKind) -> None:
        """Lay one trial with its events."""
        start = self.now
        self.now += self.event(kind.trial, f"phase {phase.name!r} trial")
        index = self.counted.get(phase.stage, 0)
        self.counted[phase.stage] = index + 1
        self.trials.append(
            TrialWindow(
                start=_seconds(start),
                stop=_seconds(self.now),
                kind=kind.name,
                events=tuple(self.within_trial(item, start, kind, phase) for item in kind.events),
                stage=phase.stage,
                session=session.name,
                context=session.context,
                block=index // BLOCK_TRIALS,
                index=index,
            )
        )

    def within_trial(self, item: Event, start: int, kind: TrialKind, phase: Phase) -> EventWindow:
        """Return when a stimulus of a trial is on; what ends with the trial ends just with it."""
        steps = self.event(item.duration, f"phase {phase.name!r} {item.stimulus}")
        if item.end >= kind.trial - GRID_S:
            begin = self.now - steps if item.onset else start
        else:
            begin = start + self.steps(item.onset)
        stop = min(begin + steps, self.now)
        return EventWindow(
            item.stimulus, _seconds(begin), _seconds(stop), item.strength, item.valence
        )

    def on(self, item: Intervention, time: str) -> list[InterventionWindow]:
        """Return when an intervention is on in one of the times that it names."""
        session, _, name = time.partition(".")
        inside = [
            phase
            for phase in self.phases
            if time == ALWAYS or (phase.session == session and name in ("", phase.name))
        ]
        start, stop = min(p.start for p in inside), max(p.stop for p in inside)
        times = [(start, stop)]
        if item.locked:
            times = [
                self.within(item, trial) for trial in self.trials
                if start <= trial.start < stop and trial.event(item.locked)
            ]  # fmt: skip
        return [
            InterventionWindow(
                item.kind, item.dose, *ends, item.target, item.uptake, item.washout, item.in_zone
            )
            for ends in times
        ]

    def within(self, item: Intervention, trial: TrialWindow) -> tuple[float, float]:
        """Return when an intervention is on in a trial that it is locked to."""
        begin, end = trial.times(item.locked)
        start = round(begin / GRID_S) + self.steps(item.onset)
        if not item.duration:
            return _seconds(start), end
        what = f"intervention {item.label} duration"
        return _seconds(start), min(end, _seconds(start + self.event(item.duration, what)))

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
        Source of the pauses that the protocol gives as a range, and of the orders of trials.

    Returns
    -------
    Timeline

    Raises
    ------
    ProtocolError
        If the clock is unknown, makes something shorter than the time grid, or the whole longer
        than `LONGEST_RUN_S`.
    """
    chosen = protocol.clock(clock)
    builder = _Builder(chosen.time_scale, rng)
    for session in protocol.sessions:
        if session.offline:
            builder.offline(session)
        else:
            builder.awake(session)
    _check_length(protocol, chosen, builder)
    windows = [
        window
        for item in protocol.interventions
        for time in item.during
        for window in builder.on(item, time)
    ]
    if len(windows) > MOST_WINDOWS:
        raise ProtocolError(
            f"protocol {protocol.name}: interventions are on {len(windows)} times; allowed: at "
            f"most {MOST_WINDOWS:,}; lock fewer of them to trials"
        )
    return Timeline(
        protocol=protocol.name,
        clock=chosen.name,
        speed=1 / chosen.time_scale,
        duration=_seconds(builder.now),
        phases=tuple(builder.phases),
        trials=tuple(builder.trials),
        interventions=tuple(windows),
        stimuli=protocol.stimuli,
        contexts=protocol.contexts,
    )


def animal_timeline(protocol: Protocol, clock: str | None, seed: int) -> Timeline:
    """Return the timeline of the animal `seed`: `build_timeline` on that animal's own stream."""
    return build_timeline(protocol, clock, stream(seed, "timeline"))


def _check_length(protocol: Protocol, clock: Clock, builder: _Builder) -> None:
    """Refuse a run that would end at no time, or beyond the memory."""
    total = _seconds(builder.now)
    if total <= LONGEST_RUN_S:
        return
    lengths: dict[str, float] = {}
    for phase in builder.phases:
        lengths[phase.session] = lengths.get(phase.session, 0.0) + phase.stop - phase.start
    longest = max(lengths, key=lengths.__getitem__)
    raise ProtocolError(
        f"protocol {protocol.name} would take {total:,.0f} s of simulated time on clock "
        f"{clock.name} (time_scale {clock.time_scale:g}); allowed: at most {LONGEST_RUN_S:,.0f} s; "
        f"the longest session is {longest!r} with {lengths[longest]:,.0f} s: shorten it, or choose "
        "a faster clock"
    )


def _seconds(steps: int) -> float:
    """Return grid steps in seconds, the float nearest to the decimal number of milliseconds."""
    return steps / 1000
