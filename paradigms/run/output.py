"""Where results go: places that are checked before a long run, and what stands there already.

A result of the same request is replaced without a word, one of another request only if asked, and
what is no result of ours never.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from astrogram.errors import OutputError
from astrogram.files import writing
from astrogram.text import shown

DATASET_SUFFIXES = (".nc", ".zarr")
PROBE_BYTES = 65536
LONGEST_NAME = 255
"""Bytes of a file's name, where the file system does not say."""
LONGEST_PATH = 4095
"""Bytes of a whole path, where the file system does not say."""
BESIDE = 96
"""Bytes of the folder beside a file in which it is written first (`astrogram.leftovers`)."""

ASKED = ("protocol_toml", "seed", "size", "clock", "parameters", "device", "group")
"""Global attributes that say what a dataset is the answer to; `group` only within a cohort."""

OURS = {"protocol_toml", "paradigm", "asked"}
"""Every dataset of this project has one of these: an animal, a part, or a cohort."""

Differences = Callable[[Mapping[str, Any]], list[str]]


def dataset_path(out: str, protocol: str, seed: int) -> Path:
    """Return the dataset that ``--out`` means.

    Parameters
    ----------
    out : str
        A folder, or a file ending in ``.nc`` or ``.zarr``.
    protocol : str
        Name of the protocol.
    seed : int
        Seed of the animal; in a folder the dataset is called ``<protocol>_seed<seed>.nc``.

    Raises
    ------
    OutputError
        If the file ending is another one.
    """
    path = Path(out)
    if path.suffix in DATASET_SUFFIXES:
        return path
    if path.suffix and not os.path.isdir(path) and not out.endswith(("/", os.sep)):
        raise OutputError(
            f"--out {shown(out)}: file ending {shown(path.suffix)} is not known; allowed: "
            f"{', '.join(DATASET_SUFFIXES)}, or a folder (end its name with /)"
        )
    return path / f"{protocol}_seed{seed}.nc"


def check_writable(path: Path) -> None:
    """Refuse a path that could not be written, as `check_name` and by writing.

    A probe file is written to the folder, or to the nearest one above it that exists, so that a
    run of an hour does not end at a read-only or full disk that was so at its beginning.

    Raises
    ------
    OutputError
        Nothing is left behind.
    """
    check_name(path)
    folder = existing(path)
    with writing(path), tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(bytes(PROBE_BYTES))
        probe.flush()
        os.fsync(probe.fileno())


def check_name(path: Path) -> None:
    """Refuse a path that is too long, or whose place something else has taken.

    Raises
    ------
    OutputError
    """
    _check_length(path)
    if path.is_dir() and path.suffix != ".zarr":
        raise OutputError(f"cannot write {path}: it is a folder; choose another --out")
    if os.path.lexists(path) and not path.is_dir() and path.suffix == ".zarr":
        raise OutputError(f"cannot write {path}: it is a file; choose another --out")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OutputError(f"cannot write {path}: it is no ordinary file; choose another --out")
    folder = existing(path)
    if not folder.is_dir():
        raise OutputError(
            f"cannot write {path}: {folder} is no folder; move it, or choose another --out"
        )


def existing(path: Path) -> Path:
    """Return what is nearest above `path` and there."""
    return next(above for above in path.absolute().parents if os.path.lexists(above))


def unlike(asked: Mapping[str, Any]) -> Differences:
    """Return which of the attributes `asked` a dataset that is there has otherwise.

    One that the new dataset will not have is None.
    """

    def names(found: Mapping[str, Any]) -> list[str]:
        return [name for name, value in asked.items() if str(found.get(name)) != str(value)]

    return names


def check_place(path: Path, differences: Differences, *, overwrite: bool) -> None:
    """Check a dataset's path as `check_writable`, and what stands there.

    Parameters
    ----------
    path : Path
    differences : callable
        From the attributes of what is there to names of settings in which it is another; `unlike`.
    overwrite : bool
        Whether a result of another request may be replaced.

    Raises
    ------
    OutputError
    """
    check_writable(path)
    if not os.path.lexists(path):
        return
    found = attributes(path)
    if found is None or not OURS & set(found):
        raise OutputError(
            f"cannot write {path}: what is there is no dataset that this version has written, or "
            "damaged; move it, or choose another --out"
        )
    other = differences(found)
    if other and not overwrite:
        raise OutputError(
            f"{path} is there already, a result of other settings ({', '.join(other)}); choose "
            "another --out, or replace it by --overwrite"
        )


def check_beside(path: Path, dataset: Path, *, overwrite: bool) -> None:
    """Check the path of what belongs to `dataset`, which was checked itself.

    Raises
    ------
    OutputError
        Also if something is there, but not the dataset that it could be of.
    """
    check_writable(path)
    if os.path.lexists(path) and not dataset.exists() and not overwrite:
        raise OutputError(
            f"{path} is there already, and {dataset.name}, to which it would belong, is not; "
            "choose another --out, or replace it by --overwrite"
        )


def attributes(path: Path) -> dict[str, Any] | None:
    """Return the global attributes of a dataset, None if there is none that can be read."""
    try:
        if path.is_file():
            import netCDF4

            with netCDF4.Dataset(path.absolute()) as opened:
                return {name: opened.getncattr(name) for name in opened.ncattrs()}
        for name, inner in ((".zattrs", None), ("zarr.json", "attributes")):
            if (path / name).is_file():
                content = json.loads((path / name).read_text(encoding="utf-8"))
                found = content if inner is None else content[inner]
                return dict(found) if isinstance(found, dict) else None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return None


def _check_length(path: Path) -> None:
    """Refuse names that the file system, or the libraries that write, cannot have."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise OutputError(
            f"cannot write {shown(str(path))}: its name is no text in UTF-8; choose another --out"
        ) from None
    if "\0" in str(path):
        raise OutputError(f"cannot write {shown(str(path))}: a name cannot hold NUL; rename it")
    whole = path.absolute()
    for name in whole.parts:
        if len(name.encode()) > LONGEST_NAME:
            raise OutputError(
                f"cannot write {shown(name)}: the name has {len(name.encode())} bytes; allowed: "
                f"{LONGEST_NAME}; shorten the name of the protocol, of the group or in --out"
            )
    length = len(str(whole).encode()) + BESIDE
    if length > LONGEST_PATH:
        raise OutputError(
            f"cannot write {shown(name)}: its whole path has {length - BESIDE} bytes; allowed: "
            f"{LONGEST_PATH - BESIDE}; choose another --out"
        )
