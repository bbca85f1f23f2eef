"""Quantities from text, read by a small grammar and never executed.

A parameter table, a protocol or a command line may come from a stranger, so unit strings are looked
up in a fixed list instead of being evaluated.
"""

from __future__ import annotations

import math
import re

import brian2
import numpy as np
from brian2 import Quantity

from astrogram.errors import AstrogramError

# Every unit that a table, a protocol or a command line may name.
UNITS: dict[str, Quantity] = {
    "1": Quantity(1.0),
    "second": brian2.second,
    "s": brian2.second,
    "ms": brian2.ms,
    "min": 60 * brian2.second,
    "h": 3600 * brian2.second,
    "hertz": brian2.Hz,
    "Hz": brian2.Hz,
    "mV": brian2.mV,
    "pA": brian2.pA,
    "nS": brian2.nS,
    "pF": brian2.pF,
    "um": brian2.um,
    "molar": brian2.molar,
    "mmolar": brian2.mmolar,
    "umolar": brian2.umolar,
    "nmolar": brian2.nmolar,
}

_BASE_UNITS = {
    "metre": "length",
    "kilogram": "mass",
    "second": "time",
    "amp": "current",
    "kelvin": "temperature",
    "mole": "substance",
    "candle": "luminosity",
}

_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*", re.ASCII)
_FACTOR = re.compile(r"(\w+)(?:\*\*([-+]?\d))?", re.ASCII)


class UnitError(AstrogramError, ValueError):
    """A unit or a quantity that cannot be read; the message is one line."""


def parse_unit(text: str) -> Quantity:
    """Return the unit that `text` names.

    Parameters
    ----------
    text : str
        Names from `UNITS` joined by ``*`` and ``/``, each with an optional power of one digit
        written ``**n``, read from left to right: ``"umolar/second"``, ``"umolar**-1/second"``.

    Raises
    ------
    UnitError
        If a part of the text is not a known unit, or the whole is beyond all numbers.
    """
    result = Quantity(1.0)
    tokens = re.split(r"(?<!\*)([*/])(?!\*)", text.replace(" ", "")) if text.strip() else ["1"]
    sign = 1
    for position, token in enumerate(tokens):
        if position % 2:
            sign = -1 if token == "/" else 1
            continue
        match = _FACTOR.fullmatch(token)
        if match is None or match.group(1) not in UNITS:
            allowed = ", ".join(UNITS)
            raise UnitError(f"unit {text!r} has the unknown part {token!r}; allowed: {allowed}")
        with np.errstate(over="ignore", under="ignore"):
            result = result * UNITS[match.group(1)] ** (sign * int(match.group(2) or 1))
    if not 0 < float(result) < math.inf:
        raise UnitError(f"unit {text!r} is beyond all numbers; write a smaller power")
    return Quantity(result)


def parse_quantity(text: str) -> Quantity:
    """Return the quantity in `text`, for example ``"30 s"`` or ``"0.5 umolar"``.

    Parameters
    ----------
    text : str
        A number and, after it, a unit as in `parse_unit` (none means dimensionless).

    Raises
    ------
    UnitError
        If there is no number, it is beyond all numbers, or the unit is unknown.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise UnitError(f"{text!r} is not a number with a unit; write for example '30 s'")
    with np.errstate(over="ignore"):
        result = Quantity(float(match.group(1)) * parse_unit(match.group(2)))
    if not math.isfinite(float(result)):
        raise UnitError(f"{text!r} is beyond all numbers; write a smaller one")
    return result


def base_unit(value: Quantity) -> str:
    """Return the unit of `value` without a prefix, as Brian2's equations take it.

    ``base_unit(30 * nS)`` is ``"metre**-2*kilogram**-1*second**3*amp**2"``, and that of a number
    is ``"1"``.
    """
    dimensions = brian2.get_dimensions(value)
    powers = {name: dimensions.get_dimension(what) for name, what in _BASE_UNITS.items()}
    return "*".join(f"{name}**{power:g}" for name, power in powers.items() if power) or "1"
