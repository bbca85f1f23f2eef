"""Recruitment: cyclic AMP and the engram of the domain together, and nothing of calcium."""

import brian2 as b2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.circuits.amygdala_mechanisms import composed, every_tool
from models.parameters import load_parameters
from tests.support.night import HOUR, Fold, live, numbers, rest, slopes

PARAMETERS = load_parameters()
AT = slopes(PARAMETERS)
REST = rest(PARAMETERS)
P = numbers(PARAMETERS, 1.0)
LITTLE, MUCH = P["K_cAMP"] / 10, 10 * P["K_cAMP"]
QUIET, WORKING = P["r_half"] / 10, 10 * P["r_half"]


@pytest.mark.parametrize(
    ("messenger", "rate", "share"),
    [
        (0.0, 0.0, 0.0), (0.0, WORKING, 0.0), (MUCH, 0.0, 0.0),
        (LITTLE, WORKING, 1e-4), (MUCH, QUIET, 1e-2), (MUCH, WORKING, 1.0),
    ],
)  # fmt: skip
def test_cyclic_amp_and_the_engram_recruit_together_and_neither_alone(messenger, rate, share):
    found = AT({**REST, "cAMP": messenger, "r_P": rate})["dFos/dt"] / P["O_Fos"]
    if share in (0, 1):
        assert found == pytest.approx(share, abs=0.02)
        assert (found == 0) == (share == 0)
    else:
        assert found == pytest.approx(share, rel=0.02)


def test_each_is_at_half_where_its_parameter_says():
    full = AT({**REST, "cAMP": 1e3, "r_P": 1e6})["dFos/dt"]
    assert full == pytest.approx(P["O_Fos"], rel=1e-6)
    half = AT({**REST, "cAMP": P["K_cAMP"], "r_P": 1e6})["dFos/dt"]
    assert half == pytest.approx(full / 2, rel=1e-6)
    half = AT({**REST, "cAMP": 1e3, "r_P": P["r_half"]})["dFos/dt"]
    assert half == pytest.approx(full / 2, rel=1e-6)


def reached(variable):
    """All that an astrocyte's variable hangs on, by whatever way."""
    equations = b2.Equations(composed("astrocyte"))
    found, waiting = set(), [variable]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in equations and equations[name].expr:
                waiting += sorted(equations[name].identifiers)
    return found


@pytest.mark.parametrize("variable", ["Fos", "factor", "made", "density", "tag"])
def test_calcium_is_in_nothing_that_recruits(variable):
    on = reached(variable)
    assert not on & {"C", "C_tot", "h", "I", "J_r", "J_beta", "x_A", "Ser", "Gamma_A", "Y_S"}
    assert {"N_A", "r_P", "Gamma_B"} <= on
    assert "C" in reached("I")


def test_recruitment_lasts_hours_and_the_factor_follows_it():
    times, values = live(PARAMETERS, Fold(48, 40), {**REST, "Fos": 1.0}, ("Fos", "factor"))
    fos, factor = values["Fos"], values["factor"]
    assert fos == pytest.approx(np.exp(-times / P["tau_Fos"]), rel=1e-3, abs=1e-9)
    slow, fast = P["tau_factor"], P["tau_Fos"]
    expected = fast / (slow - fast) * (np.exp(-times / slow) - np.exp(-times / fast))
    assert factor == pytest.approx(expected, rel=1e-3, abs=1e-9)
    assert HOUR < times[np.argmax(factor)] < 24 * HOUR


TOOLS = {tool.kind: tool for tool in every_tool()}
STATE = {**REST, "N_A": P["K_NB"], "r_P": WORKING, "density": 0.2, "cAMP": 1e-5}


def production(**doses):
    """What adenylyl cyclase makes."""
    now = AT({**STATE, **doses})
    return now["dcAMP/dt"] + P["Omega_cAMP"] * STATE["cAMP"]


def test_tools_stand_where_their_rows_say():
    for kind, variable in {
        "beta_uncoupling": "drug_uncoupling", "beta1_expression": "drug_beta1", "Gs": "drug_Gs",
        "beta_antagonist": "drug_beta_block",
    }.items():  # fmt: skip
        assert TOOLS[kind].variable == f"astrocyte.{variable}"
        assert variable in reached("cAMP")
        assert variable in reached("Fos")


def test_receptors_that_are_uncoupled_make_no_cyclic_amp_and_are_still_bound():
    plain = AT(STATE)
    assert production() > 0
    assert production(drug_uncoupling=0.5) == pytest.approx(production() / 2, rel=1e-9)
    assert production(drug_uncoupling=1.0) == pytest.approx(0, abs=1e-18)
    gone = AT({**STATE, "drug_uncoupling": 1.0})
    for name in ("Gamma_B", "Gamma_N", "dmade/dt", "dFos/dt"):  # nothing but cyclic AMP, at once
        assert gone[name] == plain[name], name
    # Gs needs no receptor
    assert production(drug_uncoupling=1.0, drug_Gs=0.3) == pytest.approx(0.3 * P["O_cAMP"])


def test_gs_makes_as_much_cyclic_amp_as_all_receptors_of_rest():
    more = production(drug_Gs=1.0) - production()
    assert more == pytest.approx(P["O_cAMP"], rel=1e-9)
    for other in ("N_A", "density"):  # it needs neither noradrenaline nor receptors
        now = AT({**STATE, other: 0.0, "drug_Gs": 1.0})["dcAMP/dt"]
        then = AT({**STATE, other: 0.0})["dcAMP/dt"]
        assert now - then == pytest.approx(P["O_cAMP"], rel=1e-9), other
    assert AT({**STATE, "drug_Gs": 1.0})["dI/dt"] == AT(STATE)["dI/dt"]


def test_expressed_beta1_receptors_count_as_so_many_times_those_of_rest():
    at_rest = AT({**STATE, "density": 0.0})["Gamma_B"] * P["O_cAMP"]
    assert production(drug_beta1=3.0) - production() == pytest.approx(3 * at_rest, rel=1e-9)
    now, then = AT({**STATE, "drug_beta1": 3.0}), AT(STATE)
    for name in ("Gamma_B", "Gamma_N", "dmade/dt"):
        assert now[name] == then[name], name
    # without noradrenaline they do nothing
    assert AT({**STATE, "N_A": 0.0, "drug_beta1": 3.0})["dcAMP/dt"] < 0


def test_propranolol_competes_with_noradrenaline():
    plain = AT(STATE)["Gamma_B"]
    assert plain == pytest.approx(1 / 2, rel=1e-9)  # at its affinity
    for dose in (1.0, 3.0, 99.0):
        now = AT({**STATE, "drug_beta_block": dose})
        assert now["Gamma_B"] == pytest.approx(1 / (2 + dose), rel=1e-9)
        assert production(drug_beta_block=dose) == pytest.approx(
            production() * now["Gamma_B"] / plain, rel=1e-9
        )
        assert now["Gamma_N"] == AT(STATE)["Gamma_N"]
    # it does nothing to Gs
    blocked, free = ({"drug_beta_block": dose, "N_A": 0.0} for dose in (99.0, 0.0))
    assert production(**blocked, drug_Gs=0.2) == production(**free, drug_Gs=0.2)


def test_gi_takes_away_from_all_that_drives_adenylyl_cyclase():
    assert production(drug_Gi=0.4, drug_Gs=0.5) == pytest.approx(
        0.6 * production(drug_Gs=0.5), rel=1e-9
    )


def test_a_label_needs_recruitment_and_the_tool_and_is_for_good():
    assert AT({**REST, "Fos": 0.5, "tagging": 0.0})["dtag/dt"] == 0
    assert AT({**REST, "Fos": 0.0, "tagging": 1.0})["dtag/dt"] == 0
    found = AT({**REST, "Fos": 0.5, "tagging": 1.0, "tag": 0.2})["dtag/dt"]
    assert found == pytest.approx(P["O_tag"] * 0.5 * 0.8, rel=1e-9)
    _, values = live(PARAMETERS, Fold(24, 40), {**REST, "Fos": 0.5, "tag": 0.2}, ("tag",))
    assert np.all(values["tag"] == 0.2)


@settings(max_examples=200, deadline=None)
@given(
    messenger=st.floats(0, 1), rate=st.floats(0, 500), share=st.floats(0, 1),
    tagging=st.floats(0, 1),
)  # fmt: skip
def test_shares_stay_within_their_bounds(messenger, rate, share, tagging):
    state = {"C": 1e-4, "I": 1e-4, "cAMP": messenger, "r_P": rate, "tagging": tagging}
    for name, driver in (("Fos", "Fos"), ("factor", "Fos"), ("tag", "Fos")):
        for edge, sign in ((0.0, 1), (1.0, -1)):
            now = AT({**state, driver: share, name: edge})
            assert sign * now[f"d{name}/dt"] >= 0, (name, edge)
