"""The tables of an anatomy: read, and every row checked.

Each circuit with an anatomy has a folder ``models/tables/<circuit>/anatomy``.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

from astrogram.text import shown
from models.addresses import tables_folder
from models.parameters import ParameterError, load_parameters
from models.tissue.anatomy import (
    AFFERENT,
    ASTROCYTES,
    CANNABINOID,
    DRIVE,
    HABITUATING,
    ONE_TO_ONE,
    OTHER,
    PRINCIPAL,
    Afferent,
    Anatomy,
    Modulator,
    Pathway,
    Population,
    Projection,
    ProjectionClass,
)

Row = TypeVar("Row")

TABLES: dict[str, type] = {
    "populations.csv": Population,
    "classes.csv": ProjectionClass,
    "projections.csv": Projection,
    "afferents.csv": Afferent,
    "plastic.csv": Pathway,
    "modulators.csv": Modulator,
}
"""The rows of each table, in the order of `Anatomy`'s attributes."""

WORDS = {
    "cells": (PRINCIPAL, OTHER),
    "spikes": (AFFERENT, DRIVE),
    "receptor": ("ampa", "gaba"),
    "terminal": ("", CANNABINOID, HABITUATING),
    "wiring": ("", ONE_TO_ONE),
    "role": ("", "memory", "output", "approach", "code", "modulator"),
    "transmitter": (
        "glutamate", "GABA", "noradrenaline", "dopamine", "acetylcholine", "serotonin", "CRH"
    ),
    "when": ("conditioned", "aversive", "appetitive", "context", "awake", "place"),
}
"""What a column may say."""

ADDRESSES = frozenset(
    {"adaptation", "share", "number", "code", "rate", "rate_silent", "rate_with_cs",
     "rate_with_us", "heard", "drift", "indegree", "conductance", "reach"}
)  # fmt: skip
"""Columns that hold the address of a parameter, or nothing."""


@lru_cache
def load_anatomy(circuit: str = "amygdala_prefrontal") -> Anatomy:
    """Read the anatomy of a circuit and check every row.

    Raises
    ------
    ParameterError
        For a faulty table: one line with file and row, what stands there and what is allowed.
    """
    folder = tables_folder() / circuit / "anatomy"
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in TABLES}
    return read_anatomy(texts, load_parameters(circuit=circuit).table)


def read_anatomy(texts: Mapping[str, str], parameters: Collection[str]) -> Anatomy:
    """Read an anatomy from the texts of its tables, by file name.

    Parameters
    ----------
    texts : mapping of str to str
        Of all `TABLES`.
    parameters : collection of str
        Addresses of the parameters that rows may name.

    Raises
    ------
    ParameterError
        As `load_anatomy`.
    """
    tables: dict[str, list[tuple[int, Any]]] = {
        file: list(_rows(kind, file, texts[file])) for file, kind in TABLES.items()
    }
    for file, rows in tables.items():
        for line, row in rows:
            for field in ADDRESSES & set(vars(row)):
                address = getattr(row, field)
                if address and address not in parameters:
                    raise _wrong(file, line, field, address, "a parameter, group.name, or nothing")
    anatomy = Anatomy(*(tuple(row for _, row in rows) for rows in tables.values()))
    _check_names(tables, anatomy)
    return anatomy


def _wrong(file: str, line: int, field: str, word: str, allowed: str) -> ParameterError:
    return ParameterError(f"{file}, line {line}: {field} {shown(word)}; allowed: {allowed}")


def _rows(kind: type[Row], file: str, text: str) -> Iterator[tuple[int, Row]]:
    """Rows of a table, each with its line."""
    columns = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != columns:
        raise ParameterError(
            f"{file} has columns {shown(','.join(reader.fieldnames or ()))}; allowed: "
            f"{','.join(columns)}"
        )
    for record in reader:
        line = reader.line_num
        if None in record or None in record.values():
            raise ParameterError(
                f"{file}, line {line}: more or fewer than {len(columns)} columns; quote a text "
                "that has a comma"
            )
        for name, word in record.items():
            if word not in WORDS.get(name, (word,)):
                allowed = ", ".join(word or "nothing" for word in WORDS[name])
                raise _wrong(file, line, name, word, allowed)
        yield line, kind(**record)


def _check_names(tables: Mapping[str, list[tuple[int, Any]]], anatomy: Anatomy) -> None:
    """Refuse a row that stands twice, or that names cells which are not there."""
    for file, rows in tables.items():
        seen: set[object] = set()
        for line, row in rows:
            key = getattr(row, "name", None) or row
            if key in seen:
                raise ParameterError(f"{file}, line {line}: {shown(str(key))} stands twice")
            seen.add(key)
    if [row.role for row in anatomy.populations].count("memory") != 1 or (
        anatomy.populations[0].role != "memory" or anatomy.populations[0].cells != PRINCIPAL
    ):
        raise ParameterError(
            "populations.csv must begin with its one population of the role memory, of principal "
            "cells"
        )
    populations, cells = set(anatomy.names), set(anatomy.targets)
    senders = cells | {row.name for row in anatomy.afferents}
    allowed = {
        ("afferents.csv", "hears"): {row.name for row in anatomy.afferents} | {""},
        ("classes.csv", "population"): populations,
        ("projections.csv", "source"): senders,
        ("projections.csv", "target"): cells,
        ("plastic.csv", "source"): senders,
        ("plastic.csv", "target"): {row.name for row in anatomy.of_role("memory")},
        ("modulators.csv", "source"): cells,
        ("modulators.csv", "target"): cells | {ASTROCYTES},
    }
    for (file, field), names in allowed.items():
        for line, row in tables[file]:
            if getattr(row, field) not in names:
                allowed_names = ", ".join(sorted(name or "nothing" for name in names))
                raise _wrong(file, line, field, getattr(row, field), allowed_names)
