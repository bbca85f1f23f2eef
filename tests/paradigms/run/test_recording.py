"""What is recorded: sampling steps, chosen synapses, labels, and arrays of one axis of time."""

import numpy as np
import pytest

from analysis.dataset.schema import assemble as assemble_dataset
from paradigms.run.behaviour import score
from paradigms.run.labels import describe
from paradigms.run.recording import RECORDS, WEIGHTS, merge_spikes
from tests.support.anatomy import POPULATIONS
from tests.support.circuit import blink, draw
from tests.support.doses import dosed

WANTED = {
    "recording.n_synapses": "300",
    "recording.dt_astrocyte": "0.1 s",
    "recording.dt_weight": "0.5 s",
}
DURATION = 0.11


@pytest.fixture(scope="module")
def animal():
    return draw(blink(), seed=2, overrides=WANTED)


@pytest.fixture(scope="module")
def recorded(animal):
    return animal.run("numpy", DURATION)


@pytest.fixture(scope="module")
def recorder(animal):
    return animal.circuit(animal.clocks("numpy"))[0]


def test_sampling_follows_the_protocols_clock(animal, recorded):
    assert np.diff(recorded["time"]) == pytest.approx(0.1 / animal.timeline.speed, rel=1e-9)
    assert np.diff(recorded["weight_time"]) == pytest.approx(0.5 / animal.timeline.speed, rel=1e-9)
    assert recorded["time"][0] == recorded["weight_time"][0] == 0


def test_a_sampling_step_is_never_below_that_of_the_astrocytes():
    animal = draw(blink(), overrides={"recording.dt_astrocyte": "0.01 s"})
    clocks = animal.clocks("numpy")
    recorder, _ = animal.circuit(clocks)
    steps = {item.name: item.step for item in recorder.circuit.traces}
    assert steps["astrocyte_traces"] == pytest.approx(clocks.astrocyte)


def test_synapses_are_sampled_in_proportion_and_once(animal, recorder):
    # in proportion to the mean in-degrees, so that all animals share one program
    totals = {pre: len(edges) for pre, edges in animal.tissue.tripartite.items()}
    for pre, chosen in recorder.sampled.items():
        assert np.all(np.diff(chosen) > 0)
        assert chosen.max() < totals[pre]
        assert len(chosen) == pytest.approx(300 * totals[pre] / sum(totals.values()), rel=0.05)


def test_asking_for_more_synapses_than_there_are_gives_all():
    animal = draw(blink(), overrides={"recording.n_synapses": "1e7"})
    recorder, _ = animal.circuit(animal.clocks("numpy"))
    for pre, edges in animal.tissue.tripartite.items():
        assert np.array_equal(recorder.sampled[pre], np.arange(len(edges)))


def test_sampled_synapses_are_named_by_pathway_and_index(animal, recorded, recorder):
    tissue = animal.tissue
    known = {
        pre: set(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
        for pre, edges in tissue.tripartite.items()
    }
    rows = zip(
        recorded["synapse_pathway"], recorded["synapse_pre"], recorded["synapse_post"], strict=True
    )
    for pathway, pre, post in rows:
        group, members = tissue.members(pathway)
        assert 0 <= pre < len(members)
        assert (members[pre], post) in known[group]
    assert set(recorded["synapse_pathway"]) == {"sensory", "DG", "BLA_P"}


def test_total_weight_is_naive_plus_early_plus_late(animal, recorded, recorder):
    naive = np.concatenate(
        [animal.tissue.tripartite[pre].weight[recorder.sampled[pre]] for pre in recorder.sampled]
    )
    assert recorded["weight"][:, 0] == pytest.approx(naive, abs=1e-12)
    total = naive[:, None] + recorded["weight_early"] + recorded["weight_late"]
    assert recorded["weight"] == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_spikes_are_merged_in_order_of_time_and_cell(chunk):
    rng = np.random.default_rng(1)
    parts, shift = [], 0
    for cells in (5, 7, 2):
        fired = np.argwhere(rng.random((40, cells)) < 0.4)  # time step, cell
        parts.append((fired[:, 0] * 0.2, fired[:, 1].astype(np.int32), shift))
        shift += cells
    time, neuron = merge_spikes(parts, chunk)
    joined = np.concatenate([np.stack([t, c + s], axis=1) for t, c, s in parts])
    order = np.lexsort((joined[:, 1], joined[:, 0]))
    assert len(joined) > 100
    assert np.array_equal(np.stack([time, neuron], axis=1), joined[order])


def test_spikes_of_both_groups_lie_on_one_axis(animal, recorded):
    times, cells = recorded["spike_time"], recorded["spike_neuron"]
    assert len(times)
    assert np.all(np.diff(times) >= 0)
    assert times.max() < DURATION
    n_principal = animal.tissue.n_principal
    assert cells.min() < n_principal <= cells.max() < animal.tissue.n_neurons


def test_astrocyte_traces_are_in_the_units_of_the_dataset(animal, recorded):
    shape = (animal.tissue.n_astrocytes, len(recorded["time"]))
    for name in (row.name for row in RECORDS):
        assert recorded[name].shape == shape
    # an animal begins at rest, which is near what it sets out from and not the same
    _, tables = animal.circuit(animal.clocks("numpy"))
    for name, variable, start in (("calcium", "C", "calcium.C_0"), ("ip3", "I", "ip3.I_0")):
        rest = float(tables[f"initial.astrocyte.{variable}"]) * 1e3
        assert recorded[name][:, 0] == pytest.approx(rest, rel=1e-5)
        assert 0.5 < rest / animal.parameters.value(start) < 2
    for name in ("presynaptic_receptor", "gate"):
        assert np.all((recorded[name] >= 0) & (recorded[name] <= 1))


def test_recorded_labels_and_score_make_a_valid_dataset(animal, recorded):
    variables = {
        **{name: values for name, values in recorded.items() if not name.startswith("path")},
        **describe(animal.tissue, animal.timeline),
        **score(animal.parameters, animal.tissue, animal.timeline, recorded),
    }
    assert variables["population"].tolist() == [POPULATIONS[k] for k in animal.tissue.population]
    attributes = dict.fromkeys(
        ("title", "protocol", "clock", "device", "git_commit", "created", "parameters_hash",
         "protocol_toml", "summary"), "text",
    )  # fmt: skip
    dataset = assemble_dataset(
        variables,
        {**attributes, "speed": 10.0, "seed": 2, "size": 250, "wall_time_s": 1.0,
         "versions": "{}", "parameters": animal.parameters.to_json()},
    )  # fmt: skip
    assert dataset.sizes["trial"] == 2
    assert dataset["us_on"].values[0] == pytest.approx(0.2)
    assert np.isnan(dataset["us_on"].values[1])


def test_a_pathway_that_is_cut_whole_is_recorded_as_none():
    """A program writes no numbers of it, not even in columns."""
    cut = draw(dosed("lesion:DG-BLA_P@always"), seed=2, overrides=WANTED)
    recorder, _ = cut.circuit(cut.clocks("cpp"))
    counts = {pre: len(chosen) for pre, chosen in recorder.sampled.items()}
    assert counts["other"] == 0
    read = {f"weights_{pre}.{name}": np.zeros((n, 3)) if n else np.zeros(0)
            for pre, n in counts.items() for name in WEIGHTS}  # fmt: skip
    read |= {f"weights_{pre}.t": np.arange(3.0) for pre in counts}
    found = recorder._weights(read, cut.tissue)
    assert found["weight"].shape == (sum(counts.values()), 3)
    assert set(found["synapse_pathway"]) == {"sensory", "BLA_P"}


def test_how_far_the_body_has_gone_is_recorded(animal, recorded, recorder):
    steps = {item.name: item.step for item in recorder.circuit.traces}
    assert steps["position"] == pytest.approx(0.2 / animal.timeline.speed)
    assert np.diff(recorded["path_time"]) == pytest.approx(steps["position"])
    assert len(recorded["path"]) == len(recorded["path_time"])
    assert not recorded["path"].any()  # without a place test it stays where it is
