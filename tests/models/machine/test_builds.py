"""Compile once, run many: one program, many runs, nothing taken on trust."""

import errno
import json
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from models.checks import RegimeError
from models.machine import builds, compiling, program
from models.machine.builds import clear_cache, find_build
from models.machine.circuit import Cells, Circuit, Links, TraceRecord
from models.machine.devices import DeviceError
from models.machine.execution import OutOfRegime, RunError, _compare, execute
from models.run import run_circuit
from tests.support.paths import ROOT
from tests.support.tiny import N_STEPS, STEP, tables, tiny

DURATION = N_STEPS * STEP


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of this file's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("ASTROGRAM_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def build(cache):
    return find_build(tiny())[0]


def equal(one, two):
    return set(one) == set(two) and all(np.array_equal(one[name], two[name]) for name in one)


def build_in_a_process(_):
    return find_build(tiny())[1]


def test_eight_starts_on_an_empty_cache_build_once(cache):
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        seconds = list(pool.map(build_in_a_process, range(8)))
    assert len(builds.builds()) == 1
    assert sum(taken > 0 for taken in seconds) == 1
    assert not list(cache.glob(".astrogram-*"))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_program_gives_what_numpy_gives(build, seed):
    given = tables(seed)
    run = run_circuit(tiny(), given, DURATION)
    reference = run_circuit(tiny(), given, DURATION, "numpy").records
    assert run.build_seconds == 0
    assert len(reference["events.t"]) > 50
    assert np.array_equal(run.records["events.i"], reference["events.i"])
    for name in reference:
        assert run.records[name].shape == reference[name].shape
        assert np.allclose(run.records[name], reference[name], rtol=0, atol=1e-12), name


def test_wiring_stimuli_and_duration_vary_between_runs_of_one_program(build):
    one, two = tables(1), tables(4)
    assert len(one["edges.wires.source"]) != len(two["edges.wires.source"])
    assert not equal(execute(build, one, N_STEPS), execute(build, two, N_STEPS))
    short = execute(build, one, N_STEPS // 4)
    whole = execute(build, one, N_STEPS)
    early = whole["events.t"] < N_STEPS // 4 * STEP
    assert np.array_equal(short["events.t"], whole["events.t"][early])
    assert short["traces.v"].shape == (2, N_STEPS // 4 // 4)


def test_a_constant_varies_between_runs_of_one_program(build):
    slower = {**tables(), "constant.tau": np.array(0.5)}
    found = run_circuit(tiny(), slower, DURATION).records
    reference = run_circuit(tiny(), slower, DURATION, "numpy").records
    assert np.allclose(found["traces.v"], reference["traces.v"], rtol=0, atol=1e-12)
    assert not np.allclose(found["traces.v"], execute(build, tables(), N_STEPS)["traces.v"])


def test_links_may_name_a_constant_that_only_their_source_has(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTROGRAM_CACHE", str(tmp_path))
    circuit = Circuit(
        "sum", STEP, {"k": "1"},
        (
            Cells("one", 2, "dx/dt = -k*x/second : 1", STEP, "euler"),
            Cells("all", 1, "y : 1", STEP, ""),
        ),
        (), (Links("sum", "one", "all", STEP, "y_post = k*x_pre : 1 (summed)"),),
        initial=("initial.one.x",), traces=(TraceRecord("traces", "all", ("y",), 1, STEP),),
    )  # fmt: skip
    given = {
        "constant.k": np.array(3.0), "initial.one.x": np.array([1.0, 4.0]),
        "edges.sum.source": np.array([0, 1]), "edges.sum.target": np.array([0, 0]),
        "indices.traces": np.array([0]),
    }  # fmt: skip
    for device in ("cpp", "numpy"):
        found = run_circuit(circuit, given, 4 * STEP, device).records["traces.y"][0]
        expected = 15 * (1 - 3 * STEP) ** np.arange(4)
        assert np.allclose(found[1:], expected[:3], rtol=1e-12), device


WORKER = """
import json, pickle, sys
from pathlib import Path
for name in ("brian2", "xarray", "scipy"):
    sys.modules[name] = None  # importing it now fails
from models.machine.execution import execute
tables = pickle.load(open(sys.argv[2], "rb"))
records = execute(Path(sys.argv[1]), tables, int(sys.argv[3]))
print(json.dumps({"n": len(records["events.t"]), "sum": float(records["traces.v"].sum())}))
"""


def test_a_worker_needs_numpy_and_the_build_alone(build, tmp_path):
    (tmp_path / "tables").write_bytes(pickle.dumps(tables()))
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(build), str(tmp_path / "tables"), str(N_STEPS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = execute(build, tables(), N_STEPS)
    found = json.loads(done.stdout)
    assert found == {"n": len(here["events.t"]), "sum": float(here["traces.v"].sum())}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda given: given.pop("initial.cells.v"), "'initial.cells.v' is missing"),
        (lambda given: given.update({"initial.cells.v": np.zeros(3)}), "has 3 values, not 5"),
        (lambda given: given.update({"course.cells.level": np.zeros(3)}), "is too short"),
        (lambda given: given.update({"spikes.input.cell": np.zeros(3)}), "is too short"),
        (lambda given: given.update({"edges.wires.source": np.array([2, 0])}), "unequal ends"),
        (lambda given: given.update({"edges.wires.target": given["edges.wires.target"] + 9}),
         "stopped early"),
        (lambda given: given.update({"initial.cells.w": np.zeros(5)}), "did not read"),
    ],
)  # fmt: skip
def test_a_wrong_table_ends_the_run_with_a_message(build, change, words):
    given = tables()
    change(given)
    with pytest.raises(RunError, match=words) as caught:
        execute(build, given, N_STEPS)
    assert len(str(caught.value).splitlines()) == 1


def test_what_arrives_is_compared_with_what_was_sent(tmp_path):
    readback = tmp_path / "readback"
    for line, complaint in (
        ("initial.cells.v 5 12345", "did not get table 'initial.cells.v'"),
        ("initial.nobody.v 5 12345", "a table 'initial.nobody.v' that nobody sent"),
        ("initial.cells.v five 12345", "read back no table: 'initial.cells.v five 12345'"),
        ("", "read back no table: ''"),
    ):
        readback.write_text(f"{line}\n")
        with pytest.raises(RunError, match=complaint):
            _compare(readback, tables())


def test_a_run_that_leaves_the_regime_stops_and_says_where_and_when(build):
    given = {**tables(), "course.cells.level": np.full(N_STEPS // 10 + 2, -0.8)}
    for device in ("cpp", "numpy"):
        with pytest.raises(RegimeError, match=r"v of cells \d is -0\.\d+ V at t = "):
            run_circuit(tiny(), given, DURATION, device)
    # compiled with -ffast-math, under which a plain comparison does not see it
    given["course.cells.level"] = np.zeros(N_STEPS // 10 + 2)
    given["course.cells.level"][500:] = np.nan
    with pytest.raises(OutOfRegime, match="v of cells 0 is -?nan"):
        execute(build, {**given, "initial.cells.v": np.zeros(5)}, N_STEPS)


def test_progress_runs_from_zero_to_one(build):
    seen = []
    execute(build, tables(), N_STEPS, seen.append)
    assert seen[0] == 0
    assert seen[-1] == 1
    assert seen == sorted(seen)


def test_a_corrupt_build_is_made_anew(build, cache):
    original = (build / "main").read_bytes()
    (build / "main").write_bytes(original[: len(original) // 2])
    again, seconds = find_build(tiny())
    assert again == build
    assert seconds > 0
    assert equal(execute(again, tables(), 500), execute(again, tables(), 500))
    assert [folder.name for folder in cache.glob("*/")] == [build.name]


def test_a_build_that_fails_leaves_the_cache_sound(build, cache, monkeypatch):
    other = replace(tiny(), name="other")

    def full(circuit, folder):
        (folder / "half").write_text("written")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(program, "write_program", full)
        with pytest.raises(DeviceError, match="No space left on device; make room") as caught:
            run_circuit(other, tables(), DURATION)
    assert len(str(caught.value).splitlines()) == 1
    assert [folder.name for folder in cache.glob("*/")] == [build.name]
    assert find_build(tiny())[1] == 0


def test_the_cache_is_bounded_and_can_be_cleared(build, cache, monkeypatch):
    found = builds.builds()[0]
    assert (found.circuit, found.cells, found.folder) == ("tiny", 8, build)
    old = cache / ("0" * 24)
    shutil.copytree(build, old)
    (old / "seal.json").write_text(json.dumps(builds._seal(old, old.name)))
    os.utime(old / "astrogram-program", (1e9, 1e9))
    assert [item.folder for item in builds.builds()] == [build, old]
    monkeypatch.setattr(builds, "LARGEST_CACHE", found.size + 10)
    builds._prune(keep=build)
    assert [item.folder for item in builds.builds()] == [build]
    done = clear_cache()
    assert done.freed >= found.size
    assert done.left == []
    assert builds.builds() == []


def test_headers_are_parsed_once_where_the_makefile_is_as_we_know_it(tmp_path):
    new, old, foreign = (tmp_path / name for name in ("new", "old", "foreign"))
    for folder, rule in (
        (new, "$(CXX) $(CXXFLAGS) -MMD"), (old, "$(CXX) $(CXXFLAGS)"), (foreign, "$(COMPILER)")
    ):  # fmt: skip
        folder.mkdir()
        (folder / "makefile").write_text(f"%.o : %.cpp makefile\n\t{rule} $< -o $@\n")
        (folder / "objects.h").write_text("")
        compiling.parse_headers_once(folder)
    for folder, line in ((new, "-include shared.hpp -MMD $<"), (old, "-include shared.hpp $<")):
        assert (folder / "shared.hpp").read_text() == '#pragma once\n#include "objects.h"\n'
        text = (folder / "makefile").read_text()
        assert text.count(line) == 1
        assert "shared.hpp.gch: shared.hpp" in text
    assert not (foreign / "shared.hpp").exists()
    assert "shared" not in (foreign / "makefile").read_text()
    compiling.parse_headers_once(tmp_path)  # no makefile at all
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["foreign", "new", "old"]
