"""One value of a protocol file, held against what its key may hold.

A refusal says what the value must be; whoever reads the table adds the place and what was given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from typing import Any

from astrogram.errors import AstrogramError
from astrogram.text import printable, shown, suggestion
from paradigms.protocol import key as kinds
from paradigms.protocol.key import Key

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
LONGEST_LIST = 300
"""Characters of a list of allowed names that a message shows."""

TIME_PATTERN = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]+)\s*")
NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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
    match = TIME_PATTERN.fullmatch(given) if isinstance(given, str) else None
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


def checked(key: Key, value: object, besides: str = "") -> Any:
    """Return what a value says: a time in s, a number, text.

    Parameters
    ----------
    key : Key
    value : object
        As TOML gives it.
    besides : str
        What a choice may be besides its words, for the message.

    Raises
    ------
    ProtocolError
        What the value must be, without the place.
    """
    if key.kind == kinds.CHOICE:
        return _choice(key, value, besides)
    return _CHECKS[key.kind](key, value)


def _text(key: Key, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ProtocolError(f"must be text; write it as {key.line}")
    if len(value) > LONGEST_TEXT:
        raise ProtocolError(f"has {len(value)} characters; allowed: {LONGEST_TEXT}")
    if printable(value) != value or len(value.splitlines()) > 1 or "\t" in value:
        raise ProtocolError("must be one line without control characters")
    return value


def _name(key: Key, value: object) -> str:
    """Check what becomes a label in the dataset, so it holds no spaces."""
    text = _text(key, value)
    if len(text) > LONGEST_NAME:
        raise ProtocolError(f"has {len(text)} characters; allowed: {LONGEST_NAME}")
    if not NAME_PATTERN.fullmatch(text):
        raise ProtocolError("must be a letter followed by letters, digits, '_' or '-'")
    return text


def _choice(key: Key, value: object, besides: str) -> str:
    text = _text(key, value)
    if text not in key.choices:
        near = suggestion(text, key.choices)
        raise ProtocolError(f"is not known; allowed: {listed(key.choices)}{besides}{near}")
    return text


def _time(key: Key, value: object) -> float:
    seconds = parse_time(value)
    if not key.holds(seconds):
        raise ProtocolError("must be longer than 0")
    return seconds


def _pause(key: Key, value: object) -> tuple[float, float]:
    ends = value if isinstance(value, list) and len(value) == 2 else [value, value]
    try:
        low, high = (parse_time(end) for end in ends)
    except ProtocolError:
        raise ProtocolError(
            'must be a time such as "60 s" or a range such as ["60 s", "90 s"]'
        ) from None
    if low > high:
        raise ProtocolError("must give the shorter time first")
    return low, high


def _number(key: Key, value: object) -> float:
    number = _float(value)
    if number is None:
        raise ProtocolError(f"must be a number; write it as {key.line}")
    if not math.isfinite(number):
        raise ProtocolError("must be finite")
    if not key.holds(number):
        at_least_0 = key.low == 0 and key.high is None and not key.above
        raise ProtocolError("must not be negative" if at_least_0 else f"must be {key.bounds}")
    return number


def _count(key: Key, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not key.holds(value):
        raise ProtocolError(f"must be a whole number {key.bounds}")
    return value


def _flag(key: Key, value: object) -> bool:
    if not isinstance(value, bool):
        raise ProtocolError("must be true or false, without quotes")
    return value


def _similar(key: Key, value: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        raise ProtocolError(f"must be names with shares; write it as {key.line}")
    for name, share in value.items():
        number = _float(share)
        if number is None or not key.holds(number):
            raise ProtocolError(
                f"must give shares in common {key.bounds}; that of {shown(name)} is {shown(share)}"
            )
    return tuple((name, float(share)) for name, share in value.items())


def _float(value: object) -> float | None:
    """Return a number as a float, infinite where it is too large; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


_CHECKS: dict[str, Callable[[Key, object], Any]] = {
    kinds.NAME: _name, kinds.TEXT: _text, kinds.TIME: _time, kinds.PAUSE: _pause,
    kinds.COUNT: _count, kinds.NUMBER: _number, kinds.FLAG: _flag, kinds.SIMILAR: _similar,
}  # fmt: skip
