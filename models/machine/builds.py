"""The cache of compiled programs: found again by hash, built once, bounded in size.

A program's folder is named by a hash of all it depends on and holds, beside the program and what
it reads, a mark that it is ours and a seal: what each file was when it was built. Only folders that
have the mark are ever removed, and only programs that nobody else could have put there are run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import platform
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from astrogram.environment import cache_folder, compiler_flags
from astrogram.errors import EnvironmentFault
from astrogram.leftovers import owned_folder, remove, sweep
from models.machine.circuit import Circuit
from models.machine.trust import refuse_others

LARGEST_CACHE = 2**30
"""Bytes of all builds together; the ones that were not used for longest are removed."""

_NAME = re.compile(r"[0-9a-f]{24}")
_LOCK = re.compile(r"[0-9a-f]{24}\.lock")
_MARK = "astrogram-program"
_NEEDED = ("main", "manifest.json", "static_arrays")


@dataclass(frozen=True)
class Build:
    """One compiled program of the cache."""

    folder: Path
    circuit: str
    cells: int
    size: int
    used: float
    """`size` in bytes on disk; `used`, when it was last used, in seconds since 1970."""


@dataclass(frozen=True)
class Cleared:
    """What `clear_cache` did: bytes that it freed, and the names of what it left, sorted."""

    freed: int
    left: list[str]


def find_build(circuit: Circuit, *, anew: bool = False) -> tuple[Path, float]:
    """Return the folder of the compiled program of `circuit` and the time that building it took.

    Several processes may ask at once: one builds, the others wait for it.

    Parameters
    ----------
    circuit : Circuit
    anew : bool
        Build it even if it is there, because it could not be started.

    Returns
    -------
    folder : Path
    seconds : float
        0 if the program was found in the cache.

    Raises
    ------
    models.machine.compiling.BuildError
        If it cannot be written or compiled; the cache is left as it was.
    models.machine.brian.BrianMisfit
        If this Brian2 is not one that programs can be made with.
    EnvironmentFault
        If the cache cannot be used: others can write to it, or nobody.
    """
    from models.machine.compiling import BuildError  # only a build needs Brian2

    root, asked = _root(), time.time()
    sweep(root)
    folder = root / circuit.fingerprint(*_surroundings())
    if not anew and _sound(folder):
        _touch(folder)
        return folder, 0.0
    began = time.perf_counter()
    try:
        with FileLock(root / f"{folder.name}.lock", mode=0o600):
            # somebody else may have built it meanwhile
            if _sound(folder) and (not anew or _sealed(folder) > asked):
                _touch(folder)
                return folder, 0.0
            _build(circuit, folder)
    except OSError as error:
        raise BuildError(
            f"the program cannot be written to {root}: {error.strerror or error}; "
            "make room or let ASTROGRAM_CACHE name another folder"
        ) from error
    _prune(keep=folder)
    return folder, time.perf_counter() - began


def builds() -> list[Build]:
    """Return all sound builds, the last used first."""
    found = []
    for folder, size, used in _entries(cache_folder()):
        if _sound(folder):
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            cells = sum(manifest["sizes"].values())
            found.append(Build(folder, manifest["circuit"], cells, size, used))
    return found


def clear_cache() -> Cleared:
    """Remove all builds of ours, also damaged ones, and what dead processes left; nothing else."""
    root = cache_folder()
    if not root.is_dir():
        return Cleared(0, [])
    _refuse_root(root)
    sweep(root)
    freed = 0
    for folder, size, _ in _entries(root):
        remove(folder)
        freed += size
    for lock in root.iterdir():
        # one that is held belongs to a build under way
        if _LOCK.fullmatch(lock.name) and lock.is_file() and not lock.is_symlink():
            with contextlib.suppress(Timeout, OSError), FileLock(lock, timeout=0):
                lock.unlink()
    return Cleared(freed, sorted(item.name for item in root.iterdir()))


def _root() -> Path:
    """Return the cache's folder, made if need be, and refuse one that others can write to."""
    root = cache_folder()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"no folder for compiled programs can be made at {root}: {error.strerror or error}; "
            "let ASTROGRAM_CACHE name one that you can write to"
        ) from None
    _refuse_root(root)
    return root


def _refuse_root(root: Path) -> None:
    refuse_others(root, root)
    refuse_others(root.resolve(), root)


def _surroundings() -> list[str]:
    """What a program depends on beside its circuit: code generator, compiler, libc, processor."""
    import brian2
    import numpy

    from models.machine import compiling, objects, program
    from models.machine.brian import preferences

    compiler = compiling.compiler() or ""
    texts = [brian2.__version__, numpy.__version__, platform.machine(), *preferences()]
    texts += [compiler, compiling.compiler_version(compiler) if compiler else "", _libc()]
    texts += compiler_flags()
    texts += [Path(str(module.__file__)).read_text() for module in (program, compiling, objects)]
    texts += [source.read_text() for source in program.SOURCES]
    with contextlib.suppress(OSError):  # compiled for this very processor
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        texts.append(next((line for line in lines if line.startswith("flags")), ""))
    return texts


def _libc() -> str:
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    return " ".join(platform.libc_ver())


def _sound(folder: Path) -> bool:
    """Whether a build is whole: the program is there that its seal was made for.

    Raises
    ------
    EnvironmentFault
        If somebody else could have put it there.
    """
    try:
        for path in (folder, *folder.rglob("*")):
            refuse_others(path, folder.parent)
        seal = json.loads((folder / "seal.json").read_text(encoding="utf-8"))
        return seal == _seal(folder, folder.name)
    except EnvironmentFault:  # it is a ValueError, too, and no damage
        raise
    except (OSError, ValueError, RecursionError):
        return False


def _seal(folder: Path, name: str) -> dict[str, str]:
    """Return what the seal of a program holds: its name, and a checksum of each of its files."""
    files = [folder / name for name in ("main", "manifest.json")]
    files += sorted(file for file in (folder / "static_arrays").rglob("*") if file.is_file())
    sums = {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }
    return {"program": name, **sums}


def _sealed(folder: Path) -> float:
    return (folder / "seal.json").stat().st_mtime


def _touch(folder: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(folder / _MARK)


def _build(circuit: Circuit, folder: Path) -> None:
    """Build beside `folder` and move into place, so that it is there whole or not at all."""
    if os.path.lexists(folder) and not _ours(folder):
        raise EnvironmentFault(
            f"{folder} is in the way of a compiled program and is none; move it elsewhere"
        )
    from models.machine import compiling, program

    cells = sum(circuit.sizes().values())
    logging.getLogger("astrogram").info(
        "compiling %s for %d cells, about half a minute; once", circuit.name, cells
    )
    with owned_folder("build", folder.parent) as place:
        made = place / "made"
        made.mkdir(mode=0o700)
        (made / _MARK).write_text("A compiled program of astrogram; 'astrogram cache' lists it.\n")
        program.write_program(circuit, made)
        compiling.compile_program(made)
        for item in made.iterdir():
            if item.name not in (*_NEEDED, _MARK):
                shutil.rmtree(item) if item.is_dir() else item.unlink()
        (made / "seal.json").write_text(json.dumps(_seal(made, folder.name)), encoding="utf-8")
        for item in made.rglob("*"):
            item.chmod(0o700 if item.is_dir() or item.name == "main" else 0o600)
        if folder.exists():  # a damaged one, or one that does not start here
            folder.rename(place / "old")
        made.rename(folder)


def _ours(folder: Path) -> bool:
    """Whether a folder of the cache was made here, by its name and its mark."""
    return (
        _NAME.fullmatch(folder.name) is not None
        and folder.is_dir()
        and not folder.is_symlink()
        and folder.lstat().st_uid == os.geteuid()
        and (folder / _MARK).is_file()
    )


def _entries(root: Path) -> list[tuple[Path, int, float]]:
    """Return folder, bytes and last use of all builds of ours, the last used first."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for folder in root.iterdir():
            with contextlib.suppress(OSError):  # removed meanwhile
                if _ours(folder):
                    files = [file.lstat().st_size for file in folder.rglob("*") if file.is_file()]
                    found.append((folder, sum(files), (folder / _MARK).stat().st_mtime))
    return sorted(found, key=lambda entry: -entry[2])


def _prune(keep: Path) -> None:
    """Remove the builds that were not used for longest until the cache is within its bound."""
    total = 0
    for folder, size, _ in _entries(keep.parent):
        total += size
        if total > LARGEST_CACHE and folder != keep:
            remove(folder)
