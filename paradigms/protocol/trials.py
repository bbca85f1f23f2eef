"""Trials read from a phase of a protocol: of one kind in short, or of several with their events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paradigms.protocol.keys import EVENT, KIND, MOST_KINDS, PLACE_KIND
from paradigms.protocol.plan import MOST_TRIALS, Event, TrialKind
from paradigms.protocol.reading import ProtocolError, Table, named, refuse_twice
from paradigms.protocol.things import BUILT_IN, CS, STRONGEST, US, Stimulus, first

Stimuli = Mapping[str, Stimulus]
"""Stimuli that may come in a trial, by name."""

_OF_PLACE = "is not of a place session, where no stimulus comes; leave it out"


def read_only_kind(table: Table, name: str, *, place: bool) -> TrialKind:
    """Read the short form: equal trials, the CS all the time or not at all, the US at the end."""
    trial = table.read("trial")
    cs = table.read("cs")
    if place and (cs or table.has("us")):
        raise table.refuse("cs" if cs else "us", _OF_PLACE)
    us = (None if place else table.read("us")) or 0.0
    if us >= trial:
        raise table.refuse("us", f"must be shorter than the trial ({trial:g} s) it ends with")
    events = [_event(BUILT_IN[CS], 0.0, trial)] if cs else []
    if us:
        events.append(_event(BUILT_IN[US], trial - us, us))
    return TrialKind(name, table.read("trials"), trial, tuple(events))


def read_kinds(table: Table, stimuli: Stimuli, *, place: bool) -> tuple[TrialKind, ...]:
    """Read the ``[[session.phase.kind]]`` tables of a phase.

    Raises
    ------
    ProtocolError
        Also if the phase has the short form beside them.
    """
    for key in ("trials", "trial", "cs", "us"):
        if key in table.values:
            raise table.refuse(key, "is of phases without [[session.phase.kind]]; leave it out")
    found = table.tables("kind")
    if not 1 <= len(found) <= MOST_KINDS:
        raise ProtocolError(
            f"{table.where}: {len(found)} kinds of trials; allowed: 1 to {MOST_KINDS}"
        )
    kinds = tuple(_read_kind(table.where, item, stimuli, place=place) for item in found)
    refuse_twice(table.where, "kind", [kind.name for kind in kinds])
    total = sum(kind.trials for kind in kinds)
    if total > MOST_TRIALS:
        raise ProtocolError(f"{table.where}: {total} trials; allowed: at most {MOST_TRIALS}")
    return kinds


def _read_kind(where: str, item: Mapping[str, Any], stimuli: Stimuli, *, place: bool) -> TrialKind:
    name, table = named(f"{where} kind", item, PLACE_KIND if place else KIND)
    if place and "events" in item:
        raise table.refuse("events", _OF_PLACE)
    trial = table.read("trial")
    kind = TrialKind(name, table.read("trials"), trial, _read_events(table, trial, stimuli))
    table.finish()
    return kind


def _read_events(table: Table, trial: float, stimuli: Stimuli) -> tuple[Event, ...]:
    """Read the events of a trial of `trial` s, in order of their onset."""
    given = table.tables("events") if "events" in table.values else []
    events = [
        _read_event(f"{table.where} event {number + 1}", item, trial, stimuli)
        for number, item in enumerate(given)
    ]
    names = [event.stimulus for event in events]
    for name in names:
        if names.count(name) > 1:
            said = name.upper() if name in BUILT_IN else name
            raise ProtocolError(
                f"{table.where}: the {said} comes twice in a trial; give each its own trial"
            )
    events.sort(key=lambda event: event.onset)
    cs, us = first(events, CS), first(events, US)
    if cs and us and us.onset < cs.onset:
        raise ProtocolError(
            f"{table.where}: {us.stimulus} begins at {us.onset:g} s, before {cs.stimulus} at "
            f"{cs.onset:g} s; backward pairing is not allowed: let it begin with the CS or later, "
            "or give it a kind of its own"
        )
    return tuple(events)


def _read_event(where: str, item: Mapping[str, Any], trial: float, stimuli: Stimuli) -> Event:
    table = Table(where, item, EVENT)
    name = table.read("stimulus", stimuli, ", or a [stimulus.NAME] of your own")
    onset = table.read("onset")
    if onset >= trial:
        raise table.refuse("onset", f"is not within the trial of {trial:g} s; begin it earlier")
    given = table.read("duration")
    duration = trial - onset if given is None else given
    if onset + duration > trial + 1e-9:
        ends = onset + duration
        raise table.refuse(
            "duration", f"ends at {ends:g} s, after the trial of {trial:g} s; shorten it"
        )
    event = _event(stimuli[name], onset, duration, table.read("strength"))
    if event.strength > STRONGEST:
        raise table.refuse(
            "strength", f"times {stimuli[name].strength:g}, that of {name}, must be at most "
            f"{STRONGEST:g}"
        )  # fmt: skip
    table.finish()
    return event


def _event(stimulus: Stimulus, onset: float, duration: float, strength: float = 1.0) -> Event:
    return Event(stimulus.name, onset, duration, strength * stimulus.strength, stimulus.valence)
