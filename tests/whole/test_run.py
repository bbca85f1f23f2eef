"""One short animal all the way: protocol in, dataset out, on C++ standalone and on NumPy."""

import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from analysis.dataset.schema import DatasetError, labels, read_dataset, validate, write_dataset
from models.parameters import load_parameters
from paradigms.protocol.files import load_protocol, parse_intervention
from paradigms.run.simulate import simulate
from tests.support.anatomy import POPULATIONS
from tests.support.circuit import SIZE, blink, draw

SEED = 3
# weights every 0.2 s, so that they can be compared after a fraction of a second
OVERRIDES = {"recording.dt_weight": "2 s"}


def run(device, seed=SEED, protocol=None, **overrides):
    plan = load_protocol("quick_conditioning") if protocol is None else protocol
    return simulate(plan, seed=seed, size=SIZE, device=device, overrides={**OVERRIDES, **overrides})


def same_spikes(one, two):
    return np.array_equal(one["spike_neuron"], two["spike_neuron"]) and np.allclose(
        one["spike_time"], two["spike_time"], rtol=0, atol=1e-9
    )


@pytest.fixture(scope="module")
def dataset():
    return run("cpp")


def short(**overrides):
    """One pairing, a night and one test (0.9 s) without a compiler."""
    fast = {f"recording.{name}": "0.5 s" for name in ("dt_astrocyte", "dt_weight")}
    return run("numpy", protocol=blink(), **fast, **overrides)


@pytest.fixture(scope="module")
def blinked():
    return short()


def test_the_dataset_is_valid_and_says_where_it_comes_from(dataset):
    validate(dataset)
    attrs = dataset.attrs
    assert attrs["protocol"] == "quick_conditioning"
    assert (attrs["seed"], attrs["size"], attrs["device"]) == (SEED, SIZE, "cpp")
    assert (attrs["clock"], attrs["speed"]) == ("compressed", 10.0)
    assert attrs["parameters"] == load_parameters(OVERRIDES).to_json()
    assert attrs["parameters_hash"] == load_parameters(OVERRIDES).hash()
    assert {"brian2", "numpy", "python"} <= set(json.loads(attrs["versions"]))
    assert attrs["protocol_toml"] == load_protocol("quick_conditioning").text
    assert attrs["wall_time_s"] > 0


def test_every_population_fires_and_none_all_the_time(dataset):
    duration = float(dataset["phase_stop"].values[-1])
    counts = np.bincount(dataset["spike_neuron"].values, minlength=dataset.sizes["neuron"])
    populations = labels(dataset["population"])
    for name in POPULATIONS:
        rate = counts[populations == name].mean() / duration
        assert rate < 200, name
    assert counts[populations == "BLA_P"].sum() > 0
    assert np.all((dataset["spike_time"] >= 0) & (dataset["spike_time"] < duration))


def test_astrocytes_and_weights_are_alive_and_within_their_bounds(dataset):
    for name in ("calcium", "ip3", "presynaptic_receptor", "gate", "noradrenaline", "cAMP"):
        values = dataset[name].values
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert np.ptp(values) > 0
    for name in ("presynaptic_receptor", "gate"):
        assert dataset[name].values.max() <= 1
    for name in ("weight_early", "weight_late"):
        values = dataset[name].values
        assert np.all(values[:, 0] == 0)
        assert np.any(values[:, -1] != 0)


def test_the_home_cage_is_silent(dataset):
    stage, start, stop = (dataset[f"phase_{n}"] for n in ("stage", "start", "stop"))
    night = int(np.flatnonzero(labels(stage) == "none")[0])
    begin, end = float(start[night]), float(stop[night])
    times = dataset["spike_time"].values
    # a few tens of ms for what is still under way when the afferents fall silent
    settled = (times > begin + 0.3) & (times < end)
    assert np.count_nonzero(settled) == 0


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_a_file_gives_back_the_dataset(dataset, suffix, tmp_path):
    path = write_dataset(dataset, tmp_path / f"animal{suffix}")
    again = read_dataset(path)
    xr.testing.assert_identical(again, dataset)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


READ = """
import sys
for name in ("brian2", "models", "paradigms", "analysis", "scipy", "sklearn", "matplotlib"):
    sys.modules[name] = None  # importing it now fails
import netCDF4
import xarray as xr
ds = xr.open_dataset(sys.argv[1])
meanings = ds["population"].attrs["flag_meanings"].split()
print(ds.sizes["spike"], ds["calcium"].attrs["units"], len(meanings), ds.attrs["protocol"])
"""


def test_a_file_opens_with_xarray_and_netcdf4_alone(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "animal.nc")
    done = subprocess.run(
        [sys.executable, "-I", "-c", READ, str(path)], cwd=tmp_path, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    expected = [str(dataset.sizes["spike"]), "umol", "L-1", str(len(POPULATIONS))]
    assert done.stdout.split() == [*expected, "quick_conditioning"]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_a_truncated_file_is_refused_in_one_line(dataset, share, tmp_path):
    path = write_dataset(dataset, tmp_path / "animal.nc")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DatasetError) as caught:
        read_dataset(path)
    assert len(str(caught.value).splitlines()) == 1
    assert "animal.nc" in str(caught.value)


def test_numpy_and_standalone_give_the_same_animal(dataset):
    animal = draw("quick_conditioning", SEED, SIZE, OVERRIDES)
    stop = 0.7
    found = animal.run("numpy", stop)
    early = dataset["spike_time"].values < stop - 1e-9
    assert early.sum() > 50
    assert np.array_equal(found["spike_neuron"], dataset["spike_neuron"].values[early])
    assert np.allclose(found["spike_time"], dataset["spike_time"].values[early], rtol=0, atol=1e-9)
    for name in ("calcium", "ip3", "noradrenaline", "presynaptic_receptor", "cAMP"):
        expected = dataset[name].values[:, : found[name].shape[1]]
        assert found[name].shape[1] == 7
        # the file holds single precision
        assert abs(found[name] - expected).max() <= 1e-6 * max(1e-3, abs(expected).max()), name
    for name in ("synapse_pre", "synapse_post", "synapse_pathway"):
        expected = dataset[name].values if name != "synapse_pathway" else labels(dataset[name])
        assert np.array_equal(found[name], expected)
    weights = dataset["weight"].values[:, : found["weight"].shape[1]]
    assert found["weight"].shape[1] == 4
    assert abs(found["weight"] - weights).max() < 1e-6


def test_a_seed_gives_its_spikes_again(blinked):
    again = short()
    assert same_spikes(again, blinked)
    for name in ("calcium", "weight", "freezing", "synapse_post"):
        assert np.array_equal(again[name], blinked[name])


def test_another_seed_is_another_animal(dataset):
    # by the labels and the sampled synapses, without a second run
    other = draw("quick_conditioning", SEED + 1, SIZE, OVERRIDES).tissue
    assert not np.array_equal(other.projection, draw("quick_conditioning", SEED).tissue.projection)
    position = dataset["neuron_position"].values
    assert not np.array_equal(np.nan_to_num(other.position), np.nan_to_num(position))
    pairs = set(zip(dataset["synapse_pre"].values, dataset["synapse_post"].values, strict=True))
    theirs = other.tripartite["principal"]
    assert pairs - set(zip(theirs.source.tolist(), theirs.target.tolist(), strict=True))


def test_a_seed_gives_its_spikes_again_from_the_same_program(dataset):
    again = run("cpp")
    assert again.attrs["build_time_s"] == 0
    assert same_spikes(again, dataset)
    for name in set(dataset.variables):
        assert np.array_equal(again[name], dataset[name], equal_nan=again[name].dtype.kind == "f")


def test_two_animals_of_one_program_differ_in_wiring_and_spikes(dataset):
    other = run("cpp", SEED + 1)
    assert other.attrs["build_time_s"] == 0
    assert not same_spikes(other, dataset)
    assert not np.array_equal(other["synapse_pre"], dataset["synapse_pre"])
    assert not np.array_equal(other["projection"], dataset["projection"])


def test_a_parameter_and_an_intervention_need_no_new_program(dataset):
    changed = run("cpp", **{"lif.C_m": "240 pF", "plasticity.eta": "0"})
    assert changed.attrs["build_time_s"] == 0
    assert changed.sizes["spike"] < 0.97 * dataset.sizes["spike"]
    assert np.all(changed["weight_early"].values == 0)
    plan = load_protocol("quick_conditioning")
    given = ("Gq=1@conditioning", "opto_silence:PL_P@conditioning", "lesion:BLA_P-IL_P@always",
             "opto_excite:IL_P=2@night", "tagging:BLA_P@conditioning",
             "opto_silence:tagged@retrieval")
    doses = [parse_intervention(item, plan) for item in given]
    drugged = run("cpp", protocol=plan.with_interventions(doses))
    assert drugged.attrs["build_time_s"] == 0
    before_us = dataset["time"].values < np.nanmin(dataset["us_on"].values)
    rest, driven = (found["ip3"].values[:, before_us].mean() for found in (dataset, drugged))
    assert driven > 1.2 * rest  # a shock makes as much IP3 as Gq does, and differs between animals
    assert "opto_silence@PL_P" in labels(drugged["intervention_kind"])
    population = labels(drugged["population"])[drugged["spike_neuron"].values]
    phases = zip(labels(drugged["phase_session"]), drugged["phase_start"].values,
                 drugged["phase_stop"].values, strict=True)  # fmt: skip
    count = {}
    for session, start, stop in phases:
        inside = (drugged["spike_time"].values >= start) & (drugged["spike_time"].values < stop)
        for name in ("PL_P", "IL_P"):
            fired = np.count_nonzero(inside & (population == name))
            count[session, name] = count.get((session, name), 0) + fired
    # the first slow step of a light still has the spikes that were under way
    assert count["conditioning", "PL_P"] <= 3 < count["extinction", "PL_P"]
    assert count["night", "IL_P"] > 1000


def test_without_learning_rate_no_weight_changes(blinked):
    assert np.any(blinked["weight_early"].values != 0)
    fixed = run("cpp", protocol=blink(), **{"plasticity.eta": "0"})
    for name in ("weight_early", "weight_late"):
        assert np.all(fixed[name].values == 0)
    assert np.all(fixed["weight"].values == fixed["weight"].values[:, :1])


def test_without_coupling_astrocytes_change_no_synapse(dataset, blinked):
    off = {"gliotransmission.O_G": "0", "plasticity.kappa": "0"}
    uncoupled = run("cpp", protocol=blink(), **off)
    assert np.all(uncoupled["presynaptic_receptor"].values == 0)
    assert np.all(uncoupled["weight_late"].values == 0)
    assert np.any(uncoupled["weight_early"].values != 0)
    # with coupling both do something
    assert blinked["presynaptic_receptor"].values.max() > 0
    assert np.any(dataset["weight_late"].values != 0)


def test_without_coupling_receptors_of_astrocytes_move_no_spike(dataset):
    """All that Gq and Gi do to neurons goes through the two outputs.

    Adenosine binds receptors; D-serine captures, is a co-agonist of learning and makes labile.
    """
    plan = load_protocol("quick_conditioning")
    uncoupled = {
        "gliotransmission.O_G": "0", "plasticity.kappa": "0", "plasticity.nmda_0": "1",
        "trace.k_l": "0",
    }  # fmt: skip
    alone = run("cpp", **uncoupled)
    for kind in ("Gq", "Gi"):
        given = plan.with_interventions([parse_intervention(f"{kind}@always", plan)])
        treated = run("cpp", protocol=given, **uncoupled)
        assert not np.array_equal(treated["calcium"], alone["calcium"])
        assert same_spikes(treated, alone)
        assert not same_spikes(run("cpp", protocol=given), dataset)


#: Cells whose own beta receptors do nothing.
DEAF = {"salience.beta_wakes": "0", "salience.beta_lowers": "0"}


def test_beta_receptors_of_astrocytes_reach_neurons_by_the_trace_of_days_alone(dataset):
    """Where cells have none, none are made and nothing is labile, calcium and every spike stay."""
    plan = load_protocol("quick_conditioning")
    forgetful = {"trace.O_made": "0", "trace.k_l": "0", **DEAF}
    alone = run("cpp", **forgetful)
    highest, grown = {}, {}
    for text in ("beta_antagonist=99@always", "beta_agonist@always"):
        given = plan.with_interventions([parse_intervention(text, plan)])
        treated = run("cpp", protocol=given, **forgetful)
        assert same_spikes(treated, alone)
        for name in ("calcium", "noradrenaline", "weight"):
            assert np.array_equal(treated[name], alone[name]), name
        highest[text] = treated["cAMP"].values.max(axis=1) / alone["cAMP"].values.max(axis=1)
        with_trace = run("cpp", protocol=given)["receptor_density"].values.max(axis=1)
        grown[text] = with_trace.mean() / dataset["receptor_density"].values.max(axis=1).mean()
    assert (highest["beta_antagonist=99@always"] < 0.05).all()
    assert (highest["beta_agonist@always"] > 1.5).all()
    assert grown["beta_antagonist=99@always"] < 0.1
    assert grown["beta_agonist@always"] > 1.1  # receptors of a shock are near their most


def test_cyclic_amp_adds_up_over_shocks_and_is_gone_after_a_night(dataset):
    """Calcium follows each shock; cyclic AMP integrates them (Oe et al. 2020)."""
    time, cAMP, calcium = (dataset[name].values for name in ("time", "cAMP", "calcium"))
    shocks = dataset["us_on"].values[~np.isnan(dataset["us_on"].values)]
    first, last = (
        [trace.mean(axis=0)[(time > on) & (time <= on + 1)].max() for trace in (calcium, cAMP)]
        for on in (shocks[0], shocks[-1])
    )
    assert last[0] < 1.2 * first[0]
    assert last[1] > 1.5 * first[1]
    night = labels(dataset["phase_name"]) == "night"
    start, stop = (float(dataset[f"phase_{end}"].values[night][0]) for end in ("start", "stop"))
    before, after = cAMP[:, time <= start][:, -1], cAMP[:, time <= stop][:, -1]
    assert after.max() < 0.01 * before.mean()


def test_size_scales_the_numbers_of_the_tables(blinked):
    where, table = labels(blinked["population"]), load_parameters()
    for name in POPULATIONS:
        expected = table.value(f"population.{name}") * SIZE / 1000
        assert abs(np.count_nonzero(where == name) - expected) <= 1, name
