"""Datasets on disk: netCDF-4 or zarr by suffix, never a half file and never a damaged one.

A file holds a digest of its content (`analysis.dataset.content`), which is compared when it is
read.
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from analysis.dataset.content import DIGEST, content_digest
from analysis.dataset.errors import DatasetError
from analysis.dataset.validation import validate
from analysis.dataset.versions import upgraded
from analysis.dataset.words import as_flags
from analysis.dataset.zarr_store import check_memory, read_store, store_format
from astrogram.files import regular_size, replacing
from astrogram.signals import unbroken
from astrogram.text import shown

_SUFFIXES = (".nc", ".zarr")
_NETCDF_MARKS = (b"\x89HDF\r\n\x1a\n", b"CDF")
_CHUNK_BYTES = 4_000_000
#: Values are read as they stand: a dataset of ours needs no unpacking, and what cannot be
#: unpacked cannot fail.
_AS_THEY_STAND: dict[str, Any] = {
    "mask_and_scale": False, "decode_times": False, "decode_timedelta": False,
    "concat_characters": False,
}  # fmt: skip
#: What the file libraries raise for a file that is damaged or made up.
_LIBRARY_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, OSError,
    RuntimeError, SystemError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


def write_dataset(
    dataset: xr.Dataset,
    path: str | os.PathLike[str],
    check: Callable[[xr.Dataset], None] = validate,
) -> Path:
    """Validate and write a dataset; the target appears whole or not at all.

    Parameters
    ----------
    dataset : xarray.Dataset
        See `analysis.dataset.table`; labels may be words, and are flags in the file.
    path : path
        Ends in ``.nc`` (netCDF-4, compressed) or ``.zarr`` (format 3).  An existing dataset there
        is replaced, in the last moment.
    check : callable
        Raises `DatasetError` for a dataset that is not valid.

    Returns
    -------
    pathlib.Path
        Where it was written.

    Raises
    ------
    DatasetError
        If the dataset is not valid or the path cannot be written.
    """
    target = Path(path)
    _check_suffix(target)
    dataset = as_flags(dataset)
    check(dataset)
    if not target.parent.is_dir():
        raise DatasetError(
            f"cannot write {target}: folder '{target.parent}' does not exist; make it, or give "
            "another path"
        )
    if target.is_dir() and (target.suffix == ".nc" or store_format(target) is None):
        raise DatasetError(f"cannot write {target}: it is a folder; move it, or give another path")
    if target.is_file() and target.suffix == ".zarr":
        raise DatasetError(f"cannot write {target}: it is a file; move it, or give another path")
    with (
        _one_line(f"cannot write {target}", "free space there, or give another path"),
        replacing(target) as temporary,
    ):
        _write(dataset, temporary)
    return target


def read_dataset(
    path: str | os.PathLike[str], check: Callable[[xr.Dataset, str], None] = validate
) -> xr.Dataset:
    """Read a dataset into memory and validate it.

    Parameters
    ----------
    path : path
        A ``.nc`` file or a ``.zarr`` folder written by `write_dataset`.
    check : callable
        Raises `DatasetError` for a dataset that is not valid; its second argument is the path.

    Returns
    -------
    xarray.Dataset
        Loaded; the file is closed.

    Raises
    ------
    DatasetError
        If it is missing, truncated, damaged, changed, foreign or of another schema version.

    Notes
    -----
    The digest of a file is compared and does not come along, and so holds for what is written
    again. A file without one is read; `is_checked` tells.
    """
    source = Path(path)
    _check_suffix(source)
    if not source.exists():
        raise DatasetError(
            f"no dataset at {source}; give a .nc file or .zarr folder written by 'astrogram run'"
        )
    mend = "it is truncated, damaged or no dataset of this project; copy it again or run again"
    with _one_line(f"cannot read {source}", mend), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is checked, here or by the schema
        dataset, missing = _load(source)
        _plain(dataset)
        written = dataset.attrs.pop(DIGEST, None)
        if written is None and missing:
            raise DatasetError(
                f"cannot read {source}: chunks of {shown(missing)} are not there, either lost or "
                f"nothing but zeros, and no {DIGEST} tells which; copy it again, or save it again "
                "from where it was made with write_empty_chunks=True"
            )
        if written is not None and written != content_digest(dataset):
            raise DatasetError(
                f"cannot read {source}: it does not hold what was written ({DIGEST} differs): it "
                "is damaged, copy it again; or, if you changed it, save it by "
                f"analysis.dataset.schema.write_dataset, or without its attribute {DIGEST}"
            )
    dataset.encoding[DIGEST] = written
    dataset = upgraded(dataset, str(source))
    check(dataset, str(source))
    return dataset


def is_checked(dataset: xr.Dataset) -> bool:
    """Whether the file that a dataset was read from held a digest of its content."""
    return dataset.encoding.get(DIGEST) is not None


def _plain(dataset: xr.Dataset) -> None:
    """Drop fill values that stand for nothing; what else changes values, `validate` refuses."""
    for variable in dataset.variables.values():
        for key in ("_FillValue", "missing_value"):
            fill = np.asarray(variable.attrs.get(key, np.nan))
            # A NaN is one in any case, and a value that none has means nothing.
            if fill.dtype.kind in "iuf" and not np.any(variable.values == fill):
                variable.attrs.pop(key, None)
        if "flag_values" in variable.attrs:  # text formats lose the type
            values = np.atleast_1d(np.asarray(variable.attrs["flag_values"]))
            if values.dtype.kind in "iu" and variable.dtype.kind in "iu":
                variable.attrs["flag_values"] = values.astype(variable.dtype)


def _check_suffix(path: Path) -> None:
    if path.suffix not in _SUFFIXES:
        raise DatasetError(
            f"'{path}' ends in '{path.suffix}'; allowed: .nc (netCDF) and .zarr; rename it"
        )


@contextmanager
def _one_line(what: str, mend: str) -> Iterator[None]:
    """Turn what the file libraries raise into one line."""
    try:
        yield
    except DatasetError:
        raise
    except _LIBRARY_ERRORS as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:160]
        raise DatasetError(f"{what}: {reason or type(error).__name__}; {mend}") from error


def _write(dataset: xr.Dataset, path: Path) -> None:
    plain = dataset.copy()
    plain.attrs[DIGEST] = content_digest(dataset)
    for variable in plain.variables.values():
        variable.encoding = {}  # whatever file it was read from
    if path.suffix == ".nc":
        encoding = {str(n): _netcdf_encoding(v) for n, v in plain.variables.items()}
        plain.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding)
        return
    encoding = {str(n): {"_FillValue": None, **_chunks(v)} for n, v in plain.variables.items()}
    with warnings.catch_warnings():
        # Plain xarray opens a store fastest, and without a word, if its metadata is consolidated.
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        plain.to_zarr(path, mode="w", zarr_format=3, consolidated=True, encoding=encoding)


def _chunks(variable: xr.Variable) -> dict[str, Any]:
    """Chunks of about 4 MB, cut along the last dimension; none for an empty variable."""
    if not variable.size:
        return {}
    lead = max(1, variable.size // variable.shape[-1]) * variable.dtype.itemsize
    last = min(variable.shape[-1], max(1, _CHUNK_BYTES // lead))
    return {"chunks": (*variable.shape[:-1], last)}


def _netcdf_encoding(variable: xr.Variable) -> dict[str, Any]:
    encoding: dict[str, Any] = {"_FillValue": None}
    if variable.size:
        encoding |= {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True}
        encoding["chunksizes"] = _chunks(variable)["chunks"]
    return encoding


def _load(path: Path) -> tuple[xr.Dataset, str]:
    """Read a file or folder that may be anybody's; see `read_store` for what comes back."""
    if path.suffix == ".zarr":
        return read_store(path)
    if not regular_size(path):
        raise ValueError("it is empty")
    with path.open("rb") as file:
        if not file.read(8).startswith(_NETCDF_MARKS):
            raise ValueError("it is no netCDF file")
    with unbroken(), xr.open_dataset(path, engine="netcdf4", **_AS_THEY_STAND) as opened:
        check_memory(opened.nbytes, path)
        return opened.load(), ""
