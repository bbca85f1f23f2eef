"""The cache of compiled programs: found again by hash, built once, bounded in size."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astrogram.environment import cache_folder
from models.circuit import Circuit

LARGEST_CACHE = 2**30
"""Bytes of all builds together; the ones that were not used for longest are removed."""


@dataclass(frozen=True)
class Build:
    """One compiled program of the cache."""

    folder: Path
    circuit: str
    cells: int
    size: int
    used: float
    """`size` in bytes on disk; `used`, when it was last used, in seconds since 1970."""


def find_build(circuit: Circuit) -> tuple[Path, float]:
    """Return the folder of the compiled program of `circuit` and the time that building it took.

    Several processes may ask at once: one builds, the others wait for it.

    Returns
    -------
    folder : Path
    seconds : float
        0 if the program was found in the cache.

    Raises
    ------
    models.program.BuildError
        If it cannot be written or compiled; the cache is left as it was.
    """
    from models import program  # only a build needs Brian2

    folder = cache_folder() / circuit.fingerprint(*_surroundings())
    if _sound(folder):
        _touch(folder)
        return folder, 0.0
    began = time.perf_counter()
    with _lock(folder):
        if _sound(folder):  # somebody else built it meanwhile
            _touch(folder)
            return folder, 0.0
        shutil.rmtree(folder, ignore_errors=True)  # a corrupt one
        try:
            _build(program, circuit, folder)
        except OSError as error:
            raise program.BuildError(
                f"the program cannot be written to {cache_folder()}: {error.strerror or error}; "
                "make room or let ASTROGRAM_CACHE name another folder"
            ) from error
    _prune(keep=folder)
    return folder, time.perf_counter() - began


def builds() -> list[Build]:
    """Return all sound builds, the last used first."""
    found = []
    for folder in cache_folder().glob("*/"):
        if _sound(folder):
            manifest = json.loads((folder / "manifest.json").read_text())
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            used = (folder / "manifest.json").stat().st_mtime
            cells = sum(manifest["sizes"].values())
            found.append(Build(folder, manifest["circuit"], cells, size, used))
    return sorted(found, key=lambda build: -build.used)


def clear_cache() -> int:
    """Remove all builds, also broken ones, and return how many bytes that freed."""
    root = cache_folder()
    freed = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    shutil.rmtree(root, ignore_errors=True)
    return freed


def _surroundings() -> list[str]:
    """What a program depends on beside its circuit: code generator, compiler, processor."""
    import brian2
    import numpy

    from models import objects, program

    texts = [brian2.__version__, numpy.__version__, program.compiler() or "", platform.machine()]
    texts += [os.environ.get(name, "") for name in ("CXXFLAGS", "CPPFLAGS", "LDFLAGS")]
    texts += [Path(str(module.__file__)).read_text() for module in (program, objects)]
    texts.append(program.HEADER.read_text())
    with contextlib.suppress(OSError):  # compiled for this very processor
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        texts.append(next((line for line in lines if line.startswith("flags")), ""))
    return texts


def _sound(folder: Path) -> bool:
    """Whether a build is whole: its program is the one that its seal was made for."""
    with contextlib.suppress(OSError, ValueError):
        seal = json.loads((folder / "seal.json").read_text())
        return all(_digest(folder / name) == value for name, value in seal.items())
    return False


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _touch(folder: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(folder / "manifest.json")


def _build(program, circuit: Circuit, folder: Path) -> None:  # type: ignore[no-untyped-def]
    """Build beside `folder` and move into place, so that it is there whole or not at all."""
    place = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        program.write_program(circuit, place)
        program.compile_program(place)
        for leftover in (*place.rglob("*.o"), *place.rglob("*.d")):
            leftover.unlink()
        seal = {name: _digest(place / name) for name in ("main", "manifest.json")}
        (place / "seal.json").write_text(json.dumps(seal))
        place.rename(folder)
    finally:
        _remove(place)


def _remove(folder: Path) -> None:
    """Remove a folder, also while an interrupted compiler still writes its last file."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the right to build into `folder`; a dead process loses it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def _prune(keep: Path) -> None:
    """Remove the builds that were not used for longest until the cache is within its bound."""
    total = 0
    for build in builds():
        total += build.size
        if total > LARGEST_CACHE and build.folder != keep:
            shutil.rmtree(build.folder, ignore_errors=True)
