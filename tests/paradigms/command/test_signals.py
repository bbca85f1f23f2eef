"""Signals end the command in one line, at any moment; what is ignored at the start stays so."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from astrogram import signals
from astrogram.signals import unbroken
from paradigms.command.signals import until_interrupted
from tests.support.paths import ROOT

WAIT = """
import sys, time
from paradigms.command.signals import until_interrupted
def work():
    try:
        print("ready", flush=True)
        time.sleep({seconds})
    finally:
        print("cleared away", flush=True)
    return 7
sys.exit(until_interrupted(work))
"""


def started(seconds, ignored=()):
    def prepare():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    process = subprocess.Popen(
        [sys.executable, "-c", WAIT.format(seconds=seconds)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [
        (signal.SIGINT, 130, "interrupted;"),
        (signal.SIGTERM, 143, "interrupted by SIGTERM;"),
        (signal.SIGHUP, 129, "interrupted by SIGHUP;"),
    ],
)
def test_a_signal_ends_in_one_line_and_clears_away(number, status, words):
    process = started(60)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert out == "cleared away\n"
    assert err == f"astrogram: {words} no dataset was left behind\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_a_signal_that_is_ignored_at_the_start_stays_ignored(number):
    process = started(2, ignored=(number,))
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (7, "cleared away\n", "")


def test_handlers_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    seen = []

    def work():
        seen.append(signal.getsignal(signal.SIGTERM))
        raise KeyboardInterrupt

    assert until_interrupted(work) == 130
    assert seen != before[1:]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


# SIGTERM comes when xarray has just taken one of its locks: at the first one, the second, and so on
LOCKED = """
import signal, sys
from pathlib import Path
import numpy as np
import xarray as xr
from xarray.backends.locks import SerializableLock
from analysis.dataset.storage import _load, write_dataset
from paradigms.command.signals import until_interrupted

target = Path(sys.argv[1]) / "x.nc"
until = 0  # how many locks until the signal

def then_signal(take):
    def taken(self, *given):
        global until
        got = take(self, *given)
        until -= 1
        if until == 0:
            signal.raise_signal(signal.SIGTERM)
        return got
    return taken

for name in ("acquire", "__enter__"):
    setattr(SerializableLock, name, then_signal(getattr(SerializableLock, name)))

def write():
    write_dataset(xr.Dataset({"x": ("t", np.arange(9.0))}), target, check=lambda dataset: None)
    return 0

def read():
    assert _load(target)[0]["x"].sum() == 36
    return 0

for work in (write, read):
    moment = 1
    while (until := moment) and until_interrupted(work) != 0:
        left = [path.name for path in target.parent.iterdir()]
        assert left == ([] if work is write else [target.name]), left
        moment += 1
    print(moment)
"""


def test_a_signal_while_a_dataset_is_written_or_read_ends_the_command(tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", LOCKED, str(tmp_path)], cwd=ROOT, text=True, capture_output=True,
        timeout=120,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    moments = [int(line) - 1 for line in process.stdout.split()]
    assert all(moment > 5 for moment in moments)  # there were locks
    assert len(moments) == 2
    line = "astrogram: interrupted by SIGTERM; no dataset was left behind"
    assert process.stderr.splitlines() == [line] * sum(moments)


@pytest.mark.parametrize(("echo", "done"), [(0.0, ["first"]), (60.0, ["first", "second"])])
def test_a_repeated_signal_ends_the_clearing_away_and_an_echo_does_not(echo, done, monkeypatch):
    monkeypatch.setattr(signals, "ECHO", echo)
    seen = []

    def work():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            seen.append("first")
            signal.raise_signal(signal.SIGTERM)
            seen.append("second")

    assert until_interrupted(work) == 128 + signal.SIGTERM
    assert seen == done


@pytest.mark.parametrize(("echo", "done"), [(0.0, ["first"]), (60.0, ["first", "second"])])
def test_a_library_that_waits_for_ever_is_ended_by_a_repeated_signal(echo, done, monkeypatch):
    monkeypatch.setattr(signals, "ECHO", echo)
    seen = []

    def work():
        with unbroken():
            signal.raise_signal(signal.SIGINT)
            seen.append("first")
            signal.raise_signal(signal.SIGINT)
            seen.append("second")
        seen.append("not reached")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # under nohup it is ignored
    try:
        assert until_interrupted(work) == 128 + signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == done
