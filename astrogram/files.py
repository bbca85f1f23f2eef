"""Files that appear whole or not at all: the one way in which the project writes.

And what a stranger's file must be before it is opened: `regular_size`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from astrogram.errors import AstrogramError, OutputError
from astrogram.leftovers import owned_folder, remove
from astrogram.signals import unbroken


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on success it takes the place of `path`.

    The temporary path lies in a folder beside `path` that nobody else can enter, so that no link
    can be planted under its name. What was written is on the disk before it is renamed. A signal
    that asks the program to end is answered when all is written, before that: nothing is left.

    Parameters
    ----------
    path : Path
        A file, or a folder such as a zarr store. Missing folders above it are made.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with owned_folder("part", path.parent) as folder:
            temporary = folder / path.name
            with unbroken():
                yield temporary
            _to_disk(temporary)
            _take_place(temporary, path, folder)
            _to_disk_one(path.parent)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write `path` into an `OutputError`."""
    try:
        yield
    except AstrogramError:
        raise
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise OutputError(
            f"cannot write {path}: {reason}; make it writable and free space there, "
            "or choose another place"
        ) from None


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all; see `replacing`."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def regular_size(path: Path) -> int:
    """Return the size of a file in bytes; what is no file is refused and never opened.

    To open a pipe waits for whoever writes to it, and a device may never end.

    Raises
    ------
    OSError
        If it is absent, or a folder, pipe, socket or device.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        what = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
        kind = what.get(stat.S_IFMT(found.st_mode), "a device")
        raise OSError(errno.EINVAL, f"it is {kind}, no file", str(path))
    return found.st_size


def _take_place(temporary: Path, path: Path, folder: Path) -> None:
    if not (path.is_dir() and not path.is_symlink()):
        os.replace(temporary, path)
        return
    # A folder cannot be renamed over another one: step aside, and back if that fails.
    aside = folder / "old"
    os.replace(path, aside)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.replace(aside, path)
        raise
    remove(aside)


def _to_disk(path: Path) -> None:
    if path.is_dir():
        for inner in path.rglob("*"):
            _to_disk_one(inner)
    _to_disk_one(path)


def _to_disk_one(path: Path) -> None:
    """Ask the system to write a file, or a folder's list of names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems know it not, for folders above all
            os.fsync(handle)
    finally:
        os.close(handle)
