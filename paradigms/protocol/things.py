"""What trials and sessions are made of: stimuli, contexts, and when a stimulus comes."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol as Shape
from typing import TypeVar

from paradigms.protocol.values import ProtocolError

CS, US = "cs", "us"
STIMULI = (CS, US)
"""Built-in stimuli, conditioned and aversive. As words for a stimulus of a trial they mean the
first conditioned and the first unconditioned one that it has, whatever their names."""

CONDITIONED = ""
AVERSIVE = "aversive"
APPETITIVE = "appetitive"
VALENCES = (AVERSIVE, APPETITIVE)
"""Valences of unconditioned stimuli; a conditioned one has none."""

UNDECLARED = ("A", "B")
"""Contexts that need no table."""
HOME = "none"
"""The home cage, as a session names it."""

NO_STIMULUS = "none"
"""Label of trials without a stimulus of a kind."""

PLACE = "place"
"""Kind of a session in a box of two zones."""

STRONGEST = 10.0
"""Highest strength of a stimulus: ten times the rate of the parameter tables."""

Similar = tuple[tuple[str, float], ...]
"""Share of its code that something has in common with others, by their names."""


@dataclass(frozen=True)
class Stimulus:
    """A stimulus of trials.

    Attributes
    ----------
    name : str
    valence : str
        `CONDITIONED`, or one of `VALENCES`.
    strength : float
        Multiplies the strength of each of its events.
    similar_to : tuple of (str, float)
        Share of sensory afferents in common with other conditioned stimuli.
    """

    name: str
    valence: str = CONDITIONED
    strength: float = 1.0
    similar_to: Similar = ()


@dataclass(frozen=True)
class Context:
    """A place; `similar_to` holds the share of cells in common with others."""

    name: str
    similar_to: Similar = ()


Thing = TypeVar("Thing", bound=Stimulus | Context)

BUILT_IN = {CS: Stimulus(CS), US: Stimulus(US, AVERSIVE)}
"""Stimuli that need no table, and may have none."""


@dataclass(frozen=True)
class Event:
    """A stimulus within a trial. Times in s of the experiment, from the trial's start.

    `strength` multiplies the rate at which the stimulus drives its afferents: that of the event
    times that of its stimulus.
    """

    stimulus: str
    onset: float
    duration: float
    strength: float = 1.0
    valence: str = CONDITIONED

    @property
    def end(self) -> float:
        """When it ends."""
        return self.onset + self.duration


class Named(Shape):
    """Anything that is one stimulus of a trial."""

    @property
    def stimulus(self) -> str:
        """Its name."""
        ...

    @property
    def valence(self) -> str:
        """As that of `Stimulus`."""
        ...


T = TypeVar("T", bound=Named)


def first(events: Iterable[T], word: str) -> T | None:
    """Return the first of `events` that a name or one of `STIMULI` means; None if none does."""
    for event in events:
        if word == CS and event.valence == CONDITIONED:
            return event
        if word == US and event.valence != CONDITIONED:
            return event
        if event.stimulus == word:
            return event
    return None


def drawing_order(things: Iterable[Thing]) -> list[Thing]:
    """Return things so that each comes after those that it resembles, else as they are given.

    A further thing at the end changes nothing of the order of those before it.

    Raises
    ------
    ProtocolError
        If two are said to resemble each other, or several in a circle; without the place.
    """
    given = {thing.name: thing for thing in things}
    sorter = graphlib.TopologicalSorter(
        {name: [other for other, _ in thing.similar_to] for name, thing in given.items()}
    )
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        raise ProtocolError(
            f"similar_to goes in a circle ({', '.join(error.args[1])}); say it once, in the later "
            "of the two"
        ) from None
    place = {name: number for number, name in enumerate(given)}
    ready: list[str] = []
    order: list[Thing] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
        name = ready.pop(0)
        order.append(given[name])
        sorter.done(name)
    return order
