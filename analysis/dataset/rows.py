"""What a row of a schema table says of a variable, or of an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

#: Meanings of an open flag variable are named by the dataset itself (populations, stages ...).
OPEN: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    """Values that a variable can have: from `low` to `high`, NaN only where it means something.

    What is not NaN is finite, also where an end is not.
    """

    low: float = -inf
    high: float = inf
    nan: bool = False


ANY = Range()
NOT_NEGATIVE = Range(0)
SHARE = Range(0, 1)
TIME = Range(0, 1e9)
"""Simulated time, s: thirty years at most."""
CONCENTRATION = Range(0, 1e4)
"""umol L-1. No ion or messenger of a cytosol, and no transmitter, reaches 10 mmol L-1."""


@dataclass(frozen=True)
class Variable:
    """One row of the schema.

    Attributes
    ----------
    name : str
        Name in the dataset.
    dims : tuple of str
        Dimensions, in order.
    dtype : str
        NumPy type on disk; ``int16`` is accepted too where ``flags`` is not None.
    units : str
        UDUNITS string, ``"1"`` for pure numbers.
    long_name : str
        What it is, in words (axis label).
    flags : tuple of str or None
        CF flag meanings; None for a quantity, ``OPEN`` where the dataset names its own.
    role : {"data", "coord"}
        Whether it is a coordinate.
    attrs : tuple of (str, str)
        Further attributes.
    allowed : Range
        Values it can have; of a flag variable the flags say so.
    points : str or None
        Dimension whose elements its values number, from 0; below `allowed.low` none is.
    facet : str
        Which of `FACETS` it belongs to; ``""`` in the tables of `analysis.dataset.parts`.
    optional : bool
        Whether a dataset that has the facet may lack it.
    other_units : tuple of str
        Units that a recording may have instead; `allowed` is of `units` alone.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    units: str
    long_name: str
    flags: tuple[str, ...] | None = None
    role: Literal["data", "coord"] = "data"
    attrs: tuple[tuple[str, str], ...] = ()
    allowed: Range = ANY
    points: str | None = None
    facet: str = ""
    optional: bool = False
    other_units: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.dims)}) {self.dtype} in '{self.units}'"


@dataclass(frozen=True)
class Attribute:
    """One global attribute: its name, kind and meaning, and whether recordings need it, too."""

    name: str
    kind: Literal["text", "json", "integer", "number"]
    meaning: str
    always: bool = False
