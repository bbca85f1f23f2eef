"""The parameter tables: one row per parameter drives code, validation, docs and every dataset.

What mechanisms share stands once, in ``models/tables/mechanisms/<group>.csv``. Each circuit has a
folder ``models/tables/<circuit>``: ``uses.csv`` says which of those rows it takes, ``changes.csv``
what it changes of them and why (an empty cell changes nothing), and ``<group>.csv`` holds rows of
its own. Columns of a row are ``name, value, unit, low, high, meaning, source``. Bounds are
inclusive and in the row's unit; an empty bound is open. A value without a published source says
"chosen" and why.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from brian2 import Quantity, get_dimensions, have_same_dimensions

from astrogram.errors import AstrogramError
from astrogram.text import one_line, shown
from models.addresses import current, tables_folder
from models.units import UnitError, parse_unit, read_number

Value: TypeAlias = "str | float | Quantity"
"""What may be given for a parameter: a text such as ``"40/second"``, a number in the unit of the
table, or a Brian2 quantity."""

COLUMNS = ("name", "value", "unit", "low", "high", "meaning", "source")
USES = ("group", "names")
CHANGES = ("parameter", "value", "low", "high", "meaning", "source")
SHARED = "mechanisms"
"""Folder of the rows that circuits share."""


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
    found = (entry.name for entry in tables_folder().iterdir() if entry.is_dir())
    return sorted(name for name in found if name != SHARED)


def _records(folder: str, file: str, columns: Sequence[str]) -> Iterator[tuple[str, dict]]:
    """Rows of a table, each with file and line for messages."""
    path = tables_folder() / folder / file
    reader = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    if tuple(reader.fieldnames or ()) != tuple(columns):
        raise ParameterError(f"table {file} has columns {reader.fieldnames}, not {columns}")
    for record in reader:
        where = f"table {folder}/{file}, line {reader.line_num}"
        if None in record or None in record.values():
            raise ParameterError(
                f"{where}: more or fewer than {len(columns)} columns; quote a text that has a comma"
            )
        yield where, record


def _group(folder: str, group: str) -> list[Parameter]:
    """The rows of one group."""
    rows = []
    for where, record in _records(folder, f"{group}.csv", COLUMNS):
        try:
            value = float(record["value"])
            low, high = float(record["low"] or "-inf"), float(record["high"] or "inf")
            parse_unit(record["unit"])
        except ValueError as error:
            raise ParameterError(f"{where}: {one_line(str(error))}") from None
        rows.append(
            Parameter(
                group, record["name"], value, record["unit"], low, high, record["meaning"],
                record["source"],
            )
        )  # fmt: skip
    return rows


def _read_tables(circuit: str) -> list[Parameter]:
    """Own rows of a circuit and those that it takes, sorted by group, changes made."""
    if circuit not in circuits():
        raise ParameterError(f"unknown circuit '{circuit}'; allowed: {', '.join(circuits())}")
    files = {entry.name for entry in (tables_folder() / circuit).iterdir()}
    own = sorted(name for name in files if name.endswith(".csv"))
    groups = {
        name.removesuffix(".csv"): _group(circuit, name.removesuffix(".csv"))
        for name in own if name not in ("uses.csv", "changes.csv")
    }  # fmt: skip
    if "uses.csv" in files:
        for where, record in _records(circuit, "uses.csv", USES):
            shared = _shared(where, record["group"])
            for name in record["names"].split():
                if name not in shared:
                    raise ParameterError(
                        f"{where}: {SHARED}/{record['group']}.csv has no row {shown(name)}; "
                        f"allowed: {', '.join(shared)}"
                    )
                groups.setdefault(record["group"], []).append(shared[name])
    rows = {row.key: row for group in sorted(groups) for row in groups[group]}
    if len(rows) != sum(map(len, groups.values())):
        raise ParameterError(f"tables of {circuit}: a parameter stands twice")
    if "changes.csv" in files:
        for where, record in _records(circuit, "changes.csv", CHANGES):
            key = record.pop("parameter")
            if key not in rows:
                raise ParameterError(f"{where}: {shown(key)} is no parameter of {circuit}")
            changed: dict[str, Any] = {
                name: text if name in ("meaning", "source") else float(text)
                for name, text in record.items() if text
            }  # fmt: skip
            rows[key] = replace(rows[key], **changed)
    return list(rows.values())


def _shared(where: str, group: str) -> dict[str, Parameter]:
    known = {entry.name.removesuffix(".csv") for entry in (tables_folder() / SHARED).iterdir()}
    if group not in known:
        raise ParameterError(
            f"{where}: no table {SHARED}/{shown(group)}.csv; allowed: {', '.join(sorted(known))}"
        )
    return {row.name: row for row in _group(SHARED, group)}


@dataclass(frozen=True)
class ParameterSet:
    """All parameters of the model, read-only, by ``group.name``."""

    table: Mapping[str, Parameter]

    def __getitem__(self, key: str) -> Parameter:
        key = current(key)
        if key not in self.table:
            symbol = str(key).rpartition(".")[2]
            near = [known for known in self.table if known.rpartition(".")[2] == symbol]
            near = near or difflib.get_close_matches(str(key)[:80], self.table, n=3, cutoff=0.5)
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
            table[row.key] = _check(replace(row, value=_in_unit(row, given)))
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
    table = {row.key: _check(row) for row in _read_tables(circuit)}
    parameters = ParameterSet(MappingProxyType(table))
    return parameters.with_values(overrides) if overrides else parameters
