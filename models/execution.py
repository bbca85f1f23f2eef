"""One run of a compiled program: tables in, records out, nothing taken on trust.

Needs NumPy and the folder of the build, not Brian2: a worker of a cohort runs animals with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astrogram.errors import AstrogramError
from models.scratch import mapped

Tables = dict[str, NDArray]
Progress = Callable[[float], None]

CHUNK = 5000
"""Steps between two writes of what was recorded: one second at the default time step."""


class RunError(AstrogramError, RuntimeError):
    """A run that failed or cannot be believed; the message is one line."""


class OutOfRegime(RunError):
    """A run that stopped because a variable left the regime of the model; one line."""


def execute(
    build: Path, tables: Tables, n_steps: int, progress: Progress | None = None
) -> Tables:
    """Run the program in `build` once.

    Parameters
    ----------
    build : Path
        Made by `models.builds.find_build`.
    tables : Tables
        As `models.circuit` describes them.
    n_steps : int
        Time steps to run.
    progress : callable, optional
        Called with the completed fraction, 0 to 1.

    Returns
    -------
    Tables
        What was recorded; large arrays stay on disk until they are let go.

    Raises
    ------
    OutOfRegime
        Which variable of which cell left the regime, and when.
    RunError
        If the program ends otherwise, stops early, or did not get what it was given.
    """
    manifest = json.loads((build / "manifest.json").read_text())
    with _folder() as place:
        _write(place, tables, n_steps)
        _carry_out(build, place, n_steps, progress, manifest)
        _compare(place / "out" / "readback", tables, manifest)
        return {
            name: _read(place / "out" / name, kind, columns)
            for name, kind, columns in manifest["records"]
        }


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="astrogram-"))
    try:
        (place / "in").mkdir()
        (place / "out").mkdir()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _write(place: Path, tables: Tables, n_steps: int) -> None:
    """Write all tables, in the number formats that the program reads."""
    given = {**tables, "plan": np.array([n_steps, CHUNK], np.int64)}
    try:
        for name, values in given.items():
            np.ascontiguousarray(values, _dtype(name)).tofile(place / "in" / name)
    except OSError as error:
        raise RunError(f"the tables of the run cannot be written: {error}") from error


def _dtype(name: str) -> type:
    kind = name.split(".")[0]
    if kind == "plan":
        return np.int64
    return np.int32 if kind in ("edges", "spikes", "indices", "rows") else np.float64


def _carry_out(
    build: Path, place: Path, n_steps: int, progress: Progress | None, manifest: dict
) -> None:
    environment = {**os.environ, "ASTROGRAM_RUN": str(place)}
    with (place / "stderr").open("w+") as said:
        child = subprocess.Popen(  # noqa: S603 (our own program in our own cache)
            [str(build / "main")], cwd=build, env=environment, stdout=subprocess.PIPE,
            stderr=said, text=True,
        )  # fmt: skip
        try:
            reached = 0
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("reached "):
                    reached = int(line.split()[1])
                    if progress is not None:
                        progress(reached / max(n_steps, 1))
            child.wait()
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                child.wait()
            if child.stdout is not None:
                child.stdout.close()
        said.seek(0)
        complaint = said.read().strip()
    if complaint.startswith("left the regime: "):
        variable, cells, *rest = complaint.removeprefix("left the regime: ").split()[:5]
        unit = manifest["guarded"][f"{cells}.{variable}"]
        index, value, time = int(rest[0]), float(rest[1]), float(rest[2])
        raise OutOfRegime(out_of_regime(variable, cells, index, value, unit, time))
    if child.returncode or complaint:
        lines = complaint.splitlines()
        why = lines[0] if lines else f"it ended with status {child.returncode}"
        raise RunError(f"the compiled model stopped early: {why}")
    if reached != n_steps:
        share = reached / n_steps
        raise RunError(f"the compiled model stopped early, after {share:.0%} of the run")


def out_of_regime(
    variable: str, cells: str, index: int, value: float, unit: str, time: float
) -> str:
    """Say what left the regime of the model, where and when (s)."""
    shown = f"{value:.4g} {unit}".strip()
    return (
        f"{variable} of {cells} {index} is {shown} at t = {time:.6g} s or shortly before; a "
        "smaller time step or parameters within their ranges keep it defined"
    )


def _compare(readback: Path, tables: Tables, manifest: dict) -> None:
    """Compare what arrived in the program's arrays with what was sent, by checksums."""
    seen = set()
    for line in readback.read_text().splitlines():
        name, count, checksum = line.split()
        sent: NDArray = np.ascontiguousarray(tables[name], _dtype(name)).ravel()
        if sent.size == 1:
            sent = np.full(int(count), sent[0])
        if sent.size != int(count) or zlib.crc32(sent.data) != int(checksum):
            raise RunError(
                f"the compiled model did not get table '{name}' as it was sent; "
                "remove the build with 'astrogram cache --clear' and run again"
            )
        seen.add(name)
    for name in tables:
        if name.split(".")[0] in ("edges", "initial", "indices", "rows") and name not in seen:
            raise RunError(f"the compiled model did not read table '{name}'")


def _read(file: Path, kind: str, columns: int) -> NDArray:
    values = mapped(file, np.dtype(kind))
    return values.reshape(-1, columns).T if columns else values
