"""The dataset: assemble it, check it, name its labels.

The rows of `analysis.dataset.table` say what a dataset holds.  A dataset is an ordinary
`xarray.Dataset`; its file opens in any Python with xarray and netCDF4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from analysis.dataset.errors import DatasetError
from analysis.dataset.rows import Variable
from analysis.dataset.storage import read_dataset, write_dataset
from analysis.dataset.table import BY_NAME, SCHEMA_VERSION, VARIABLES
from analysis.dataset.validation import validate
from analysis.dataset.words import attributes_of, flag_variable, labels
from astrogram.text import shown

__all__ = [
    "DatasetError", "assemble", "flag_variable", "labels", "parameter",
    "read_dataset", "speed_of", "validate", "write_dataset",
]  # fmt: skip

#: Units a table of parameters may use, in those the analysis wants.
_UNITS: dict[str, dict[str | None, float]] = {
    "s": {"s": 1.0, "second": 1.0, "ms": 1e-3, "min": 60.0, "minute": 60.0, "h": 3600.0},
    "Hz": {"Hz": 1.0, "hertz": 1.0, "1/second": 1.0, "kHz": 1e3},
    "1": {"1": 1.0},
}


def assemble(variables: Mapping[str, ArrayLike], attrs: Mapping[str, Any]) -> xr.Dataset:
    """Build a valid dataset from plain arrays.

    Parameters
    ----------
    variables : mapping
        One array per variable of the schema, shaped as its dims; facets may be left out, and
        further variables be there, with their dims and attributes (`xarray.Variable`).  A flag
        variable is given as labels (str) or as the result of `flag_variable`.  Of the facets
        that are there may be left out: index variables (``neuron``, ``trial`` ...), which count
        from 0, or within its stage for ``trial_index``; labels, which are ``none``;
        ``trial_block``, which is 0; ``us_on`` and ``us_off``, which are NaN, and so is ``freezing``
        of a record of other behaviour.
    attrs : mapping
        Global attributes; ``Conventions`` and ``schema_version`` are filled in, and ``source``:
        a simulation has parameters, a recording has none.

    Returns
    -------
    xarray.Dataset
        Validated.

    Raises
    ------
    DatasetError
        See `validate`.
    """
    data: dict[str, xr.Variable] = {}
    for name in sorted(set(variables) - set(BY_NAME)):
        further = variables[name]
        if not isinstance(further, xr.Variable):
            raise DatasetError(
                f"unknown variable '{name}'; give it as an xarray.Variable, with its dims and the "
                "attributes units and long_name"
            )
        data[name] = further
    for row in VARIABLES:
        if row.name in variables:
            given = variables[row.name]
            if isinstance(given, xr.Variable):
                data[row.name] = given
            elif row.flags is not None:
                data[row.name] = flag_variable(row.name, given)
            else:
                array = np.asarray(given, dtype=row.dtype)
                if array.ndim != len(row.dims):
                    raise DatasetError(f"'{row.name}' has shape {array.shape}; expected {row}")
                data[row.name] = xr.Variable(row.dims, array, attributes_of(row))
    sizes: dict[str, int] = {}
    for variable in data.values():
        for dim, length in zip(variable.dims, variable.shape, strict=True):
            sizes.setdefault(str(dim), length)
    there = {BY_NAME[name].facet for name in data if name in BY_NAME}
    for row in VARIABLES:
        if row.name not in data and row.dims[0] in sizes and not row.optional:
            index = row.dims == (row.name,) and row.name in sizes
            if index or row.facet in there or row.facet == "neurons":
                data |= _filled(row, sizes[row.dims[0]], data)
    coords = {row.name for row in VARIABLES if row.role == "coord"}
    try:
        dataset = xr.Dataset(
            {name: value for name, value in data.items() if name not in coords},
            {name: value for name, value in data.items() if name in coords},
            {
                "Conventions": "CF-1.11",
                "schema_version": SCHEMA_VERSION,
                "source": "simulation" if "parameters" in attrs else "recording",
                **attrs,
            },
        )
    except ValueError as error:
        raise DatasetError(f"dataset does not fit together: {error}; check the lengths") from None
    validate(dataset)
    return dataset


def _filled(row: Variable, length: int, data: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    """Return what a variable is that was left out, by its name; nothing where it must be given."""
    if row.flags is not None:
        return {row.name: flag_variable(row.name, np.full(length, "none"))}
    if row.dims == (row.name,) and row.dtype == "int32":
        values = np.arange(length)
    elif row.name in ("us_on", "us_off", "freezing"):
        values = np.full(length, np.nan)
    elif row.name == "trial_block":
        values = np.zeros(length, int)
    elif row.name == "trial_index":
        stage = data["trial_stage"].values
        values = np.array([(stage[:k] == stage[k]).sum() for k in range(length)], int)
    else:
        return {}
    return {row.name: xr.Variable(row.dims, values.astype(row.dtype), attributes_of(row))}


def speed_of(dataset: xr.Dataset) -> float:
    """Protocol-clock seconds per second of the dataset's times: 1 unless it says otherwise."""
    return float(dataset.attrs.get("speed", 1.0))


def parameter(dataset: xr.Dataset, name: str, unit: str) -> float:
    """Return the value of one model parameter that travels in the dataset.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    name : str
        ``group.name``.
    unit : {"s", "Hz", "1"}
        The unit wanted; times and rates are converted.

    Raises
    ------
    DatasetError
        If the parameter is missing, its unit is of another kind, or its value is no finite
        number; a time is above 0.
    """
    row = json.loads(dataset.attrs.get("parameters", "{}")).get(name)
    given = row.get("unit") if isinstance(row, dict) else None
    value = row.get("value") if isinstance(row, dict) else None
    if (
        not isinstance(given, str)
        or given not in _UNITS[unit]
        or not isinstance(value, int | float)
        or isinstance(value, bool)
        or not abs(value) <= 1e9
        or (unit == "s" and value <= 0)
    ):
        raise DatasetError(
            f"parameter '{name}' of the dataset is {shown(row)}; expected a value in "
            f"{', '.join(map(str, _UNITS[unit]))}; run the experiment again with this version"
        )
    return float(value) * _UNITS[unit][given]
