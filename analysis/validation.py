"""Check a dataset against the schema table."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from analysis.errors import DatasetError
from analysis.schema_table import ATTRIBUTES, SCHEMA_VERSION, VARIABLES, Variable

_PLAIN = (str, int, float, np.integer, np.floating)
#: (variable, dimension it points into, lowest allowed value)
_POINTERS = (
    ("spike_neuron", "neuron", 0),
    ("domain", "astrocyte", -1),
    ("event_astrocyte", "astrocyte", 0),
    ("synapse_post", "neuron", 0),
)
_SORTED = ("spike_time", "event_time", "time", "weight_time", "bin", "phase_start", "trial_start")
_INTERVALS = (
    ("trial_start", "trial_stop"),
    ("phase_start", "phase_stop"),
    ("intervention_start", "intervention_stop"),
    ("us_on", "us_off"),
)


def validate(dataset: xr.Dataset, source: str = "dataset") -> None:
    """Check a dataset against the schema.

    Parameters
    ----------
    dataset : xarray.Dataset
        To be checked; further variables and attributes are allowed.
    source : str
        Name used in the message.

    Raises
    ------
    DatasetError
        One line naming the first thing that is wrong, what is expected and how to mend it.
    """
    _check_attributes(dataset, source)
    for row in VARIABLES:
        _check_variable(dataset, row, source)
    for name, variable in dataset.variables.items():
        missing = [key for key in ("units", "long_name") if key not in variable.attrs]
        if missing:
            raise DatasetError(f"{source}: '{name}' has no attribute '{missing[0]}'; add it")
    _check_values(dataset, source)


def _check_attributes(dataset: xr.Dataset, source: str) -> None:
    version = dataset.attrs.get("schema_version")
    if version is None:
        raise DatasetError(
            f"{source}: no attribute 'schema_version', so not a dataset of this project; give a "
            "file written by 'astrogram run'"
        )
    if str(version) != SCHEMA_VERSION:
        raise DatasetError(
            f"{source}: schema version {version}; this version reads {SCHEMA_VERSION}; run the "
            "experiment again, or use the version of the project that wrote it"
        )
    for attribute in ATTRIBUTES:
        value = dataset.attrs.get(attribute.name)
        if not _is_kind(value, attribute.kind):
            raise DatasetError(
                f"{source}: attribute '{attribute.name}' is {str(value)[:40]!r}; expected "
                f"{attribute.kind}: {attribute.meaning}; run the experiment again"
            )
    if not float(dataset.attrs["speed"]) > 0:
        raise DatasetError(f"{source}: attribute 'speed' is not above 0; run the experiment again")
    everything = [("", dataset.attrs), *((n, v.attrs) for n, v in dataset.variables.items())]
    for name, attrs in everything:
        for key, value in attrs.items():
            plain = isinstance(value, (*_PLAIN, list, tuple, np.ndarray))
            if isinstance(value, bool) or not plain:
                raise DatasetError(
                    f"{source}: attribute '{key}' of '{name or 'the dataset'}' is a "
                    f"{type(value).__name__}, which files cannot hold; write text or a number"
                )


def _is_kind(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if kind == "number":
        number = isinstance(value, (int, float, np.integer, np.floating))
        return number and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind == "json":
        try:
            return isinstance(json.loads(value), dict)
        except ValueError:
            return False
    return True


def _check_variable(dataset: xr.Dataset, row: Variable, source: str) -> None:
    if row.name not in dataset.variables:
        raise DatasetError(
            f"{source}: no variable '{row.name}'; expected {row}; run the experiment again"
        )
    variable = dataset.variables[row.name]
    allowed = {row.dtype, "int16"} if row.flags is not None else {row.dtype}
    found = Variable(
        row.name, tuple(str(dim) for dim in variable.dims), str(variable.dtype.newbyteorder("=")),
        str(variable.attrs.get("units")), "",
    )  # fmt: skip
    if found.dims != row.dims or found.dtype not in allowed or found.units != row.units:
        raise DatasetError(f"{source}: has {found}; expected {row}; run the experiment again")
    if row.flags is None:
        return
    meanings = str(variable.attrs.get("flag_meanings", "")).split()
    values = np.atleast_1d(np.asarray(variable.attrs.get("flag_values", ())))
    if not meanings or len(meanings) != values.size or len(set(values.tolist())) != values.size:
        raise DatasetError(
            f"{source}: '{row.name}' needs as many different flag_values as flag_meanings; has "
            f"{values.size} and {len(meanings)}; build it with flag_variable"
        )
    if row.flags and not set(meanings) <= set(row.flags):
        strange = min(set(meanings) - set(row.flags))
        raise DatasetError(
            f"{source}: '{row.name}' has the meaning '{strange}'; allowed: "
            f"{', '.join(row.flags)}; rename it or add it to the schema table"
        )
    if not np.isin(variable.values, values).all():
        raise DatasetError(f"{source}: '{row.name}' has values outside its flag_values")


def _check_values(dataset: xr.Dataset, source: str) -> None:
    if dataset.sizes["xy"] != 2:
        raise DatasetError(f"{source}: dimension 'xy' is {dataset.sizes['xy']} long; expected 2")
    for name, dim, lowest in _POINTERS:
        values = dataset[name].values
        if values.size and (values.min() < lowest or values.max() >= dataset.sizes[dim]):
            raise DatasetError(
                f"{source}: '{name}' runs from {values.min()} to {values.max()}; allowed: {lowest} "
                f"to {dataset.sizes[dim] - 1} (dimension '{dim}'); run the experiment again"
            )
    for name in _SORTED:
        values = dataset[name].values
        if not np.isfinite(values).all() or (np.diff(values) < 0).any():
            raise DatasetError(
                f"{source}: '{name}' must be finite and rise; sort it before writing"
            )
    for start, stop in _INTERVALS:
        if (dataset[stop].values < dataset[start].values).any():
            raise DatasetError(
                f"{source}: '{stop}' lies before '{start}'; run the experiment again"
            )
