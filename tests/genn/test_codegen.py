"""GeNN code of the whole circuit, for the CPU and for a GPU; needs brian2genn but not GeNN."""

import re

import brian2 as b2
import pytest

from models.machine.objects import make_objects
from models.machine.session import device_session
from paradigms.protocol.files import parse_intervention
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.run.recording import FIELDS
from tests.support.circuit import blink, draw

pytestmark = pytest.mark.genn
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")


def drugged():
    """Return a protocol with every intervention in it."""
    plan = blink()
    given = [
        f"{kind}:{target}=0.5@test" if target else f"{kind}=0.5@pairing,test"
        for kind, row in INTERVENTIONS.items()
        for target in (row.targets or ("",))
        if not row.permanent
    ]
    given.append("lesion:BLA_P-IL_P@always")
    return plan.with_interventions([parse_intervention(item, plan) for item in given])


@pytest.fixture(scope="module", params=[False, True], ids=["cpu", "gpu"])
def generated(request, tmp_path_factory):
    """Folder, animal and objects of a generated program, and whether it is that for a GPU."""
    folder = tmp_path_factory.mktemp("genn")
    animal = draw(drugged())
    recorder, tables = animal.circuit(animal.clocks("genn"))
    circuit = recorder.circuit
    with device_session("genn", directory=folder) as session:
        objects = make_objects(circuit, tables)
        session.generate(objects.network, animal.timeline.duration, gpu=request.param)
    links = {item.name: (item.source, item.target) for item in circuit.links}
    monitors = [item.name for item in (*circuit.spikes, *circuit.traces)]
    return folder, animal, circuit.sizes(), links, monitors, request.param


def model(folder):
    return (folder / "magicnetwork_model.cpp").read_text()


def test_every_group_is_in_the_model(generated):
    folder, animal, groups, *_ = generated
    found = dict(re.findall(r'addNeuronPopulation<[^>]*>\("(\w+)", (\d+)', model(folder)))
    assert found == {name: str(number) for name, number in groups.items()}
    assert int(found["principal"]) + int(found["other"]) == animal.tissue.n_neurons
    assert int(found["astrocyte"]) == animal.tissue.n_astrocytes


def test_every_synapse_is_in_the_model(generated):
    folder, animal, _, links, *_ = generated
    text = re.sub(r"\s+", " ", model(folder))
    found = re.findall(r'addSynapsePopulation<[^(]*>\( ?"(\w+)"[^"]*"(\w+)", "(\w+)"', text)
    assert {name: (source, target) for name, source, target in found} == links
    wanted = {f"{receptor}_{pre}_{post}" for pre, post, receptor in animal.tissue.static}
    wanted |= {f"tripartite_{pre}" for pre in animal.tissue.tripartite}
    wanted |= {f"terminal_{pre}" for pre in animal.tissue.terminals}
    wanted |= {"noradrenaline", "dopamine", "gap_junction"}
    wanted |= {"hand_over_receptor", "hand_over_gate"}
    assert set(links) == wanted


def test_every_drug_is_fed_and_used(generated):
    folder, animal, *_ = generated
    courses = animal.inputs.levels
    assert {row.variable for row in INTERVENTIONS.values() if not row.target} < set(courses)
    regular = "\n".join(
        path.read_text() for path in (folder / "code_objects").glob("*run_regularly*.cpp")
    )
    text = model(folder)
    for name in (*courses, "principal.T_slow"):
        cells, name = name.split(".")
        assert f"{cells}_{name}_table" in regular
        assert f"$({name})" in text or f"$({name}_post)" in text
    for name, levels in courses.items():
        assert levels.any(), name


def test_everything_is_recorded(generated):
    folder, _, _, _, monitors, _ = generated
    engine = (folder / "engine.cpp").read_text()
    for name in monitors:
        # numbered while an earlier program's objects are still in memory
        assert re.search(rf"_run_{name}_codeobject(_\d+)?\(\);", engine)
    text = model(folder)
    for variable in (row.variable for row in FIELDS):
        if variable != "gate":  # a subexpression: computed by the host from D-serine
            assert f'{{"{variable}", "double"' in text


def test_the_backend_is_the_one_asked_for(generated):
    folder, *_, gpu = generated
    assert ("GENN_PREFERENCES.deviceSelectMethod" in model(folder)) == gpu


def test_only_source_is_written(generated):
    folder, *_ = generated
    assert not (folder / "main").exists()
    assert not (folder / "magicnetwork_model_CODE").exists()
    assert (folder / "Makefile").is_file()


def test_preferences_and_device_are_put_back(generated):
    assert type(b2.get_device()).__name__ == "RuntimeDevice"
    schedule = ["start", "groups", "thresholds", "synapses", "resets", "end"]
    assert b2.prefs["core.network.default_schedule"] == schedule
    assert b2.prefs["codegen.loop_invariant_optimisations"]
