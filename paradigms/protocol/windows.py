"""Windows of simulated time: the phases, trials and interventions of one run."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from paradigms.protocol.plan import intervention_label
from paradigms.protocol.things import CONDITIONED, Context, Stimulus, first


@dataclass(frozen=True)
class PhaseWindow:
    """A stretch of simulated time; the windows of a timeline touch and cover all of it.

    Attributes
    ----------
    name, session, stage, context : str
        `stage` and `context` are ``""`` for a folded interval; `context` is ``""`` for the home
        cage.
    start, stop : float
        Simulated time, s. A session's lead-in belongs to its first phase, its tail to its last.
    dilation : float
        Seconds the slow processes advance for each simulated second.
    place : bool
        Whether the animal is in the box of two zones.
    """

    name: str
    session: str
    stage: str
    context: str
    start: float
    stop: float
    dilation: float
    place: bool = False


@dataclass(frozen=True)
class EventWindow:
    """A stimulus within a trial, from `start` to `stop`, simulated s.

    `strength` is that of the event times that of the stimulus; `valence` as that of
    `paradigms.protocol.things.Stimulus`.
    """

    stimulus: str
    start: float
    stop: float
    strength: float = 1.0
    valence: str = CONDITIONED


@dataclass(frozen=True)
class TrialWindow:
    """One scored window. Times in simulated s.

    `kind` is a name within its phase. `index` counts the trials of a stage from 0, `block` its
    groups of `paradigms.protocol.timeline.BLOCK_TRIALS`.
    """

    start: float
    stop: float
    kind: str
    events: tuple[EventWindow, ...]
    stage: str
    session: str
    context: str
    block: int
    index: int

    def event(self, word: str) -> EventWindow | None:
        """Return when a stimulus is on, None if it is not.

        `word` is its name, or ``"cs"`` for the first conditioned and ``"us"`` for the first
        unconditioned stimulus of the trial.
        """
        return first(self.events, word)

    def times(self, word: str) -> tuple[float, float]:
        """Return start and stop of what `event` finds, NaN where it is not on."""
        event = self.event(word)
        return (nan, nan) if event is None else (event.start, event.stop)


@dataclass(frozen=True)
class InterventionWindow:
    """An intervention that is on from `start` to `stop`, simulated s.

    `target` is ``""`` where its kind leaves nothing open. `uptake` and `washout` are time constants
    of the level on the slow clock, s. `in_zone`: on only while the animal is in the target zone.
    """

    kind: str
    dose: float
    start: float
    stop: float
    target: str = ""
    uptake: float = 0.0
    washout: float = 0.0
    in_zone: bool = False

    @property
    def label(self) -> str:
        """Name in a dataset, as that of the intervention."""
        return intervention_label(self.kind, self.target, in_zone=self.in_zone)


@dataclass(frozen=True)
class Timeline:
    """Everything that happens in one run, in simulated seconds.

    Attributes
    ----------
    speed : float
        1 / time scale of the clock: how much faster than life the awake slow processes run.
    duration : float
        Simulated time, s.
    stimuli, contexts : tuple
        Those of the protocol.
    """

    protocol: str
    clock: str
    speed: float
    duration: float
    phases: tuple[PhaseWindow, ...]
    trials: tuple[TrialWindow, ...]
    interventions: tuple[InterventionWindow, ...]
    stimuli: tuple[Stimulus, ...] = ()
    contexts: tuple[Context, ...] = ()

    def slow_time(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the slow clock (s of the experiment, folded hours included) at simulated times."""
        edges = np.array([phase.start for phase in self.phases] + [self.duration])
        rates = np.array([phase.dilation for phase in self.phases])
        total = np.concatenate([[0.0], np.cumsum(np.diff(edges) * rates)])
        return np.interp(times, edges, total)

    def phase_at(self, time: float) -> PhaseWindow:
        """Return the phase at simulated `time` (s); the first or last one outside the run."""
        number = bisect_right([phase.start for phase in self.phases], time) - 1
        return self.phases[max(number, 0)]

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the stages that have trials, in order of their first trial."""
        return tuple(dict.fromkeys(trial.stage for trial in self.trials))
