"""The network of `tag_and_capture_2021` beside a dense integration of the same equations."""

import brian2 as b2
import numpy as np
import pytest

from models.circuits.tag_and_capture_network import Inputs, assemble, draw_network
from models.machine.session import device_session
from models.parameters import load_parameters

DT, TICK = 2e-4, 5e-2
SMALL = {"network.excitatory": "60", "network.inhibitory": "15", "network.connectivity": "0.3",
         "network.assembly": "60", "network.sigma_bg": "0", "early.sigma_pl": "0"}  # fmt: skip


def given(overrides):
    return load_parameters({**SMALL, **overrides}, circuit="tag_and_capture_2021")


def values(parameters, *groups):
    return {row.name: float(row.quantity()) for row in parameters.rows() if row.group in groups}


def run(parameters, inputs, seeds=(3,)):
    """Spikes of both groups as (cell, step), and what synapses and cells are at the end."""
    wirings = [draw_network(parameters, seed) for seed in seeds]
    with device_session("numpy") as session:
        b2.seed(7)
        circuit = assemble(parameters, wirings, inputs)
        fired = [b2.SpikeMonitor(group) for group in (circuit.excitatory, circuit.inhibitory)]
        circuit.network.add(*fired)
        session.run(circuit.network, len(inputs.speeds) * TICK)
        found = {name: np.array(circuit.plastic.variables[name].get_value()) for name in "hcz"}
        found["p"] = np.array(circuit.excitatory.p)
        found["v"] = [np.array(g.v_) for g in (circuit.excitatory, circuit.inhibitory)]
        found["clock"] = np.array(circuit.excitatory.T_slow_)[0]
        found["pre"], found["post"] = np.array(circuit.plastic.i), np.array(circuit.plastic.j)
        spikes = [(np.array(m.i), np.round(np.array(m.t_) / DT).astype(int)) for m in fired]
    return wirings, spikes, found


def matrix(edges, shape):
    there = np.zeros(shape)
    there[edges.source, edges.target] = 1
    return there


def test_wiring_has_the_published_probability_and_no_cell_meets_itself():
    parameters = load_parameters(circuit="tag_and_capture_2021")
    edges = draw_network(parameters, 1)
    for (pre, post), pairs in (
        (("E", "E"), 1600 * 1599), (("E", "I"), 1600 * 400), (("I", "E"), 1600 * 400),
        (("I", "I"), 400 * 399),
    ):  # fmt: skip
        found, spread = len(edges[pre, post]), np.sqrt(pairs * 0.1 * 0.9)
        assert found == pytest.approx(0.1 * pairs, abs=4 * spread)
        if pre == post:
            assert (edges[pre, post].source != edges[pre, post].target).all()
    assert len(draw_network(parameters, 2)["E", "E"]) != len(edges["E", "E"])


def test_cells_fire_as_in_a_dense_integration_of_the_published_equations():
    """A constant current drives all cells, and weights stand still: every spike is the same."""
    parameters = given({"network.I_0": "1.6 nA", "early.gamma_p": "0", "early.gamma_d": "0"})
    n_ticks = 10
    still = Inputs(np.ones(n_ticks), np.zeros(n_ticks), np.zeros(n_ticks))
    (edges,), spikes, found = run(parameters, still)
    P = values(parameters, "neuron", "network", "early")
    n_E, n_I = 60, 15
    weight = np.zeros((n_E + n_I, n_E + n_I))
    for (pre, post), w in (
        (("E", "E"), 1), (("E", "I"), P["w_ei"]), (("I", "E"), -P["w_ie"]), (("I", "I"), -P["w_ii"])
    ):  # fmt: skip
        start = {"E": 0, "I": n_E}
        size = {"E": n_E, "I": n_I}
        block = np.s_[start[pre] : start[pre] + size[pre], start[post] : start[post] + size[post]]
        weight[block] = w * P["h_0"] / P["R_m"] * matrix(edges[pre, post], (size[pre], size[post]))
    v, current = np.full(n_E + n_I, P["E_L"]), np.zeros(n_E + n_I)
    held, lag = np.zeros(n_E + n_I, int), round(P["delay"] / DT)
    fired = np.zeros((n_ticks * 250, n_E + n_I), bool)
    for step in range(len(fired)):
        level = P["E_L"] + P["R_m"] * (current + P["I_0"])
        v = np.where(held > 0, v, level + (v - level) * np.exp(-DT / P["tau_m"]))
        current *= np.exp(-DT / P["tau_syn"])
        fired[step] = (v >= P["V_th"]) & (held == 0)
        held = np.maximum(held - 1, 0)
        v[fired[step]], held[fired[step]] = P["V_reset"], round(P["tau_ref"] / DT)
        if step >= lag:
            current += fired[step - lag] @ weight
    ours = np.zeros_like(fired)
    for start, (cell, step) in zip((0, n_E), spikes, strict=True):
        ours[step, cell + start] = True
    assert fired.sum() > 1000
    np.testing.assert_array_equal(ours, fired)
    np.testing.assert_allclose(np.concatenate(found["v"]), v, atol=1e-9)


def test_synapses_change_as_in_a_dense_integration_at_the_same_spikes():
    """A noisy stimulus of 0.2 s, silence, and an hour folded: h, c, z and p at its end."""
    parameters = given({"network.I_0": "0 nA", "late.tau_z": "20 min", "late.tau_p": "20 min"})
    driven, silent, folded = 4, 6, 72
    learning = np.concatenate([np.full(driven, 5.0), np.zeros(silent + folded)])
    speeds = np.concatenate([np.ones(driven + silent), np.full(folded, 1000.0)])
    (edges,), spikes, found = run(parameters, Inputs(speeds, learning, 0 * learning))
    P = values(parameters, "neuron", "network", "early", "late", "calcium")
    there = matrix(edges["E", "E"], (60, 60)) > 0
    steps = (driven + silent) * 250
    fired = np.zeros((steps, 60), bool)
    fired[spikes[0][1], spikes[0][0]] = True
    assert fired.sum() > 500
    assert spikes[0][1].max() < steps - 200
    h, c, z, p = np.full((60, 60), P["h_0"]), np.zeros((60, 60)), np.zeros((60, 60)), np.zeros(60)
    theta_pro = P["h_0"] / (P["nm"] + P["nm_0"])

    def slow(seconds):
        nonlocal z, p
        change = np.where(there, h - P["h_0"], 0)
        making = np.abs(change).sum(axis=0) > theta_pro
        left = np.exp(-p * seconds / P["tau_z"])
        z = np.where(change >= P["theta_tag"] * P["h_0"], P["z_max"] + (z - P["z_max"]) * left, z)
        z = np.where(-change >= P["theta_tag"] * P["h_0"], P["z_min"] + (z - P["z_min"]) * left, z)
        p = making + (p - making) * np.exp(-seconds / P["tau_p"])

    late, fine = round(P["delay_c"] / DT), 20
    for step in range(steps):
        for _ in range(fine):  # c is that in the middle of a part
            part = DT / fine
            c *= np.exp(-part / 2 / P["tau_c"])
            up, down = c > P["theta_p"], c > P["theta_d"]
            rate = P["gamma_0"] + P["gamma_p"] * up + P["gamma_d"] * down
            level = (P["gamma_0"] * P["h_0"] + P["gamma_p"] * P["h_up"] * up) / rate
            h = level + (h - level) * np.exp(-rate * part / P["tau_h"])
            c *= np.exp(-part / 2 / P["tau_c"])
        slow(DT)
        if step >= late:
            c += P["calcium_pre"] * fired[step - late][:, np.newaxis]
        c += P["calcium_post"] * fired[step]
    for _ in range(folded * 50):
        h = P["h_0"] + (h - P["h_0"]) * np.exp(-P["gamma_0"] / P["tau_h"])
        slow(1.0)
    ours = found["pre"], found["post"]
    assert np.ptp(h[ours]) > 0.1 * P["h_0"]
    # The clock of the synapses is a tick behind that of this integration: 50 s.
    np.testing.assert_allclose(found["h"], h[ours], atol=2e-5)
    np.testing.assert_allclose(found["z"], z[ours], atol=0.03)
    np.testing.assert_allclose(found["p"], p, atol=0.03)
    assert z[ours].max() > 0.5


def test_networks_side_by_side_do_not_touch():
    """Without noise a network fires as it does alone."""
    parameters = given({"network.I_0": "1.6 nA"})
    still = Inputs(np.ones(4), np.zeros(4), np.zeros(4))
    both = run(parameters, still, (3, 4))[1]
    for k, seed in enumerate((3, 4)):
        for (cell, step), (cells, steps), n in zip(
            run(parameters, still, (seed,))[1], both, (60, 15), strict=True
        ):
            mine = cells // n == k
            np.testing.assert_array_equal(cells[mine] - k * n, cell)
            np.testing.assert_array_equal(steps[mine], step)


def test_background_has_its_mean_and_spread_and_sleeps_in_a_fold():
    parameters = given({"network.sigma_bg": "0.5 nA", "network.excitatory": "600"})
    awake, folded = 10, 5
    speeds = np.concatenate([np.ones(awake), np.full(folded, 1000.0)])
    wirings = [draw_network(parameters, 1)]
    with device_session("numpy") as session:
        b2.seed(1)
        circuit = assemble(parameters, wirings, Inputs(speeds, 0 * speeds, 0 * speeds))
        trace = b2.StateMonitor(circuit.excitatory, "I_bg", record=True, dt=TICK * b2.second)
        circuit.network.add(trace)
        session.run(circuit.network, len(speeds) * TICK)
        current = 1e9 * np.array(trace.I_bg_)
    # Recorded at the start of a tick, before the clock table is read: from the second one on.
    drawn = current[:, 3:awake]
    assert drawn.mean() == pytest.approx(0.15, abs=4 * 0.5 / np.sqrt(drawn.size))
    assert drawn.std() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(current[:, awake + 1 :], 0)
