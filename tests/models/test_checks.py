"""What lies outside the model's regime is refused; a run that leaves it stops and says where."""

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from models.checks import (
    ModelError,
    RegimeError,
    check_parameters,
    check_traces,
    guard,
)
from models.circuits.astrocyte import CHI, G_CHI, LI_RINZEL, astrocyte_group, published
from models.machine.session import device_session
from models.time_step import LARGEST_STEP, check_time_step, fastest_rates
from paradigms.references.astrocyte import calcium_rhs, numbers
from paradigms.references.stability import jacobian


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("C_0", 3 * b2.umolar, "above the total calcium C_T"),
        ("C_0", -0.1 * b2.umolar, "C_0 = -100. nM is a negative concentration"),
        ("C_T", 0 * b2.umolar, "C_T = 0"),
        ("Omega_C", -6 / b2.second, "Omega_C = .* is a negative constant"),
        ("h_0", 1.2, "h_0 = 1.2 is a fraction"),
        ("K_P", np.nan * b2.umolar, "K_P = .* is not finite"),
    ],
)
def test_parameters_outside_the_regime_are_refused(name, value, message):
    space = {**published(), name: value}
    with pytest.raises(ModelError, match=message):
        check_parameters(space)
    with device_session("numpy"), pytest.raises(ModelError, match=message):
        astrocyte_group(1, LI_RINZEL, space, dt=1 * b2.ms)


def test_published_parameters_pass():
    check_parameters(published())


def test_constants_of_other_parts_are_not_judged():
    with device_session("numpy"):
        group = astrocyte_group(1, LI_RINZEL, {**published(), "E_L": -70 * b2.mV}, dt=1 * b2.ms)
        b2.Network(group)


def test_too_coarse_a_step_is_refused_with_the_largest_allowed():
    space = published()
    largest = LARGEST_STEP / fastest_rates(CHI, space)["C"]
    check_time_step(0.99 * largest * b2.second, CHI, space)
    with pytest.raises(ModelError, match="too coarse for C, whose fastest rate is"):
        check_time_step(1.01 * largest * b2.second, CHI, space)


def test_fast_transmitters_need_finer_steps_than_calcium():
    rates = fastest_rates(G_CHI, published())
    assert set(rates) == {"C", "I", "Y_S", "Gamma_A"}
    assert rates["Gamma_A"] > rates["Y_S"] > rates["C"] > rates["I"]


def test_clock_compression_asks_for_a_finer_step():
    space = published()
    assert fastest_rates(CHI, {**space, "speed": 10.0})["C"] == pytest.approx(
        10 * fastest_rates(CHI, space)["C"]
    )


def test_fastest_rate_bounds_every_rate_on_a_trajectory():
    p, bound = numbers(), fastest_rates(LI_RINZEL, published())["C"]
    found = solve_ivp(
        lambda t, y: calcium_rhs(y[0], y[1], 0.8, p), (0, 60), [0.05, 0.9], method="LSODA",
        t_eval=np.linspace(0, 60, 3001), rtol=1e-8,
    )  # fmt: skip
    rates = [abs(np.linalg.eigvals(jacobian(c, h, 0.8, p))).max() for c, h in found.y.T]
    assert bound / 4 < max(rates) < bound


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "nan uM"), (-2e-4, "-0.2 uM")])
def test_traces_are_reported_with_variable_cell_and_time(value, shown):
    traces = {"C": np.full((4, 10), 1e-4), "h": np.full((4, 10), 0.5)}
    traces["C"][2, 6:] = value
    traces["h"][1, 8] = np.inf
    with pytest.raises(RegimeError, match=f"C of astrocyte 2 is {shown} at t = 0.6 s"):
        check_traces(np.arange(10) / 10, traces)


def test_rounding_is_not_an_error():
    check_traces([0.0], {"C": [[-1e-16]], "h": [[-0.1]]})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_guard_stops_a_run_at_run_time():
    with device_session("numpy"):
        group = astrocyte_group(3, CHI, published(), dt=10 * b2.ms)
        group.run_regularly("I = I - int(i == 1)*int(t > 0.5*second)*2*umolar", dt=100 * b2.ms)
        guard(group, 100 * b2.ms)
        with pytest.raises(RegimeError, match="I of astrocyte 1 is -.* at t = 0.6"):
            b2.Network(group).run(2 * b2.second)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_whatever_network_holds_a_guarded_group_holds_its_guard(late):
    with device_session("numpy"):
        group = astrocyte_group(3, CHI, published(), dt=10 * b2.ms)
        network = b2.Network(group) if late else None
        group.I = [0.1, np.nan, 0.1] * b2.umolar
        guard(group, 100 * b2.ms)
        with pytest.raises(RegimeError, match="of astrocyte 1 is nan"):
            network.run(1 * b2.second) if network else b2.run(1 * b2.second)


def test_guard_lets_a_sound_run_pass():
    with device_session("numpy"):
        group = astrocyte_group(3, CHI, published(), dt=10 * b2.ms)
        guard(group, 100 * b2.ms)
        b2.Network(group).run(1 * b2.second)


def test_guard_is_refused_where_nothing_could_call_it(tmp_path):
    with device_session("cpp", directory=tmp_path):
        group = astrocyte_group(3, CHI, published(), dt=10 * b2.ms)
        with pytest.raises(ModelError, match="use it on numpy or cython"):
            guard(group, 100 * b2.ms)
