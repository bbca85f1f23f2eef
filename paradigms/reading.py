"""Reading one table of a protocol file with typed, explained refusals.

A protocol may come from a stranger: it is data. Nothing here executes what it reads, and every
refusal is one line that names the place, what was given, what is allowed and how to mend it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from astrogram.errors import AstrogramError
from astrogram.text import shown, suggestion

TIME_UNITS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
"""Seconds in each unit a time string may carry."""

LONGEST_S = 3.6e7
"""The longest single time accepted (10,000 h): beyond it a number is a slip, not an experiment."""

_TIME = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]+)\s*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class ProtocolError(AstrogramError, ValueError):
    """A protocol, or a request to change one, that cannot be carried out. One line."""


def parse_time(given: object) -> float:
    """Read a time string such as ``"30 s"``.

    Parameters
    ----------
    given : object
        A string: a non-negative number and a unit, one of ``ms``, ``s``, ``min``, ``h``.

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
        units = ", ".join(TIME_UNITS)
        raise ProtocolError(f'must be a time with a unit ({units}), for example "30 s"')
    seconds = float(match.group(1)) * TIME_UNITS[match.group(2)]
    if not math.isfinite(seconds) or seconds > LONGEST_S:
        raise ProtocolError(f"must be at most {LONGEST_S / 3600:g} h")
    return seconds


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

    def text(self, key: str, example: str) -> str:
        """Return a required string."""
        value = self.get(key, example)
        if not isinstance(value, str):
            raise self.refuse(key, f"must be text; write it as {example}")
        return value

    def label(self, key: str, example: str) -> str:
        """Return a required name: it becomes a label in the dataset, so it holds no spaces."""
        value = self.text(key, example)
        if not _NAME.fullmatch(value):
            raise self.refuse(key, "must be a letter followed by letters, digits, '_' or '-'")
        return value

    def choice(self, key: str, allowed: Collection[str], example: str) -> str:
        """Return a required string out of `allowed`."""
        value = self.text(key, example)
        if value not in allowed:
            options = ", ".join(allowed) if allowed else "none"
            raise self.refuse(key, f"is not known; allowed: {options}{suggestion(value, allowed)}")
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
        if not math.isfinite(value):
            raise self.refuse(key, "must be finite")
        return float(value)

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

    def finish(self) -> None:
        """Refuse keys nobody asked for."""
        for key in self.values:
            if key not in self.known:
                allowed = ", ".join(sorted(self.known))
                near = suggestion(key, self.known)
                raise ProtocolError(
                    f"{self.where}: {key!r} is not a key here; allowed: {allowed}{near}"
                )
