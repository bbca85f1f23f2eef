"""Terminals that tire of what stays the same, and those that cannabinoids silence."""

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
DAY = 24 * HOUR


def spike(kind, synapse, cell):
    """Let one presynaptic spike act; states of synapse and target are changed in place."""
    space = {
        **P, "decayed": lambda x: -np.expm1(-x), "g": 1.0, **synapse,
        **{f"{name}_post": value for name, value in cell.items()},
    }  # fmt: skip
    exec(composed(kind, "on_pre"), {"__builtins__": {}}, space)
    for name in synapse:
        synapse[name] = space[name]
    for name in cell:
        cell[name] = space[f"{name}_post"]


def told(times, start=0.0):
    """What spikes at `times` (s) tell, each, of a terminal that never spoke."""
    synapse, result = {"f_S": start, "T_S": 0.0}, []
    for at in times:
        cell = {"T_slow": float(at), "g_ampa": 0.0}
        spike("habituating", synapse, cell)
        result.append(cell["g_ampa"])
    return np.array(result)


def test_a_terminal_tires_within_its_number_of_spikes():
    n = round(P["spikes_novel"])
    heard = told(np.arange(2 * n) / 50.0)  # so fast that nothing comes back
    assert heard[0] == 1
    assert heard[n] == pytest.approx(np.exp(-1), rel=0.02)
    assert np.all(np.diff(heard) < 0)


@pytest.mark.parametrize("days", [1, 7, 30])
def test_it_comes_back_over_days(days):
    n = 3 * round(P["spikes_novel"])
    tired = told(np.arange(n) / 50.0)[-1]
    again = told(np.append(np.arange(n) / 50.0, n / 50.0 + days * DAY))[-1]
    assert again == pytest.approx(1 - (1 - tired) * np.exp(-days * DAY / P["tau_novel"]), rel=0.01)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=30))
def test_what_it_tells_stays_a_share(intervals):
    heard = told(np.cumsum(intervals))
    assert np.all((heard > 0) & (heard <= 1))


def lost(**cell):
    """Share of inhibition that a spike of a cannabinoid terminal does not pass on."""
    state = {"g_gaba": 0.0, "eCB": 0.0, "drug_CB1_agonist": 0.0, "drug_CB1_block": 0.0, **cell}
    spike("cannabinoid", {}, state)
    return 1 - state["g_gaba"]


def test_cannabinoids_silence_up_to_their_share():
    assert lost() == 0
    assert lost(eCB=P["K_CB1"]) == pytest.approx(P["CB1_silences"] / 2, rel=1e-9)
    assert lost(eCB=1e9) == pytest.approx(P["CB1_silences"], rel=1e-6)
    assert lost(drug_CB1_agonist=1.0) == pytest.approx(P["CB1_silences"] / 2, rel=1e-9)
    assert lost(eCB=P["K_CB1"] * 10, drug_CB1_block=9.0) == pytest.approx(lost(eCB=P["K_CB1"]))


def slope(**state):
    """Slope of the endocannabinoids of a principal cell."""
    equations = b2.Equations(composed("principal"))
    space = {**P, "eCB": 0.0, "y": 0.0, "GR": 0.0, "drug_FAAH_block": 0.0, **state}
    space["pace_endocannabinoids"] = 1.0
    return eval(equations["eCB"].expr.code, {"__builtins__": {}}, space)


def test_active_cells_make_them_and_the_hydrolase_takes_them():
    assert slope() == 0
    assert slope(y=P["r_eCB"]) == pytest.approx(P["O_eCB"] / 2, rel=1e-9)
    assert slope(y=1e9, GR=1.0) == pytest.approx(P["O_eCB"] * (1 + P["GR_makes"]), rel=1e-6)
    assert slope(eCB=1e-3) == pytest.approx(-P["Omega_eCB"] * 1e-3, rel=1e-9)
    assert slope(eCB=1e-3, drug_FAAH_block=0.9) == pytest.approx(-0.1 * P["Omega_eCB"] * 1e-3)
