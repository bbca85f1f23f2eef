"""The dataset: assemble it, check it, name its labels.

The rows of `analysis.dataset.table` say what a dataset holds.  A dataset is an ordinary
`xarray.Dataset`; its file opens in any Python with xarray and netCDF4.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.dataset.errors import DatasetError
from analysis.dataset.storage import read_dataset, write_dataset
from analysis.dataset.table import BY_NAME, SCHEMA_VERSION, VARIABLES, Variable
from analysis.dataset.validation import is_label, validate
from astrogram.text import shown

__all__ = [
    "DatasetError", "assemble", "flag_variable", "labels", "parameter",
    "read_dataset", "validate", "write_dataset",
]  # fmt: skip

#: Units a table of parameters may use, in those the analysis wants.
_UNITS: dict[str, dict[str | None, float]] = {
    "s": {"s": 1.0, "second": 1.0, "ms": 1e-3, "min": 60.0, "minute": 60.0, "h": 3600.0},
    "Hz": {"Hz": 1.0, "hertz": 1.0, "1/second": 1.0, "kHz": 1e3},
    "1": {"1": 1.0},
}


def flag_variable(
    name: str, values: ArrayLike, meanings: Sequence[str] | None = None
) -> xr.Variable:
    """Encode labels as a CF flag variable.

    Parameters
    ----------
    name : str
        A flag variable of the schema; gives dims, type and attributes.
    values : array_like of str, shape as the schema's dims
        Labels; the empty label becomes ``none``.
    meanings : sequence of str, optional
        Meanings in the order of their values, for a variable whose meanings the dataset names
        itself; default: as they first appear in `values`.

    Returns
    -------
    xarray.Variable
        ``int8`` with ``flag_values`` and ``flag_meanings``.

    Raises
    ------
    DatasetError
        If a label is not among the meanings or cannot be a CF flag meaning.
    """
    row = BY_NAME[name]
    names = np.asarray(values, dtype=str)
    names = np.where(names == "", "none", names)
    if row.flags:
        meanings = row.flags
    elif meanings is None:
        meanings = tuple(dict.fromkeys(names.ravel().tolist())) or ("none",)
    for word in meanings:
        if not is_label(word):
            raise DatasetError(
                f"label {shown(word)} of '{name}' cannot be stored: letters, digits and _ . + @ - "
                "are allowed; rename it in the protocol"
            )
    code = {word: value for value, word in enumerate(meanings)}
    unknown = sorted(set(names.ravel().tolist()) - set(code))
    if unknown or len(code) > 127:
        raise DatasetError(
            f"'{name}' has label {shown(', '.join(unknown[:3]))} ({len(code)} known, 127 at most); "
            f"allowed: {', '.join(meanings[:20])}; rename the label or add it to the schema"
        )
    data = np.array([code[word] for word in names.ravel().tolist()], "int8").reshape(names.shape)
    attrs = {
        **_attributes(row),
        "flag_values": np.arange(len(meanings), dtype="int8"),
        "flag_meanings": " ".join(meanings),
    }
    return xr.Variable(row.dims, data, attrs)


def labels(variable: xr.DataArray) -> NDArray[np.str_]:
    """Labels of a CF flag variable as an array of str of the same shape."""
    meanings = np.array(str(variable.attrs["flag_meanings"]).split())
    values = np.atleast_1d(np.asarray(variable.attrs["flag_values"]))
    order = np.argsort(values)
    place = np.searchsorted(values[order], variable.values)
    return np.asarray(meanings[order][place])


def assemble(variables: Mapping[str, ArrayLike], attrs: Mapping[str, Any]) -> xr.Dataset:
    """Build a valid dataset from plain arrays.

    Parameters
    ----------
    variables : mapping
        One array per variable of the schema, shaped as its dims.  A flag variable is given as
        labels (str) or as the result of `flag_variable`.  Index variables (``neuron``, ``trial``
        ...) may be left out and count from 0.
    attrs : mapping
        Global attributes; ``Conventions`` and ``schema_version`` are filled in.

    Returns
    -------
    xarray.Dataset
        Validated.

    Raises
    ------
    DatasetError
        See `validate`.
    """
    unknown = sorted(set(variables) - set(BY_NAME))
    if unknown:
        raise DatasetError(f"unknown variable '{unknown[0]}'; add it to the schema table first")
    data: dict[str, xr.Variable] = {}
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
                data[row.name] = xr.Variable(row.dims, array, _attributes(row))
    sizes: dict[str, int] = {}
    for variable in data.values():
        for dim, length in zip(variable.dims, variable.shape, strict=True):
            sizes.setdefault(str(dim), length)
    for row in VARIABLES:
        if row.dims == (row.name,) and row.name not in data and row.name in sizes:
            index = np.arange(sizes[row.name], dtype=row.dtype)
            data[row.name] = xr.Variable(row.dims, index, _attributes(row))
    coords = {row.name for row in VARIABLES if row.role == "coord"}
    try:
        dataset = xr.Dataset(
            {name: value for name, value in data.items() if name not in coords},
            {name: value for name, value in data.items() if name in coords},
            {"Conventions": "CF-1.11", "schema_version": SCHEMA_VERSION, **attrs},
        )
    except ValueError as error:
        raise DatasetError(f"dataset does not fit together: {error}; check the lengths") from None
    validate(dataset)
    return dataset


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
    row = json.loads(dataset.attrs["parameters"]).get(name)
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


def _attributes(row: Variable) -> dict[str, Any]:
    return {"long_name": row.long_name, "units": row.units, **dict(row.attrs)}
