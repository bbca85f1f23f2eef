"""Workers of a cohort: no open port, a death costs one animal, nothing outlives its parent."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest

from paradigms.cohort import workers
from paradigms.cohort.cohort import CohortError, complete
from paradigms.cohort.subject import is_done
from paradigms.cohort.workers import WorkerError
from tests.support import cohort_kills
from tests.support.cohort_kills import done, family, gone, said, start, subjects
from tests.support.paths import ROOT

KILLS = 40


@pytest.fixture
def place(tmp_path):
    """Folder of the animals, and where temporary files can be counted."""
    (tmp_path / "tmp").mkdir()
    return tmp_path / "animals", tmp_path / "tmp"


def wait_for(condition, process, seconds=240.0):
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)


def ours(temporary):
    """Temporary folders of the project."""
    return [path.name for path in temporary.iterdir() if path.name.startswith(".astrogram-")]


def made(folder):
    """How often each animal was made."""
    path = folder / "made.txt"
    return Counter(path.read_text().splitlines() if path.exists() else ())


def test_no_port_is_open_while_a_cohort_runs(place):
    folder, temporary = place
    process = start(folder, temporary)
    listening, most = [], 0
    try:
        while process.poll() is None:
            members = family(process)
            most = max(most, len(members))
            for member in members:
                try:
                    found = member.net_connections(kind="all")
                except psutil.Error:
                    continue
                listening += [c for c in found if c.status == psutil.CONN_LISTEN]
                # a socket of the file system is one that other users may reach, too
                listening += [c for c in found if not isinstance(c.laddr, tuple) and c.laddr]
            time.sleep(0.02)
    finally:
        process.kill()
    assert process.returncode == 0, said(temporary)
    assert most >= 5  # parent, two workers and their programs were seen
    assert listening == []


def test_what_dies_or_fails_costs_its_own_animals_and_is_named(tmp_path):
    everyone = subjects(tmp_path)
    with pytest.raises(CohortError) as caught:
        complete(everyone, jobs=2, work=cohort_kills.stumble)
    line = str(caught.value)
    assert line.splitlines() == [line]
    assert line.startswith("4 of 8 animals failed: ")
    assert "control seed 1" in line
    assert "Gq seed 2" in line
    assert "killed or died" in line
    assert "No space left on device" in line
    assert {subject.seed for subject in everyone if is_done(subject)} == {0, 3}
    complete(everyone, jobs=2, work=cohort_kills.pretend)
    assert all(map(is_done, everyone))
    assert set(made(tmp_path).values()) == {1}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_and_their_programs_end_with_their_parent(place, sent):
    folder, temporary = place
    process = start(folder, temporary)
    try:
        # two workers, both in the middle of an animal
        wait_for(lambda: sum(p.name() == "sleep" for p in family(process)[1:]) == 2, process)
        members = family(process)
        process.send_signal(sent)
        assert gone(members)
    finally:
        process.kill()
        process.wait()
    assert ours(temporary) == []  # cleared away by those who had them
    complete(subjects(folder), jobs=2, work=cohort_kills.pretend)
    assert len(done(folder)) == 8


UNGUARDED = """
from pathlib import Path
from paradigms.cohort.cohort import complete
from tests.support import cohort_kills
complete(cohort_kills.subjects(Path({folder!r})), jobs=2, work=cohort_kills.pretend)
"""


def test_a_script_whose_workers_cannot_start_is_told_so_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED.format(folder=str(tmp_path / "animals")))
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.count("WorkerError: a worker process ended before it began") == 1
    assert '__name__ == "__main__"' in ended.stderr


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nonsense", "ftp://127.0.0.1:1", "tcp://nowhere.invalid:1", ""]
)
def test_a_scheduler_that_is_none_is_one_line_in_time(address, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "PATIENCE", 2.0)
    began = time.monotonic()
    with pytest.raises(WorkerError, match="--scheduler") as caught:
        complete(subjects(tmp_path / "animals"), scheduler=address, work=cohort_kills.pretend)
    assert time.monotonic() - began < 60
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="No client"):  # whom xarray would ask when it writes
        distributed.default_client()


@pytest.mark.slow
def test_a_scheduler_that_dies_is_one_line_and_what_was_done_is_kept(tmp_path):
    pytest.importorskip("distributed")
    scheduler, worker, folder = None, None, tmp_path / "animals"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rsplit(":")[-1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def dask(what, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        return subprocess.Popen(
            [*command, "--no-dashboard"], env=environment, stderr=subprocess.DEVNULL
        )

    def progress(done, *_):
        if done == 3:
            scheduler.kill()

    try:
        scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", port)
        worker = dask("worker", address, "--nthreads", "1", "--no-nanny")
        with pytest.raises(WorkerError, match="is gone.*call again") as caught:
            complete(
                subjects(folder), scheduler=address, work=cohort_kills.pretend, progress=progress
            )
    finally:
        for process in filter(None, (scheduler, worker)):
            process.kill()
            process.wait()
    assert len(str(caught.value).splitlines()) == 1
    assert 3 <= len(done(folder)) < 8


@pytest.mark.slow
def test_kills_at_random_lose_and_repeat_nothing(place):
    folder, temporary = place
    luck = random.Random(20)
    kept = 0
    for round_ in range(KILLS):
        if len(done(folder)) == 8:  # begin again
            for subject in subjects(folder):
                subject.measured.unlink()
        before = [(subject, subject.measured.stat().st_mtime_ns) for subject in done(folder)]
        times = made(folder)
        process = start(folder, temporary)
        members = []
        # while it starts, or at any time from the first animal on, however fast the machine is
        begun, wait = luck.random() < 0.2, luck.uniform(0, 2)
        until = time.monotonic() + wait
        while time.monotonic() < until and process.poll() is None:
            members = family(process) or members
            if not begun and any(member.name() == "sleep" for member in members[1:]):
                begun, until = True, time.monotonic() + wait
            elif not begun:
                until = time.monotonic() + wait
            time.sleep(0.02)
        sent = luck.choice((signal.SIGKILL, signal.SIGTERM))
        # now and then a worker dies instead, and the cohort goes on
        victim = luck.choice(members) if round_ % 4 == 0 else members[0]
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.send_signal(sent)
        if victim is not members[0]:
            members = family(process) or members
            process.send_signal(signal.SIGKILL)
        process.wait()
        assert gone(members), f"orphans in round {round_}"
        for subject, changed in before:
            name = f"{subject.group} {subject.seed}"
            assert subject.measured.stat().st_mtime_ns == changed, f"lost in round {round_}"
            assert made(folder)[name] == times[name], f"made again in round {round_}"
        kept += len(before)
    assert kept > KILLS  # there was something to lose
    complete(subjects(folder), jobs=2, work=cohort_kills.pretend)
    assert len(done(folder)) == 8
    assert ours(temporary) == [] or _swept(temporary)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def _swept(temporary):
    """What was killed outright stays until the next call, and then goes."""
    process = start(temporary.parent / "other", temporary)
    assert process.wait(timeout=300) == 0, said(temporary)
    return ours(temporary) == []
