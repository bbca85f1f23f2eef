"""Arrays that may be larger than memory: on disk, and gone when nobody holds them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from astrogram.environment import temporary_folder
from astrogram.errors import EnvironmentFault

SMALL = 2**24
"""Bytes up to which an array is simply held in memory."""


def scratch(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray:
    """Return an array to be filled: in memory if small, else in a nameless file in ``TMPDIR``.

    Raises
    ------
    EnvironmentFault
        If there is no room for it.
    """
    size = np.dtype(dtype).itemsize * np.prod(shape, dtype=float)
    if size <= SMALL:
        return np.empty(shape, dtype)
    folder = temporary_folder()
    try:
        with tempfile.TemporaryFile(prefix="astrogram-", dir=folder) as file:
            if hasattr(os, "posix_fallocate"):  # where there is no room, writing would be fatal
                os.posix_fallocate(file.fileno(), 0, int(size))
            return np.memmap(file, dtype, "w+", shape=shape)  # its pages stay while mapped
    except OSError as error:
        raise EnvironmentFault(
            f"no room for {size / 2**20:.0f} MiB of records in {folder}: "
            f"{error.strerror or error}; free space there, or let TMPDIR name another folder"
        ) from None


def mapped(file: Path, dtype: DTypeLike) -> NDArray:
    """Return the content of a raw file, which may be removed afterwards."""
    if file.stat().st_size <= SMALL:
        return np.fromfile(file, dtype)
    return np.memmap(file, dtype, "r")
