"""A constant in which the animals of one program differ becomes a variable of cells."""

import numpy as np

from models.machine.genn.varied import varied, varied_tables
from tests.support.tiny import tables, tiny


def test_a_constant_moves_to_the_cells_that_use_it():
    whole = varied(tiny(), ["tau"])
    assert whole.constants == {"speed": "1"}
    assert whole.cells[0].equations.splitlines()[-1] == "tau : second (constant)"
    assert whole.initial[-1] == "initial.cells.tau"
    assert whole.links == tiny().links


def test_links_read_it_of_their_target():
    whole = varied(tiny(), ["speed"])
    assert whole.links[0].on_pre == "v_post += speed_post*w"
    assert "speed : 1 (constant)" in whole.cells[0].equations


def test_its_table_is_the_start_of_the_variable():
    whole = varied(tiny(), ["tau", "speed"])
    given = varied_tables(whole, tables())
    assert float(given["initial.cells.tau"]) == 0.05
    assert float(given["initial.cells.speed"]) == 1.0
    whole.check(given)


def test_nothing_to_vary_changes_nothing():
    assert varied(tiny(), []) == tiny()
    assert varied_tables(tiny(), tables()).keys() == tables().keys()


def test_it_computes_the_same():
    from models.run import run_circuit

    whole = varied(tiny(), ["speed", "tau"])
    one = run_circuit(tiny(), tables(), 2.0, "numpy").records
    other = run_circuit(whole, varied_tables(whole, tables()), 2.0, "numpy").records
    assert len(one["events.t"]) > 10
    for name, values in one.items():
        assert np.allclose(values, other[name], rtol=0, atol=1e-12), name
