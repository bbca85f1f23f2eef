"""Check a dataset against the schema table.

What is checked row by row (`check_variable`), and of all attributes (`check_texts`), holds for the
datasets of `analysis.dataset.parts`, too.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import inf, isfinite
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.errors import DatasetError
from analysis.dataset.rows import ANY, Range, Variable
from analysis.dataset.table import ATTRIBUTES, SCHEMA_VERSION, SOURCES, VARIABLES
from analysis.dataset.texts import check_texts, is_number
from astrogram.text import shown

#: Of these a dataset that has any has at least one, or there is nothing to analyse.
_NEEDED = ("neuron", "trial", "phase")
#: One of these says when something was recorded; without, nothing can be asked of a dataset.
_WHEN = ("trial_start", "time", "activity_time")
_SORTED = ("spike_time", "event_time", "weight_time", "phase_start", "trial_start")
_INTERVALS = (
    ("trial_start", "trial_stop"),
    ("phase_start", "phase_stop"),
    ("intervention_start", "intervention_stop"),
    ("cs_on", "cs_off"),
    ("us_on", "us_off"),
)
#: The first says nothing without the second.
_PAIRS = (("position", "position_time"),)
_NUMBERS = {"seed": Range(0), "size": Range(1), "speed": Range(1e-9, 1e9), "wall_time_s": Range(0)}
_LABEL = re.compile(r"[A-Za-z0-9_.+@-]+")
#: With these a reader of the file gives back other values than are stored.
STORAGE_ATTRIBUTES = ("scale_factor", "add_offset", "_Unsigned", "_FillValue", "missing_value")
#: Rounding may carry a value so far beyond its range, relative to 1 or to the end of the range.
_ROUNDING = 1e-5


def validate(dataset: xr.Dataset, source: str = "dataset") -> None:
    """Check a dataset against the schema.

    Parameters
    ----------
    dataset : xarray.Dataset
        To be checked; further variables of numbers, and further attributes, are allowed.
    source : str
        Name used in the message.

    Raises
    ------
    DatasetError
        One line naming the first thing that is wrong, what is expected and how to mend it.
    """
    _check_attributes(dataset, source)
    there = {row.facet for row in VARIABLES if row.name in dataset.variables}
    for row in VARIABLES:
        if row.name in dataset.variables or (row.facet in there and not row.optional):
            check_variable(dataset, row, source)
    for name, variable in dataset.variables.items():
        missing = [key for key in ("units", "long_name") if key not in variable.attrs]
        if missing:
            raise DatasetError(f"{source}: {shown(name)} has no attribute '{missing[0]}'; add it")
        packed = [key for key in STORAGE_ATTRIBUTES if key in variable.attrs]
        if packed:
            raise DatasetError(
                f"{source}: {shown(name)} has the attribute '{packed[0]}', with which its values "
                "are others than they stand here; allowed: plain values; remove it"
            )
        if variable.dtype.kind not in "iuf":
            raise DatasetError(
                f"{source}: {shown(name)} is of type {variable.dtype}; allowed: whole and floating "
                "numbers; write text as numbers with flag_meanings, true and false as 1 and 0"
            )
    _check_values(dataset, source)


def is_label(word: str) -> bool:
    """Whether `word` can be a CF flag meaning: letters, digits and ``_ . + @ -``."""
    return _LABEL.fullmatch(word) is not None


def check_variable(dataset: xr.Dataset, row: Variable, source: str) -> None:
    """Check one variable: that it is there, its dims, type, unit, labels and values.

    Raises
    ------
    DatasetError
        See `validate`.
    """
    if row.name not in dataset.variables:
        raise DatasetError(
            f"{source}: no variable '{row.name}'; expected {row}; run the experiment again"
        )
    variable = dataset.variables[row.name]
    dims = tuple(map(str, variable.dims))
    dtype, units = str(variable.dtype.newbyteorder("=")), variable.attrs.get("units")
    allowed = {row.dtype, "int16"} if row.flags is not None else {row.dtype}
    known = (row.units, *row.other_units)
    if dims != row.dims or dtype not in allowed or not isinstance(units, str) or units not in known:
        raise DatasetError(
            f"{source}: has {row.name}({', '.join(dims)}) {dtype} in {shown(units)}; expected "
            f"{row}; run the experiment again"
        )
    if row.flags is not None:
        _check_labels(variable, row, source)
    else:
        usual = replace(row, allowed=row.allowed if units == row.units else ANY)
        _check_range(variable.values, usual, source)
    if row.points in dataset.sizes and variable.size:  # else the file says no more of them
        highest, length = variable.values.max(), dataset.sizes[row.points]
        if highest >= length:
            raise DatasetError(
                f"{source}: '{row.name}' runs to {highest}; allowed: {row.allowed.low:g} to "
                f"{length - 1} (dimension '{row.points}'); run the experiment "
                "again"
            )


def _check_attributes(dataset: xr.Dataset, source: str) -> None:
    version = dataset.attrs.get("schema_version")
    if version is None:
        raise DatasetError(
            f"{source}: no attribute 'schema_version', so not a dataset of this project; give a "
            "file written by 'astrogram run'"
        )
    if not isinstance(version, str) or version != SCHEMA_VERSION:
        raise DatasetError(
            f"{source}: schema version {shown(version).strip(chr(39))}; this version reads "
            f"{SCHEMA_VERSION}; run the experiment again, or use the version of the project that "
            "wrote it"
        )
    origin = dataset.attrs.get("source")
    if origin not in SOURCES:
        raise DatasetError(
            f"{source}: attribute 'source' is {shown(origin)}; allowed: {', '.join(SOURCES)}; set "
            "it to where the dataset is from"
        )
    for attribute in ATTRIBUTES:
        value = dataset.attrs.get(attribute.name)
        if value is None and origin == "recording" and not attribute.always:
            continue
        if not _is_kind(value, attribute.kind):
            raise DatasetError(
                f"{source}: attribute '{attribute.name}' is {shown(value)}; expected "
                f"{attribute.kind}: {attribute.meaning}; run the experiment again"
            )
    for name, allowed in _NUMBERS.items():
        value = dataset.attrs.get(name, allowed.low)  # of a recording, where it has none
        if not (allowed.low <= value <= allowed.high and isfinite(value)):
            raise DatasetError(
                f"{source}: attribute '{name}' is {shown(value)}; allowed: {_words(allowed)}; run "
                "the experiment again"
            )
    check_texts(dataset, source)


def _is_kind(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if kind == "number":
        return is_number(value)
    if not isinstance(value, str):
        return False
    if kind == "json":
        try:
            return isinstance(json.loads(value), dict)
        except (ValueError, RecursionError):
            return False
    return True


def _check_labels(variable: xr.Variable, row: Variable, source: str) -> None:
    meanings = str(variable.attrs.get("flag_meanings", "")).split()
    values = np.atleast_1d(np.asarray(variable.attrs.get("flag_values", ())))
    different = len(set(values.ravel().tolist()))
    if (
        not meanings
        or values.dtype.kind not in "iu"
        or not len(meanings) == values.size == different == len(set(meanings))
    ):
        raise DatasetError(
            f"{source}: '{row.name}' needs as many different flag_values, whole numbers, as "
            f"flag_meanings; has {values.size} and {len(meanings)}; build it with flag_variable"
        )
    strange = [word for word in meanings if not is_label(word)]
    if row.flags:
        strange += sorted(set(meanings) - set(row.flags))
    if strange:
        allowed = ", ".join(row.flags or ()) or "words of letters, digits and _ . + @ -"
        raise DatasetError(
            f"{source}: '{row.name}' has the meaning {shown(strange[0])}; allowed: {allowed}; "
            "rename it or add it to the schema table"
        )
    if not np.isin(variable.values, values).all():
        raise DatasetError(
            f"{source}: '{row.name}' has values outside its flag_values; run the experiment again"
        )


def _check_range(values: NDArray[Any], row: Variable, source: str) -> None:
    if not values.size:
        return
    low, high = values.min(), values.max()
    allowed = row.allowed
    if np.isnan(low) and allowed.nan:
        there = values[~np.isnan(values)]
        if not there.size:
            return
        low, high = there.min(), there.max()
    least, most = (
        end + sign * _ROUNDING * max(1.0, abs(end)) if isfinite(end) else end
        for end, sign in ((allowed.low, -1), (allowed.high, 1))
    )
    if isfinite(low) and isfinite(high) and least <= low and high <= most:
        return
    raise DatasetError(
        f"{source}: '{row.name}' runs from {low:g} to {high:g}; allowed: {_words(allowed)}; run "
        "the experiment again"
    )


def _words(allowed: Range) -> str:
    ends = f"{allowed.low:g} to {allowed.high:g}"
    if allowed.high == inf:
        ends = "finite numbers" if allowed.low == -inf else f"finite numbers from {allowed.low:g}"
    return ends + (", or NaN for none" if allowed.nan else "")


def _check_values(dataset: xr.Dataset, source: str) -> None:
    if not any(name in dataset.variables for name in _WHEN):
        raise DatasetError(
            f"{source}: says nothing of time; expected one of {', '.join(_WHEN)}; give when trials "
            "were, or a record over time"
        )
    for name, other in _PAIRS:
        if name in dataset.variables and other not in dataset.variables:
            raise DatasetError(f"{source}: has '{name}' and no '{other}'; give both")
    if dataset.sizes.get("xy", 2) != 2:
        raise DatasetError(f"{source}: dimension 'xy' is {dataset.sizes['xy']} long; expected 2")
    for dim in _NEEDED:
        if not dataset.sizes.get(dim, 1):
            raise DatasetError(f"{source}: holds no {dim}; allowed: one or more; run it again")
    for name in filter(dataset.variables.__contains__, _SORTED):
        if (np.diff(dataset[name].values) < 0).any():
            raise DatasetError(f"{source}: '{name}' must rise; sort it before writing")
    for name in (row.name for row in VARIABLES if row.dims == (row.name,)):
        if name in _SORTED or name not in dataset.variables:
            continue
        if (np.diff(dataset[name].values) <= 0).any():
            raise DatasetError(
                f"{source}: '{name}' must rise, no value twice; sort it before writing"
            )
    for start, stop in _INTERVALS:
        if start not in dataset.variables:
            continue
        first, last = dataset[start].values, dataset[stop].values
        if (last < first).any() or (np.isnan(first) != np.isnan(last)).any():
            raise DatasetError(
                f"{source}: '{stop}' lies before '{start}'; run the experiment again"
            )
