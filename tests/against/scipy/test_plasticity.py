"""Plasticity: early and late phase against their differential equations, and the sign of a step.

Between presynaptic spikes the model solves, for the gate g (0 to 1), slow clock T and protein P,
dh = -kappa g dt h - dT/tau_h h, dc = kappa g dt h - dT/tau_tag c - k_P P dT c and
dz = k_P P dT c - dT/tau_z z: exactly for h; what it takes for the rest stands in
`tests/against/scipy/test_late_phase.py`.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from models.mechanisms.learning import LEARNING_CELL, LEARNING_RESET
from models.mechanisms.modulators.dopamine import DOPAMINE
from models.mechanisms.tagging import TAG, TAG_RESET
from models.parameters import load_parameters
from tests.support.synapses import DT, LATE, TOLD, fire

FIXED = {
    "plasticity.eta": "0", "plasticity.kappa": "0.02 hertz", "plasticity.tau_h": "3 h",
    "protein.tau_tag": "2 h", "protein.k_P": "3 1/h", "trace.tau_z": "20 day",
}  # fmt: skip


def test_between_two_spikes_the_early_phase_decays_and_is_tagged():
    parameters = load_parameters(FIXED)
    opened, lived = (grid.ravel() for grid in np.meshgrid([0, 10.0, 200.0], [0, 600.0, 86400.0]))
    n = len(opened)
    h_0, z_0 = np.linspace(-0.4, 0.8, n), np.linspace(0.3, -0.1, n)
    c_0 = np.linspace(0.5, -0.2, n)
    result = fire(
        parameters, (np.arange(n), np.full(n, DT)), n, 5 * DT,
        cell={"gate_time": 7.0 + opened, "T_slow": 50.0 + lived},
        start={"h_S": h_0, "c_S": c_0, "z_S": z_0, "gate_S": 7.0, "T_S": 50.0},
    )  # fmt: skip
    kept = np.exp(-0.02 * opened)
    assert result["h_S"] == pytest.approx(h_0 * kept * np.exp(-lived / 10800), abs=1e-15)
    tagged, left = np.exp(-lived / 7200), np.exp(-lived / (20 * 86400))
    assert result["c_S"] == pytest.approx((c_0 + h_0 * (1 - kept)) * tagged, abs=1e-15)
    assert result["z_S"] == pytest.approx(z_0 * left, abs=1e-15)
    assert np.all(result["l_S"] == 0)
    assert result["gate_S"] == pytest.approx(7.0 + opened)
    assert result["T_S"] == pytest.approx(50.0 + lived)


def test_a_session_and_a_folded_night_follow_the_differential_equations():
    parameters = load_parameters({**FIXED, "trace.tau_z": "100000 day"})
    kappa, tau_h, speed = 0.02, 10800.0, 10.0
    tau_tag, k_P, tau_z = 7200.0, 3 / 3600, 1e5 * 86400
    duration, night = 3.0, 1.5
    steps = np.arange(int(duration / DT) + 2) * DT

    def gate(t):  # opens and closes during the session
        return 0.9 * np.sin(np.pi * np.minimum(t, 1.4) / 1.4) ** 2

    def dilation(t):
        return np.where(t < night, speed, 43200.0 / (duration - night))

    def protein(clock):  # comes within an hour or so, and goes
        return clock / 3600 * np.exp(1 - clock / 3600)

    def flow(t, y):
        made = protein(y[3])
        tag = kappa * speed * gate(t) * y[0]
        capture = dilation(t) * k_P * made * y[4]
        untag, fade = (dilation(t) * x for x in (y[4] / tau_tag, y[1] / tau_z))
        return [
            -tag - dilation(t) / tau_h * y[0], capture - fade, speed * gate(t), dilation(t),
            tag - capture - untag, *(dilation(t) * made * y[3] ** power for power in (0, 1, 2)),
        ]  # fmt: skip

    before = solve_ivp(flow, (0, night), [0.6, 0.1, *np.zeros(6)], "DOP853", rtol=1e-12, atol=1e-15,
                       dense_output=True)  # fmt: skip
    after = solve_ivp(flow, (night, duration), before.y[:, -1], "DOP853", rtol=1e-12, atol=1e-15,
                      dense_output=True)  # fmt: skip
    table = np.where(
        steps < night, before.sol(np.minimum(steps, night)), after.sol(np.maximum(steps, night))
    )
    # six synapses: more and more presynaptic spikes, the last always near the end
    counts = [1, 2, 5, 20, 100, 500]
    cells = np.concatenate([[k] * count for k, count in enumerate(counts)])
    last = 2.99
    times = np.concatenate([np.linspace(last, 0, count, endpoint=False) for count in counts])
    times = np.round(times / DT) * DT
    n = len(counts)
    result = fire(
        parameters, (cells, times), n, duration, start={"h_S": 0.6, "z_S": 0.1},
        feed={name: np.repeat(table[row][:, None], n, axis=1)
              for name, row in (("gate_time", 2), ("T_slow", 3), *((f"P_{k}", 5 + k)
                                for k in range(3)))},
    )  # fmt: skip
    expected = after.sol(last)
    assert result["h_S"] == pytest.approx(np.full(n, expected[0]), rel=1e-9)
    assert result["c_S"][-1] == pytest.approx(expected[4], abs=1e-4)
    error = abs(result["z_S"] - expected[1])
    assert expected[1] > 0.14, "most of what is tagged is captured"
    assert error[0] < 0.15
    assert error[-1] < 0.05 * error[0]
    assert error[-1] < 2e-3


def test_without_gate_nothing_is_tagged():
    parameters = load_parameters(FIXED)
    times = np.arange(1, 40) * 25 * DT
    result = fire(parameters, (np.zeros(39, int), times), 1, 0.2, cell={"T_slow": 10.0},
                  start={"h_S": 0.5})  # fmt: skip
    assert all(result[name] == 0 for name in LATE)
    assert result["h_S"] == pytest.approx(0.5 * np.exp(-10 / 10800), rel=1e-12)


STEP = {
    "plasticity.eta": "0.01", "plasticity.ltd": "0.5", "plasticity.theta_0": "20 hertz",
    "plasticity.w_min": "0.1", "plasticity.w_max": "6",
    "dopamine.K_DA": "0.2 umolar",
}  # fmt: skip


def one_step(y, theta, dopamine=0.0, w_0=1.0, h=0.0, z=0.0, speed=10.0):
    """Change of the early phase at one presynaptic spike."""
    y, theta, dopamine, w_0, h, z = np.broadcast_arrays(y, theta, dopamine, w_0, h, z)
    n = len(y.ravel())
    cell = {"y": y.ravel(), "theta": theta.ravel(), "D": dopamine.ravel()}
    start = {"w_0": w_0.ravel(), "h_S": h.ravel(), "z_S": z.ravel()}
    result = fire(
        load_parameters(STEP), (np.arange(n), np.full(n, DT)), n, 5 * DT, cell=cell, start=start,
        speed=speed,
    )  # fmt: skip
    assert np.array_equal(result["z_S"], z.ravel())
    assert not result["c_S"].any()
    assert not result["l_S"].any()
    return result["h_S"] - h.ravel()


def test_the_sign_of_a_step_is_that_of_the_sliding_threshold():
    y = np.array([0.0, 5.0, 19.0, 20.0, 21.0, 60.0])
    change = one_step(y, 20.0)
    assert np.array_equal(np.sign(change), [0, -1, -1, 0, 1, 1])
    # Bienenstock, Cooper & Munro 1982: y(y - theta), saturating, with soft bounds
    phi = y * (y - 20) / (y**2 + 20**2)
    up = (1 - np.exp(-0.01 * 10 * phi * (6 - 1) / (6 - 0.1))) * (6 - 1)
    down = (1 - np.exp(0.01 * 10 * phi * 0.5)) * (1 - 0.1)
    expected = np.where(phi > 0, up, -down)
    assert change == pytest.approx(expected, abs=1e-12)


def test_a_higher_threshold_turns_potentiation_into_depression():
    change = one_step(40.0, np.array([10.0, 39.0, 41.0, 100.0]))
    assert np.array_equal(np.sign(change), [1, 1, -1, -1])


def test_dopamine_lowers_the_threshold():
    # K_DA = 0.2 umol/L = 2e-4 mol/m3 halves it
    change = one_step(15.0, 20.0, np.array([0.0, 2e-5, 2e-4, 2e-2]))
    assert np.array_equal(np.sign(change), [-1, -1, 1, 1])
    assert np.all(np.diff(change) > 0)
    halved = one_step(15.0, np.array([10.0]))
    assert change[2] == pytest.approx(halved[0], rel=1e-12)


def test_steps_shrink_towards_the_bounds():
    weights = np.array([0.1, 1.0, 3.0, 6.0])
    up = one_step(60.0, 20.0, w_0=weights)
    down = one_step(10.0, 20.0, w_0=weights)
    assert np.all(np.diff(up) < 0)
    assert up[-1] == pytest.approx(0, abs=1e-15)
    assert down[0] == pytest.approx(0, abs=1e-15)
    assert np.all(np.diff(down) < 0)
    # it is the whole weight that counts, whatever it is made of
    split = one_step(60.0, 20.0, w_0=np.array([1.0]), h=0.7, z=1.3)
    assert split == pytest.approx(up[2], rel=1e-12)


def test_a_compressed_clock_takes_larger_steps():
    """Ten spikes' worth of learning in one: what is left of the distance is the tenth power."""

    def left(speed):
        return 1 - one_step(30.0, np.array([20.0]), speed=speed) / (6 - 1)

    assert left(10.0) == pytest.approx(left(1.0) ** 10, rel=1e-12)


def test_eta_zero_changes_nothing():
    parameters = load_parameters({**STEP, "plasticity.eta": "0"})
    times = np.arange(1, 100) * 10 * DT
    result = fire(parameters, (np.zeros(99, int), times), 1, 0.2, cell={"y": 80.0, "theta": 20.0})
    assert result["h_S"] == 0
    assert all(result[name] == 0 for name in LATE)


def test_the_rate_estimate_and_the_threshold_follow_their_equations():
    """Cells that fire regularly: y averages to the rate, theta slides towards theta_0 + y^2/y_0."""
    parameters = load_parameters(
        {"plasticity.tau_y": "100 ms", "plasticity.tau_theta": "3 s", "plasticity.theta_0": "20",
         "plasticity.y_0": "10"}
    )  # fmt: skip
    rates = np.array([10.0, 25.0, 50.0])
    duration, speed = 2.0, 10.0
    steps = int(duration / DT) + 2
    fires = np.zeros((steps, 3))
    for cell, rate in enumerate(rates):
        fires[np.round(np.arange(0, duration, 1 / rate) / DT).astype(int), cell] = 1
    model = LEARNING_CELL + DOPAMINE + TAG + TOLD + "g_ampa : siemens\nfire : 1\n"
    result = fire(
        parameters, (np.arange(3), np.full(3, DT)), 3, duration, cell={"theta": 20.0},
        cell_model=model, feed={"fire": fires}, threshold="fire > 0",
        reset=TAG_RESET + LEARNING_RESET,
        speed=speed, record_cell=("y", "theta"),
    )  # fmt: skip
    y, theta = result["cell/y"], result["cell/theta"]
    half = y.shape[1] // 2
    assert y[:, half:].mean(axis=1) == pytest.approx(rates, rel=0.03)
    # the mean square of a shot process with exponential kernel: its mean over one interval
    interval = 1 / rates
    square = (1 / 0.1) ** 2 / (1 - np.exp(-interval / 0.1)) ** 2 * 0.1 / 2
    square *= (1 - np.exp(-2 * interval / 0.1)) / interval
    settled = 20 + square / 10
    assert theta[:, -1] == pytest.approx(settled, rel=0.03)
