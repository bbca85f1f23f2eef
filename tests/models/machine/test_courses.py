"""Levels that hang on a row and on a gate of each cell, which the run itself opens and shuts."""

from dataclasses import replace

import numpy as np
import pytest

from models.machine.circuit import Cells, Circuit, Course, Links, Source, TraceRecord
from models.run import run_circuit
from tests.support.devices import EVERYWHERE

STEP, EVERY, N_STEPS, N_CELLS = 1e-3, 5, 400, 4
GATED = Course("cells", "light", EVERY * STEP, "lane", "open")
LANE = np.array([1, 0, 2, 1], np.int32)


def circuit(course=GATED):
    """Cells whose gate a spike of the input opens or shuts, and a level by lane and gate."""
    return Circuit(
        "gated", STEP, {"tau": "second"},
        (Cells("cells", N_CELLS, "dx/dt = (light - x)/tau : 1\nlight : 1\n"
               "lane : integer (constant)\nopen : 1", STEP, "euler"),),
        (Source("input", 2),),
        (Links("flips", "input", "cells", STEP, "", "open_post = 1 - open_post"),),
        courses=(course,),
        traces=(TraceRecord("traces", "cells", ("light", "open", "x"), N_CELLS, STEP),),
    )  # fmt: skip


def tables():
    rng = np.random.default_rng(4)
    step = np.sort(rng.choice(N_STEPS, 60, replace=False)).astype(np.int32)
    return {
        "constant.tau": np.array(0.02),
        "edges.flips.source": np.array([0, 0, 1, 1], np.int32),
        "edges.flips.target": np.array([0, 2, 1, 2], np.int32),  # nothing flips cell 3
        "spikes.input.cell": rng.integers(0, 2, len(step)).astype(np.int32),
        "spikes.input.step": step,
        "course.cells.light": rng.random((N_STEPS // EVERY + 2, 6)),
        "rows.cells.lane": LANE,
        "indices.traces": np.arange(N_CELLS, dtype=np.int32),
    }


def expected(given):
    """Step after step: the level is set, x moves, then the gate is flipped."""
    flips = np.zeros((N_STEPS, N_CELLS))
    by_source = {0: [0, 2], 1: [1, 2]}
    for cell, step in zip(given["spikes.input.cell"], given["spikes.input.step"], strict=True):
        flips[step, by_source[int(cell)]] += 1
    gate, light, x = np.zeros(N_CELLS), np.zeros(N_CELLS), np.zeros(N_CELLS)
    found = {name: np.zeros((N_CELLS, N_STEPS)) for name in ("light", "open", "x")}
    for step in range(N_STEPS):
        for name, values in (("light", light), ("open", gate), ("x", x)):
            found[name][:, step] = values
        if step % EVERY == 0:
            columns = 2 * LANE + (gate > 0.5)
            light = given["course.cells.light"][step // EVERY, columns]
        x = x + STEP * (light - x) / 0.02
        gate = np.where(flips[step] % 2, 1 - gate, gate)
    return found


@pytest.mark.parametrize("device", EVERYWHERE)
def test_a_gated_level_is_that_of_the_row_and_of_the_gate_at_each_step_of_the_course(device):
    given = tables()
    found = run_circuit(circuit(), given, N_STEPS * STEP, device).records
    wanted = expected(given)
    assert np.array_equal(found["traces.open"], wanted["open"])
    assert 100 < wanted["open"].sum() < 1100
    assert not wanted["open"][3].any()
    # what is recorded at a step of the course is set before or after it, by the device
    between = np.arange(N_STEPS) % EVERY != 0
    assert np.array_equal(found["traces.light"][:, between], wanted["light"][:, between])
    assert np.allclose(found["traces.x"], wanted["x"], rtol=0, atol=1e-12)


def test_a_gate_that_stays_shut_is_no_gate():
    given = {**tables(), "spikes.input.cell": np.zeros(0, np.int32),
             "spikes.input.step": np.zeros(0, np.int32)}  # fmt: skip
    gated = run_circuit(circuit(), given, 0.1, "numpy").records
    levels = given["course.cells.light"][:, ::2]
    plain = {**given, "course.cells.light": levels}
    alone = run_circuit(circuit(replace(GATED, gate="")), plain, 0.1, "numpy").records
    for name, values in alone.items():
        assert np.array_equal(gated[name], values), name


@pytest.mark.parametrize(
    ("course", "levels", "words"),
    [
        (GATED, np.zeros((82, 3)), "has shape (82, 3); give it 6 columns for the 3 rows of 4"),
        (GATED, np.zeros((82, 7)), "has shape (82, 7); give it 6 columns"),
        (GATED, np.zeros(82), "has shape (82,); give it 6 columns"),
        (replace(GATED, gate=""), np.zeros((82, 6)), "has shape (82, 6); give it 3 columns"),
        (replace(GATED, row=""), np.zeros((82, 6)), "has a gate, 'open'; give it a row, too"),
    ],
)
def test_a_wrong_number_of_columns_is_refused_in_one_line(course, levels, words):
    with pytest.raises(ValueError, match="course.cells.light") as caught:
        circuit(course).check({**tables(), "course.cells.light": levels})
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_gate_makes_another_program():
    assert circuit().fingerprint() != circuit(replace(GATED, gate="")).fingerprint()


@pytest.mark.parametrize("device", EVERYWHERE)
def test_a_single_row_holds_throughout(device):
    row = np.array([[0.3, 0.8, 0.1, 0.6, 0.9, 0.2]])
    long = {**tables(), "course.cells.light": np.repeat(row, N_STEPS // EVERY + 2, axis=0)}
    short = {**tables(), "course.cells.light": row}
    wanted = run_circuit(circuit(), long, N_STEPS * STEP, device).records
    found = run_circuit(circuit(), short, N_STEPS * STEP, device).records
    light = found["traces.light"][:, EVERY:]
    assert (np.ptp(light, axis=1) > 0).tolist() == [True, True, True, False]  # by the gate alone
    for name, values in wanted.items():
        assert np.array_equal(found[name], values), name


@pytest.mark.parametrize("device", EVERYWHERE)
def test_a_second_level_is_scaled_by_a_variable_of_each_cell(device):
    course = replace(GATED, gate="", scale="x")
    given = tables()
    rng = np.random.default_rng(5)
    given["course.cells.light"] = rng.random((N_STEPS // EVERY + 2, 3))
    given["scaled.cells.light"] = rng.random((N_STEPS // EVERY + 2, 3))
    found = run_circuit(circuit(course), given, N_STEPS * STEP, device).records
    light, x = np.zeros(N_CELLS), np.zeros(N_CELLS)
    for step in range(N_STEPS):
        assert np.allclose(found["traces.x"][:, step], x, rtol=0, atol=1e-12)
        if step % EVERY == 0:
            level, more = (given[f"{kind}.cells.light"][step // EVERY, LANE]
                           for kind in ("course", "scaled"))  # fmt: skip
            light = level + x * more
        x = x + STEP * (light - x) / 0.02
    assert x.min() > 0.1


def test_what_is_scaled_needs_a_table_of_its_own_and_a_row():
    course = replace(GATED, scale="x")
    with pytest.raises(ValueError, match="'scaled.cells.light' is missing"):
        circuit(course).check(tables())
    given = {**tables(), "scaled.cells.light": np.zeros((82, 5))}
    with pytest.raises(ValueError, match="scaled.cells.light has shape .* give it 6 columns"):
        circuit(course).check(given)
    with pytest.raises(ValueError, match="has a scale, 'x'; give it a row, too"):
        circuit(replace(course, row="", gate="")).check(given)
