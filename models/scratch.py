"""Arrays that may be larger than memory: on disk, and gone when nobody holds them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

SMALL = 2**24
"""Bytes up to which an array is simply held in memory."""


def scratch(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray:
    """Return an array to be filled: in memory if small, else in a nameless file in ``TMPDIR``."""
    if np.dtype(dtype).itemsize * np.prod(shape, dtype=float) <= SMALL:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="astrogram-") as file:  # its pages stay while mapped
        return np.memmap(file, dtype, "w+", shape=shape)


def mapped(file: Path, dtype: DTypeLike) -> NDArray:
    """Return the content of a raw file, which may be removed afterwards."""
    if file.stat().st_size <= SMALL:
        return np.fromfile(file, dtype)
    return np.memmap(file, dtype, "r")
