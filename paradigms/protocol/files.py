"""Protocols read from TOML files, those of the project and those of users.

A protocol says what is done to the animal in the time of the real experiment. How long that
takes in the simulation is the business of a clock (`paradigms.protocol.timeline`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from astrogram.text import one_line, shown, suggestion
from paradigms.protocol.intervention_reading import Kinds, parse_intervention, read_interventions
from paradigms.protocol.plan import (
    ALWAYS,
    ORDERS,
    Clock,
    Intervention,
    Phase,
    Protocol,
    Session,
)
from paradigms.protocol.reading import ProtocolError, Table, parse_time, refuse_twice
from paradigms.protocol.scoring import SCORING, check_scoring
from paradigms.protocol.toml_files import parse_toml, read_text
from paradigms.protocol.trials import read_kinds, read_only_kind

__all__ = [
    "CONTEXTS",
    "Clock",
    "Intervention",
    "Phase",
    "Protocol",
    "ProtocolError",
    "Session",
    "load_protocol",
    "parse_intervention",
    "parse_protocol",
    "shipped_protocols",
]

PROTOCOLS_DIR = Path(__file__).parents[1] / "protocols"
CONTEXTS = ("A", "B", "none")
"""Contexts a session may take place in, those of the anatomy; ``none`` is the home cage. They stand
here so that a protocol is read without Brian2; a test holds both together."""
NO_STAGE = "none"
"""Stage of a folded interval in a dataset, so that of no trial."""
UNPUBLISHED = "unpublished"
MOST_CLOCKS = 8


def shipped_protocols() -> list[str]:
    """Return the names of the protocols that ship with the project, sorted."""
    return sorted(path.stem for path in PROTOCOLS_DIR.glob("*.toml"))


def load_protocol(source: str | Path, kinds: Kinds | None = None) -> Protocol:
    """Read a shipped protocol by name or a protocol file by path.

    Parameters
    ----------
    source : str or Path
        Name such as ``"fear_extinction"``, or the path of a ``.toml`` file.
    kinds : mapping of str to paradigms.protocol.interventions.TargetedTool, optional
        Interventions allowed; those of `paradigms.protocol.interventions` by default.

    Returns
    -------
    Protocol

    Raises
    ------
    ProtocolError
        If there is no such protocol, or its content is refused.

    Examples
    --------
    >>> [session.name for session in load_protocol("fear_extinction").sessions][:2]
    ['conditioning', 'night_1']
    """
    given = str(source)
    if given.endswith(".toml") or isinstance(source, Path):
        path = Path(given)
    elif given in shipped_protocols():
        path = PROTOCOLS_DIR / f"{given}.toml"
    else:
        names = shipped_protocols()
        raise ProtocolError(
            f"protocol {shown(given)} is not known; allowed: {', '.join(names)}, or the path of "
            f"a .toml file{suggestion(given, names)}"
        )
    return parse_protocol(read_text(path), path.name, kinds)


def parse_protocol(text: str, where: str, kinds: Kinds | None = None) -> Protocol:
    """Read a protocol from TOML `text`; `where` names it in messages. See `load_protocol`."""
    where = one_line(where)
    table = Table(where, parse_toml(text, where))
    name = table.label("name", 'name = "my_protocol"')
    title = table.text("title", 'title = "What is done"')
    reference = table.text("reference", 'reference = "where it was published"', UNPUBLISHED)
    clocks = _read_clocks(table)
    names = [clock.name for clock in clocks]
    default = table.choice("default_clock", names, f'default_clock = "{names[0]}"')
    overrides = table.settings("set")
    found = table.tables("intervention")
    sessions = tuple(_read_session(where, item) for item in table.tables("session"))
    refuse_twice(where, "session", [session.name for session in sessions])
    if not any(session.phases for session in sessions):
        raise ProtocolError(f"{where}: no awake session; add a [[session]] with [[session.phase]]")
    table.known |= set(SCORING)
    table.finish()
    check_scoring(table.values, sessions, where)
    _check_parameters(where, overrides)
    protocol = Protocol(
        name, title, reference, clocks, default, sessions, (), text.removeprefix("\ufeff"),
        overrides,
    )  # fmt: skip
    return replace(protocol, interventions=read_interventions(where, found, protocol, kinds))


def _check_parameters(where: str, overrides: dict[str, str]) -> None:
    if not overrides:
        return
    from models.parameters import ParameterError, load_parameters
    from models.units import UnitError

    try:
        load_parameters(overrides)
    except (ParameterError, UnitError) as error:
        raise ProtocolError(f"{where}: set: {error}") from None


def _read_clocks(table: Table) -> tuple[Clock, ...]:
    found = table.get("clock", "[clock.published] with time_scale = 1")
    if not isinstance(found, dict) or not found:
        raise table.refuse("clock", "must be written as [clock.NAME] tables")
    if len(found) > MOST_CLOCKS:
        raise ProtocolError(f"{table.where}: {len(found)} clocks; allowed: at most {MOST_CLOCKS}")
    clocks = []
    for name, item in found.items():
        if not isinstance(item, dict):
            raise table.refuse("clock", f"must hold [clock.NAME] tables; {shown(name)} is a value")
        Table(f"{table.where}: clock", {"name": name}).label("name", "[clock.published]")
        entry = Table(f"{table.where}: clock {name!r}", item)
        scale = entry.number("time_scale", None, "time_scale = 0.1")
        if not 0 < scale <= 1:
            raise entry.refuse("time_scale", "must be above 0 and at most 1")
        clocks.append(Clock(name, scale))
        entry.finish()
    return tuple(clocks)


def _read_session(where: str, item: Mapping[str, Any]) -> Session:
    named = Table(f"{where}: session", item).label("name", 'name = "conditioning"')
    if named == ALWAYS:
        raise ProtocolError(f"{where}: session {named!r} is the whole experiment; rename it")
    table = Table(f"{where}: session {named!r}", item, {"name"})
    if table.has("offline"):
        offline, simulated = table.time("offline"), table.time("simulated")
        if simulated > offline:
            raise table.refuse("simulated", "must not be longer than offline: folding shortens it")
        if "phase" in item:
            raise ProtocolError(
                f"{table.where}: an offline session has no phases; remove either "
                "offline or the [[session.phase]] tables"
            )
        table.finish()
        return Session(named, "", 0.0, 0.0, (), offline, simulated)
    context = table.choice("context", CONTEXTS, 'context = "A"')
    lead, tail = table.time("lead", "0 s", zero=True), table.time("tail", "0 s", zero=True)
    phases = tuple(_read_phase(table.where, phase) for phase in table.tables("phase"))
    if not phases:
        raise ProtocolError(f"{table.where}: has neither a [[session.phase]] nor offline; add one")
    table.finish()
    refuse_twice(table.where, "phase", [phase.name for phase in phases])
    return Session(named, "" if context == "none" else context, lead, tail, phases)


def _read_phase(where: str, item: Mapping[str, Any]) -> Phase:
    named = Table(f"{where} phase", item).label("name", 'name = "pairings"')
    table = Table(f"{where} phase {named!r}", item, {"name"})
    stage = table.label("stage", 'stage = "conditioning"')
    if stage == NO_STAGE:
        raise table.refuse("stage", "is what folded intervals have; give it another name")
    if table.has("kind"):
        kinds = read_kinds(table)
        order = table.choice("order", ORDERS, 'order = "shuffled"') if table.has("order") else ""
    else:
        kinds, order = (read_only_kind(table, named),), ""
    phase = Phase(named, stage, kinds, order or ORDERS[0], _read_interval(table))
    table.finish()
    return phase


def _read_interval(table: Table) -> tuple[float, float]:
    value = table.get("interval", 'interval = "60 s" or ["60 s", "90 s"]')
    bounds = value if isinstance(value, list) and len(value) == 2 else [value, value]
    try:
        low, high = (parse_time(bound) for bound in bounds)
    except ProtocolError:
        raise table.refuse(
            "interval", 'must be a time such as "60 s" or a range such as ["60 s", "90 s"]'
        ) from None
    if low > high:
        raise table.refuse("interval", "must give the shorter time first")
    return low, high
