"""Builds and runs that are killed at random moments: nothing lost, nothing left, nothing at work."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from tests.support.kills import Ground

COMMAND = ("-m", "tests.support.tiny_run")
BUILDS, RUNS = 20, 40


def equal(one, other):
    with np.load(one) as a, np.load(other) as b:
        return set(a) == set(b) and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.slow
def test_killed_builds_and_runs_leave_nothing_and_lose_nothing(tmp_path):
    ground = Ground(tmp_path, seed=20260101)
    undisturbed = tmp_path / "undisturbed.npz"
    building = ground.call(*COMMAND, str(undisturbed))
    running = ground.call(*COMMAND, str(undisturbed))
    assert running < building
    wrong = []
    for kind, count, within in (("build", BUILDS, building), ("run", RUNS, running)):
        for number in range(count):
            if kind == "build":  # the program is not there, or only from a build that was killed
                shutil.rmtree(next(ground.cache.glob("[0-9a-f]*[0-9a-f]/"), tmp_path / "none"), True)
            status, said = ground.kill(*COMMAND, str(ground.out / "result.npz"), within=within)
            at = f"{kind} {number}, {ground.kills[-1]}"
            if "Traceback" in said:
                wrong.append((at, said))
            if found := ground.orphans():
                wrong.append((at, found))
            if kind == "build" and number % 4 != 3:
                continue  # killed again before it is called in peace
            ground.call(*COMMAND, str(ground.out / "result.npz"))
            if found := [*ground.orphans(), *ground.leftovers()]:
                wrong.append((at, found))
            if not equal(undisturbed, ground.out / "result.npz"):
                wrong.append((at, "another result"))
            (ground.out / "result.npz").unlink()
    assert len(ground.kills) == BUILDS + RUNS == 60
    assert wrong == []
    assert len(list(ground.cache.glob("[0-9a-f]*[0-9a-f]/"))) == 1
