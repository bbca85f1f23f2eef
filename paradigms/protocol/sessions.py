"""Sessions and their phases, read from the tables of a protocol."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from paradigms.protocol.keys import (
    KINDS_PHASE,
    NIGHT,
    PHASE,
    PLACE_KINDS_PHASE,
    PLACE_PHASE,
    PLACE_SESSION,
    SESSION,
)
from paradigms.protocol.plan import ALWAYS, PLACE, Phase, Session
from paradigms.protocol.reading import ProtocolError, named, refuse_twice
from paradigms.protocol.things import HOME, UNDECLARED
from paradigms.protocol.trials import Stimuli, read_kinds, read_only_kind

NO_STAGE = "none"
"""Stage of a folded interval in a dataset, so that of no trial."""


def read_session(
    where: str, item: Mapping[str, Any], stimuli: Stimuli, contexts: Collection[str]
) -> Session:
    """Read a ``[[session]]`` table.

    Parameters
    ----------
    where : str
        Names the protocol in messages.
    item : mapping
        The table.
    stimuli : mapping of str to Stimulus
        That trials may have.
    contexts : collection of str
        That have a table.

    Raises
    ------
    ProtocolError
    """
    place = item.get("kind") == PLACE
    keys = NIGHT if "offline" in item else PLACE_SESSION if place else SESSION
    name, table = named(f"{where}: session", item, keys)
    if name == ALWAYS:
        raise ProtocolError(f"{where}: session {name!r} is the whole experiment; rename it")
    if "offline" in item:
        offline, simulated = table.read("offline"), table.read("simulated")
        if simulated > offline:
            raise table.refuse("simulated", "must not be longer than offline: folding shortens it")
        if "phase" in item:
            raise ProtocolError(
                f"{table.where}: an offline session has no phases; remove either "
                "offline or the [[session.phase]] tables"
            )
        table.finish()
        return Session(name, "", 0.0, 0.0, (), offline, simulated)
    kind = table.read("kind") or ""
    allowed = (*UNDECLARED, HOME, *(given for given in contexts if given not in UNDECLARED))
    context = table.read("context", allowed, ", or a [context.NAME] of your own")
    lead, tail = table.read("lead"), table.read("tail")
    phases = tuple(
        _read_phase(table.where, phase, stimuli, place=place) for phase in table.tables("phase")
    )
    if not phases:
        raise ProtocolError(f"{table.where}: has neither a [[session.phase]] nor offline; add one")
    table.finish()
    refuse_twice(table.where, "phase", [phase.name for phase in phases])
    return Session(name, "" if context == HOME else context, lead, tail, phases, kind=kind)


def _read_phase(where: str, item: Mapping[str, Any], stimuli: Stimuli, *, place: bool) -> Phase:
    short = PLACE_PHASE if place else PHASE
    several = PLACE_KINDS_PHASE if place else KINDS_PHASE
    name, table = named(f"{where} phase", item, several if "kind" in item else short)
    stage = table.read("stage")
    if stage == NO_STAGE:
        raise table.refuse("stage", "is what folded intervals have; give it another name")
    if "kind" in item:
        kinds, order = read_kinds(table, stimuli, place=place), table.read("order")
    else:
        kinds, order = (read_only_kind(table, name, place=place),), "blocked"
    phase = Phase(name, stage, kinds, order, table.read("interval"))
    table.finish()
    return phase
