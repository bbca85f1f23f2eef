"""Builds and runs killed at random moments: nothing is lost, left behind, or still at work."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest

from astrogram.leftovers import sweep
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
            # Python itself speaks where it was interrupted before anything of ours began
            if "Traceback" in said and "init_import_site" not in said:
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


PART = """
import brian2 as b2
from models.machine.session import device_session
with device_session("cpp") as session:
    cells = b2.NeuronGroup(2, "dx/dt = -x/(10*ms) : 1", method="euler", name="cells")
    session.run(b2.Network(cells), 1e6)
"""


@pytest.mark.slow
def test_a_compiled_part_ends_with_its_parent(tmp_path):
    ground = Ground(tmp_path, seed=1)
    process = ground.start("-c", f"import models\n{PART}")
    deadline = time.monotonic() + 900
    while not any("--results_dir" in line or line == "./main" for line in ground.orphans(0)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    process.kill()
    process.communicate()
    assert ground.orphans() == []
    assert len(ground.leftovers()) > 0
    sweep(ground.tmp)  # as the next call does
    assert ground.leftovers() == []
