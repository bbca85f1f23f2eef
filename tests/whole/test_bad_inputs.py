"""Five hundred bad inputs over all commands: one line each, nothing left, no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import paradigms.cohort.cohort
import paradigms.run.simulate
from astrogram import environment
from paradigms.command import cli
from tests.support.bad_inputs import cases
from tests.support.paths import ROOT

LINES, SECONDS = 12, 120
SEED = 15


class Accepted(BaseException):
    """Raised in the place of a simulation: the input was no bad one."""


class TooLong(BaseException):
    """A command that neither refuses nor ends."""


@pytest.fixture
def no_simulation(monkeypatch):
    def accept(*args, **kwargs):
        raise Accepted

    monkeypatch.setattr(paradigms.run.simulate, "run_circuit", accept)
    monkeypatch.setattr(paradigms.cohort.cohort, "locally", accept)

    def too_long(*args):
        raise TooLong

    before = signal.signal(signal.SIGALRM, too_long)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def judged(case, folder, monkeypatch, capsys) -> tuple[str, str]:
    """How a call ended, and what is wrong with that."""
    folder.mkdir()
    case.make(folder)
    monkeypatch.chdir(folder)
    before = listing(folder)
    signal.alarm(SECONDS)
    try:
        status = cli.main(case.arguments)
    except Accepted:
        return "accepted", ""
    except TooLong:
        return "", f"neither refused nor done in {SECONDS} s"
    except BaseException as error:
        return "", f"traceback of {type(error).__name__}: {error!s:.200}"
    finally:
        signal.alarm(0)
    told = capsys.readouterr().err.strip("\n").splitlines()
    if status == 0:
        return "done", ""
    wrong = []
    if status != 2:
        wrong.append(f"status {status}")
    if not told or len(told) > LINES or not told[-1].startswith("astrogram: "):
        wrong.append(f"{len(told)} lines: {told[-2:]}")
    if not all(line.isprintable() for line in told):
        wrong.append(f"not printable: {told}")
    if listing(folder) != before:
        wrong.append(f"left {sorted(listing(folder) - before)[:3]}")
    return "refused", "; ".join(wrong)


def test_bad_inputs_of_every_kind_are_one_line(no_simulation, tmp_path, monkeypatch, capsys):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(environment, "temporary_folder", lambda: temporary)
    faults, ended = [], Counter()
    for number, case in enumerate(cases(SEED)):
        how, wrong = judged(case, tmp_path / f"{number}", monkeypatch, capsys)
        ended[case.kind, how or "failed"] += 1
        if wrong:
            faults.append(f"{case.kind} {case.arguments!r:.160}: {wrong}")
    print(f"{sum(ended.values())} inputs: {dict(ended)}")
    assert not faults, f"{len(faults)} of {sum(ended.values())}:\n" + "\n".join(faults)
    assert sum(ended.values()) >= 500
    refused = sum(count for (_, how), count in ended.items() if how == "refused")
    assert refused >= 450  # the others are odd, but can be done
    assert listing(temporary) == set()


RUN = ("run", "quick_conditioning", "--size", "250")
ENVIRONMENTS = (
    ({"CXX": "g++ 'x"}, {}, RUN, 2),
    ({"CXX": "/none/such"}, {}, RUN, 2),
    ({"ASTROGRAM_CACHE": "file"}, {"file": ""}, RUN, 2),
    ({"ASTROGRAM_CACHE": "/proc/none"}, {}, RUN, 2),
    ({"ASTROGRAM_CACHE": "~nobody_of_that_name"}, {}, RUN, 2),
    ({"TMPDIR": "absent"}, {}, RUN, 2),
    ({"TMPDIR": "file"}, {"file": ""}, RUN, 2),
    ({"GENN_PATH": "absent"}, {}, (*RUN, "--device", "genn"), 2),
    ({"HOME": "", "ASTROGRAM_CACHE": "", "XDG_CACHE_HOME": "x"}, {}, ("cache",), None),
    ({"PYTHONIOENCODING": "ascii"}, {}, ("parameters",), 0),
    ({"LC_ALL": "C", "PYTHONUTF8": "0"}, {}, ("interventions",), 0),
    ({"COLUMNS": "0"}, {}, ("parameters",), 0),
    ({"COLUMNS": "many"}, {}, ("parameters",), 0),
    ({"TERM": "\x1b[31m"}, {}, ("protocols",), 0),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, {}, ("protocols",), 0),
    ({}, {"brian_preferences": "raise SystemExit(7)"}, ("parameters",), None),
    ({}, {"brian_preferences": "core.default_float_dtype = float32"}, ("devices",), None),
    ({}, {"matplotlibrc": "text.usetex: True\nfont.family: none\nbackend: none"},
     ("run", "calcium_wave"), 0),
    ({"MPLBACKEND": "module://none"}, {}, ("run", "calcium_wave"), 0),
)  # fmt: skip


@pytest.mark.parametrize(("variables", "files", "arguments", "status"), ENVIRONMENTS)
def test_a_strange_environment_is_one_line_or_ignored(
    variables, files, arguments, status, tmp_path
):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "paradigms", *arguments],
        cwd=tmp_path, env=environment.for_child(PYTHONPATH=str(ROOT), **variables),
        capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode in ((0, 2) if status is None else (status,)), done.stderr
    if done.returncode:
        assert len(done.stderr.strip().splitlines()) <= LINES
        assert done.stderr.strip().splitlines()[-1].startswith("astrogram: ")
        assert listing(tmp_path) == set(files)
