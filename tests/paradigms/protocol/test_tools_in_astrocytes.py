"""Each tool in astrocytes moves its own quantity, and nothing else."""

import brian2 as b2
import numpy as np
import pytest

from models.circuits import astrocyte
from models.circuits.amygdala_mechanisms import composed
from models.machine.session import device_session
from paradigms.protocol.interventions import INTERVENTIONS
from tests.support.tools import DOSE, PACES, SPACE, SPEED, P, one_step

# An astrocyte with everything going on (SI, concentrations in mol m-3).
BUSY = {
    "C": 2e-4, "h": 0.6, "I": 5e-4, "C_tot": 1.9e-3, "Y_S": 0.05, "Gamma_A": 0.3, "N_A": 4e-4,
    "A_d": 1e-3, "Gamma_S": 0.2, "x_A": 0.7, "Ser": 0.02, "gain": 1.3, "J_gap": 7e-6,
    "cAMP": 3e-4, "coagonist": 0.2, "r_P": 4.0, "made": 0.3, "density": 0.2, "Fos": 0.1,
    "factor": 0.05, "D_A": 1e-3, "unstable": 0.1, "window": 0.2,
    "susceptible": 0.7, "beta": 0.2, "A_C": 4e-4, "nicotinic": 0.3, "muscarinic": 0.4,
    "S_T": 2e-4, "bound_2A": 0.2, "bound_2C": 0.3, **PACES,
}  # fmt: skip
ASTROCYTIC = [kind for kind, row in INTERVENTIONS.items() if row.variable.startswith("astrocyte.")]


def slopes(**levels):
    """Rates of change of the busy astrocyte, 1/s."""
    dt = 1e-3
    before, after = one_step(composed("astrocyte"), {**BUSY, **levels}, dt)
    return {name: (after[name] - before[name]) / dt for name in before}


@pytest.fixture(scope="module")
def undisturbed():
    return slopes()


def bound(noradrenaline, affinity):
    return noradrenaline**2 / (noradrenaline**2 + affinity**2)


def through_alpha1(occupancy):
    """What a change of the share of bound alpha1 receptors makes of IP3."""
    change = (occupancy - bound(BUSY["N_A"], P["K_NA"])) * ALPHA1
    return SPEED * change * (1.3 * P["O_beta"] * 0.3 + P["O_alpha"])


RECEPTORS = 1 + P["more_beta1"] * BUSY["density"]
ALPHA1 = 1 + P["more_alpha1"] * BUSY["density"]
BETA = BUSY["N_A"] / (BUSY["N_A"] + P["K_NB"])
STRUCK = bound(BUSY["r_P"], P["r_made"])


def share(level, affinity):
    return level / (level + affinity)


def follows(receptor, level, affinity, tau="tau_coupled", *, block=0.0, agonist=0.0):
    """What a drug makes of what follows a receptor."""
    bound_then = share(level + agonist * affinity, affinity * (1 + block))
    return {receptor: SPEED * (bound_then - share(level, affinity)) / P[tau]}


def through_beta(noradrenaline, affinity):
    """What another binding of beta receptors makes of cAMP, of cells, and of making receptors."""
    change = SPEED * (noradrenaline / (noradrenaline + affinity) - BETA)
    return {
        "cAMP": change * P["O_cAMP"] * RECEPTORS,
        "beta": change / P["tau_coupled"],
        "made": change * P["O_made"] * STRUCK * (1 - BUSY["made"]),
    }


def expected(kind, rest):
    """Change in slope by variable that a dose of 0.7 must bring."""
    receptors = bound(BUSY["N_A"], P["K_NA"]) * ALPHA1
    driven = 1.3 * P["O_beta"] * 0.3 * receptors + P["O_alpha"] * receptors + P["O_basal"]
    pumped = -SPEED * DOSE * P["O_X"] * 2e-4 / (2e-4 + P["K_X"])
    atp = P["O_ATP"] * bound(2e-4, P["K_ATP"])
    # more of the site bound: the gate's integral, its follower, and what needs NMDA receptors open
    bath = SPEED * (bound(0.02 + DOSE * P["K_ser"], P["K_ser"]) - bound(0.02, P["K_ser"]))
    return {
        "Gq": {"I": SPEED * DOSE * P["O_Gq"]},
        "Gi": {
            "I": -SPEED * DOSE * driven,
            "cAMP": -SPEED * DOSE * P["O_cAMP"] * BETA * RECEPTORS,
        },
        "CalEx": {"C": pumped, "C_tot": pumped},
        "IP3_sponge": {"I": rest["I"] / (1 + DOSE) - rest["I"]},
        "IP3_phosphatase": {"I": -SPEED * DOSE * P["Omega_5P"] * 5e-4},
        "gap_junction_block": {"I": -SPEED * DOSE * 7e-6},
        "release_block": {"A_d": -SPEED * DOSE * atp},
        "A1_antagonist": {"Gamma_S": SPEED * P["O_G"] * 1e-3 * 0.8 * (1 / (1 + DOSE) - 1)},
        "A1_agonist": {"Gamma_S": SPEED * DOSE * P["Omega_G"] * 0.8},
        "DAAO": {"Ser": -SPEED * DOSE * P["Omega_ser"] * 0.02},
        "D_serine": {
            "gate_integral": bath, "coagonist": bath / P["tau_site"],
            "unstable": bath * BUSY["susceptible"] * bound(BUSY["D_A"], P["K_unstable"])
            / P["tau_unstable"],
            "susceptible": -bath * BUSY["susceptible"] / P["tau_spent"],
        },
        "alpha1_antagonist": {"I": through_alpha1(bound(4e-4, P["K_NA"] * (1 + DOSE)))},
        "alpha1_agonist": {"I": through_alpha1(bound(4e-4 + DOSE * P["K_NA"], P["K_NA"]))},
        "beta_antagonist": through_beta(4e-4, P["K_NB"] * (1 + DOSE)),
        "beta_agonist": through_beta(4e-4 + DOSE * P["K_NB"], P["K_NB"]),
        "NET_block": {"N_A": SPEED * DOSE * P["Omega_NA"] * 4e-4},
        "esterase_block": {"A_C": SPEED * DOSE * P["Omega_ACh"] * 4e-4},
        "nicotinic_antagonist": follows("nicotinic", 4e-4, P["K_nicotinic"], block=DOSE),
        "nicotinic_agonist": follows("nicotinic", 4e-4, P["K_nicotinic"], agonist=DOSE),
        "muscarinic_antagonist": follows("muscarinic", 4e-4, P["K_muscarinic"], block=DOSE),
        "muscarinic_agonist": follows("muscarinic", 4e-4, P["K_muscarinic"], agonist=DOSE),
        "SERT_block": {"S_T": SPEED * DOSE * P["Omega_5HT"] * 2e-4},
        "5HT2A_antagonist": follows("bound_2A", 2e-4, P["K_2A"], block=DOSE),
        "5HT2A_agonist": follows("bound_2A", 2e-4, P["K_2A"], agonist=DOSE),
        "5HT2C_antagonist": follows("bound_2C", 2e-4, P["K_2C"], block=DOSE),
        "5HT2C_agonist": follows("bound_2C", 2e-4, P["K_2C"], agonist=DOSE),
        "Gs": {"cAMP": SPEED * DOSE * P["O_cAMP"]},
        "beta1_expression": {"cAMP": SPEED * DOSE * P["O_cAMP"] * BETA},
        "beta_uncoupling": {"cAMP": -SPEED * DOSE * P["O_cAMP"] * BETA * RECEPTORS},
        "tagging": {"tag": SPEED * DOSE * P["O_tag"] * BUSY["Fos"]},
    }[kind]


@pytest.mark.parametrize("kind", ASTROCYTIC)
def test_a_tool_in_astrocytes_changes_its_own_quantity_alone(kind, undisturbed):
    variable = INTERVENTIONS[kind].variables[0].partition(".")[2]
    changes, given = expected(kind, undisturbed), slopes(**{variable: DOSE})
    for name, slope in given.items():
        if name in changes:
            assert slope - undisturbed[name] == pytest.approx(changes[name], rel=1e-6)
        else:
            assert slope == undisturbed[name], name


def test_the_direction_of_each_tool_in_astrocytes_is_that_of_the_real_one(undisturbed):
    signs = {kind: np.sign(next(iter(expected(kind, undisturbed).values()))) for kind in ASTROCYTIC}
    assert {kind for kind, sign in signs.items() if sign > 0} == {
        "Gq", "alpha1_agonist", "beta_agonist", "A1_agonist", "D_serine", "Gs", "beta1_expression",
        "NET_block", "esterase_block", "nicotinic_agonist", "muscarinic_agonist", "SERT_block",
        "5HT2A_agonist", "5HT2C_agonist",
    }  # fmt: skip


@pytest.mark.parametrize("adenosine", [0.0, 1e-3, 8e-3])
def test_antagonist_and_agonist_together_hold_the_receptor_whatever_adenosine_does(adenosine):
    """A full antagonist leaves a thousandth of adenosine's say; the agonist stands for it."""
    wanted = 0.25 / (1 - 0.25)  # a quarter bound, in units of the affinity
    drugs = {"drug_A1_block": 1000.0, "drug_A1_agonist": wanted * 1001}
    clamped = slopes(A_d=adenosine, Gamma_S=0.25, **drugs)["Gamma_S"]
    own = SPEED * P["O_G"] * adenosine * 0.75
    assert clamped == pytest.approx(own / 1001, rel=1e-6, abs=1e-12)
    # and it is as quick to settle as at rest
    away = slopes(A_d=0.0, Gamma_S=0.35, **drugs)["Gamma_S"]
    assert away == pytest.approx(-SPEED * P["Omega_G"] * 0.1 * (1 + wanted), rel=1e-6)


def test_a_saturating_bath_of_d_serine_holds_the_gate_open_whatever_is_released():
    open_gate = SPEED * 1e6 / (1e6 + 1)
    for serine in (0.0, 0.02, 0.2):
        found = slopes(Ser=serine, drug_D_serine=1000.0)
        assert found["gate_integral"] == pytest.approx(open_gate, rel=1e-6)
        assert found["Ser"] == slopes(Ser=serine)["Ser"]


def test_the_agonist_binds_without_the_receptor_that_adenosine_needs():
    """Where `O_G` is 0, as in a group without coupling, affinity is not a number."""
    with device_session("numpy"):
        space = {**SPACE, "O_G": 0 * SPACE["O_G"]}
        group = b2.NeuronGroup(1, composed("astrocyte"), namespace=space, method="euler",
                               dt=1 * b2.ms)  # fmt: skip
        group.drug_A1_agonist, group.A_d = 2.0, 1e-3 * b2.mmolar
        for name, pace in PACES.items():
            setattr(group, name, pace)
        b2.Network(group).run(1 * b2.ms)
        assert float(group.Gamma_S[0]) == pytest.approx(1e-3 * SPEED * 2 * P["Omega_G"])


def test_a_cell_that_lacks_calcium_takes_it_up_and_one_without_pumps_keeps_its_total():
    assert slopes(C_tot=P["C_T"])["C_tot"] == 0
    lack = P["C_T"] - BUSY["C_tot"]
    assert slopes()["C_tot"] == pytest.approx(SPEED * P["Omega_S"] * lack)


def calcium(doses, drive, duration=300.0):
    """Calcium (umol/L) of an astrocyte at rest and one under steady IP3 production (umol/L/s).

    For each dose of CalEx: its courses in the cytosol and in total, (cell, time).
    """
    with device_session("numpy"):
        group = astrocyte.astrocyte_group(
            2 * len(doses), composed("astrocyte"), {**SPACE, "speed": 1.0}, dt=20 * b2.ms,
            check_step=False,
        )  # fmt: skip
        for name in PACES:
            setattr(group, name, 1.0)
        group.drug_CalEx = np.repeat(doses, 2)
        group.drug_Gq = np.tile([0, (drive * 1e-3) / P["O_Gq"]], len(doses))
        monitor = b2.StateMonitor(group, ("C", "C_tot"), record=True, dt=0.5 * b2.second)
        b2.Network(group, monitor).run(duration * b2.second)
        courses = (np.array(x / b2.umolar) for x in (monitor.C, monitor.C_tot))
        return zip(*(course.reshape(len(doses), 2, -1) for course in courses), strict=True)


def test_calex_lowers_baseline_empties_stores_and_ends_oscillations():
    without, treated = calcium([0.0, 1.0], 0.06)
    (rest, driven), (total, _) = without
    assert driven[300:].max() > P["C_theta"] * 1e3 > 2 * rest[-1]
    assert np.all(total == P["C_T"] * 1e3)
    (rest_out, driven_out), (total_out, _) = treated
    assert 0.3 * rest[-1] < rest_out[-1] < 0.8 * rest[-1]
    assert driven_out[300:].max() < 0.5 * P["C_theta"] * 1e3
    # at rest entry balances the pumps
    pumped = P["O_X"] * rest_out[-1] / (rest_out[-1] + P["K_X"] * 1e3)
    assert total_out[-1] == pytest.approx((P["C_T"] - pumped / P["Omega_S"]) * 1e3, rel=0.02)


def test_release_block_takes_its_share_of_an_event():
    def serine(level):
        events = {"threshold": "C > C_theta", "refractory": "C > C_theta"}
        start = {**BUSY, "C": 4e-4, "drug_release": level}
        reset = composed("astrocyte", "reset")
        _, after = one_step(composed("astrocyte"), start, 1e-3, reset=reset, **events)
        return after["Ser"], after["x_A"]

    cleared = BUSY["Ser"] * (1 - SPEED * P["Omega_ser"] * 1e-3)
    released = P["rho_e"] * P["G_T"] * P["U_A"] * serine(0)[1] / (1 - P["U_A"])
    assert serine(0)[0] - cleared == pytest.approx(released)
    assert serine(DOSE)[0] - cleared == pytest.approx((1 - DOSE) * released)
    assert serine(DOSE)[1] == serine(0)[1]
