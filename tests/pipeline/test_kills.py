"""Builds and runs killed at random moments: nothing is lost, left behind, or still at work."""

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


def programs(ground):
    return [folder for folder in ground.cache.glob("*/") if not folder.name.startswith(".")]


@pytest.mark.slow
def test_killed_builds_and_runs_leave_nothing_and_lose_nothing(tmp_path):
    ground = Ground(tmp_path, seed=20260101)
    undisturbed, result = tmp_path / "undisturbed.npz", ground.out / "result.npz"
    building = ground.call(*COMMAND, str(undisturbed))
    running = ground.call(*COMMAND, str(undisturbed))
    assert running < building
    wrong = []
    for kind, count, within, row in (("build", BUILDS, building, 5), ("run", RUNS, running, 2)):
        for number in range(count):
            if kind == "build":
                for folder in programs(ground):
                    shutil.rmtree(folder)
            _, said = ground.kill(*COMMAND, str(result), within=within)
            at = f"{kind} {number}, {ground.kills[-1]}"
            if "Traceback" in said:
                wrong.append((at, said))
            if found := ground.orphans():
                wrong.append((at, found))
            if number % row == row - 1:  # several killed in a row, then one in peace
                ground.call(*COMMAND, str(result))
                if found := [*ground.orphans(), *ground.leftovers()]:
                    wrong.append((at, found))
                if not equal(undisturbed, result):
                    wrong.append((at, "another result"))
                result.unlink()
            print(at, wrong)
    assert len(ground.kills) == BUILDS + RUNS == 60
    assert wrong == []
    assert len(programs(ground)) == 1
