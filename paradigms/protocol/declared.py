"""Stimuli and contexts of a protocol: read from their tables, and held against what is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from paradigms.protocol.key import Key
from paradigms.protocol.keys import CLOCK, CONTEXT, STIMULUS
from paradigms.protocol.plan import Clock, Session
from paradigms.protocol.reading import ProtocolError, Table, listed, shown
from paradigms.protocol.things import (
    BUILT_IN,
    CONDITIONED,
    HOME,
    UNDECLARED,
    Context,
    Stimulus,
    Thing,
    drawing_order,
)

T = TypeVar("T")


def read_clocks(table: Table) -> tuple[Clock, ...]:
    """Read the ``[clock.NAME]`` tables."""
    table.get("clock", table.key("clock").line)
    found = _read(table, "clock", CLOCK, lambda name, entry: Clock(name, entry.read("time_scale")))
    return tuple(found.values())


def read_stimuli(table: Table) -> dict[str, Stimulus]:
    """Read the ``[stimulus.NAME]`` tables."""
    return _read(table, "stimulus", STIMULUS, _stimulus, (*BUILT_IN, HOME))


def read_contexts(table: Table) -> dict[str, Context]:
    """Read the ``[context.NAME]`` tables."""
    return _read(
        table, "context", CONTEXT, lambda name, entry: Context(name, _similar(entry)), (HOME,)
    )


def used_stimuli(
    where: str, declared: Mapping[str, Stimulus], sessions: Sequence[Session]
) -> tuple[Stimulus, ...]:
    """Return the stimuli of all trials, in the order in which their codes are drawn.

    Raises
    ------
    ProtocolError
        If one that is declared comes in no trial, or is similar to what it cannot be.
    """
    used = [
        event.stimulus
        for session in sessions
        for phase in session.phases
        for kind in phase.kinds
        for event in kind.events
    ]
    things = _used(where, "stimulus", declared, used, BUILT_IN, "comes in no trial")
    known = {thing.name: thing for thing in things}
    for thing in things:
        for other, _ in thing.similar_to:
            if not _has_code(known[other]):
                raise ProtocolError(
                    f"{where}: stimulus {thing.name!r}: similar_to names {shown(other)}, which is "
                    "unconditioned; allowed: conditioned stimuli"
                )
    return things


def used_contexts(
    where: str, declared: Mapping[str, Context], sessions: Sequence[Session]
) -> tuple[Context, ...]:
    """Return the contexts of all sessions; as `used_stimuli`."""
    used = [session.context for session in sessions if session.context]
    built_in = {name: Context(name) for name in UNDECLARED}
    return _used(where, "context", declared, used, built_in, "is that of no session")


def _used(
    where: str, what: str, declared: Mapping[str, Thing], used: Iterable[str],
    built_in: Mapping[str, Thing], unused: str,
) -> tuple[Thing, ...]:  # fmt: skip
    """Return what is used, what needs no table first, each after those that it resembles."""
    names = dict.fromkeys(used)
    for name in declared:
        if name not in names:
            raise ProtocolError(
                f"{where}: {what} {name!r} {unused}; use it, or leave its table out"
            )
    things = {name: built_in[name] for name in names if name not in declared} | dict(declared)
    for thing in things.values():
        for other, _ in thing.similar_to:
            if other == thing.name:
                raise ProtocolError(
                    f"{where}: {what} {other!r}: similar_to names itself; leave it out"
                )
            if other not in things:
                others = [name for name in things if name != thing.name and _has_code(things[name])]
                raise ProtocolError(
                    f"{where}: {what} {thing.name!r}: similar_to names {shown(other)}, which is "
                    f"not used here; allowed: {listed(others)}"
                )
    try:
        return tuple(drawing_order(things.values()))
    except ProtocolError as error:
        raise ProtocolError(f"{where}: {what}: {error}") from None


def _has_code(thing: Stimulus | Context) -> bool:
    """Whether something else can resemble it: an unconditioned stimulus has no code."""
    return isinstance(thing, Context) or thing.valence == CONDITIONED


def _read(
    table: Table, key: str, keys: tuple[Key, ...], make: Callable[[str, Table], T],
    reserved: Sequence[str] = (),
) -> dict[str, T]:  # fmt: skip
    """Read the ``[KEY.NAME]`` tables of a file."""
    found: Any = table.values.get(key, {})
    row = table.key(key)
    if not isinstance(found, dict) or (row.required and not found):
        raise table.refuse(key, f"must be written as [{key}.NAME] tables")
    if row.high is not None and len(found) > row.high:
        noun = "stimuli" if key == "stimulus" else f"{key}s"
        raise ProtocolError(f"{table.where}: {len(found)} {noun}; allowed: at most {row.high:g}")
    made = {}
    for name, item in found.items():
        if not isinstance(item, dict):
            raise table.refuse(key, f"must hold [{key}.NAME] tables; {shown(name)} is a value")
        Table(f"{table.where}: {key}", {"name": name}).label("name", f'name = "{key}_1"')
        if name in reserved:
            raise ProtocolError(
                f"{table.where}: {key} {name!r} is built in and has no table; give it another name"
            )
        entry = Table(f"{table.where}: {key} {name!r}", item, keys)
        made[name] = make(name, entry)
        entry.finish()
    return made


def _stimulus(name: str, table: Table) -> Stimulus:
    valence = table.read("valence") or CONDITIONED
    if valence and table.has("similar_to"):
        raise table.refuse("similar_to", "is of conditioned stimuli; leave it or valence out")
    return Stimulus(name, valence, table.read("strength"), _similar(table))


def _similar(table: Table) -> tuple[tuple[str, float], ...]:
    return table.read("similar_to") or ()
