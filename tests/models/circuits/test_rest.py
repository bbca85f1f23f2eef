"""Where animals begin: at rest, whatever they are given from the first moment on."""

import numpy as np
import pytest

from models.circuits.amygdala_rest import at_rest
from models.parameters import load_parameters
from tests.support.circuit import draw
from tests.support.night import Fold, live, numbers, rest, slopes, slow_variables

PARAMETERS = load_parameters()
DOSES = {
    "nothing": {},
    "CalEx": {"drug_CalEx": 1.0},
    "Gi": {"drug_Gi": 1.0},
    "Gs": {"drug_Gs": 0.5},
    "D-serine": {"drug_D_serine": 2.0},
    "A1 agonist": {"drug_A1_agonist": 3.0},
    "all": {"drug_CalEx": 0.5, "drug_Gi": 0.3, "drug_Gs": 0.1, "drug_D_serine": 0.5},
}
#: Go on for ever where there is D-serine, and nothing hangs on them: they begin at nought.
INTEGRALS = {"gate_integral"}
SLOW = set(slow_variables()) - INTEGRALS


@pytest.mark.parametrize("given", DOSES)
def test_no_variable_moves_where_an_animal_begins(given):
    start = rest(PARAMETERS, DOSES[given])
    now = slopes(PARAMETERS)({**start, **DOSES[given]})
    moving = {name[1:-3] for name in now if name.startswith("d") and name.endswith("/dt")}
    assert moving - INTEGRALS == set(start)
    for name in start:
        # in a second by less than one part in ten thousand, and what is nought not at all
        assert abs(now[f"d{name}/dt"]) <= 1e-4 * abs(start[name]), name
    assert start["window"] == start["factor"] == 0
    assert (now["dgate_integral/dt"] > 0) == ("drug_D_serine" in DOSES[given])


def test_what_is_given_from_the_first_moment_has_been_there_for_long():
    plain = rest(PARAMETERS)
    by = {given: rest(PARAMETERS, doses) for given, doses in DOSES.items()}
    assert by["CalEx"]["C"] < 0.95 * plain["C"]
    assert by["CalEx"]["C_tot"] < 0.95 * plain["C_tot"]
    assert by["Gi"]["I"] < 0.8 * plain["I"]
    made, lost = (numbers(PARAMETERS)[name] for name in ("O_cAMP", "Omega_cAMP"))
    assert by["Gs"]["cAMP"] == pytest.approx(0.5 * made / lost, rel=1e-4)
    assert by["D-serine"]["coagonist"] == pytest.approx(4 / 5, rel=1e-4)
    occupied = plain["Gamma_S"] / (1 - plain["Gamma_S"])  # what binds, over what lets go
    assert by["A1 agonist"]["Gamma_S"] == pytest.approx((occupied + 3) / (occupied + 4), rel=1e-3)
    for name in ("cAMP", "made", "density", "Fos", "factor", "window", "unstable", "tag"):
        assert plain[name] == 0, name
    assert (plain["x_A"], plain["C_tot"]) == pytest.approx((1, numbers(PARAMETERS)["C_T"]))


def test_only_the_first_moment_counts():
    later = {"astrocyte.drug_Gi": np.array([0.0, 1.0, 1.0])}
    found = at_rest(PARAMETERS, numbers(PARAMETERS), later)
    assert found["initial.astrocyte.I"] == pytest.approx(rest(PARAMETERS)["I"], rel=1e-9)


@pytest.mark.parametrize("given", ["nothing", "CalEx", "Gi"])
def test_nothing_drifts_in_an_undriven_minute(given):
    start = {**rest(PARAMETERS, DOSES[given]), **DOSES[given]}
    times, values = live(PARAMETERS, Fold(1 / 60, 60), start, ("C", "I", "Gamma_S", "A_d", "h"))
    assert times[-1] == pytest.approx(60, rel=1e-6)
    for name, trace in values.items():
        assert np.ptp(trace) < 1e-3 * start[name], name
        assert trace[0] == pytest.approx(start[name], rel=1e-9), name


def test_all_astrocytes_of_an_animal_begin_there():
    animal = draw()
    _, tables = animal.circuit(animal.clocks("cpp"))
    for name, value in rest(animal.parameters).items():
        assert tables[f"initial.astrocyte.{name}"] == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize("dose", [0.05, 0.3, 1.0])
def test_calcium_that_oscillates_for_ever_begins_somewhere_in_its_cycle(dose):
    """Gq from the first moment on: little raises calcium, more lets it oscillate, much holds it."""
    start = rest(PARAMETERS, {"drug_Gq": dose})
    _, values = live(PARAMETERS, Fold(1 / 60, 60), {**start, "drug_Gq": dose}, ("C",), samples=300)
    plain, swing = rest(PARAMETERS)["C"], np.ptp(values["C"]) / values["C"].mean()
    assert start["C"] > 1.5 * plain or dose == 0.3
    assert (swing > 0.5) == (dose == 0.3)
    if dose == 0.3:
        low, high = values["C"].min(), values["C"].max()
        assert 0.9 * low <= start["C"] <= 1.1 * high
        assert start["Gamma_S"] > rest(PARAMETERS)["Gamma_S"]
    # what takes hours is at rest whatever calcium does
    now = slopes(PARAMETERS)({**start, "drug_Gq": dose})
    for name in SLOW:
        assert abs(now[f"d{name}/dt"]) <= 1e-6 * max(abs(start[name]), 1e-3), name
