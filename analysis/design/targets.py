"""What a row of a comparison expects, in words that can be read again.

========================  ==========================================================================
``40 within 10``          the value lies in the model's interval, or within so much of it
``above 0``, ``below 0``  the model has that sign, and its interval (if any) excludes 0
``at least 5``            the model reaches it
``at most 5``             the model stays under it
``kept: sign of 'R'``     the sign of the model's own value in row R, and its interval excludes 0
``gone: below B of 'R'``  smaller than B times the value of row R, and its interval includes 0
========================  ==========================================================================

What was not found in row R can be neither kept nor abolished: where that row is missed, so are the
rows that refer to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MET = ("met", "order met")
FORMS = (
    "40 within 10", "above 0", "below 0", "at least 5", "at most 5", "kept: sign of 'ROW'",
    "gone: below 0.5 of 'ROW'",
)  # fmt: skip

_NUMBER = r"([-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,2})?)"
_PATTERNS = {
    "near": re.compile(rf"{_NUMBER} within {_NUMBER}"),
    "sign": re.compile(r"(above|below) 0"),
    "above": re.compile(rf"at least {_NUMBER}"),
    "below": re.compile(rf"at most {_NUMBER}"),
    "same": re.compile(r"kept: sign of '(.+)'"),
    "share": re.compile(rf"gone: below {_NUMBER} of '(.+)'"),
}


@dataclass(frozen=True)
class Target:
    """What a row expects.

    Attributes
    ----------
    rule : str
        ``near``, ``sign``, ``above``, ``below``, ``same`` or ``share``, in the order of the table
        above.
    bar : float
        Tolerance, sign, bar or share.
    value : float
        What the model should be near to.
    of : str
        Row that it refers to.
    """

    rule: str
    bar: float = 0.0
    value: float = 0.0
    of: str = ""


def target(expect: str) -> Target:
    """Read what a row expects.

    Raises
    ------
    ValueError
        If it is none of `FORMS`.
    """
    for rule, pattern in _PATTERNS.items():
        match = pattern.fullmatch(expect)
        if match is None:
            continue
        given = match.groups()
        if rule == "near":
            return Target(rule, float(given[1]), float(given[0]))
        if rule == "sign":
            return Target(rule, 1.0 if given[0] == "above" else -1.0)
        if rule == "same":
            return Target(rule, of=given[0])
        return Target(rule, float(given[0]), of=given[1] if rule == "share" else "")
    raise ValueError(expect)


def expectation(rule: str, value: str, bar: str, of: str) -> str:
    """Say in words what a row of the package's own tables asks for."""
    if rule == "sign":  # of the published value, or of the bar where there is none
        return "above 0" if float(value or bar) > 0 else "below 0"
    return {
        "near": f"{value} within {bar}",
        "above": f"at least {bar}",
        "below": f"at most {bar}",
        "same": f"kept: sign of '{of}'",
        "share": f"gone: below {bar} of '{of}'",
    }[rule]


def margin(expect: str, model: float | None) -> float:
    """How far a value without an interval is from where it would be missed, in its unit.

    Parameters
    ----------
    expect : str
        What the row expects: ``near``, ``sign``, ``above`` or ``below``.
    model : float or None
        The value; None where there is none.

    Returns
    -------
    float
        Negative where `verdict` says missed; NaN without a value.
    """
    if model is None:
        return float("nan")
    aim = target(expect)
    if aim.rule == "sign":  # which asks for more than zero
        return model * aim.bar if model else -float(np.finfo(float).tiny)
    if aim.rule == "near":
        return aim.bar - abs(model - aim.value)
    return model - aim.bar if aim.rule == "above" else aim.bar - model


def verdict(
    expect: str, model: float, low: float, high: float, done: Mapping[str, Mapping[str, Any]]
) -> str:
    """Judge a value.

    Parameters
    ----------
    expect : str
        What the row expects; nothing is ``no target``.
    model, low, high : float
        Value and its interval, NaN where there is none.
    done : mapping of str to row
        Rows that it may refer to, with their ``verdict`` and ``model``.

    Returns
    -------
    str
        ``met``, ``missed``, ``order met``, ``order missed`` or ``no target``.
    """
    if not expect:
        return "no target"
    aim = target(expect)
    beyond = not np.isfinite(low) or low * high > 0
    over = not np.isfinite(low) or low * high <= 0
    if aim.rule == "sign":
        return "order met" if model * aim.bar > 0 and beyond else "order missed"
    if aim.rule in ("same", "share"):
        of = done.get(aim.of)
        if of is None or of["verdict"] not in MET:
            met = False
        elif aim.rule == "same":
            met = model * of["model"] > 0 and beyond
        else:
            met = abs(model) < aim.bar * abs(of["model"]) and over
    elif aim.rule == "near":
        met = abs(model - aim.value) <= aim.bar or low <= aim.value <= high
    else:
        met = model >= aim.bar if aim.rule == "above" else model <= aim.bar
    return "met" if met else "missed"
