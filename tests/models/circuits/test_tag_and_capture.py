"""Each equation of `tag_and_capture_2021` against its closed form."""

import brian2 as b2
import numpy as np
import pytest

from models.checks import ModelError
from models.circuits.tag_and_capture_2021 import assemble, connect, make_cells, namespace
from models.machine.session import device_session
from models.parameters import load_parameters
from models.tissue.wiring import sort_edges

CIRCUIT = "tag_and_capture_2021"
QUIET = {"early.sigma_pl": "0"}
TICK = 2e-3


def held(n, seconds, speed=1.0, spikes=((), ()), start=None, overrides=QUIET, seed=1):
    """`n` synapses, each onto a cell of its own, `seconds` of simulated time long.

    Returns values at the end by name, when the cells (`clock`) and the synapses (`passed`, a tick
    less) have them, and traces of the cells' v.
    """
    parameters = load_parameters(overrides, circuit=CIRCUIT)
    speeds = np.full(round(seconds / TICK) + 1, speed)
    index, time = np.asarray(spikes[0], int), np.asarray(spikes[1], float)
    with device_session("numpy") as session:
        b2.seed(seed)
        circuit = assemble(parameters, (index, time), n, speeds)
        for name, value in (start or {}).items():
            group = circuit.cells if name in circuit.cells.variables else circuit.synapses
            group.variables[name].set_value(value)
        v = b2.StateMonitor(circuit.cells, "v", record=True)
        fired = b2.SpikeMonitor(circuit.cells)
        circuit.network.add(v, fired)
        session.run(circuit.network, seconds)
        found = {name: np.array(circuit.synapses.variables[name].get_value()) for name in "hcz"}
        found["p"] = np.array(circuit.cells.p)
        found["clock"] = np.array(circuit.cells.T_slow_)
        found["passed"] = np.array(circuit.synapses.T_S_)
        return found | {"t": np.array(v.t_), "v": np.array(v.v_), "fired": np.array(fired.t_)}


P = {row.name: float(row.quantity()) for row in load_parameters(QUIET, circuit=CIRCUIT).rows()}


def test_a_synapse_at_rest_stays_there():
    found = held(2, 0.1, speed=1e5)
    np.testing.assert_allclose(found["h"], P["h_0"], rtol=1e-12)
    np.testing.assert_array_equal([found["z"], found["p"], found["c"]], 0)
    np.testing.assert_allclose(found["v"], P["E_L"])


@pytest.mark.parametrize("speed", [1.0, 3000.0])
def test_the_early_phase_relaxes_as_fast_as_the_clock_goes(speed):
    start = np.array([2e-3, 8e-3])
    found = held(2, 0.2, speed, start={"h": start})
    left = np.exp(-P["gamma_0"] * found["passed"] / P["tau_h"])
    np.testing.assert_allclose(found["h"], P["h_0"] + (start - P["h_0"]) * left, rtol=1e-10)
    assert found["passed"] == pytest.approx(speed * 0.2, rel=0.02)


def test_calcium_comes_late_and_decays():
    found = held(2, 0.06, spikes=([1], [0.01]))
    since = found["passed"][1] - 0.01 - P["delay_c"] - 2e-4  # the clock is read after its step
    np.testing.assert_allclose(found["c"], [0, P["c_pre"] * np.exp(-since / P["tau_c"])])
    early = held(1, 0.028, spikes=([0], [0.01]))
    assert early["c"] == 0


def _linear(h, seconds, rate, level):
    left = np.exp(-rate * seconds / P["tau_h"])
    return level + (h - level) * left


def test_calcium_moves_the_early_phase_for_as_long_as_it_is_above_each_threshold():
    calcium = np.array([1.1, 2.0, 5.0])
    found = held(3, 0.2, start={"c": calcium})
    above = P["tau_c"] * np.log(np.maximum(calcium / P["theta_p"], 1))
    between = P["tau_c"] * np.log(np.maximum(calcium / P["theta_d"], 1)) - above
    both, one = P["gamma_0"] + P["gamma_p"] + P["gamma_d"], P["gamma_0"] + P["gamma_d"]
    up = (P["gamma_0"] * P["h_0"] + P["gamma_p"] * P["h_up"]) / both
    h = _linear(P["h_0"], above, both, up)
    h = _linear(h, between, one, P["gamma_0"] * P["h_0"] / one)
    h = _linear(h, found["passed"] - above - between, P["gamma_0"], P["h_0"])
    np.testing.assert_allclose(found["h"], h, rtol=1e-10)
    assert found["h"][1] < P["h_0"] < found["h"][2]


def test_noise_comes_only_with_calcium_and_has_the_published_variance():
    """Of tau_h dh/dt = ... + sqrt(tau_h n) sigma xi, over times short beside both rates: n is the
    number of thresholds that calcium is above."""
    n, sigma, weak = 4000, 2.9e-3, {"early.gamma_p": "0", "early.gamma_d": "0"}
    overrides = {"early.sigma_pl": f"{sigma} volt", **weak}
    calcium = np.repeat([1.1, 2.0, 5.0], n)
    h = held(3 * n, 0.2, start={"c": calcium}, overrides=overrides)["h"].reshape(3, n)
    np.testing.assert_allclose(h[0], P["h_0"], rtol=1e-12)
    low = P["tau_c"] * np.log(2.0 / P["theta_d"])
    high = P["tau_c"] * (np.log(5.0 / P["theta_d"]) + np.log(5.0 / P["theta_p"]))
    for one, time in zip(h[1:], (low, high), strict=True):
        assert one.mean() == pytest.approx(P["h_0"], abs=4 * one.std() / np.sqrt(n))
        assert one.var() == pytest.approx(sigma**2 * time / P["tau_h"], rel=0.1)


def test_a_spike_makes_a_current_of_the_whole_weight():
    weights = {"h": np.array([4e-3, 8e-3]), "z": np.array([0.5, -0.5])}
    overrides = {**QUIET, "early.gamma_0": "0.001"}
    found = held(2, 0.04, spikes=([0, 1], [0.005, 0.005]), start=weights, overrides=overrides)
    since = found["t"] - 0.005 - P["delay"] - 2e-4
    slow, fast = P["tau_m"], P["tau_syn"]
    shape = fast / (slow - fast) * (np.exp(-since / slow) - np.exp(-since / fast)) * (since > 0)
    whole = weights["h"] + P["h_0"] * weights["z"]
    expected = P["E_L"] + whole[:, None] * shape
    # The current is held within a step, as in the published program.
    np.testing.assert_allclose(found["v"], expected, atol=0.03 * (whole * 0.25).max())
    ratio = (found["v"].max(1) - P["E_L"]) / whole
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-3)


def test_a_cell_fires_resets_and_is_refractory():
    found = held(1, 0.02, start={"I_syn": 1e-8})
    assert len(found["fired"]) > 1
    assert np.diff(found["fired"]).min() > P["tau_ref"]
    after = np.searchsorted(found["t"], found["fired"][0] + 5e-4)
    assert found["v"][0, after] == P["V_reset"]


def test_a_postsynaptic_spike_makes_calcium():
    found = held(1, 0.02, start={"I_syn": 1e-8})
    since = found["passed"] - found["fired"] - 2e-4
    expected = P["c_post"] * np.exp(-since / P["tau_c"]).sum()
    assert found["c"] == pytest.approx(expected, rel=1e-9)


#: Nothing relaxes within a day: tags stay as they are.
STANDING = {**QUIET, "early.gamma_0": "0.001", "early.tau_h": "100000 second"}


def test_protein_is_made_above_its_threshold_and_caught_by_tags():
    """Potentiated, depressed, tagged without protein, and with neither."""
    changes = np.array([0.9, -0.9, 0.3, 0.1])
    found = held(
        4, 0.5, 1e4, start={"h": P["h_0"] * (1 + changes)}, overrides=STANDING,
    )  # fmt: skip
    made = 1 - np.exp(-found["clock"][0] / P["tau_p"])
    np.testing.assert_allclose(found["p"], [made, made, 0, 0], rtol=2e-3)
    time = found["passed"][0]
    made = 1 - np.exp(-time / P["tau_p"])
    left = np.exp(-(time - P["tau_p"] * made) / P["tau_z"])
    np.testing.assert_allclose(found["z"], [1 - left, -0.5 * (1 - left), 0, 0], rtol=5e-3)


def test_protein_decays_and_is_caught_meanwhile():
    """A protein of 1, with none made: z closes by exp(-tau_p (1 - exp(-t/tau_p))/tau_z)."""
    start = {"h": np.array([1.3 * P["h_0"]]), "p": np.ones(1), "made": np.full(1, P["tau_p"])}
    found = held(1, 0.5, 1e4, start=start, overrides=STANDING)
    assert found["p"] == pytest.approx(np.exp(-found["clock"] / P["tau_p"]), rel=1e-6)
    gone = 1 - np.exp(-found["passed"] / P["tau_p"])
    assert found["z"] == pytest.approx(1 - np.exp(-P["tau_p"] * gone / P["tau_z"]), rel=3e-3)


@pytest.mark.parametrize(("nm", "times"), [(0.0, 1000), (0.06, 16.4), (0.12, 8.3), (0.18, 5.5)])
def test_a_neuromodulator_lowers_the_threshold_of_protein(nm, times):
    """Thresholds of Lehr et al. 2022 in units of h_0: what a cell with many synapses needs."""
    parameters = load_parameters({**STANDING, "late.nm": nm}, circuit=CIRCUIT)
    # Each changed by 0.9 h_0: with 2 % fewer than it takes, and with more.
    counts = np.array([int(0.98 * times / 0.9), int(1.03 * times / 0.9) + 1])
    edges = sort_edges(
        np.zeros(counts.sum(), int), np.repeat([0, 1], counts), np.ones(counts.sum())
    )
    with device_session("numpy") as session:
        quiet = b2.SpikeGeneratorGroup(1, [], [] * b2.second, dt=0.2 * b2.ms)
        cells = make_cells(2, parameters, np.full(20, 1.0))
        synapses = connect(quiet, cells, edges, parameters)
        synapses.h = 1.9 * P["h_0"] * b2.volt
        session.run(b2.Network(quiet, cells, synapses), 0.01)
        assert (np.array(cells.p) > 0).tolist() == [False, True]


def test_thresholds_in_the_wrong_order_are_refused_in_one_line():
    parameters = load_parameters({"calcium.theta_d": "4"}, circuit=CIRCUIT)
    with pytest.raises(ModelError, match="calcium.theta_d = 4 is not below calcium.theta_p = 3;"):
        namespace(parameters)
