"""Receptors of modulators: occupancy, antagonists, agonists, clearance, and what cells do then."""

import brian2 as b2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.circuits.amygdala_mechanisms import composed, every_tool
from models.parameters import load_parameters
from tests.support.night import numbers, rest, slopes

PARAMETERS = load_parameters()
AT = slopes(PARAMETERS)
REST = rest(PARAMETERS)
P = numbers(PARAMETERS, 1.0)

RECEPTORS = {
    # what follows the receptor, its transmitter, affinity, time constant, antagonist and agonist
    "nicotinic": ("A_C", "K_nicotinic", "tau_coupled", "nicotinic_block", "nicotinic_agonist"),
    "muscarinic": ("A_C", "K_muscarinic", "tau_coupled", "muscarinic_block", "muscarinic_agonist"),
    "bound_2A": ("S_T", "K_2A", "tau_coupled", "2A_block", "2A_agonist"),
    "bound_2C": ("S_T", "K_2C", "tau_coupled", "2C_block", "2C_agonist"),
    "beta": ("N_A", "K_NB", "tau_coupled", "beta_block", "beta_agonist"),
}
CLEARED = {
    "A_C": ("Omega_ACh", "esterase_block"), "S_T": ("Omega_5HT", "SERT_block"),
    "N_A": ("Omega_NA", "NET_block"), "D_A": ("Omega_DA", "DAT_block"),
}  # fmt: skip


def occupancy(name, level, **doses):
    """Where what follows the receptor comes to rest, by its slope from nothing."""
    transmitter, _, tau, _, _ = RECEPTORS[name]
    state = {**REST, transmitter: level, name: 0.0}
    state |= {f"drug_{drug}": dose for drug, dose in doses.items()}
    return AT(state)[f"d{name}/dt"] * P[tau]


@pytest.mark.parametrize("name", RECEPTORS)
def test_half_is_bound_at_the_affinity_and_none_without_transmitter(name):
    _, affinity, *_ = RECEPTORS[name]
    assert occupancy(name, P[affinity]) == pytest.approx(0.5, rel=1e-9)
    assert occupancy(name, 0.0) == 0
    assert occupancy(name, 1e6 * P[affinity]) == pytest.approx(1, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(RECEPTORS)), dose=st.floats(0, 1000), ratio=st.floats(1e-3, 1e3)
)
def test_an_antagonist_shifts_the_curve_and_no_more(name, dose, ratio):
    """Gaddum 1957: 1 + dose times the transmitter binds as much as before."""
    _, affinity, _, antagonist, _ = RECEPTORS[name]
    level = ratio * P[affinity]
    blocked = occupancy(name, (1 + dose) * level, **{antagonist: dose})
    assert blocked == pytest.approx(occupancy(name, level), rel=1e-9)


@pytest.mark.parametrize("name", RECEPTORS)
def test_an_agonist_is_counted_by_its_potency_and_adds_to_the_transmitter(name):
    _, affinity, _, _, agonist = RECEPTORS[name]
    assert occupancy(name, 0.0, **{agonist: 1.0}) == pytest.approx(0.5, rel=1e-9)
    assert occupancy(name, P[affinity], **{agonist: 1.0}) == pytest.approx(2 / 3, rel=1e-9)


@pytest.mark.parametrize("transmitter", CLEARED)
def test_transmitter_is_cleared_to_first_order_and_less_where_that_is_blocked(transmitter):
    rate, drug = CLEARED[transmitter]
    slope = f"d{transmitter}/dt"
    assert AT({**REST, transmitter: 1e-3})[slope] == pytest.approx(-P[rate] * 1e-3, rel=1e-12)
    slowed = AT({**REST, transmitter: 1e-3, f"drug_{drug}": 0.8})[slope]
    assert slowed == pytest.approx(-0.2 * P[rate] * 1e-3, rel=1e-9)


def test_every_drug_on_astrocytes_stands_in_their_equations():
    equations = b2.Equations(composed("astrocyte"))
    asked = {name for item in equations.ordered if item.expr for name in item.identifiers}
    given = {
        variable.partition(".")[2]
        for tool in every_tool() for variable in tool.variables
        if variable.startswith("astrocyte.drug_")
    }  # fmt: skip
    assert given <= asked
    assert len(given) > 20


def cell_reset(**state):
    """After-hyperpolarisation that a spike of a principal cell adds; 1 without modulators."""
    space = {**P, "t": 0.0, "dt": 1e-4, "b_ahp": 1.0, "g_ahp": 0.0}
    space |= {"beta": 0.0, "muscarinic": 0.0, "GR": 0.0, **state}
    (line,) = [x for x in composed("principal", "reset").splitlines() if x.startswith("g_ahp")]
    exec(line, {"__builtins__": {}}, space)
    return space["g_ahp"]


@pytest.mark.parametrize(
    ("modulator", "share"),
    [("beta", "beta_wakes"), ("muscarinic", "muscarinic_wakes"), ("GR", "GR_wakes")],
)
def test_modulators_take_their_share_of_the_after_hyperpolarisation(modulator, share):
    assert cell_reset() == 1
    assert cell_reset(**{modulator: 1.0}) == pytest.approx(1 - P[share], rel=1e-12)
    assert cell_reset(**{modulator: 0.5}) == pytest.approx(1 - P[share] / 2, rel=1e-12)
    assert cell_reset(beta=1.0, muscarinic=1.0, GR=1.0) > 0
