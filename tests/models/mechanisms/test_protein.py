"""Protein of a cell: what it has learned, what transmitters say of it, and both together."""

import brian2 as b2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.circuits.amygdala_mechanisms import composed
from models.parameters import load_parameters
from tests.support.night import HOUR, numbers

PARAMETERS = load_parameters()
P = numbers(PARAMETERS, 1.0)
EQUATIONS = b2.Equations(composed("principal"))
NOTHING = {
    "effort": 0.0, "signal": 0.0, "protein": 0.0, "D": 0.0, "N_P": 0.0, "T_slow": 0.0,
    "drug_D1_agonist": 0.0, "drug_D1_block": 0.0, "drug_protein_block": 0.0, "restoring": 0.0,
    "primed": 0.0, "pace_slow": 1.0,
}  # fmt: skip


def slope(variable, **state):
    """Slope of a variable of a cell, or the value of what is computed of others."""
    space = {**P, **NOTHING, **state}
    for name in ("D_all", "bound_D5", "stirred", "made", "saving"):
        space[name] = eval(EQUATIONS[name].expr.code.strip(), {"__builtins__": {}}, space)
    if variable in space and variable not in EQUATIONS.diff_eq_names:
        return space[variable]
    return eval(EQUATIONS[variable].expr.code.strip(), {"__builtins__": {}}, space)


def spike(**state):
    """Effort after one spike of the cell."""
    space = {**P, **NOTHING, "y": 0.0, "theta": P["theta_0"], "beta": 0.0, "GR": 0.0,
             "exp": np.exp, "int": int, **state}  # fmt: skip
    text = composed("principal", "reset")
    for line in text[text.index("K_S =") :].splitlines():
        exec(line, {"__builtins__": {}}, space)
    return space["effort"]


def test_a_spike_counts_as_effort_where_the_cell_learns_and_only_there():
    theta = P["theta_0"]
    assert spike(y=0.9 * theta) == 0
    phi = 2 * theta * theta / (4 * theta**2 + theta**2)
    assert spike(y=2 * theta) == pytest.approx(1 - np.exp(-phi / P["steps_effort"]), rel=1e-9)
    # what lowers the threshold lets it count
    assert spike(y=0.9 * theta, D=P["K_DA"]) > 0
    assert spike(y=0.9 * theta, beta=1.0) > 0
    assert spike(y=0.9 * theta, D=P["K_DA"], drug_D1_block=100.0) == 0
    assert spike(y=0.9 * theta, beta=1.0, GR=1.0) == 0, "corticosterone takes that of beta away"


@pytest.mark.parametrize("primed", [0.2, 1.0])
def test_days_of_corticosterone_lower_the_threshold_of_protein(primed):
    less = 1 / (1 + P["GR_primes"] * primed)
    usual = slope("made", effort=0.4, signal=0.02)
    signal = (0.02 + P["signal_0"]) * less - P["signal_0"]
    assert slope("made", effort=0.4, signal=signal, primed=primed) == pytest.approx(usual, rel=1e-9)
    assert slope("made", primed=primed) == P["made_at_rest"], "and make none by themselves"


@settings(max_examples=50, deadline=None)
@given(
    effort=st.floats(0, 1), y=st.floats(0, 500), theta=st.floats(1, 500), beta=st.floats(0, 1),
    dopamine=st.floats(0, 1e-2),
)  # fmt: skip
def test_effort_never_leaves_its_share_and_never_falls_at_a_spike(effort, y, theta, beta, dopamine):
    after = spike(effort=effort, y=y, theta=theta, beta=beta, D=dopamine)
    assert effort - 1e-12 <= after <= 1


def test_effort_is_forgotten_as_the_early_phase_is():
    assert slope("effort", effort=0.6) == pytest.approx(-0.6 / P["tau_h"], rel=1e-12)


def test_dopamine_speaks_and_so_does_what_locus_coeruleus_releases_beside_noradrenaline():
    # half of the receptors are bound, and kinases are open by its square
    half = slope("signal", D=P["K_D5"]) * P["tau_signal"]
    assert half == pytest.approx(0.25, rel=1e-9)
    released = P["K_D5"] / P["co_release"]
    assert slope("signal", N_P=released) * P["tau_signal"] == pytest.approx(0.25, rel=1e-9)
    assert slope("signal", D=11 * P["K_D5"], drug_D1_block=10.0) == pytest.approx(
        slope("signal", D=P["K_D5"]), rel=1e-9
    )
    assert slope("signal", drug_D1_agonist=1.0) * P["tau_signal"] == pytest.approx(0.25, rel=1e-9)
    assert slope("signal", signal=0.4) == pytest.approx(-0.4 / P["tau_signal"], rel=1e-12)


def test_ten_times_the_time_at_a_tenth_of_the_dopamine_says_a_tenth():
    short, long = (slope("signal", D=level * P["K_D5"]) for level in (0.01, 0.001))
    assert 10 * long / short == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize(
    ("effort", "signal"), [(1.0, 0.0), (0.0, 1.0), (0.3, 0.0), (0.0, 0.2), (0.0, 0.0)]
)
def test_neither_makes_protein_alone(effort, signal):
    made = slope("protein", effort=effort, signal=signal) * P["tau_protein"]
    # but for what is made at all times, and what stands in for a modulator
    assert made == pytest.approx(P["made_at_rest"], abs=1e-3)
    assert P["made_at_rest"] < 0.01


def test_both_do_and_half_of_it_at_their_threshold():
    at = P["K_made"] / 0.5 - P["signal_0"]
    half = slope("protein", effort=0.5, signal=at) * P["tau_protein"]
    assert half == pytest.approx(0.5 + 0.5 * P["made_at_rest"], rel=1e-9)
    assert slope("protein", effort=1.0, signal=0.2) * P["tau_protein"] > 0.99


def test_a_block_of_synthesis_ends_it_and_what_there_is_decays():
    given_ = {"effort": 1.0, "signal": 0.5, "protein": 0.3}
    blocked = slope("protein", **given_, drug_protein_block=1.0)
    assert blocked == pytest.approx(-0.3 / P["tau_protein"], rel=1e-12)
    assert P["tau_protein"] == HOUR


def test_synapses_learn_its_integral_and_when_it_was():
    state = {"protein": 0.4, "T_slow": 7200.0}
    assert slope("P_0", **state) == pytest.approx(0.4)
    assert slope("P_1", **state) == pytest.approx(0.4 * 7200)
    assert slope("P_2", **state) == pytest.approx(0.4 * 7200**2)


def test_what_is_labile_is_saved_at_half_speed_by_the_protein_of_rest_and_not_without():
    rest = P["made_at_rest"]
    here = {"restoring": 0.2, "pace_slow": 1.0}
    assert slope("restored", protein=P["K_back"], **here) == pytest.approx(0.1)
    assert 0.06 < slope("restored", protein=rest, **here) < 0.14
    assert slope("restored", protein=1.0, **here) == pytest.approx(0.2, rel=1e-4)
    assert slope("restored", protein=0.0, **here) == 0
    # a block leaves what there is, and in three hours less than a hundredth of that speed
    left = slope("restored", protein=rest * np.exp(-3 * HOUR / P["tau_protein"]), **here)
    assert left < 0.01 * slope("restored", protein=rest, **here)


def test_much_of_the_factor_strengthens_and_a_little_saves():
    def share(restoring):
        given_ = {"protein": 1.0, "restoring": restoring, "pace_slow": 1.0}
        return slope("strengthened", **given_) / slope("restored", **given_)

    assert share(P["K_more"]) == pytest.approx(0.5)
    assert share(0.1 * P["K_more"]) < 0.1
    assert share(20 * P["K_more"]) > 0.95
