"""Trials read from a phase of a protocol: of one kind in short, or of several with their events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paradigms.protocol.plan import MOST_TRIALS, STIMULI, Event, TrialKind
from paradigms.protocol.reading import ProtocolError, Table, refuse_twice

STRONGEST = 10.0
"""Highest strength of a stimulus: ten times the rate of the parameter tables."""
MOST_KINDS = 100


def read_only_kind(table: Table, name: str) -> TrialKind:
    """Read the short form: equal trials, the CS all the time or not at all, the US at the end."""
    trial = table.time("trial")
    us = table.time("us") if table.has("us") else 0.0
    if us >= trial:
        raise table.refuse("us", f"must be shorter than the trial ({trial:g} s) it ends with")
    events = [Event("cs", 0.0, trial)] if table.flag("cs") else []
    if us:
        events.append(Event("us", trial - us, us))
    return TrialKind(name, table.count("trials", 1, MOST_TRIALS), trial, tuple(events))


def read_kinds(table: Table) -> tuple[TrialKind, ...]:
    """Read the ``[[session.phase.kind]]`` tables of a phase.

    Raises
    ------
    ProtocolError
        Also if the phase has the short form beside them.
    """
    for key in ("trials", "trial", "cs", "us"):
        if table.has(key):
            raise table.refuse(key, "is of phases without [[session.phase.kind]]; leave it out")
    found = table.tables("kind")
    if not 1 <= len(found) <= MOST_KINDS:
        raise ProtocolError(
            f"{table.where}: {len(found)} kinds of trials; allowed: 1 to {MOST_KINDS}"
        )
    kinds = tuple(_read_kind(table.where, item) for item in found)
    refuse_twice(table.where, "kind", [kind.name for kind in kinds])
    total = sum(kind.trials for kind in kinds)
    if total > MOST_TRIALS:
        raise ProtocolError(f"{table.where}: {total} trials; allowed: at most {MOST_TRIALS}")
    return kinds


def _read_kind(where: str, item: Mapping[str, Any]) -> TrialKind:
    named = Table(f"{where} kind", item).label("name", 'name = "paired"')
    table = Table(f"{where} kind {named!r}", item, {"name"})
    trial = table.time("trial")
    kind = TrialKind(
        named, table.count("trials", 1, MOST_TRIALS), trial, _read_events(table, trial)
    )
    table.finish()
    return kind


def _read_events(table: Table, trial: float) -> tuple[Event, ...]:
    """Read the events of a trial of `trial` s, in order of their onset."""
    events = [
        _read_event(f"{table.where} event {number + 1}", item, trial)
        for number, item in enumerate(table.tables("events"))
    ]
    for stimulus in STIMULI:
        if sum(event.stimulus == stimulus for event in events) > 1:
            raise ProtocolError(
                f"{table.where}: the {stimulus.upper()} comes twice in a trial; give each its own "
                "trial"
            )
    return tuple(sorted(events, key=lambda event: event.onset))


def _read_event(where: str, item: Mapping[str, Any], trial: float) -> Event:
    table = Table(where, item)
    stimulus = table.choice("stimulus", STIMULI, 'stimulus = "cs"')
    onset = table.time("onset", "0 s", zero=True)
    if onset >= trial:
        raise table.refuse("onset", f"is not within the trial of {trial:g} s; begin it earlier")
    duration = table.time("duration") if table.has("duration") else trial - onset
    if onset + duration > trial + 1e-9:
        ends = onset + duration
        raise table.refuse(
            "duration", f"ends at {ends:g} s, after the trial of {trial:g} s; shorten it"
        )
    strength = table.number("strength", 1.0, "strength = 0.5")
    if not 0 < strength <= STRONGEST:
        raise table.refuse("strength", f"must be above 0 and at most {STRONGEST:g}")
    table.finish()
    return Event(stimulus, onset, duration, strength)
