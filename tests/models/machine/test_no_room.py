"""A disk or memory without room for a program, its run or its records."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from contextlib import contextmanager

import numpy as np
import pytest

from astrogram.environment import temporary_folder
from astrogram.errors import EnvironmentFault
from models.machine import compiling
from models.machine import scratch as scratch_module
from models.machine.compiling import BuildError
from models.machine.devices import DeviceError
from models.machine.execution import RunError, execute
from models.run import run_circuit
from tests.support.programs import N_STEPS, one_line
from tests.support.tiny import STEP, tables, tiny


@contextmanager
def largest_file(size):
    """A disk that is full after `size` bytes, as the system tells of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("size", [10, 3 * 12_000], ids=["tables", "records"])
def test_no_room_for_a_run_names_folder_and_cause(entry, size):
    with largest_file(size), pytest.raises(RunError, match="File too large") as caught:
        execute(entry, tables(1, 12_000), 12_000)
    line = one_line(caught)
    assert f"cannot be written to {temporary_folder()}: " in line
    assert "TMPDIR" in line
    assert list(temporary_folder().iterdir()) == []


def test_no_room_for_a_program_names_folder_and_cause(entry):
    shutil.rmtree(entry)
    with largest_file(2000), pytest.raises(DeviceError, match="File too large") as caught:
        run_circuit(tiny(), tables(), N_STEPS * STEP)
    assert str(entry.parent) in one_line(caught)
    assert "ASTROGRAM_CACHE" in one_line(caught)
    assert [path.name for path in entry.parent.iterdir() if path.suffix != ".lock"] == []


def test_no_room_while_compiling_is_told_as_such(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    (tmp_path / "makefile").write_text("all:\n\t@echo 'cc1plus: error: something else'; exit 1\n")
    with pytest.raises(BuildError, match="something else"):
        compiling.compile_program(tmp_path)
    monkeypatch.setattr(compiling.shutil, "disk_usage", lambda path: usage._replace(free=0))
    with pytest.raises(BuildError, match="no space left in") as caught:
        compiling.compile_program(tmp_path)
    assert str(tmp_path.parent) in one_line(caught)


def test_no_room_for_a_large_array_is_told_before_it_is_filled(entry, monkeypatch):
    monkeypatch.setattr(scratch_module, "SMALL", 100)
    with largest_file(4096), pytest.raises(EnvironmentFault, match="no room for") as caught:
        scratch_module.scratch((1000, 1000), np.float64)
    assert str(temporary_folder()) in one_line(caught)
    assert list(temporary_folder().iterdir()) == []


def test_the_program_itself_tells_of_a_full_disk(entry, tmp_path):
    from models.machine.execution import write_tables

    place = tmp_path / "run"
    place.mkdir()
    write_tables(place, tables(), N_STEPS)
    (place / "out" / "traces.v").symlink_to("/dev/full")
    done = subprocess.run(
        [str(entry / "main")], cwd=entry, env={**os.environ, "ASTROGRAM_RUN": str(place)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == "the results cannot be written: No space left on device\n"
