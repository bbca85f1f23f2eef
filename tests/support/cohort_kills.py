"""Cohorts of animals that only pretend, in a process that can be killed: for tests of the workers.

Run as a script it makes one: ``cohort_kills.py FOLDER JOBS``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from astrogram.environment import temporary_folder
from astrogram.leftovers import owned_folder
from paradigms.cohort.cohort import complete, plan_cohort
from paradigms.cohort.groups import Group
from paradigms.cohort.subject import Subject, finish, is_done
from tests.support.circuit import blink
from tests.support.paths import ROOT

SEEDS = range(4)
GROUPS = [Group("control", (), {}), Group("Gq", ("Gq=1@pairing",), {})]


def subjects(folder: Path) -> list[Subject]:
    """The animals of a small cohort; their datasets are not kept."""
    return plan_cohort(blink(), GROUPS, SEEDS, folder, size=250, keep=False)


def pretend(subject: Subject) -> None:
    """Take a while, with a program of its own and a temporary folder, and leave an animal."""
    with owned_folder("run", temporary_folder()):
        child = subprocess.Popen(["sleep", "0.3"])
        try:
            child.wait()
        finally:
            child.kill()
            child.wait()
    (Path(subject.folder) / "made.txt").open("a").write(f"{subject.group} {subject.seed}\n")
    finish(subject, {"origin": ["blink", "compressed", ""], "values": [], "trials": {}})


def stumble(subject: Subject) -> None:
    """Die, fail, or be done, by the seed and the group."""
    if subject.seed == 1:
        os.kill(os.getpid(), signal.SIGKILL if subject.group == "Gq" else signal.SIGTERM)
    if subject.seed == 2:
        raise OSError(28, "No space left on device")
    pretend(subject)


def start(folder: Path, temporary: Path, jobs: int = 2) -> subprocess.Popen:
    """Begin a cohort in a process of its own; what it says is `said`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with (temporary.parent / "said.txt").open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.cohort_kills", str(folder), str(jobs)],
            env=environment, cwd=ROOT, stderr=stderr, start_new_session=True,
        )  # fmt: skip


def said(temporary: Path) -> str:
    """What the last cohort that was started beside `temporary` has said."""
    return (temporary.parent / "said.txt").read_text()


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """A process and all that it has started."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def gone(processes: list[psutil.Process], seconds: float = 15.0) -> bool:
    """Whether all processes end in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
            return True
        time.sleep(0.05)
    return False


def done(folder: Path) -> list[Subject]:
    """The animals that are there."""
    return [subject for subject in subjects(folder) if is_done(subject)]


if __name__ == "__main__":
    from tests.support import cohort_kills  # not __main__, which workers would not find

    complete(
        cohort_kills.subjects(Path(sys.argv[1])), jobs=int(sys.argv[2]), work=cohort_kills.pretend
    )
