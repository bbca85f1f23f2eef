"""A digest of what a dataset says: any value or attribute that changes, changes it.

How a file stores its content does not count, so a dataset keeps its digest from netCDF to zarr,
with other chunks or compression, and when plain xarray saves it again.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

DIGEST = "content_sha256"
"""Attribute of a file that holds the digest of its content."""

_STORAGE = ("_FillValue", "coordinates")
"""Attributes that say how a file stores its content, not what it is."""


def content_digest(dataset: xr.Dataset) -> str:
    """Return the SHA-256 of all values and attributes, as hexadecimal text.

    Parameters
    ----------
    dataset : xarray.Dataset
        Loaded, of numbers. Its attribute `DIGEST`, if any, does not count.

    Notes
    -----
    Attributes count as lists of text and numbers, for a file may give back a list of one as that
    one. Not counted: byte order, and which of the many NaN stands for NaN.
    """
    digest = hashlib.sha256()
    attrs = {key: value for key, value in dataset.attrs.items() if key != DIGEST}
    digest.update(_line("dataset", _plain(attrs)))
    for name in sorted(map(str, dataset.variables)):
        variable = dataset.variables[name]
        values = np.asarray(variable.values)
        role = "coordinate" if name in dataset.coords else "data"
        kind = f"{values.dtype.kind}{values.dtype.itemsize}"
        digest.update(
            _line(role, name, list(map(str, variable.dims)), values.shape, kind,
                  _plain(variable.attrs))
        )  # fmt: skip
        digest.update(_bytes(values))
    return digest.hexdigest()


def _line(*parts: Any) -> bytes:
    return json.dumps(parts).encode() + b"\n"


def _plain(attrs: dict[Any, Any]) -> list[tuple[str, list[Any]]]:
    counted = {str(key): value for key, value in attrs.items() if key not in _STORAGE}
    return [
        (key, [value] if isinstance(value, str) else np.asarray(value).ravel().tolist())
        for key, value in sorted(counted.items())
    ]


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        if missing.any():
            values = np.where(missing, values.dtype.type(np.nan), values)
    return values.reshape(-1).view(np.uint8)
