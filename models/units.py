"""Quantities from text, read by a small grammar and never executed.

A parameter table, a protocol or a command line may come from a stranger, so unit strings are looked
up in a fixed list instead of being evaluated. The notation is that of Brian2: ``30*nS``,
``40/second``, ``0.3/(umolar*second)``, or a number, a blank and a unit.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator

import brian2
import numpy as np
from brian2 import Quantity

from astrogram.errors import AstrogramError
from astrogram.text import shown

_PREFIXES = ("", "f", "p", "n", "u", "m", "k", "M", "G")
_NAMES = (
    "second", "hertz", "molar", "mole", "volt", "amp", "ampere", "siemens", "farad", "ohm", "metre",
    "meter", "gram", "joule", "watt", "coulomb", "katal",
)  # fmt: skip
_SYMBOLS = {"s": "second", "Hz": "hertz", "V": "volt", "A": "amp", "S": "siemens", "F": "farad",
            "mol": "mole"}  # fmt: skip


def _units() -> dict[str, Quantity]:
    """Every unit that a table, a protocol or a command line may name: Brian2's, by its names."""
    known: dict[str, Quantity] = {"1": Quantity(1.0)}
    for name in _NAMES:
        known |= {p + name: getattr(brian2.units.allunits, p + name) for p in _PREFIXES}
    for symbol, name in _SYMBOLS.items():
        known |= {p + symbol: known[p + name] for p in _PREFIXES}
    # m alone may be metre, minute or milli, M alone molar or mega: these need a prefix
    known |= {f"{p}M": known[f"{p}molar"] for p in ("p", "n", "u", "m")}
    known |= {f"{p}m": known[f"{p}metre"] for p in ("n", "u", "m", "k")}
    known |= {"cm": brian2.cmetre, "cmetre": brian2.cmetre, "cmeter": brian2.cmetre}
    known |= {"kilogram": brian2.kilogram, "kelvin": brian2.kelvin}
    minute, hour = 60 * brian2.second, 3600 * brian2.second
    day = 24 * hour
    known |= {"min": minute, "minute": minute, "h": hour, "hour": hour}
    return known | {"d": day, "day": day, "week": 7 * day}


UNITS = _units()
"""Unit by name. Micro is written u, µ or μ."""

_EXAMPLES = "second, ms, min, h, day, Hz, umolar, uM, nS, pF, mV, pA, um, 1"
LONGEST = 200
"""Characters of the longest unit that is read."""
LONGEST_NUMBER = 10_000
"""Characters of the longest quantity that is read."""

_BASE_UNITS = {
    "metre": "length",
    "kilogram": "mass",
    "second": "time",
    "amp": "current",
    "kelvin": "temperature",
    "mole": "substance",
    "candle": "luminosity",
}

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_TOKEN = re.compile(r"\s*(\*\*\s*[-+]?\d(?!\d)|[*/()]|[^\s*/()]+)")


class UnitError(AstrogramError, ValueError):
    """A unit or a quantity that cannot be read; the message is one line."""


def parse_unit(text: str) -> Quantity:
    """Return the unit that `text` names.

    Parameters
    ----------
    text : str
        Names from `UNITS` joined by ``*`` and ``/``, each with an optional power of one digit
        written ``**n``, read from left to right; parentheses bind: ``"umolar/second"``,
        ``"umolar**-1/second"``, ``"1/(umolar*second)"``. Nothing is the unit 1.

    Raises
    ------
    UnitError
        If a part of the text is not a known unit, or the whole is beyond all numbers.
    """
    if len(text) > LONGEST:
        raise UnitError(f"unit {shown(text)} has {len(text)} characters; allowed: {LONGEST}")
    if not text.strip():
        return Quantity(1.0)
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        result = _Reader(text).unit()
    if not 0 < float(result) < math.inf:
        raise UnitError(f"unit {shown(text)} is beyond all numbers; write a smaller power")
    return Quantity(result)


def read_number(text: str) -> tuple[float, Quantity | None]:
    """Read the number in `text` and the unit after it, None if there is none.

    Parameters
    ----------
    text : str
        A number and, after it, perhaps a unit as in `parse_unit`, which ``*`` or ``/`` may join to
        it: ``"30"``, ``"30 s"``, ``"2*umolar"``, ``"40/second"``.

    Raises
    ------
    UnitError
        If there is no number, number or quantity are beyond all numbers, or the unit is unknown.
    """
    text = text.strip()
    match = _NUMBER.match(text) if len(text) <= LONGEST_NUMBER else None
    if match is None:
        raise UnitError(
            f"{shown(text)} is not a number with a unit; write for example '30 s' or 40/second"
        )
    digits, rest = match.group(), text[match.end() :].strip()
    number = float(digits)
    vanished = number == 0 and re.search("[1-9]", re.split("[eE]", digits)[0])
    if not math.isfinite(number) or vanished:
        raise UnitError(f"{shown(text)} is beyond all numbers; write one from 1e-300 to 1e300")
    if not rest:
        return number, None
    if rest.startswith("/"):
        rest = "1" + rest
    elif rest.startswith("*") and rest[1:].strip() and not rest.startswith("**"):
        rest = rest[1:]
    unit = parse_unit(rest)
    with np.errstate(over="ignore"):
        if not math.isfinite(number * float(unit)):
            raise UnitError(f"{shown(text)} is beyond all numbers; write a smaller one")
    return number, unit


def parse_quantity(text: str) -> Quantity:
    """Return the quantity in `text`, for example ``"30 s"`` or ``"0.5*umolar"``.

    Parameters
    ----------
    text : str
        As in `read_number`; no unit means dimensionless.

    Raises
    ------
    UnitError
        As `read_number`.
    """
    number, unit = read_number(text)
    return Quantity(number if unit is None else number * unit)


def base_unit(value: Quantity) -> str:
    """Return the unit of `value` without a prefix, as Brian2's equations take it.

    ``base_unit(30 * nS)`` is ``"metre**-2*kilogram**-1*second**3*amp**2"``, and that of a number
    is ``"1"``.
    """
    dimensions = brian2.get_dimensions(value)
    powers = {name: dimensions.get_dimension(what) for name, what in _BASE_UNITS.items()}
    return "*".join(f"{name}**{power:g}" for name, power in powers.items() if power) or "1"


class _Reader:
    """Reads one unit from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def unit(self) -> Quantity:
        result = self._product()
        if self._at < len(self._tokens):
            raise self._refusal(self._next())
        return result

    def _next(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return token

    def _ahead(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _product(self) -> Quantity:
        result = Quantity(1.0) * self._factor(1)
        while self._ahead() in ("*", "/"):
            sign = -1 if self._next() == "/" else 1
            result = result * self._factor(sign)
        return result

    def _factor(self, sign: int) -> Quantity:
        token = self._next()
        if token == "(":
            inner = self._product()
            closing = self._next()
            if closing != ")":
                raise self._refusal(closing)
        else:
            inner = UNITS.get(_micro(token))
            if inner is None:
                raise self._refusal(token)
        power = 1
        if self._ahead().startswith("**"):
            power = int(self._next()[2:])
        return Quantity(inner ** (sign * power))

    def _refusal(self, token: str) -> UnitError:
        if not token:
            return UnitError(
                f"unit {shown(self._text)} ends where a unit or ) should stand; "
                f"allowed: {_EXAMPLES}"
            )
        if _micro(token) in UNITS or token == "(":
            return UnitError(
                f"unit {shown(self._text)} has nothing between two parts before {shown(token)}; "
                "write * or / there"
            )
        if token == ")":
            return UnitError(f"unit {shown(self._text)} has a ) that nothing opens; leave it out")
        same = [name for name in UNITS if name.lower() == token.lower()]
        near = same or difflib.get_close_matches(token[:20], UNITS, n=3, cutoff=0.5)
        if token in _AMBIGUOUS:
            near = _AMBIGUOUS[token]
        hint = f"did you mean {', '.join(near[:3])}? " if near else ""
        return UnitError(
            f"unit {shown(self._text)} has the unknown part {shown(token)}; {hint}allowed: SI "
            f"units joined by * and /, powers as **2, such as {_EXAMPLES}"
        )


_AMBIGUOUS = {"m": ["metre", "min", "ms"], "M": ["molar", "mM", "uM"]}


def _micro(name: str) -> str:
    """Write micro as u, whichever sign it has."""
    return "u" + name[1:] if name[:1] in ("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}") else name


def _tokens(text: str) -> Iterator[str]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # cannot be: what is neither space nor operator is a name
            raise UnitError(f"unit {shown(text)} cannot be read; allowed: {_EXAMPLES}")
        yield re.sub(r"\s", "", match.group(1))
        at = match.end()
