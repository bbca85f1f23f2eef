"""Signals end the command in one line; what is ignored at the start stays ignored."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

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
