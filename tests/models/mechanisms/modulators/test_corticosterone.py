"""Corticosterone: from a spike to what cells feel of it hours later, and drugs on the way."""

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from models.circuits.amygdala_paces import FINEST
from models.mechanisms.modulators.corticosterone import MECHANISM
from models.parameters import load_parameters
from paradigms.protocol.interventions import INTERVENTIONS
from tests.support.night import HOUR, Fold, numbers
from tests.support.tools import one_step

PARAMETERS = load_parameters()
P = numbers(PARAMETERS, 1.0)
SPEED = 10.0
EQUATIONS = MECHANISM.paced + f"{MECHANISM.pace} : 1\n"
BUSY = {"cort": 3e-4, "GR": 0.2, "primed": 0.1, MECHANISM.pace: SPEED}


def slopes(dt=1e-3, **levels):
    """Rates of change of a busy cell, 1/s."""
    before, after = one_step(EQUATIONS, {**BUSY, **levels}, dt)
    return {name: (after[name] - before[name]) / dt for name in before}


def occupancy(level, **doses):
    """Where the receptor comes to rest, by its slope from nothing."""
    given = {f"drug_{name}": dose for name, dose in doses.items()}
    return slopes(cort=level, GR=0.0, **given)["GR"] * P["tau_GR"] / SPEED


def test_half_is_bound_at_the_affinity_and_none_without_it():
    assert occupancy(P["K_GR"]) == pytest.approx(0.5, rel=1e-9)
    assert occupancy(0.0) == 0
    assert occupancy(1e6 * P["K_GR"]) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("dose", [0.5, 3.0, 100.0])
@pytest.mark.parametrize("ratio", [0.1, 1.0, 10.0])
def test_an_antagonist_shifts_the_curve_and_no_more(dose, ratio):
    """Gaddum 1957: 1 + dose times the hormone binds as much as before."""
    level = ratio * P["K_GR"]
    blocked = occupancy((1 + dose) * level, GR_block=dose)
    assert blocked == pytest.approx(occupancy(level), rel=1e-9)


@pytest.mark.parametrize("given", ["GR_agonist", "corticosterone"])
def test_what_is_given_counts_by_its_potency_and_adds_to_what_is_there(given):
    assert occupancy(0.0, **{given: 1.0}) == pytest.approx(0.5, rel=1e-9)
    assert occupancy(P["K_GR"], **{given: 1.0}) == pytest.approx(2 / 3, rel=1e-9)
    # it is given, not made
    assert occupancy(0.0, synthesis_block=1.0, **{given: 3.0}) == pytest.approx(0.75, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "sign"), [("exogenous_corticosterone", 1), ("GR_agonist", 1), ("GR_antagonist", -1)]
)
def test_a_tool_moves_the_receptor_alone(kind, sign):
    (moved,) = INTERVENTIONS[kind].variables
    cells, _, drug = moved.partition(".")
    assert cells == "principal"
    undisturbed, found = slopes(), slopes(**{drug: 0.7})
    assert {name for name in found if found[name] != undisturbed[name]} == {"GR"}
    assert np.sign(found["GR"] - undisturbed["GR"]) == sign


@pytest.mark.parametrize("block", [0.0, 0.4, 1.0])
def test_a_spike_makes_it_and_less_where_synthesis_is_blocked(block):
    assert INTERVENTIONS["corticosterone_synthesis_block"].variables == (
        "principal.drug_synthesis_block",
    )
    space = {
        **P, "speed": SPEED, "frac": 0.25, "cort_post": 1e-4, "drug_synthesis_block_post": block
    }
    exec(MECHANISM.volume["CRH"], {"__builtins__": {}}, space)
    made = 0.25 * SPEED * P["rho_CRH"] * (1 - block)
    assert space["cort_post"] - 1e-4 == pytest.approx(made, rel=1e-6, abs=1e-15)


def test_a_night_after_a_session_of_fear_is_that_of_an_independent_solver():
    """At the step that a fold gives it."""
    fold = Fold(12, 40)
    dt = fold.clocks(PARAMETERS).neuron * fold.hours * HOUR / fold.simulated * SPEED
    times = np.arange(round(fold.hours * HOUR / dt) + 1) * dt
    found = np.zeros((len(times), 2))
    found[0] = 1e-3, 0.0

    def flow(_, state):
        cort, bound = state
        return np.array([
            -cort / P["tau_cort"], (cort / (cort + P["K_GR"]) - bound) / P["tau_GR"]
        ])  # fmt: skip

    here = {"cort": 2e-4, "GR": 0.1}
    given = slopes(**here)  # the flow is that of the equations
    for name, slope in zip(here, flow(0, tuple(here.values())), strict=True):
        assert given[name] == pytest.approx(SPEED * slope, rel=1e-6)
    for k in range(len(times) - 1):
        found[k + 1] = found[k] + dt * flow(0, found[k])
    solved = solve_ivp(flow, (0, times[-1]), found[0], "LSODA", times, rtol=1e-9, atol=1e-12)
    assert found[:, 0] == pytest.approx(1e-3 * np.exp(-times / P["tau_cort"]), abs=1e-6)
    assert found[:, 1] == pytest.approx(solved.y[1], abs=2e-3)
    assert 0.5 * HOUR < times[np.argmax(found[:, 1])] < 3 * HOUR
    assert found[-1].max() < 1e-3


def test_days_of_it_leave_what_an_evening_does_not():
    """Monsey et al. 2014: more of a memory's genes, weeks later; first order in between."""
    day = 24 * HOUR

    def left(hours, later):
        bound = solve_ivp(
            lambda t, x: [slopes(GR=0.5 * (t < hours * HOUR), primed=x[0])["primed"] / SPEED],
            (0, hours * HOUR + later), [0.0], max_step=day / 4, rtol=1e-6,
        )  # fmt: skip
        return float(bound.y[0, -1])

    tau = P["tau_primed"]
    days = 0.5 * (1 - np.exp(-5.5 * day / tau))
    assert left(5.5 * 24, 0) == pytest.approx(days, rel=1e-3)
    assert left(5.5 * 24, 6 * day) == pytest.approx(days * np.exp(-6 * day / tau), rel=1e-2)
    assert left(3, 0) < 0.02


def test_three_weeks_folded_into_a_minute_are_fine_enough():
    Fold(21 * 24, 40).check(PARAMETERS)
    clocks = Fold(21 * 24, 40).clocks(PARAMETERS)
    fastest = max(rate({**P, "speed": 1.0}) for rate in MECHANISM.rates.values())
    assert 21 * 24 * HOUR / 40 * SPEED * clocks.neuron * fastest < FINEST
    assert b2.Equations(EQUATIONS).diff_eq_names == {"cort", "GR", "primed"}
