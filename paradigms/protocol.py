"""Protocols read from TOML files, those of the project and those of users.

A protocol says what is done to the animal in the time of the real experiment. How long that
takes in the simulation is the business of a clock (`paradigms.timeline`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrogram.text import shown, suggestion
from paradigms.plan import ALWAYS, Clock, Intervention, Phase, Protocol, Session
from paradigms.reading import ProtocolError, Table, parse_time
from paradigms.scoring import SCORING, check_scoring

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

if TYPE_CHECKING:
    from paradigms.interventions import Intervention as Kind

Kinds = Mapping[str, "Kind"]
"""Rows of the table of interventions by kind."""

PROTOCOLS_DIR = Path(__file__).parent / "protocols"
CONTEXTS = ("A", "B", "none")
"""Contexts a session may take place in; ``none`` is the home cage."""
MOST_TRIALS = 10_000


def shipped_protocols() -> list[str]:
    """Return the names of the protocols that ship with the project, sorted."""
    return sorted(path.stem for path in PROTOCOLS_DIR.glob("*.toml"))


def load_protocol(source: str | Path, kinds: Kinds | None = None) -> Protocol:
    """Read a shipped protocol by name or a protocol file by path.

    Parameters
    ----------
    source : str or Path
        Name such as ``"fear_extinction"``, or the path of a ``.toml`` file.
    kinds : mapping of str to paradigms.interventions.Intervention, optional
        Interventions allowed; those of `paradigms.interventions` by default.

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
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ProtocolError(f"{path}: is not a text file; give a protocol in TOML") from None
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ProtocolError(f"{path}: {reason}; give a readable protocol file") from None
    return parse_protocol(text, path.name, kinds)


def parse_protocol(text: str, where: str, kinds: Kinds | None = None) -> Protocol:
    """Read a protocol from TOML `text`; `where` names it in messages. See `load_protocol`."""
    try:
        table = Table(where, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProtocolError(f"{where}: is not valid TOML: {error or 'nested too deep'}") from None
    name = table.label("name", 'name = "my_protocol"')
    title = table.text("title", 'title = "What is done"')
    reference = table.text("reference", 'reference = "where it was published"')
    clocks = _read_clocks(table)
    names = [clock.name for clock in clocks]
    default = table.choice("default_clock", names, f'default_clock = "{names[0]}"')
    sessions = tuple(_read_session(where, item) for item in table.tables("session"))
    _unique(where, "session", [session.name for session in sessions])
    if not any(session.phases for session in sessions):
        raise ProtocolError(f"{where}: no awake session; add a [[session]] with [[session.phase]]")
    protocol = Protocol(name, title, reference, clocks, default, sessions, (), text)
    found = table.tables("intervention")
    table.known |= set(SCORING)
    table.finish()
    check_scoring(table.values, sessions, where)
    allowed = _allowed_kinds(kinds) if found else {}
    interventions = tuple(
        _read_intervention(Table(f"{where}: intervention {number}", item), allowed, protocol)
        for number, item in enumerate(found, start=1)
    )
    return replace(protocol, interventions=interventions)


def parse_intervention(
    given: str, protocol: Protocol, kinds: Kinds | None = None
) -> Intervention:
    """Read ``KIND[:TARGET][=dose]@PHASE[,PHASE...]`` as given on the command line.

    Raises
    ------
    ProtocolError
        If the form, the kind, the target, the dose or a phase is refused.
    """
    head, at, during = given.partition("@")
    head, equals, dose = head.partition("=")
    kind, colon, target = (part.strip() for part in head.partition(":"))
    where = f"intervention {shown(given)}"
    if not at or not kind or not during or (equals and not dose) or (colon and not target):
        raise ProtocolError(
            f"{where}: must be written KIND[:TARGET][=dose]@PHASE, for example "
            f"KIND=1@{protocol.windows()[0]}"
        )
    values: dict[str, Any] = {
        "kind": kind,
        "during": [window.strip() for window in during.split(",")],
    }
    if colon:
        values["target"] = target
    if equals:
        try:
            values["dose"] = float(dose)
        except ValueError:
            raise ProtocolError(f"{where}: dose {shown(dose)} is not a number") from None
    return _read_intervention(Table(where, values), _allowed_kinds(kinds), protocol)


def _allowed_kinds(kinds: Kinds | None) -> Kinds:
    if kinds is not None:
        return kinds
    from paradigms.interventions import INTERVENTIONS

    return INTERVENTIONS


def _read_clocks(table: Table) -> tuple[Clock, ...]:
    found = table.get("clock", "[clock.published] with time_scale = 1")
    if not isinstance(found, dict) or not found:
        raise table.refuse("clock", "must be written as [clock.NAME] tables")
    clocks = []
    for name, item in found.items():
        if not isinstance(item, dict):
            raise table.refuse("clock", f"must hold [clock.NAME] tables, but {name!r} is a value")
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
    _unique(table.where, "phase", [phase.name for phase in phases])
    return Session(named, "" if context == "none" else context, lead, tail, phases)


def _read_phase(where: str, item: Mapping[str, Any]) -> Phase:
    named = Table(f"{where} phase", item).label("name", 'name = "pairings"')
    table = Table(f"{where} phase {named!r}", item, {"name"})
    trial = table.time("trial")
    us = table.time("us") if table.has("us") else 0.0
    if us >= trial:
        raise table.refuse("us", f"must be shorter than the trial ({trial:g} s) it ends with")
    phase = Phase(
        name=named,
        stage=table.label("stage", 'stage = "conditioning"'),
        trials=table.count("trials", 1, MOST_TRIALS),
        trial=trial,
        cs=table.flag("cs"),
        us=us,
        interval=_read_interval(table),
    )
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


def _read_intervention(table: Table, kinds: Kinds, protocol: Protocol) -> Intervention:
    kind = table.choice("kind", kinds, 'kind = "..." (see astrogram interventions)')
    target = _read_target(table, kinds[kind])
    dose = table.number("dose", 1.0, "dose = 1.0")
    if dose < 0:
        raise table.refuse("dose", "must not be negative")
    during = table.get("during", f'during = ["{protocol.sessions[0].name}"]')
    listed = during if isinstance(during, list) else [during]
    windows = protocol.windows()
    for window in listed:
        if window not in windows:
            near = suggestion(str(window), windows)
            raise table.refuse(
                "during",
                f"names {shown(window)}, which is no session or "
                f"session.phase; allowed: {', '.join(windows)}{near}",
            )
    if not listed:
        raise table.refuse("during", f"must name a session, for example {windows[0]!r}")
    if kinds[kind].permanent and listed != [ALWAYS]:
        raise table.refuse("during", f"cannot come and go: {kind} is for good; allowed: {ALWAYS}")
    _unique(table.where, "phase", listed)
    table.finish()
    return Intervention(kind, dose, tuple(listed), target)


def _read_target(table: Table, row: Kind) -> str:
    """Read the cells or pathway that an intervention acts on."""
    if not row.targets:
        if table.has("target"):
            raise table.refuse("target", f"is not a choice: {row.kind} acts on {row.variable}")
        return ""
    example = f'target = "{row.targets[0]}"'
    if "target" not in table.values:
        raise ProtocolError(
            f"{table.where}: target is missing; write {row.kind}:{row.targets[0]} or {example}; "
            f"allowed: {', '.join(row.targets)}"
        )
    given = table.text("target", example)
    if not row.accepts(given):
        near = suggestion(given, row.targets)
        raise table.refuse("target", f"is not known; allowed: {', '.join(row.targets)}{near}")
    return given


def _unique(where: str, what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ProtocolError(f"{where}: {what} {name!r} is given twice; give each its own name")
