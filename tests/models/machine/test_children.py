"""What a process starts ends with it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import ModuleType

import psutil
import pytest

from models.machine.children import run_kept
from models.machine.session import _kept_calls
from tests.support.paths import ROOT

PARENT = """
import os, sys
from pathlib import Path
from models.machine.children import run_kept
from models.machine.session import _kept_calls
# a tree as make has it: a shell, another one, and what works
seconds = sys.argv[1]
tree = f"sh -c 'sleep {seconds}5; true' & sleep {seconds}; true"
run_kept(["sh", "-c", tree], Path("."), dict(os.environ))
"""


def asleep(seconds, parent):
    """What sleeps for `seconds` or waits for it, but the parent."""
    return [
        process for process in psutil.process_iter(["cmdline"])
        if process.pid != parent.pid
        and any("sleep" in word for word in process.info["cmdline"] or ())
        and any(seconds in word for word in process.info["cmdline"] or ())
    ]  # fmt: skip


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_output_and_status_come_back(tmp_path):
    status, said = run_kept(["sh", "-c", "pwd; echo b >&2; exit 3"], tmp_path, {"PATH": os.defpath})
    assert (status, said) == (3, f"{tmp_path.resolve()}\nb\n")


def test_a_program_that_is_none_is_an_error_of_one_line(tmp_path):
    status, said = run_kept([str(tmp_path / "none")], tmp_path, {})
    assert status == 127
    assert said == f"error: {tmp_path / 'none'}: No such file or directory\n"


def test_calls_of_a_library_are_kept_for_a_while(tmp_path, capsys):
    library = ModuleType("library")
    library.call, library.check_call = subprocess.call, subprocess.check_call
    with _kept_calls(library):
        assert library.call(["sh", "-c", "echo $X; exit 4"], cwd=str(tmp_path), env={"X": "y"}) == 4
        with pytest.raises(subprocess.CalledProcessError):
            library.check_call(["sh", "-c", "exit 4"], cwd=tmp_path)
        assert library.check_call(["true"], cwd=tmp_path) == 0
    assert "y\n" in capsys.readouterr().out
    assert (library.call, library.check_call) == (subprocess.call, subprocess.check_call)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_that_was_started_ends_with_its_parent(how):
    mine = f"{70 + how}.{os.getpid()}"  # seconds: tests beside this one know theirs by other ones
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, mine], cwd=ROOT, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        # Python and Brian2 start slowly where everything else runs beside
        assert until(lambda: len(asleep(mine, parent)) >= 2, seconds=120)
        parent.send_signal(how)
        parent.wait(30)
        assert until(lambda: asleep(mine, parent) == [])
    finally:
        parent.kill()
        for process in asleep(mine, parent):
            process.kill()
