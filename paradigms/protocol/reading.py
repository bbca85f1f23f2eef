"""Reading one table of a protocol file with typed, explained refusals.

A protocol may come from a stranger: it is data. Nothing here executes what it reads, and every
refusal is one line that names the place, what was given, what is allowed and how to mend it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from astrogram.errors import AstrogramError
from astrogram.text import printable, shown, suggestion

DAY_S = 86400.0
TIME_UNITS = {
    "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0,
    "d": DAY_S, "day": DAY_S, "days": DAY_S, "week": 7 * DAY_S, "weeks": 7 * DAY_S,
}  # fmt: skip
"""Seconds in each unit a time string may carry."""

LONGEST_S = 3.6e7
"""The longest single time accepted (10,000 h): beyond it a number is a slip, not an experiment."""

LONGEST_NAME = 64
LONGEST_TEXT = 500
LONGEST_VALUE = 100
LONGEST_LIST = 300
"""Characters of a list of allowed names that a message shows."""

_TIME = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]+)\s*")
_SETTING = re.compile(r"[A-Za-z0-9_.+-]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class ProtocolError(AstrogramError, ValueError):
    """A protocol, or a request to change one, that cannot be carried out. One line."""


def listed(names: Collection[str]) -> str:
    """Return `names` with commas, cut where a message would get long."""
    kept: list[str] = []
    room = LONGEST_LIST
    for name in names:
        room -= len(name) + 2
        if room < 0 and kept:
            kept.append(f"... ({len(names)} in all)")
            break
        kept.append(name)
    return ", ".join(kept) or "none"


def parse_time(given: object) -> float:
    """Read a time string such as ``"30 s"``.

    Parameters
    ----------
    given : object
        A string: a non-negative number and a unit, one of `TIME_UNITS`.

    Returns
    -------
    float
        The time in seconds.

    Raises
    ------
    ProtocolError
        If it is not such a string. The message does not name a place: the caller adds it.
    """
    match = _TIME.fullmatch(given) if isinstance(given, str) else None
    if match is None or match.group(2) not in TIME_UNITS:
        raise ProtocolError(
            'must be a time with a unit (ms, s, min, h, days, weeks), for example "30 s"'
        )
    seconds = float(match.group(1)) * TIME_UNITS[match.group(2)]
    if not math.isfinite(seconds) or seconds > LONGEST_S:
        raise ProtocolError(
            f"must be at most {LONGEST_S / 3600:g} h ({LONGEST_S / DAY_S:.0f} days)"
        )
    return seconds


def refuse_twice(where: str, what: str, names: Sequence[str]) -> None:
    """Refuse a name that is given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProtocolError(f"{where}: {what} {name!r} is given twice; give each its own name")
        seen.add(name)


@dataclass
class Table:
    """One TOML table being read; remembers which keys were asked for, so the rest can be refused.

    Parameters
    ----------
    where : str
        Place named in every message, for example ``fear.toml: session 'conditioning'``.
    values : Mapping
        The table.
    """

    where: str
    values: Mapping[str, Any]
    known: set[str] = field(default_factory=set)

    def refuse(self, key: str, must: str) -> ProtocolError:
        """Return the error for `key`, naming what was given."""
        return ProtocolError(f"{self.where}: {key} = {shown(self.values.get(key))} {must}")

    def has(self, key: str) -> bool:
        """Return whether the table holds `key`."""
        self.known.add(key)
        return key in self.values

    def get(self, key: str, example: str) -> Any:
        """Return a required value; `example` shows how to write it."""
        if not self.has(key):
            raise ProtocolError(f"{self.where}: {key} is missing; add a line such as {example}")
        return self.values[key]

    def text(self, key: str, example: str, default: str | None = None) -> str:
        """Return a string on one line, required if there is no default."""
        if default is not None and not self.has(key):
            return default
        value = self.get(key, example)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, f"must be text; write it as {example}")
        if len(value) > LONGEST_TEXT:
            raise self.refuse(key, f"has {len(value)} characters; allowed: {LONGEST_TEXT}")
        if printable(value) != value or len(value.splitlines()) > 1 or "\t" in value:
            raise self.refuse(key, "must be one line without control characters")
        return value

    def label(self, key: str, example: str) -> str:
        """Return a required name: it becomes a label in the dataset, so it holds no spaces."""
        value = self.text(key, example)
        if len(value) > LONGEST_NAME:
            raise self.refuse(key, f"has {len(value)} characters; allowed: {LONGEST_NAME}")
        if not _NAME.fullmatch(value):
            raise self.refuse(key, "must be a letter followed by letters, digits, '_' or '-'")
        return value

    def choice(self, key: str, allowed: Collection[str], example: str) -> str:
        """Return a required string out of `allowed`."""
        value = self.text(key, example)
        if value not in allowed:
            near = suggestion(value, allowed)
            raise self.refuse(key, f"is not known; allowed: {', '.join(allowed) or 'none'}{near}")
        return value

    def time(self, key: str, default: str | None = None, *, zero: bool = False) -> float:
        """Return a time in seconds; `zero` says whether 0 is allowed."""
        value = (
            self.get(key, f'{key} = "30 s"') if default is None else self.values.get(key, default)
        )
        self.known.add(key)
        try:
            seconds = parse_time(value)
        except ProtocolError as error:
            raise self.refuse(key, str(error)) from None
        if seconds <= 0 and not zero:
            raise self.refuse(key, "must be longer than 0")
        return seconds

    def number(self, key: str, default: float | None, example: str) -> float:
        """Return a finite number."""
        if default is not None and not self.has(key):
            return default
        value = self.get(key, example)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refuse(key, f"must be a number; write it as {example}")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.refuse(key, "must be finite")
        return number

    def count(self, key: str, low: int, high: int) -> int:
        """Return a whole number between `low` and `high`."""
        value = self.get(key, f"{key} = 5")
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(key, f"must be a whole number from {low} to {high}")
        return value

    def flag(self, key: str) -> bool:
        """Return a required true or false."""
        value = self.get(key, f"{key} = true")
        if not isinstance(value, bool):
            raise self.refuse(key, "must be true or false, without quotes")
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """Return a list of tables (``[[key]]``), empty when absent."""
        value = self.values.get(key, [])
        self.known.add(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(key, f"must be written as [[{key}]] tables")
        return value

    def settings(self, key: str) -> dict[str, str]:
        """Return parameters by ``group.name``, their values as text; none when absent.

        Values may be text or numbers, and names quoted or not: without quotes TOML reads
        ``plasticity.eta`` as a table within a table.
        """
        self.known.add(key)
        given = self.values.get(key, {})
        if not isinstance(given, dict):
            raise self.refuse(key, 'must be a table such as { "plasticity.eta" = 0 }')
        result: dict[str, str] = {}
        waiting = list(given.items())
        for name, value in waiting:
            where = f"{self.where}: {key}.{shown(name)}"
            if isinstance(value, dict) and value and len(name) <= LONGEST_NAME:
                waiting += [(f"{name}.{inner}", item) for inner, item in value.items()]
                continue
            if name in result:
                raise ProtocolError(f"{where} stands twice; write it once")
            if not _SETTING.fullmatch(name) or len(name) > LONGEST_NAME:
                raise ProtocolError(f"{where} is no name of a parameter")
            result[name] = _setting(where, value)
        return result

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self.values:
            if key not in self.known:
                allowed = ", ".join(sorted(self.known))
                near = suggestion(key, self.known)
                raise ProtocolError(
                    f"{self.where}: {shown(key)} is not a key here; allowed: {allowed}{near}"
                )


def _setting(where: str, value: object) -> str:
    """Return the value of a parameter as ``--set`` takes it."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        text = value if isinstance(value, str) else repr(value) if number else ""
    except ValueError:  # of thousands of digits
        text = ""
    if not text.strip() or len(text) > LONGEST_VALUE or printable(text) != text:
        raise ProtocolError(
            f'{where} = {shown(value)} must be a number, or text with a unit such as "30 Hz"'
        )
    return text
