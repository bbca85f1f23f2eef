"""What of a protocol is otherwise in one group: values of its sessions, phases and kinds of trials.

So animals that get one shock instead of three, or wait three weeks instead of a day, need no
protocol of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w

from astrogram.text import shown, suggestion
from paradigms.protocol.files import parse_protocol
from paradigms.protocol.plan import Protocol
from paradigms.protocol.reading import ProtocolError, listed, refuse_twice

Place = tuple[str, dict[str, Any]]
"""``session.phase.kind.key``, and the table that holds the key."""


def changed(plan: Protocol, changes: Mapping[str, Any], where: str) -> Protocol:
    """Return a protocol with other values, in its text too.

    Parameters
    ----------
    plan : Protocol
    changes : mapping of str to value
        By ``session.key``, ``session.phase.key`` or ``session.phase.kind.key``, whatever of these
        the protocol says; tables within tables are read so, too, as TOML has it without quotes.
    where : str
        Names the group in messages.

    Raises
    ------
    ProtocolError
        If the protocol has no such key, or refuses its value.
    """
    if not changes:
        return plan
    content = tomllib.loads(plan.text)
    places = dict(_places(content["session"]))
    given = list(_flat(changes))
    refuse_twice(where, "change", [name for name, _ in given])
    for name, value in given:
        if name not in places:
            raise ProtocolError(
                f"{where}: change {shown(name)} is nothing that protocol {plan.name} says; "
                f"allowed: {listed(places)}{suggestion(name, list(places))}"
            )
        places[name][name.rpartition(".")[2]] = value
    try:
        text = tomli_w.dumps(content)
    except RecursionError:
        raise ProtocolError(
            f"{where}: change holds a list in too many lists; give a value such as the protocol's"
        ) from None
    return parse_protocol(text, f"{where}: {plan.name} with its change")


def _places(tables: list[dict[str, Any]], above: str = "") -> Iterator[Place]:
    for table in tables:
        here = f"{above}{table['name']}."
        for key, value in table.items():
            if key in ("phase", "kind") and isinstance(value, list):
                yield from _places(value, here)
            elif key != "name":
                yield f"{here}{key}", table


def _flat(changes: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in changes.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
