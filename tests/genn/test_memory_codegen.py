"""GeNN code of the spiking memory; needs brian2genn but not GeNN."""

import re

import pytest

from models.machine.session import device_session
from models.memory.spiking import pairs
from models.parameters import load_parameters
from paradigms.memory.spiking_recall import draw_wiring, monitored

pytestmark = pytest.mark.genn
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")

SMALL = {"spiking.n_neurons": "8", "spiking.n_patterns": "2", "spiking.n_inhibitory": "2"}


@pytest.fixture(scope="module", params=[False, True], ids=["cpu", "gpu"])
def model(request, tmp_path_factory):
    parameters = load_parameters(
        {**SMALL, "spiking.sample": "0.5 ms"}, circuit="associative_memory"
    )
    folder = tmp_path_factory.mktemp("genn")
    with device_session("genn", directory=folder) as session:
        network, _ = monitored(parameters, draw_wiring(parameters, [0]))
        session.generate(network, 0.01, gpu=request.param)
    return (folder / "magicnetwork_model.cpp").read_text()


def test_every_group_is_in_the_model(model):
    found = dict(re.findall(r'addNeuronPopulation<[^>]*>\("(\w+)", (\d+)', model))
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
