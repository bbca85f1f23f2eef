"""One run of a compiled program: tables in, records out, nothing taken on trust.

Needs NumPy and the folder of the build, not Brian2: a worker of a cohort runs animals with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astrogram.environment import for_child, temporary_folder
from astrogram.errors import AstrogramError
from astrogram.leftovers import owned_folder
from astrogram.text import one_line
from models.machine.scratch import mapped

Tables = dict[str, NDArray]
Progress = Callable[[float], None]

CHUNK = 5000
"""Steps between two writes of what was recorded: one second at the default time step."""


class RunError(AstrogramError, RuntimeError):
    """A run that failed or cannot be believed; the message is one line."""


class CannotStart(RunError):
    """A program that this machine cannot even start; one line."""


class OutOfRegime(RunError):
    """A run that stopped because a variable left the regime of the model; one line.

    Attributes
    ----------
    step : int
        Time step after which it was seen.
    """

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step


def execute(
    build: Path, tables: Tables, n_steps: int, progress: Progress | None = None
) -> Tables:
    """Run the program in `build` once.

    Parameters
    ----------
    build : Path
        Made by `models.machine.builds.find_build`.
    tables : Tables
        As `models.machine.circuit` describes them.
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
    CannotStart
        If the program is not for this machine, or not there.
    RunError
        If the program ends otherwise, stops early, or did not get what it was given.
    """
    try:
        return _once(build, tables, n_steps, CHUNK, progress)
    except OutOfRegime as error:
        # Seen at the end of a chunk, when much else may have followed: once more up to there,
        # looking after every step, for the variable that was the first.
        _once(build, tables, error.step, 1, None)
        raise


def _once(
    build: Path, tables: Tables, n_steps: int, chunk: int, progress: Progress | None
) -> Tables:
    """Run the program in `build` once, looking at guarded variables after each `chunk` of steps."""
    try:
        manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotStart(_no_start(build, str(error))) from None
    with contextlib.ExitStack() as stack:
        with room():
            place = stack.enter_context(owned_folder("run", temporary_folder()))
            write_tables(place, tables, n_steps, chunk)
        carry_out(build, place, n_steps, progress, manifest)
        return read_records(place, tables, manifest)


def read_records(place: Path, tables: Tables, manifest: dict) -> Tables:
    """Return what the run in `place` recorded, if it was of these tables.

    Raises
    ------
    RunError
        If the program did not get what it was given, or has not written all.
    """
    _compare(place / "out" / "readback", tables)
    return {
        name: _read(place / "out" / name, kind, columns)
        for name, kind, columns in manifest["records"]
    }


@contextlib.contextmanager
def room() -> Iterator[None]:
    """Say in one line where there is no room for a run's files."""
    try:
        yield
    except OSError as error:
        raise RunError(_no_room(error.strerror or str(error))) from None


def _no_room(why: str) -> str:
    return (
        f"a run's tables and records cannot be written to {temporary_folder()}: {why}; free space "
        "there, or let TMPDIR name another folder"
    )


def _no_start(build: Path, why: str) -> str:
    return (
        f"the compiled model cannot be started from {build}: {one_line(why)}; let ASTROGRAM_CACHE "
        "name a folder where programs may be started"
    )


def write_tables(place: Path, tables: Tables, n_steps: int, chunk: int = CHUNK) -> None:
    """Write all tables of one run into `place`, in the number formats that a program reads."""
    for name in ("in", "out"):
        (place / name).mkdir()
    given = {**tables, "plan": np.array([n_steps, chunk], np.int64)}
    for name, values in given.items():
        with (place / "in" / name).open("wb") as file:  # NumPy's own writer keeps the cause back
            file.write(np.ascontiguousarray(values, _dtype(name)).data)


def _dtype(name: str) -> type:
    kind = name.split(".")[0]
    if kind == "plan":
        return np.int64
    return np.int32 if kind in ("edges", "spikes", "indices", "rows") else np.float64


def carry_out(
    build: Path, place: Path, n_steps: int, progress: Progress | None, manifest: dict
) -> None:
    """Run the program in `build` on the tables in `place` to its end.

    Raises
    ------
    OutOfRegime, CannotStart, RunError
        As `execute`.
    """
    environment = for_child(ASTROGRAM_RUN=str(place), ASTROGRAM_PARENT=str(os.getpid()))
    try:
        # What it complains of comes by the same pipe: a file would be lost on a full disk.
        child = subprocess.Popen(  # noqa: S603 (our own program in our own cache)
            [str(build / "main")], cwd=build, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise CannotStart(_no_start(build, error.strerror or str(error))) from None
    begun, reached, complaint = False, 0, ""
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if line == "begun\n":
                begun = True
            elif line.startswith("reached "):
                reached = int(line.split()[1])
                if progress is not None:
                    progress(reached / max(n_steps, 1))
            else:
                complaint = complaint or line.strip()
        child.wait()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
    why = complaint or _status(child.returncode)
    if not begun and -child.returncode not in _ENDED_BY_OTHERS:
        raise CannotStart(_no_start(build, why))
    if complaint.startswith("left the regime: "):
        variable, cells, *rest = complaint.removeprefix("left the regime: ").split()[:5]
        unit = manifest["guarded"][f"{cells}.{variable}"]
        index, value, time = int(rest[0]), float(rest[1]), float(rest[2])
        raise OutOfRegime(
            out_of_regime(variable, cells, index, value, unit, time, manifest["mend"]),
            round(time / manifest["step"]),
        )
    if complaint.startswith(_UNWRITTEN):
        raise RunError(_no_room(complaint.removeprefix(_UNWRITTEN)))
    if child.returncode or complaint:
        raise RunError(f"the compiled model stopped early: {one_line(why)}")
    if reached != n_steps:
        share = reached / n_steps
        raise RunError(f"the compiled model stopped early, after {share:.0%} of the run")


_ENDED_BY_OTHERS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_UNWRITTEN = "the results cannot be written: "


def _status(code: int) -> str:
    """Say how a program ended that said nothing itself."""
    if code >= 0:
        return f"it ended with status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    memory = "; was there memory enough?" if -code == signal.SIGKILL else ""
    return f"it was ended by {name}{memory}"


def out_of_regime(
    variable: str, cells: str, index: int, value: float, unit: str, time: float, mend: str
) -> str:
    """Say what left the regime of the model, where and when (s)."""
    shown = f"{value:.4g} {unit}".strip()
    return (
        f"{variable} of {cells} {index} is {shown} at t = {time:.6g} s, out of what it can be; "
        f"lower {mend}, or bring parameters nearer to their defaults"
    )


def _compare(readback: Path, tables: Tables) -> None:
    """Compare what arrived in the program's arrays with what was sent, by checksums."""
    seen = set()
    for line in readback.read_text().splitlines():
        try:
            name, count, checksum = line.split()
            number, found = int(count), int(checksum)
        except ValueError:
            raise RunError(f"the compiled model read back no table: '{line[:60]}'") from None
        if name not in tables:
            raise RunError(f"the compiled model read a table '{name[:60]}' that nobody sent")
        sent: NDArray = np.ascontiguousarray(tables[name], _dtype(name)).ravel()
        if sent.size == 1:
            sent = np.full(number, sent[0])
        if sent.size != number or zlib.crc32(sent.data) != found:
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
