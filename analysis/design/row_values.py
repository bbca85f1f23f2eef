"""What each key of a user's ``[[epoch]]`` and ``[[contrast]]`` tables may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from analysis.design.contrasts import quantities
from analysis.design.targets import FORMS, target
from analysis.design.trials import ROLES
from astrogram.text import one_line, suggestion

LONGEST = 200
"""Characters of a text."""
ENDS = ("first", "last")
_NAME = re.compile(r"[A-Za-z0-9_.+@-]+")

Check = Callable[[Any], Any]
"""Returns the value, or raises `Wrong`."""


class Wrong(ValueError):
    """What a value must be."""


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > LONGEST:
        raise Wrong("must be a name of letters, digits and _ . + @ -")
    return value


def _line(value: Any) -> str:
    if not isinstance(value, str) or one_line(value) != value or not 0 < len(value) <= LONGEST:
        raise Wrong(f"must be one line of text of at most {LONGEST} characters")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be true or false, without quotes")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Wrong("must be a number")
    if not -1e12 <= value <= 1e12:
        raise Wrong("must be between -1e12 and 1e12")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10_000:
        raise Wrong("must be a whole number from 1 to 10000")
    return value


def _which(value: Any) -> str | int:
    if value in ENDS and isinstance(value, str):
        return value
    try:
        return _count(value)
    except Wrong:
        raise Wrong('must be "first", "last", or a whole number counted from 1') from None


def _one_of(allowed: Iterable[str]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            near = suggestion(str(value)[:LONGEST], list(allowed))
            raise Wrong(f"is not known; allowed: {', '.join(allowed)}{near}")
        return value

    return check


def _quantity(value: Any) -> str:
    if not isinstance(value, str) or value not in quantities():
        near = suggestion(str(value)[:LONGEST], list(quantities()))
        raise Wrong(f"is not measured; allowed: {', '.join(quantities())}{near}")
    return value


def _expect(value: Any) -> str:
    try:
        target(_line(value))
    except ValueError:
        forms = ", ".join(f'"{form}"' for form in FORMS)
        raise Wrong(f"cannot be judged; write it as one of {forms}") from None
    return str(value)


EPOCH: dict[str, Check] = {
    "name": _name, "stage": _name, "block": _which, "trial": _which, "title": _line,
    "role": _one_of(ROLES), "tested": _flag, "shown": _flag, "kind": _name, "stimulus": _name,
    "context": _name,
}  # fmt: skip
CONTRAST: dict[str, Check] = {
    "name": _line, "quantity": _quantity, "epoch": _name, "minus_epoch": _name, "group": _name,
    "minus_group": _name, "form": _one_of(("value", "difference", "ratio", "correlation")),
    "beside": _quantity, "beside_epoch": _name, "expect": _expect, "value": _number,
    "sem": _number, "n": _line, "trust": _line, "note": _line, "decisive": _flag, "trials": _count,
}  # fmt: skip
