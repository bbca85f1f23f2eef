"""The parameter tables: one row per parameter drives code, validation, docs and every dataset.

Each circuit has a folder ``models/tables/<circuit>``, in which ``<group>.csv`` holds the rows of a
group with the columns ``name, value, unit, low, high, meaning, source``. Bounds are inclusive and
in the row's unit; an empty bound is open. A value without a published source says "chosen" and why.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from numbers import Real
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from brian2 import Quantity, get_dimensions, have_same_dimensions

from astrogram.errors import AstrogramError
from astrogram.text import shown
from models.units import UnitError, parse_unit, read_number

Value: TypeAlias = "str | float | Quantity"
"""What may be given for a parameter: a text such as ``"40/second"``, a number in the unit of the
table, or a Brian2 quantity."""

COLUMNS = ("name", "value", "unit", "low", "high", "meaning", "source")


class ParameterError(AstrogramError, ValueError):
    """A parameter that is unknown, of the wrong unit or out of range; the message is one line."""


@dataclass(frozen=True)
class Parameter:
    """One row: `value`, `low` and `high` are in `unit`."""

    group: str
    name: str
    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str

    @property
    def key(self) -> str:
        """``group.name``, as written on the command line."""
        return f"{self.group}.{self.name}"

    def quantity(self) -> Quantity:
        """The value with its unit."""
        return Quantity(self.value * parse_unit(self.unit))


def _check(row: Parameter) -> Parameter:
    if not math.isfinite(row.value) or not row.low <= row.value <= row.high:
        raise ParameterError(
            f"parameter {row.key} = {row.value:.12g} {row.unit} is out of range; "
            f"allowed: {row.low:g} to {row.high:g} {row.unit} ({row.meaning})"
        )
    return row


def _in_unit(row: Parameter, given: Value) -> float:
    """Return a value that was given for `row` in the row's unit."""
    if isinstance(given, str):
        try:
            number, unit = read_number(given)
        except UnitError as error:
            raise ParameterError(f"parameter {row.key}: {error}") from None
        if unit is None:
            return number
        quantity = number * unit
    elif isinstance(given, Quantity) and given.size == 1:
        quantity = Quantity(given).reshape(())
    elif isinstance(given, Real) and not isinstance(given, bool | np.bool_):
        try:
            return float(given)
        except OverflowError:
            return math.inf
    else:
        raise ParameterError(
            f"parameter {row.key} = {shown(given)} is no value; allowed: a number in {row.unit}, "
            "a text such as '30 s', or one Brian2 quantity"
        )
    if not have_same_dimensions(quantity, parse_unit(row.unit)):
        raise ParameterError(
            f"parameter {row.key} = {shown(given)} has dimensions {get_dimensions(quantity)}; "
            f"allowed: a value in {row.unit} or a unit of the same dimensions"
        )
    return float(quantity / parse_unit(row.unit))


def circuits() -> list[str]:
    """Names of the circuits that have parameter tables."""
    folder = resources.files("models") / "tables"
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def _read_tables(circuit: str) -> Iterable[Parameter]:
    if circuit not in circuits():
        raise ParameterError(f"unknown circuit '{circuit}'; allowed: {', '.join(circuits())}")
    folder = resources.files("models") / "tables" / circuit
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".csv"):
            continue
        group = path.name.removesuffix(".csv")
        reader = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ParameterError(
                f"table {path.name} has columns {reader.fieldnames}, not {COLUMNS}"
            )
        for record in reader:
            if None in record or None in record.values():
                raise ParameterError(
                    f"table {path.name}, line {reader.line_num}: more or fewer than "
                    f"{len(COLUMNS)} columns; quote a text that has a comma"
                )
            yield Parameter(
                group,
                record["name"],
                float(record["value"]),
                record["unit"],
                float(record["low"] or "-inf"),
                float(record["high"] or "inf"),
                record["meaning"],
                record["source"],
            )


@dataclass(frozen=True)
class ParameterSet:
    """All parameters of the model, read-only, by ``group.name``."""

    table: Mapping[str, Parameter]

    def __getitem__(self, key: str) -> Parameter:
        if key not in self.table:
            near = difflib.get_close_matches(str(key)[:80], self.table, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}? " if near else ""
            raise ParameterError(
                f"unknown parameter {shown(key)}; {hint}"
                f"`astrogram parameters` lists all {len(self.table)}"
            )
        return self.table[key]

    def quantity(self, key: str) -> Quantity:
        """Value of ``group.name`` as a Brian2 quantity."""
        return self[key].quantity()

    def value(self, key: str) -> float:
        """Value of ``group.name`` as a plain number in the unit of its table."""
        return self[key].value

    def group(self, *groups: str) -> dict[str, Quantity]:
        """Quantities of whole groups by bare name: the namespace of an equation string."""
        return {row.name: row.quantity() for row in self.table.values() if row.group in groups}

    def rows(self) -> list[Parameter]:
        """All rows, sorted by group and in table order within it."""
        return list(self.table.values())

    def with_values(self, overrides: Mapping[str, Value]) -> ParameterSet:
        """A copy with some values replaced.

        Parameters
        ----------
        overrides : mapping of str to str, number or brian2.Quantity
            By ``group.name``. A number, and a text without a unit, is read in the unit of the
            table; the unit of a text or a quantity must have its dimensions.

        Raises
        ------
        ParameterError
            If a name is unknown, a value cannot be read, its unit has other dimensions, or it is
            out of range.
        """
        table = dict(self.table)
        for key, given in overrides.items():
            row = self[key]
            table[key] = _check(replace(row, value=_in_unit(row, given)))
        return ParameterSet(MappingProxyType(table))

    def to_json(self) -> str:
        """Values and units of all parameters as sorted JSON: what travels in a dataset."""
        content = {key: {"value": row.value, "unit": row.unit} for key, row in self.table.items()}
        return json.dumps(content, sort_keys=True)

    def hash(self) -> str:
        """SHA-256 of `to_json`, first 16 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]


def load_parameters(
    overrides: Mapping[str, Value] | None = None, circuit: str = "amygdala_prefrontal"
) -> ParameterSet:
    """Read the tables of a circuit, check every row, apply `overrides`.

    Parameters
    ----------
    overrides : mapping, optional
        See `ParameterSet.with_values`.
    circuit : str
        One of `circuits`.

    Returns
    -------
    ParameterSet

    Raises
    ------
    ParameterError
        For an unknown circuit, a faulty table or a faulty override.
    """
    table: dict[str, Parameter] = {}
    for row in _read_tables(circuit):
        if row.key in table:
            raise ParameterError(f"parameter {row.key} stands twice in the tables")
        parse_unit(row.unit)
        table[row.key] = _check(row)
    parameters = ParameterSet(MappingProxyType(table))
    return parameters.with_values(overrides) if overrides else parameters
