"""The small datasets of the paradigms that show single parts: their tables, assembly and check.

`calcium_wave`, `tripartite_synapse` and the associative memories (`analysis.dataset.memory_tables`)
have no animals, sessions or trials, so each has a table of its own. Units and names are CF, as in
`analysis.dataset.table`; files are written by `analysis.dataset.storage`, whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from analysis.dataset import storage
from analysis.dataset.errors import DatasetError
from analysis.dataset.memory_tables import MEMORY_TABLES
from analysis.dataset.rows import CONCENTRATION, NOT_NEGATIVE, SHARE, TIME, Range, Variable
from analysis.dataset.texts import check_texts
from analysis.dataset.validation import check_variable
from astrogram.text import shown

#: Global attributes that every one of these datasets carries.
ATTRIBUTES = (
    "title", "paradigm", "parameters", "parameters_hash", "device", "seed", "versions",
    "git_commit", "created", "wall_time_s", "summary",
)  # fmt: skip


def _along(
    name: str, dtype: str, units: str, long_name: str, allowed: Range = NOT_NEGATIVE
) -> Variable:
    return Variable(name, (name,), dtype, units, long_name, role="coord", allowed=allowed)


_WAVE = (
    _along("astrocyte", "int32", "1", "astrocyte"),
    _along("time", "float64", "s", "time since the stimulus began", TIME),
    Variable("position", ("astrocyte", "space"), "float64", "um", "position of the cell"),
    Variable("distance", ("astrocyte",), "float64", "um", "distance from the stimulated cell",
             allowed=NOT_NEGATIVE),
    Variable("stimulated", ("astrocyte",), "int8", "1", "1 for the stimulated cell, else 0",
             allowed=SHARE),
    Variable("edge_source", ("edge",), "int32", "1", "one astrocyte of a coupled pair",
             allowed=NOT_NEGATIVE, points="astrocyte"),
    Variable("edge_target", ("edge",), "int32", "1", "the other astrocyte of the pair",
             allowed=NOT_NEGATIVE, points="astrocyte"),
    Variable("calcium", ("astrocyte", "time"), "float32", "umol L-1", "cytosolic calcium",
             allowed=CONCENTRATION),
    Variable("ip3", ("astrocyte", "time"), "float32", "umol L-1", "inositol trisphosphate",
             allowed=CONCENTRATION),
)
_LOOP = (
    Variable(
        "case", ("case",), "int8", "1", "what gliotransmission does",
        flags=("none", "decreasing", "increasing"), role="coord",
    ),
    _along("time", "float64", "s", "time", TIME),
    Variable("rate", ("time",), "float32", "Hz", "presynaptic rate of one afferent",
             allowed=NOT_NEGATIVE),
    Variable("spike_time", ("spike",), "float64", "s", "time of a presynaptic spike", allowed=TIME),
    Variable("spike_afferent", ("spike",), "int32", "1", "afferent that fired",
             allowed=NOT_NEGATIVE),
    Variable(
        "glutamate", ("case", "time"), "float32", "umol L-1", "synaptic glutamate in the domain",
        allowed=NOT_NEGATIVE),
    Variable("calcium", ("case", "time"), "float32", "umol L-1", "cytosolic calcium",
             allowed=CONCENTRATION),
    Variable("ip3", ("case", "time"), "float32", "umol L-1", "inositol trisphosphate",
             allowed=CONCENTRATION),
    Variable(
        "presynaptic_receptor", ("case", "time"), "float32", "1", "bound presynaptic receptors",
        allowed=SHARE),
    Variable(
        "released", ("case", "time"), "float32", "1",
        "synaptic resources released per afferent since the start", allowed=NOT_NEGATIVE,
    ),
    Variable("event_time", ("event",), "float64", "s", "time of a gliotransmitter release",
             allowed=TIME),
    Variable("event_case", ("event",), "int32", "1", "index of the case that released",
             allowed=NOT_NEGATIVE, points="case"),
)  # fmt: skip

#: Table of each paradigm.
TABLES: dict[str, tuple[Variable, ...]] = {
    "calcium_wave": _WAVE,
    "tripartite_synapse": _LOOP,
    **MEMORY_TABLES,
}


def assemble_parts(
    paradigm: str, arrays: Mapping[str, ArrayLike], attrs: Mapping[str, Any]
) -> xr.Dataset:
    """Build and check the dataset of a paradigm of `TABLES` from plain arrays.

    Parameters
    ----------
    paradigm : str
        One of `TABLES`.
    arrays : mapping
        One array for each row of the table, shaped as its dims; of a flag variable the labels.
    attrs : mapping
        Global attributes; ``Conventions`` and ``paradigm`` are filled in.

    Raises
    ------
    DatasetError
        See `check_parts`.
    """
    data: dict[str, xr.Variable] = {}
    for row in TABLES[paradigm]:
        described: dict[str, Any] = {"long_name": row.long_name, "units": row.units}
        values = np.asarray(arrays[row.name])
        if row.flags is not None:
            described["flag_values"] = np.arange(len(row.flags), dtype=row.dtype)
            described["flag_meanings"] = " ".join(row.flags)
            values = np.array([row.flags.index(word) for word in values.tolist()])
        data[row.name] = xr.Variable(row.dims, values.astype(row.dtype), described)
    coords = {row.name for row in TABLES[paradigm] if row.role == "coord"}
    dataset = xr.Dataset(
        {name: value for name, value in data.items() if name not in coords},
        {name: value for name, value in data.items() if name in coords},
        {"Conventions": "CF-1.11", "paradigm": paradigm, **attrs},
    )
    check_parts(dataset)
    return dataset


def check_parts(dataset: xr.Dataset, source: str = "dataset") -> None:
    """Check such a dataset against the table that its attribute ``paradigm`` names.

    Raises
    ------
    DatasetError
        One line naming the first thing that is wrong.
    """
    paradigm = dataset.attrs.get("paradigm")
    if not isinstance(paradigm, str) or paradigm not in TABLES:
        raise DatasetError(
            f"{source}: attribute 'paradigm' is {shown(paradigm)}; allowed: {', '.join(TABLES)}; "
            "give a file written by 'astrogram run' of one of them"
        )
    for name in ATTRIBUTES:
        if not isinstance(dataset.attrs.get(name), str | int | float | np.integer | np.floating):
            raise DatasetError(f"{source}: no attribute '{name}'; run the paradigm again")
    check_texts(dataset, source)
    for row in TABLES[paradigm]:
        check_variable(dataset, row, source)


def write_parts(dataset: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Check and write such a dataset; see `analysis.dataset.storage.write_dataset`."""
    return storage.write_dataset(dataset, path, check_parts)


def read_parts(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read such a dataset into memory and check it; see `analysis.dataset.storage.read_dataset`."""
    return storage.read_dataset(path, check_parts)
