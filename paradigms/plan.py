"""What a protocol is: sessions, phases, trials, clocks and interventions, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from astrogram.text import shown, suggestion
from paradigms.reading import ProtocolError

ALWAYS = "always"
"""Window of an intervention: the whole experiment."""


@dataclass(frozen=True)
class Clock:
    """How experiment time becomes simulated time: every duration is multiplied by `time_scale`."""

    name: str
    time_scale: float


@dataclass(frozen=True)
class Phase:
    """Equal trials in a row. Times in seconds of the experiment.

    Attributes
    ----------
    name, stage : str
        Name within the session; label under which the trials are scored.
    trials : int
        Number of trials.
    trial : float
        Length of one trial, s.
    cs : bool
        Whether the CS is on during the trial (otherwise it is a silent scored window).
    us : float
        Length of the US that ends together with the trial, s; 0 for none.
    interval : tuple of float
        Shortest and longest pause after a trial, s.
    """

    name: str
    stage: str
    trials: int
    trial: float
    cs: bool
    us: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Session:
    """One visit to a context, or (`offline` > 0) a folded interval between visits. Times in s.

    Attributes
    ----------
    context : str
        ``"A"``, ``"B"`` or ``""`` (home cage).
    lead, tail : float
        Time in the context before the first and after the last trial.
    offline : float
        Real time that passes, 0 when awake.
    simulated : float
        Experiment-clock time spent on simulating `offline`, 0 when awake.
    """

    name: str
    context: str
    lead: float
    tail: float
    phases: tuple[Phase, ...]
    offline: float = 0.0
    simulated: float = 0.0


@dataclass(frozen=True)
class Intervention:
    """A tool applied during whole sessions or phases.

    Attributes
    ----------
    kind : str
        One of `paradigms.interventions.INTERVENTIONS`.
    dose : float
    during : tuple of str
        ``"session"``, ``"session.phase"`` or `ALWAYS`.
    target : str
        Cells or pathway that it acts on, where the kind leaves that open; else ``""``.
    """

    kind: str
    dose: float
    during: tuple[str, ...]
    target: str = ""


@dataclass(frozen=True)
class Protocol:
    """A whole experiment. `text` is the TOML it can be read from again."""

    name: str
    title: str
    reference: str
    clocks: tuple[Clock, ...]
    default_clock: str
    sessions: tuple[Session, ...]
    interventions: tuple[Intervention, ...]
    text: str

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

    def with_interventions(self, extra: Sequence[Intervention]) -> Protocol:
        """Return the protocol with `extra` appended, in `text` too."""
        blocks = [
            f'\n[[intervention]]\nkind = "{item.kind}"\n'
            + (f'target = "{item.target}"\n' if item.target else "")
            + f"dose = {item.dose!r}\nduring = ["
            + ", ".join(f'"{window}"' for window in item.during)
            + "]\n"
            for item in extra
        ]
        return replace(
            self,
            interventions=(*self.interventions, *extra),
            text=self.text.rstrip("\n") + "\n" + "".join(blocks) if extra else self.text,
        )
