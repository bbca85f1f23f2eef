"""A zarr folder as a dataset: what it is made of is looked at before the zarr library opens it.

The metadata of a zarr array names the codecs that its bytes are put through, and some codecs run
what they are given as code (pickle). So the metadata is read here as plain JSON, and only numbers
in known compressions go on to the library, one array after the other. Consolidated metadata, a
second copy of it, is not used.
"""

from __future__ import annotations

import json
import os
import re
import struct
from base64 import b64decode
from math import prod
from pathlib import Path
from typing import Any

import psutil
import xarray as xr

from analysis.dataset.errors import DatasetError
from astrogram.files import regular_size
from astrogram.text import shown

CODECS = frozenset({"blosc", "bytes", "crc32c", "gzip", "transpose", "zlib", "zstd"})
"""Codecs, by their names in formats 2 and 3, that are known to do no more than compress."""

_METADATA_BYTES = 32_000_000
_MOST_CHUNKS = 1_000_000
_NUMBERS = {
    2: re.compile(r"[<>|](?:[iu][1248]|f[48])"),
    3: re.compile(r"(?:u?int(?:8|16|32|64)|float(?:32|64))"),
}
_GROUP = {2: ".zgroup", 3: "zarr.json"}
_ARRAY = {2: ".zarray", 3: "zarr.json"}


def store_format(path: Path) -> int | None:
    """Return the format of the zarr group in a folder, 2 or 3, None if there is none."""
    return next((version for version in (3, 2) if (path / _GROUP[version]).is_file()), None)


def read_store(path: Path) -> tuple[xr.Dataset, str]:
    """Read a store of plain numbers.

    Returns
    -------
    dataset : xarray.Dataset
        Values as they are stored, and all attributes.
    missing : str
        An array that lacks chunks and does not say by a fill value what stands there, or "".

    Raises
    ------
    DatasetError
        If it is no zarr group, has links or special files in it, holds anything but arrays of
        numbers in `CODECS`, or takes more memory than there is.
    """
    version = store_format(path)
    if version is None:
        raise DatasetError(
            f"cannot read {path}: no zarr group in it; give a folder written by 'astrogram run'"
        )
    _check_files(path)
    attrs = _metadata(path, _GROUP[version])
    if version == 3:
        if attrs.get("node_type") != "group":
            raise DatasetError(f"cannot read {path}: it is no zarr group; give a dataset's folder")
        attrs = attrs.get("attributes", {})
    else:
        attrs = _metadata(path, ".zattrs")
    arrays = _checked_arrays(path, version)

    import zarr

    store = zarr.storage.LocalStore(path, read_only=True)
    variables, missing = {}, ""
    for name, metadata in arrays.items():
        # From the metadata that were checked, not those that are there by now
        array = zarr.Array.from_dict(zarr.storage.StorePath(store, name), metadata)
        own = dict(array.attrs)
        dims = array.metadata.dimension_names if version == 3 else own.pop("_ARRAY_DIMENSIONS")
        if array.fill_value is None and array.nchunks_initialized < array.nchunks:
            missing = missing or name
        if isinstance(own.get("_FillValue"), str):  # of a float, as xarray writes it in format 3
            own["_FillValue"] = struct.unpack("<d", b64decode(own["_FillValue"]))[0]
        variables[name] = xr.Variable(dims or (), array[...], own)
    coords = str(attrs.pop("coordinates", "")).split()
    for variable in variables.values():
        coords += str(variable.attrs.pop("coordinates", "")).split()
    dataset = xr.Dataset(variables, attrs=attrs)
    return dataset.set_coords([name for name in coords if name in variables]), missing


def check_memory(needed: int, path: Path) -> None:
    """Refuse values that do not fit into the memory that is free, before they are read.

    Raises
    ------
    DatasetError
        If they do not.
    """
    free = psutil.virtual_memory().available
    if needed > free:
        raise DatasetError(
            f"cannot read {path}: its values take {needed / 1e9:.3g} GB of memory and "
            f"{free / 1e9:.3g} GB are free; use a machine with more, or copy it again"
        )


def _check_files(path: Path) -> None:
    for folder, inner, files in os.walk(path):
        for name in (*inner, *files):
            entry = Path(folder, name)
            if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                raise DatasetError(
                    f"cannot read {path}: {shown(str(entry.relative_to(path)))} in it is a link "
                    "or no regular file; copy what it leads to in its place"
                )


def _checked_arrays(path: Path, version: int) -> dict[str, dict[str, Any]]:
    """Return the metadata of every array, attributes included, by its name."""
    arrays = {}
    chunks = size = 0
    for folder in sorted(path.iterdir()):
        name = f"{folder.name}/{_ARRAY[version]}"
        metadata = _metadata(path, name)
        if not metadata:
            continue
        try:
            number, length = _checked_array(metadata, version)
        except (KeyError, TypeError, ValueError) as error:
            raise _strange(path, name, error) from None
        if version == 2:
            metadata["attributes"] = _metadata(path, f"{folder.name}/.zattrs")
        arrays[folder.name] = metadata
        chunks, size = chunks + number, size + length
    if chunks > _MOST_CHUNKS:
        raise DatasetError(
            f"cannot read {path}: it has {chunks} chunks; allowed: {_MOST_CHUNKS}; save it again "
            "in larger chunks"
        )
    check_memory(size, path)
    return arrays


def _metadata(path: Path, name: str) -> dict[str, Any]:
    """Return a file of metadata, {} if there is none."""
    try:
        if not (path / name).exists():
            return {}
        if regular_size(path / name) > _METADATA_BYTES:
            raise ValueError(f"more than {_METADATA_BYTES} bytes")
        values = json.loads((path / name).read_bytes())
        if not isinstance(values, dict):
            raise ValueError("no table of names and values")
    except (OSError, ValueError, RecursionError) as error:
        raise _strange(path, name, error) from None
    return values


def _strange(path: Path, name: str, error: Exception) -> DatasetError:
    reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:120]
    if isinstance(error, KeyError):
        reason = f"{reason} is missing"
    if isinstance(error, RecursionError):
        reason = "nested too deep"
    return DatasetError(
        f"cannot read {path}: {shown(name)}: {reason}; it is damaged or no dataset of this "
        "project, copy it again or run again"
    )


def _checked_array(values: dict[str, Any], version: int) -> tuple[int, int]:
    """Return chunks and bytes of an array of plain numbers; ValueError for any other."""
    if version == 2:
        kind, chunk = values["dtype"], values["chunks"]
        codecs = [values["compressor"], *(values["filters"] or [])]
        names = [codec["id"] for codec in codecs if codec is not None]
    else:
        if values.get("node_type") != "array":
            raise ValueError("it is no array")
        kind, chunk = values["data_type"], values["chunk_grid"]["configuration"]["chunk_shape"]
        names = [codec["name"] for codec in values["codecs"]]
        if values["chunk_grid"]["name"] != "regular" or values.get("storage_transformers"):
            raise ValueError("chunks of another kind than regular")
    strange = [name for name in names if not isinstance(name, str) or name not in CODECS]
    if strange:
        raise ValueError(f"codec {shown(strange[0])}; allowed: {', '.join(sorted(CODECS))}")
    if not isinstance(kind, str) or not _NUMBERS[version].fullmatch(kind):
        raise ValueError(f"type {shown(kind)}; allowed: whole and floating numbers")
    fill = values["fill_value"]
    if not isinstance(fill, int | float | str | None) or len(str(fill)) > 40:
        raise ValueError(f"fill_value {shown(fill)}; allowed: a number or null")
    shape = values["shape"]
    for sizes, least in ((shape, 0), (chunk, 1)):
        whole = isinstance(sizes, list) and all(type(size) is int for size in sizes)
        if not whole or len(sizes) != len(shape) or not all(least <= n < 2**40 for n in sizes):
            raise ValueError(f"shape {shown(shape)} in chunks {shown(chunk)}")
    chunks = prod(-(-size // part) for size, part in zip(shape, chunk, strict=True))
    width = int(kind[-1]) if version == 2 else int(kind.lstrip("uintfloa")) // 8
    return chunks, max(prod(shape), prod(chunk) * (chunks > 0)) * width
