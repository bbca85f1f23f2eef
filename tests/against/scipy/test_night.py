"""A night in seconds against a night in hours: the same equations, solved by SciPy in real time.

In the hours that a clock folds, what is slow keeps to the clock, and what is fast lives as much of
them as its own rates allow. So after a night nothing of the day is left in what is fast, and what
is slow is where the hours have brought it, however coarse the fold is.
"""

import numpy as np
import pytest

from models.parameters import load_parameters
from tests.support.night import HOUR, Fold, live, rest, slow_variables, solve

PARAMETERS = load_parameters()
NIGHT = Fold(24, 40)
#: What D-serine and dopamine drive, each at its own pace, has a test of its own.
SLOW = tuple(name for name in slow_variables() if name != "susceptible")
FAST = (
    "C", "C_tot", "I", "h", "A_d", "Gamma_S", "gate", "coagonist", "cAMP", "N_A", "x_A", "Gamma_A",
    "r_P", "unstable", "D_A",
)  # fmt: skip
REST = rest(PARAMETERS)
#: As a session of shocks leaves an astrocyte: calcium at a plateau, its transmitters there, the
#: principal cells of its domain still firing.
AFTER = {
    **REST, "C": 5e-4, "I": 4e-4, "h": 0.4, "A_d": 5e-3, "Gamma_S": 0.8,
    "Ser": 0.05, "coagonist": 0.8, "x_A": 0.3, "N_A": 2e-3, "cAMP": 4e-4, "Gamma_A": 0.3,
    "r_P": 5.0, "made": 0.2, "density": 0.1, "Fos": 0.3, "factor": 0.1, "window": 0.5,
}  # fmt: skip


def released(start):
    """The state after the one event that calcium at a plateau makes before it falls."""
    parts = (PARAMETERS.quantity(f"gliotransmission.{name}") for name in ("rho_e", "G_T", "U_A"))
    rho_e, G_T, U_A = map(float, parts)
    store = start["x_A"]
    return {**start, "Ser": start["Ser"] + rho_e * G_T * U_A * store, "x_A": store * (1 - U_A)}


@pytest.fixture(scope="module")
def folded():
    return live(PARAMETERS, NIGHT, AFTER, SLOW + FAST)


@pytest.fixture(scope="module")
def real(folded):
    times, _ = folded
    return solve(PARAMETERS, released(AFTER), times, SLOW + FAST)


def test_the_night_is_one_that_an_animal_may_live_through():
    NIGHT.check(PARAMETERS)


def test_one_event_is_all_that_the_plateau_makes():
    moments = np.array([0.0, float(PARAMETERS.quantity("gliotransmission.tau_event"))])
    calcium = solve(PARAMETERS, released(AFTER), moments, ("C",))["C"]
    threshold = float(PARAMETERS.quantity("gliotransmission.C_theta"))
    assert calcium[0] > threshold > calcium[1]


def test_in_the_morning_nothing_fast_is_left_of_the_day(folded):
    times, values = folded
    assert times[-1] == pytest.approx(24 * HOUR, rel=1e-9)
    at_first, at_last = ({name: trace[k] for name, trace in values.items()} for k in (0, -1))
    assert at_first["A_d"] > 5 * REST["A_d"]
    assert at_first["Gamma_S"] > 3 * REST["Gamma_S"]
    assert at_first["gate"] > 0.8
    for name in ("C", "C_tot", "I", "h", "A_d", "Gamma_S"):
        assert at_last[name] == pytest.approx(REST[name], rel=1e-4), name
    assert at_last["x_A"] == pytest.approx(1, rel=5e-4), "a store that refills over hours"
    for name in ("gate", "coagonist", "unstable", "Gamma_A"):
        assert 0 <= at_last[name] < 1e-9, name
    for name in ("cAMP", "N_A", "D_A"):  # mmol/L
        assert 0 <= at_last[name] < 1e-12, name
    assert 0 <= at_last["r_P"] < 1e-6


def test_what_is_slow_is_where_real_hours_bring_it(folded, real):
    times, values = folded
    late = times >= HOUR
    assert late.sum() > 20
    for name in SLOW:
        # the moment in which the engram falls silent is ten times as long on a compressed clock
        assert values[name][late] == pytest.approx(real[name][late], rel=1e-2), name
    # and it is no still night
    assert values["made"][-1] < 0.5 * values["made"][0]
    assert values["density"].max() > 1.1 * values["density"][0]
    assert values["Fos"][-1] < 1e-3 < 0.05 < values["factor"].max()


def test_in_the_morning_what_is_fast_is_where_real_hours_bring_it(folded, real):
    _, values = folded
    for name in FAST:
        # against what there was in the evening, if in the morning there is nothing
        size = max(abs(values[name][0]), 1e-12)
        assert values[name][-1] == pytest.approx(real[name][-1], rel=1e-4, abs=1e-6 * size), name


@pytest.mark.parametrize("how", ["twice the simulated time", "half the step"])
def test_half_the_step_of_a_fold_changes_nothing(how, folded):
    times, values = folded
    if how == "half the step":
        finer, fold = load_parameters({"numerics.dt_astrocyte": "10 ms"}), NIGHT
    else:
        finer, fold = PARAMETERS, Fold(NIGHT.hours, 2 * NIGHT.simulated)
    again, others = live(finer, fold, AFTER, SLOW + FAST)
    assert again == pytest.approx(times, rel=1e-9)
    late = times >= HOUR
    for name in SLOW:
        assert others[name][late] == pytest.approx(values[name][late], rel=1e-2), name
    for name in FAST:
        size = max(abs(values[name][0]), 1e-12)
        assert others[name][-1] == pytest.approx(values[name][-1], rel=1e-4, abs=1e-6 * size), name


@pytest.mark.parametrize("name", ["window", "susceptible"])
def test_what_dopamine_and_d_serine_leave_in_the_evening_works_no_longer_than_in_real_time(name):
    start = {**AFTER, "unstable": 0.5, "D_A": 1e-3, "susceptible": 0.8}
    times, values = live(PARAMETERS, NIGHT, start, (name,))
    real = solve(PARAMETERS, released(start), times, (name,))
    assert values[name][1:] == pytest.approx(real[name][1:], rel=0.03)


def test_a_night_of_a_drug_is_a_night_of_it():
    """Gs through the night: the full fold of hours for what is slow, its level for what is fast."""
    start = {**REST, "drug_Gs": 0.2}
    _, values = live(PARAMETERS, NIGHT, start, ("cAMP", "Fos", "made"))
    production, loss = (
        float(PARAMETERS.quantity(f"noradrenaline.{name}")) for name in ("O_cAMP", "Omega_cAMP")
    )
    assert values["cAMP"][-1] == pytest.approx(0.2 * production / loss, rel=1e-6)
    assert np.all(values["Fos"] == 0), "no engram, no recruitment, however long"
    assert np.all(values["made"] == 0)
