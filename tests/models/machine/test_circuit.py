"""A circuit as data: its hash, its constants, and the check of its tables."""

import re
from dataclasses import replace

import numpy as np
import pytest

from models.run import run_circuit
from tests.support.tiny import tables, tiny


def test_the_hash_is_that_of_the_circuit_and_its_surroundings():
    circuit = tiny()
    assert circuit.fingerprint() == tiny().fingerprint()
    assert circuit.fingerprint("g++ 12") != circuit.fingerprint("g++ 13")
    cells = replace(circuit.cells[0], n=6)
    assert replace(circuit, cells=(cells,)).fingerprint() != circuit.fingerprint()
    assert replace(circuit, step=2e-3).fingerprint() != circuit.fingerprint()
    assert re.fullmatch("[0-9a-f]{24}", circuit.fingerprint())


def test_constants_are_found_by_whole_words():
    circuit = tiny()
    assert circuit.used("x = tau*speeds", "v > 1") == ["tau"]
    assert circuit.used("speed/tau") == ["speed", "tau"]


@pytest.mark.parametrize(
    ("equations", "word"),
    [
        ("dv/dt = -v/tau + xi*tau**-0.5 : 1", "xi"),
        ("dv/dt = (xi_1 - v)/tau : 1", "xi_1"),
        ("dv/dt = -v/tau : 1\nu = rand() : 1", "rand"),
    ],
)
def test_noise_is_refused_by_name_on_every_device(equations, word):
    """No seed of the host would reach it, and GeNN draws otherwise."""
    noisy = replace(tiny(), cells=(replace(tiny().cells[0], equations=equations),))
    for device in ("cpp", "numpy"):
        with pytest.raises(ValueError, match=rf"'cells' draws noise inside the run \({word}\)"):
            run_circuit(noisy, tables(), 0.1, device)


def test_tables_that_fit_pass():
    tiny().check(tables())


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("constant.tau", None, "'constant.tau' is missing"),
        ("constant.tau", np.array(np.nan), "one finite number"),
        ("edges.wires.target", np.array([7], np.int32), "sources and 1 targets"),
        ("edges.wires.source", lambda x: x[::-1], "sorted by source"),
        ("edges.wires.target", lambda x: x + 5, "allowed: 0 to 4"),
        ("edges.wires.source", lambda x: x - 1, "allowed: 0 to 2"),
        ("spikes.input.cell", lambda x: x + 3, "allowed: 0 to 2"),
        ("spikes.input.step", lambda x: x[::-1], "sorted steps"),
        ("spikes.input.step", lambda x: x[1:], "one for each cell"),
        ("course.cells.level", np.array([np.inf]), "must be finite"),
        ("course.cells.light", lambda x: x[:, :2], "give it 3 columns for the 3 rows of 5 cells"),
        ("rows.cells.lane", lambda x: x[:4], "give it 3 columns for the 3 rows of 5 cells"),
        ("rows.cells.lane", lambda x: x - 1, "leads to -1"),
        ("rows.cells.lane", None, "'rows.cells.lane' is missing"),
        ("indices.traces", np.array([1, 5], np.int32), "allowed: 0 to 4"),
        ("indices.traces", np.array([1], np.int32), "1 entries, not 2"),
        ("initial.cells.v", np.zeros(4), "give 1 or 5"),
        ("initial.wires.w", np.array(np.nan), "not finite"),
    ],
)
def test_a_table_that_does_not_fit_is_named(name, values, words):
    given = tables()
    if values is None:
        del given[name]
    else:
        given[name] = values(given[name]) if callable(values) else values
    with pytest.raises(ValueError, match=words) as caught:
        tiny().check(given)
    assert ".cells." in name or name.rsplit(".", 1)[0] in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
