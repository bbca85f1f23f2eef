"""Who owns a temporary folder: its name says so, and what dead processes left is cleared away.

Every temporary file of the project lies in a folder made by `owned_folder`. Its name holds the
machine, the process and when that process began, so a later call can tell a folder in use from one
whose process was killed, and remove the latter. Nothing else is ever removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from platform import node

import psutil

_NAME = re.compile(r"\.astrogram-[a-z]+-([0-9a-f]{8})-([0-9]+)-([0-9]+)-[0-9a-f]{16}")


@contextmanager
def owned_folder(kind: str, parent: Path) -> Iterator[Path]:
    """Make a folder in `parent` that only this user can enter; remove it at the end.

    What dead processes left in `parent` is removed first.

    Parameters
    ----------
    kind : str
        What it is for, in lower-case letters: for people who look.
    parent : Path
        Must exist.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    sweep(parent)
    folder = parent / f".astrogram-{kind}-{_owner()}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)  # fails if anything of that name is there, a link included
    try:
        yield folder
    finally:
        remove(folder)


def sweep(parent: Path) -> list[Path]:
    """Remove the folders in `parent` whose process on this machine is gone, and return them."""
    gone = [folder for folder in _candidates(parent) if not _alive(folder.name)]
    for folder in gone:
        remove(folder)
    return gone


def remove(folder: Path) -> None:
    """Remove a folder, also while an interrupted program still writes its last file to it."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _candidates(parent: Path) -> list[Path]:
    try:
        return [
            entry
            for entry in parent.iterdir()
            if _NAME.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink()
        ]
    except OSError:
        return []


def _alive(name: str) -> bool:
    """Whether the owner of a folder may still be there; on another machine, always."""
    match = _NAME.fullmatch(name)
    assert match is not None  # as `_candidates` gives it
    machine, process, began = match.groups()
    if machine != _machine():
        return True
    try:
        return _began(int(process)) == int(began)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def _owner() -> str:
    process = psutil.Process()
    return f"{_machine()}-{process.pid}-{_began(process.pid)}"


@cache
def _machine() -> str:
    """The machine; of containers that share its name, and a disk, the one that counts processes."""
    name = node()
    with contextlib.suppress(OSError):
        name += str(os.stat("/proc/self/ns/pid").st_ino)
    return f"{zlib.crc32(name.encode()):08x}"


def _began(process: int) -> int:
    """When a process began, in hundredths of a second since 1970."""
    return round(psutil.Process(process).create_time() * 100)
