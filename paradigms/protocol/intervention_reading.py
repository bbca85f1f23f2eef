"""Interventions read from tables of a protocol file and from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from astrogram.text import shown, suggestion
from paradigms.protocol.keys import INTERVENTION
from paradigms.protocol.plan import ALWAYS, PLACE, STIMULI, Intervention, Protocol
from paradigms.protocol.reading import ProtocolError, Table, listed, refuse_twice

if TYPE_CHECKING:
    from paradigms.protocol.interventions import TargetedTool as Kind

COURSE = ("locked", "onset", "duration", "uptake", "washout", "in_zone")
"""Keys that say when within a window an intervention acts, and how fast."""

Kinds = Mapping[str, "Kind"]
"""Rows of the table of interventions by kind."""


def read_interventions(
    where: str, found: Sequence[Mapping[str, Any]], protocol: Protocol, kinds: Kinds | None = None
) -> tuple[Intervention, ...]:
    """Read the ``[[intervention]]`` tables of a protocol that is whole but for them.

    Raises
    ------
    ProtocolError
        If a kind, target, dose, time or phase is refused.
    """
    allowed = _allowed_kinds(kinds) if found else {}
    return tuple(
        _read_intervention(
            Table(f"{where}: intervention {number}", item, INTERVENTION), allowed, protocol
        )
        for number, item in enumerate(found, start=1)
    )


def parse_intervention(given: str, protocol: Protocol, kinds: Kinds | None = None) -> Intervention:
    """Read ``KIND[:TARGET][=dose]@PHASE[,PHASE...][,KEY=VALUE...]``, as on the command line.

    The keys are those of a protocol file in `COURSE`.

    Raises
    ------
    ProtocolError
        If the form, the kind, the target, the dose, a phase, a key or its value is refused.
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
    entries = [entry.strip() for entry in during.split(",")]
    values: dict[str, Any] = {"kind": kind, "during": [x for x in entries if "=" not in x]}
    for key, _, value in (entry.partition("=") for entry in entries if "=" in entry):
        name = key.strip()
        if name not in COURSE or name in values:
            raise ProtocolError(
                f"{where}: {shown(name)} is not a key here, or stands twice; allowed: "
                f"{', '.join(COURSE)}, each once{suggestion(name, COURSE)}"
            )
        flags = {"true": True, "false": False} if name == "in_zone" else {}
        values[name] = flags.get(value.strip(), value.strip())
    if colon:
        values["target"] = target
    if equals:
        try:
            values["dose"] = float(dose)
        except ValueError:
            raise ProtocolError(f"{where}: dose {shown(dose)} is not a number") from None
    return _read_intervention(Table(where, values, INTERVENTION), _allowed_kinds(kinds), protocol)


def _allowed_kinds(kinds: Kinds | None) -> Kinds:
    if kinds is not None:
        return kinds
    from paradigms.protocol.interventions import INTERVENTIONS

    return INTERVENTIONS


def _read_intervention(table: Table, kinds: Kinds, protocol: Protocol) -> Intervention:
    kind = table.read("kind", kinds)
    row = kinds[kind]
    target = _read_target(table, row)
    dose = table.read("dose")
    if dose > row.highest:
        raise table.refuse("dose", f"is too high; allowed: 0 to {row.highest:g} ({row.dose_unit})")
    during = _read_during(table, row, protocol)
    declared = [item.name for item in protocol.stimuli if item.name not in STIMULI]
    locked = table.read("locked", (*STIMULI, *declared)) or ""
    onset, duration = _read_lock(table, locked, during, protocol)
    uptake, washout = table.read("uptake"), table.read("washout")
    if row.permanent and (locked or uptake or washout):
        key = "locked" if locked else "uptake" if uptake else "washout"
        raise table.refuse(key, f"is not for {kind}, which is for good; leave it out")
    in_zone = table.read("in_zone")
    if in_zone:
        _check_zone(table, row, during, protocol)
    table.finish()
    return Intervention(
        kind, dose, during, target, locked, onset, duration, uptake, washout, in_zone
    )


def _check_zone(table: Table, row: Kind, during: Sequence[str], protocol: Protocol) -> None:
    """Refuse what cannot follow the animal in and out of a zone."""
    if not row.conductance:
        raise table.refuse(
            "in_zone", f"is of light and what opens a conductance as it does; {row.kind} cannot "
            "come and go with the animal, leave it out"
        )  # fmt: skip
    for key in ("locked", "uptake", "washout"):
        if table.has(key):
            raise table.refuse(key, "is not for what follows the animal; leave it or in_zone out")
    boxes = [session.name for session in protocol.sessions if session.kind == PLACE]
    for window in during:
        if window.partition(".")[0] not in boxes:
            raise table.refuse(
                "during", f"names {shown(window)}, which is no box of two zones; in_zone needs a "
                f"session of kind = \"{PLACE}\"; allowed: {listed(boxes)}"
            )  # fmt: skip


def _read_during(table: Table, row: Kind, protocol: Protocol) -> tuple[str, ...]:
    """Read the sessions and phases in which an intervention acts."""
    given = table.get("during", table.key("during").line)
    names = given if isinstance(given, list) else [given]
    windows = protocol.windows()
    for name in names:
        if not isinstance(name, str) or name not in windows:
            near = suggestion(name, windows) if isinstance(name, str) else ""
            raise table.refuse(
                "during",
                f"names {shown(name)}, which is no session or "
                f"session.phase; allowed: {listed(windows)}{near}",
            )
    if not names:
        raise table.refuse("during", f"must name a session, for example {windows[0]!r}")
    if row.permanent and names != [ALWAYS]:
        raise table.refuse(
            "during", f"cannot come and go: {row.kind} is for good; allowed: {ALWAYS}"
        )
    refuse_twice(table.where, "phase", names)
    return tuple(names)


def _read_lock(
    table: Table, locked: str, during: Sequence[str], protocol: Protocol
) -> tuple[float, float]:
    """Read onset and duration of what is on within trials; both 0 for what is not."""
    if not locked:
        for key in ("onset", "duration"):
            if table.has(key):
                raise table.refuse(
                    key, f'is within trials; add locked = "{STIMULI[0]}" or leave it'
                )
        return 0.0, 0.0
    onset, duration = table.read("onset"), table.read("duration") or 0.0
    name = locked.upper() if locked in STIMULI else locked
    for window in during:
        phases = protocol.phases_in(window)
        lengths = [length for phase in phases for length in phase.lengths(locked)]
        if not any(lengths):
            raise table.refuse(
                "locked", f"finds no {name} in {window}; let during name phases that have one"
            )
        shortest = min(length for length in lengths if length)
        if onset >= shortest or onset + duration > shortest:
            raise table.refuse(
                "duration" if duration else "onset",
                f"reaches {onset + duration:g} s after the {name} begins, which in {window} lasts "
                f"{shortest:g} s; let it begin before and end by then",
            )
    return onset, duration


def _read_target(table: Table, row: Kind) -> str:
    """Read the cells or pathway that an intervention acts on."""
    if not row.targets:
        if table.has("target"):
            raise table.refuse("target", f"is not a choice: {row.kind} acts on {row.variable}")
        return ""
    example = f'target = "{row.targets[0]}"'
    if "target" not in table.values:
        if row.accepts(""):
            return ""
        raise ProtocolError(
            f"{table.where}: target is missing; write {row.kind}:{row.targets[0]} or {example}; "
            f"allowed: {', '.join(row.targets)}"
        )
    given = table.text("target", example)
    if not row.accepts(given):
        near = suggestion(given, row.targets)
        raise table.refuse("target", f"is not known; allowed: {', '.join(row.targets)}{near}")
    return given
