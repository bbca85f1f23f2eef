"""GeNN code of the whole circuit, for processor and GPU alike; needs brian2genn but not GeNN."""

import re

import brian2 as b2
import pytest

from models.machine.genn.program import write_genn_program
from paradigms.protocol.files import parse_intervention
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.run.recording import RECORDS
from tests.support.circuit import blink, draw

pytestmark = pytest.mark.genn
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")


def drugged():
    """Return a protocol with every intervention in it."""
    plan = blink()
    given = [
        f"{kind}:{target}=0.5@test"
        if target and not row.labels
        else f"{kind}{target and ':'}{target}=0.5@pairing,test"
        for kind, row in INTERVENTIONS.items()
        for target in dict.fromkeys((*row.targets[::2], *row.targets[-1:])) or ("",)
        if not row.permanent
    ]
    given.append("lesion:BLA_P-IL_P@always")
    return plan.with_interventions([parse_intervention(item, plan) for item in given])


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Folder, animal and circuit of a generated program."""
    folder = tmp_path_factory.mktemp("genn")
    animal = draw(drugged())
    recorder, tables = animal.circuit(animal.clocks("genn"))
    write_genn_program(recorder.circuit, tables, folder)
    return folder, animal, recorder.circuit


def model(folder):
    return (folder / "circuit.cpp").read_text()


def main(folder):
    return (folder / "main.cpp").read_text()


def test_every_group_is_in_the_model(generated):
    folder, animal, circuit = generated
    found = dict(re.findall(r'addNeuronPopulation<[^>]*>\("(\w+)", all\((\d+)\)', model(folder)))
    assert found == {name: str(number) for name, number in circuit.sizes().items()}
    assert int(found["principal"]) + int(found["other"]) == animal.tissue.n_neurons
    assert int(found["astrocyte"]) == animal.tissue.n_astrocytes


def test_every_synapse_is_in_the_model(generated):
    folder, animal, circuit = generated
    links = {item.name: (item.source, item.target) for item in circuit.links}
    text = re.sub(r"\s+", " ", model(folder))
    found = re.findall(r'addSynapsePopulation<[^(]*>\( ?"(\w+)"[^"]*"(\w+)", "(\w+)"', text)
    assert {name: (source, target) for name, source, target in found} == links
    wanted = {
        "_".join(filter(None, (receptor, terminal, pre, post)))
        for pre, post, receptor, terminal in animal.tissue.static
    }
    wanted |= {f"tripartite_{pre}" for pre in animal.tissue.tripartite}
    wanted |= {f"terminal_{pre}" for pre in animal.tissue.terminals}
    wanted |= {
        "noradrenaline_astrocyte", "dopamine_principal", "dopamine_astrocyte",
        "acetylcholine_astrocyte", "serotonin_astrocyte", "serotonin_other", "CRH_principal",
    }  # fmt: skip
    wanted |= {"gap_junction", "local_activity"}
    wanted |= {
        f"hand_over_{name}"
        for name in (
            "receptor", "gate", "coagonist", "instability", "restoring", "beta", "noradrenaline",
            "nicotinic", "muscarinic", "2A", "2C",
        )
    }
    wanted |= {"output_body", "approach_body", "place_body", "body_principal", "body_other"}
    assert set(links) == wanted


def test_wiring_is_sparse_and_asks_for_its_longest_row(generated):
    folder, _, circuit = generated
    text = model(folder)
    assert text.count("SynapseMatrixType::SPARSE_INDIVIDUALG") == len(circuit.links)
    assert "DENSE" not in text
    for item in circuit.links:
        assert f'setMaxConnections(astrogram::longest("edges.{item.name}.source"' in text


def test_every_drug_is_fed_and_used(generated):
    folder, animal, _ = generated
    courses = animal.inputs.levels
    levelled = [row for row in INTERVENTIONS.values() if not row.target]
    assert {name for row in levelled for name in row.variables} < set(courses)
    text, around = model(folder), main(folder)
    assert set(animal.inputs.scaled) < set(courses)
    for name in (*courses, "principal.T_slow", "body.at_test"):
        cells, name = name.split(".")
        assert f'run.course("{cells}", "{name}", ' in around
        assert f"push{name}{cells}ToDevice();" in around
        assert f"$({name})" in text or f"$({name}_post)" in text
    for name, levels in courses.items():
        assert levels.any(), name


def test_everything_is_recorded(generated):
    folder, _, circuit = generated
    text, around = model(folder), main(folder)
    for item in circuit.spikes:
        assert f"cells_{item.of}->setSpikeRecordingEnabled(true);" in text
        assert f'run.spike_record("{item.name}", &recordSpk{item.of}, ' in around
    for item in circuit.traces:
        for variable in item.variables:
            assert f'run.variable("{item.name}", "{variable}", ' in around
    for variable in (row.variable for row in RECORDS):
        if variable != "gate":  # a subexpression: computed by the host from D-serine
            assert f'{{"{variable}", "double"' in text
    assert re.search(r'"gate", .*Serastrocyte\[i\].*pullSerastrocyteFromDevice\(\)', around)


def test_every_table_is_read(generated):
    folder, _, circuit = generated
    around = main(folder)
    for name in circuit.initial:
        assert f'("{name}", ' in around, name
    for cells, row in circuit.rows():
        assert f'cells("rows.{cells}.{row}", ' in around


def test_nothing_of_brian2s_own_arrays_is_left(generated):
    folder, *_ = generated
    assert sorted(file.name for file in folder.iterdir()) == [
        "Makefile", "animals.hpp", "circuit.cpp", "lifeline.hpp", "main.cpp", "manifest.json",
        "program.hpp", "tables.hpp",
    ]  # fmt: skip
    for text in (model(folder), main(folder)):
        assert "_array_" not in text
        assert "brianlib" not in text


def test_the_same_circuit_gives_the_same_program(generated, tmp_path):
    folder, animal, circuit = generated
    _, tables = animal.circuit(animal.clocks("genn"))
    write_genn_program(circuit, tables, tmp_path)
    assert main(tmp_path) == main(folder)
    assert sorted(model(tmp_path).splitlines()) == sorted(model(folder).splitlines())


def test_preferences_and_device_are_put_back(generated):
    assert type(b2.get_device()).__name__ == "RuntimeDevice"
    schedule = ["start", "groups", "thresholds", "synapses", "resets", "end"]
    assert b2.prefs["core.network.default_schedule"] == schedule
    assert b2.prefs["codegen.loop_invariant_optimisations"]
