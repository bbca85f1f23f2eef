"""GeNN code of the spiking memory needs brian2genn alone; its run needs GeNN, too."""

import os
import re

import numpy as np
import pytest

from models.machine.genn.program import write_genn_program
from models.memory.spiking import pairs, spiking_circuit
from models.parameters import load_parameters
from models.run import run_circuit
from paradigms.memory.spiking_recall import draw_wiring

pytestmark = pytest.mark.genn
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")

SMALL = {"spiking.n_neurons": "8", "spiking.n_patterns": "2", "spiking.n_inhibitory": "2"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    parameters = load_parameters(
        {**SMALL, "spiking.sample": "0.5 ms"}, circuit="associative_memory"
    )
    folder = tmp_path_factory.mktemp("genn")
    write_genn_program(*spiking_circuit(parameters, draw_wiring(parameters, [0])), folder)
    return (folder / "circuit.cpp").read_text()


def test_every_group_is_in_the_model(model):
    found = dict(re.findall(r'addNeuronPopulation<[^>]*>\("(\w+)", all\((\d+)\)', model))
    rows = 3 * len(pairs(8)[0])
    assert found == {"cell": "24", "inhibitory": "6", "process": str(rows), "pool": "6"}


def test_every_link_is_in_the_model(model):
    text = re.sub(r"\s+", " ", model)
    found = re.findall(r'addSynapsePopulation<[^(]*>\( ?"(\w+)"[^"]*"(\w+)", "(\w+)"', text)
    assert {name: (source, target) for name, source, target in found} == {
        "terminal": ("cell", "process"), "retrograde": ("cell", "process"),
        "current": ("process", "cell"), "collect": ("process", "pool"),
        "give_back": ("pool", "process"), "excite": ("cell", "inhibitory"),
        "inhibit": ("inhibitory", "cell"),
    }  # fmt: skip


@pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set")
def test_genn_fires_the_spikes_of_other_devices_a_few_steps_apart():
    """GeNN sums over links at another place of the step, and four sums follow on each other."""
    parameters = load_parameters(SMALL, circuit="associative_memory")
    circuit, tables = spiking_circuit(parameters, draw_wiring(parameters, [2], block=0.2))
    genn, numpy = (run_circuit(circuit, tables, 0.3, name).records for name in ("genn", "numpy"))
    order, other = (np.lexsort((one["spikes.t"], one["spikes.i"])) for one in (genn, numpy))
    assert len(other) == 112
    assert np.array_equal(genn["spikes.i"][order], numpy["spikes.i"][other])
    assert abs(genn["spikes.t"][order] - numpy["spikes.t"][other]).max() < 3.1 * circuit.step
    assert abs(numpy["pools.c_pool"]).max() == pytest.approx(0.0881, abs=1e-4)
    assert abs(genn["pools.c_pool"] - numpy["pools.c_pool"]).max() < 4e-4
