"""What a protocol is: sessions, phases, trials, clocks and interventions, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from astrogram.text import shown, suggestion
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.things import (
    APPETITIVE,
    AVERSIVE,
    CONDITIONED,
    PLACE,
    STIMULI,
    Context,
    Event,
    Stimulus,
    first,
)
from paradigms.protocol.toml_files import with_tables

__all__ = [
    "ALWAYS", "APPETITIVE", "AVERSIVE", "CONDITIONED", "MOST_TRIALS", "ORDERS", "PLACE", "STIMULI",
    "Clock", "Context", "Event", "Intervention", "Phase", "Protocol", "Session", "Stimulus",
    "TrialKind",
]  # fmt: skip

ALWAYS = "always"
"""Window of an intervention: the whole experiment."""

ORDERS = ("blocked", "alternating", "shuffled")
"""How trials of several kinds follow each other: kind after kind, one of each in turn as long as
there are some, or in an order that is drawn for each animal."""

MOST_TRIALS = 10_000
MOST_INTERVENTIONS = 1000
MOST_LABELS = 126
"""Different names of one kind: a dataset numbers them in one byte, and keeps one for none."""


@dataclass(frozen=True)
class Clock:
    """How experiment time becomes simulated time: every duration is multiplied by `time_scale`."""

    name: str
    time_scale: float


@dataclass(frozen=True)
class TrialKind:
    """Equal trials of a phase.

    Attributes
    ----------
    name : str
        Within the phase; that of the phase where it has a single kind.
    trials : int
        Number of trials.
    trial : float
        Length of one, s.
    events : tuple of Event
        In order of onset; none in a silent scored window.
    """

    name: str
    trials: int
    trial: float
    events: tuple[Event, ...]

    def length(self, stimulus: str) -> float:
        """Return for how many s of a trial a stimulus, or one of `STIMULI`, is on; 0 if none is."""
        event = first(self.events, stimulus)
        return 0.0 if event is None else event.duration


@dataclass(frozen=True)
class Phase:
    """Trials of one or several kinds in a row. Times in seconds of the experiment.

    Attributes
    ----------
    name, stage : str
        Name within the session; label under which the trials are scored.
    kinds : tuple of TrialKind
    order : str
        One of `ORDERS`.
    interval : tuple of float
        Shortest and longest pause after a trial, s.
    """

    name: str
    stage: str
    kinds: tuple[TrialKind, ...]
    order: str
    interval: tuple[float, float]

    @property
    def trials(self) -> int:
        """Number of trials of all kinds."""
        return sum(kind.trials for kind in self.kinds)

    def lengths(self, stimulus: str) -> list[float]:
        """Return `TrialKind.length` of each kind."""
        return [kind.length(stimulus) for kind in self.kinds]


@dataclass(frozen=True)
class Session:
    """One visit to a context, or (`offline` > 0) a folded interval between visits. Times in s.

    Attributes
    ----------
    context : str
        Name of the context, ``""`` for the home cage.
    lead, tail : float
        Time in the context before the first and after the last trial.
    offline : float
        Real time that passes, 0 when awake.
    simulated : float
        Experiment-clock time spent on simulating `offline`, 0 when awake.
    kind : str
        `PLACE` for a box of two zones without stimuli, else ``""``.
    """

    name: str
    context: str
    lead: float
    tail: float
    phases: tuple[Phase, ...]
    offline: float = 0.0
    simulated: float = 0.0
    kind: str = ""


@dataclass(frozen=True)
class Intervention:
    """A tool applied during whole sessions or phases, or within their trials. Times in s.

    Attributes
    ----------
    kind : str
        One of `paradigms.protocol.interventions.INTERVENTIONS`.
    dose : float
    during : tuple of str
        ``"session"``, ``"session.phase"`` or `ALWAYS`.
    target : str
        Cells or pathway that it acts on, where the kind leaves that open; else ``""``.
    locked : str
        A stimulus, or one of `STIMULI`: on within each trial that has it; ``""`` for all the time.
    onset, duration : float
        Of what is locked: from the stimulus' begin, and for how long; a duration of 0 is until the
        stimulus ends.
    uptake, washout : float
        Time constants with which the level follows the dose up and down, 0 for at once.
    in_zone : bool
        On only while the animal is in the target zone of the box of a place session.
    """

    kind: str
    dose: float
    during: tuple[str, ...]
    target: str = ""
    locked: str = ""
    onset: float = 0.0
    duration: float = 0.0
    uptake: float = 0.0
    washout: float = 0.0
    in_zone: bool = False

    @property
    def label(self) -> str:
        """Name in a dataset: `intervention_label`."""
        return intervention_label(self.kind, self.target, in_zone=self.in_zone)

    def table(self) -> dict[str, Any]:
        """Return the keys and values of its TOML table; those that say nothing are left out."""
        times = ("onset", "duration", "uptake", "washout")
        optional = {"target": self.target, "dose": float(self.dose), "during": list(self.during),
                    "locked": self.locked,
                    **{name: f"{float(getattr(self, name))!r} s" for name in times
                       if getattr(self, name)}}  # fmt: skip
        given = {key: value for key, value in optional.items() if value != ""}
        return {"kind": self.kind, **given, **({"in_zone": True} if self.in_zone else {})}


@dataclass(frozen=True)
class Protocol:
    """A whole experiment.

    Attributes
    ----------
    text : str
        TOML it can be read from again.
    overrides : dict of str to str
        Parameters of its own, ``{"group.name": "value unit"}``.
    stimuli : tuple of Stimulus
    contexts : tuple of Context
        All that trials and sessions use, in the order in which their codes are drawn: what needs no
        table first.

    Raises
    ------
    ProtocolError
        If it has more trials, interventions or names than can be run and stored.
    """

    name: str
    title: str
    reference: str
    clocks: tuple[Clock, ...]
    default_clock: str
    sessions: tuple[Session, ...]
    interventions: tuple[Intervention, ...]
    text: str
    overrides: dict[str, str] = field(default_factory=dict)
    stimuli: tuple[Stimulus, ...] = ()
    contexts: tuple[Context, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could only fail after the run."""
        phases = [phase for session in self.sessions for phase in session.phases]
        offline = [session.name for session in self.sessions if session.offline]
        counts = (
            ("trials", sum(phase.trials for phase in phases), MOST_TRIALS),
            ("sessions", len(self.sessions), MOST_LABELS),
            ("names of phases", _different([phase.name for phase in phases] + offline),
             MOST_LABELS),
            ("stages", _different(phase.stage for phase in phases), MOST_LABELS),
            ("interventions", len(self.interventions), MOST_INTERVENTIONS),
            ("kinds and targets of interventions",
             _different(item.label for item in self.interventions), MOST_LABELS),
        )  # fmt: skip
        for what, found, most in counts:
            if found > most:
                raise ProtocolError(
                    f"protocol {self.name} has {found} {what}; allowed: at most {most}"
                )

    def clock(self, name: str | None = None) -> Clock:
        """Return the clock called `name`, the default one for None.

        Raises
        ------
        ProtocolError
            If the protocol has no such clock.
        """
        wanted = self.default_clock if name is None else name
        names = [clock.name for clock in self.clocks]
        if wanted not in names:
            raise ProtocolError(
                f"clock {shown(wanted)} is not in protocol {self.name}; allowed: "
                f"{', '.join(names)}{suggestion(wanted, names)}"
            )
        return self.clocks[names.index(wanted)]

    def windows(self) -> list[str]:
        """Return when an intervention may act: sessions, ``session.phase`` and `ALWAYS`."""
        return [
            window
            for session in self.sessions
            for window in (session.name, *(f"{session.name}.{p.name}" for p in session.phases))
        ] + [ALWAYS]

    def phases_in(self, window: str) -> list[Phase]:
        """Return the phases that a window of `windows` covers."""
        session_name, _, phase_name = window.partition(".")
        return [
            phase
            for session in self.sessions
            for phase in session.phases
            if window == ALWAYS or (session.name == session_name and phase_name in ("", phase.name))
        ]

    def with_interventions(self, extra: Sequence[Intervention]) -> Protocol:
        """Return the protocol with `extra` appended, in `text` too.

        Raises
        ------
        ProtocolError
            If there are too many, or one cannot be written as TOML.
        """
        if not extra:
            return self
        text = with_tables(self.text, "intervention", [item.table() for item in extra])
        return replace(self, interventions=(*self.interventions, *extra), text=text)


def intervention_label(kind: str, target: str, *, in_zone: bool) -> str:
    """Return a kind, ``@`` its target if it has one, and ``@zone`` if it follows the animal."""
    return "@".join(filter(None, (kind, target, "zone" if in_zone else "")))


def _different(names: Iterable[str]) -> int:
    return len(set(names))
