"""The real command in a process of its own: interrupted, without a compiler, with nowhere to go."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from paradigms.command.cli import main
from tests.support.circuit import BLINK
from tests.support.paths import ROOT


class Command:
    """``astrogram`` in a folder of its own, with temporary files where they can be counted."""

    def __init__(self, folder):
        self.out = folder / "out"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.cache = folder / "cache"
        self.started = []
        self.environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}

    def own_cache(self):
        """Build anew: what other tests have compiled is not found."""
        self.environment["ASTROGRAM_CACHE"] = str(self.cache)

    def start(self, *arguments):
        command = [sys.executable, "-m", "paradigms", *arguments]
        # Ctrl-C must reach it as in a terminal, even if pytest itself ignores it
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        self.started.append(process)
        return process

    def end(self):
        """End what a failed test left running."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def run(self, *arguments, timeout=120):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err

    def left_behind(self):
        folders = (self.out, self.temporary, self.cache)
        found = [path for folder in folders for path in folder.rglob("*")]
        return [str(path) for path in found if path.suffix != ".lock"]


@pytest.fixture
def command(tmp_path):
    command = Command(tmp_path)
    yield command
    command.end()


def refusal(result, status=2):
    code, out, err = result
    assert code == status, err
    assert out == ""
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if line.startswith("astrogram: ")]
    assert len(lines) == 1, err
    return lines[0]


def interrupted(command, ready, *arguments):
    """Send Ctrl-C to the whole group once `ready()`; return the line, and all that is left."""
    process = command.start(*arguments, "--out", str(command.out))
    deadline = time.monotonic() + 600
    while not ready():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    line = refusal((process.returncode, out, err), 130)
    assert "interrupted" in line
    assert command.left_behind() == []


PUBLISHED = ("--clock", "published", "--size", "250")  # minutes of simulated time


def test_ctrl_c_in_mid_run_leaves_nothing(command, tmp_path):
    # NumPy reports its progress from the first step on: a bar's worth of time, then nothing
    process = command.start(
        "run", "quick_conditioning", *PUBLISHED, "--device", "numpy", "--out", str(command.out)
    )
    said = ""
    while "baseline" not in said:
        line = process.stderr.readline()
        assert line, "ended too early"
        said += line
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert "interrupted" in refusal((process.returncode, out, said + err), 130)
    assert command.left_behind() == []


def test_ctrl_c_while_compiling_leaves_nothing(command):
    def compiling():
        return any(command.cache.glob(".astrogram-build-*/made/*.o"))

    command.own_cache()
    interrupted(command, compiling, "run", "quick_conditioning", *PUBLISHED)


@pytest.mark.slow
def test_ctrl_c_in_a_compiled_run_leaves_nothing(command):
    def running():
        return any(command.temporary.glob(".astrogram-run-*/out/readback"))

    interrupted(
        command, running, "run", "fear_extinction", "--clock", "published", "--size", "1000"
    )


def test_a_missing_compiler_is_told_in_one_line(command):
    command.environment["PATH"] = str(command.temporary)
    command.environment.pop("CXX", None)
    line = refusal(command.run("run", "quick_conditioning", "--out", str(command.out)))
    assert "needs a C++ compiler" in line
    assert command.left_behind() == []


def test_a_compiler_that_fails_is_told_in_one_line(command, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("g++", "exit 1"), ("make", "echo 'x.cpp:1: error: broken' >&2; exit 2")):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    command.environment["PATH"] = str(programs)
    command.environment.pop("CXX", None)
    command.own_cache()
    arguments = ("run", "quick_conditioning", "--size", "250", "--out", str(command.out))
    line = refusal(command.run(*arguments))
    assert line == "astrogram: compiling the model failed: x.cpp:1: error: broken"
    assert command.left_behind() == []


def test_an_unwritable_output_is_told_before_the_run(command, tmp_path):
    (tmp_path / "file").write_text("in the way")
    target = tmp_path / "file" / "animal.nc"
    line = refusal(command.run("run", "quick_conditioning", "--out", str(target)))
    assert "cannot write" in line
    assert str(target) in line
    assert command.left_behind() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--size", "10"), ("size = 10", "250 to 200000")),
        (("--set", "lif.C_n=3"), ("'lif.C_n'", "lif.C_m")),
        (("--set", "lif.C_m=3 parsec"), ("lif.C_m", "parsec")),
        (("--set", "lif.C_m=__import__('os').system('true')"), ("lif.C_m", "number")),
        (("--device", "quantum"), ("'quantum'", "cpp, cython, numpy, genn")),
        (("--clock", "sundial"), ("'sundial'", "published")),
        (("--intervene", "alcohol@night"), ("'alcohol'", "Gq")),
        (("--intervene", "Gi=2@night"), ("Gi=2", "0 to 1")),
    ],
)
def test_a_faulty_option_is_told_in_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    out = tmp_path / "out"
    code = main(["run", "quick_conditioning", *arguments, "--out", str(out)])
    line = refusal((code, *capsys.readouterr()))
    for word in words:
        assert word in line
    assert not out.exists()
    assert os.listdir(tmp_path / "tmp") == []


def test_genn_without_its_library_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("GENN_PATH", raising=False)
    code = main(["run", "quick_conditioning", "--device", "genn", "--out", str(tmp_path)])
    assert "'genn' needs" in refusal((code, *capsys.readouterr()))


def test_the_command_writes_what_it_prints(command, tmp_path):
    """The whole command on a protocol file of the user, on NumPy: dataset, table, status."""
    protocol = tmp_path / "mine.toml"
    protocol.write_text(BLINK)
    arguments = ("run", str(protocol), "--seed", "5", "--size", "250", "--device", "numpy")
    code, out, err = command.run(*arguments, "--out", str(command.out), "--json", timeout=300)
    assert code == 0, err
    assert "building the model" in err
    rows = json.loads(out)
    assert rows
    assert [path.name for path in command.out.iterdir()] == ["blink_seed5.nc"]
    assert list(command.temporary.iterdir()) == []
    code, out, err = command.run("compare", str(command.out / "blink_seed5.nc"), "--json")
    assert code == 0, err
    assert json.loads(out)
