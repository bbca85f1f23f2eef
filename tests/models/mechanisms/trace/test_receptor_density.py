"""Receptors that grow over a day: the course after one event, what makes them, and their bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.parameters import load_parameters
from tests.support.night import HOUR, Fold, live, rest, slopes

PARAMETERS = load_parameters()
AT = slopes(PARAMETERS)
REST = rest(PARAMETERS)
EVENT = {"N_A": 3e-3, "r_P": 30.0}
"""Noradrenaline (mmol/L) of a shock, and an engram at work (Hz)."""
DAY = 24 * HOUR
TAU = tuple(float(PARAMETERS.quantity(f"trace.tau_{name}")) for name in ("made", "density"))


def chain(t):
    """Density at `t` (s) after an event that has made one: two steps, one after the other."""
    made, density = TAU
    if made == pytest.approx(density, rel=1e-6):
        return t / density * np.exp(-t / density)
    return made / (made - density) * (np.exp(-t / made) - np.exp(-t / density))


@pytest.fixture(scope="module")
def week():
    """One event, and the week after it: hours, what makes receptors, and density."""
    _, event = live(PARAMETERS, Fold(1 / 60, 60), {**REST, **EVENT}, ("made", "density"))
    after = {**REST, **{name: trace[-1] for name, trace in event.items()}}
    assert after["made"] > 0
    assert after["density"] < 1e-2 * after["made"]
    times, values = live(PARAMETERS, Fold(7 * 24, 40), after, ("made", "density"), samples=500)
    return times, values["made"], values["density"], after["made"]


def test_density_peaks_a_day_after_the_event(week):
    times, _, density, _ = week
    assert times[np.argmax(density)] == pytest.approx(DAY, rel=0.05)


@pytest.mark.parametrize("hours", [6, 24, 48, 96, 168])
def test_density_follows_the_closed_form_of_its_chain(hours, week):
    times, made, density, event = week
    at = hours * HOUR
    assert np.interp(at, times, density) == pytest.approx(event * chain(at), rel=5e-3)
    assert np.interp(at, times, made) == pytest.approx(event * np.exp(-at / TAU[0]), rel=5e-3)


def test_after_a_week_most_of_it_is_gone(week):
    _, _, density, _ = week
    assert 0 < density[-1] < 0.05 * density.max()


@pytest.mark.parametrize(
    ("alone", "grows"),
    [({"N_A": 3e-3}, False), ({"r_P": 30.0}, False), ({"N_A": 3e-3, "r_P": 30.0}, True)],
)
def test_neither_noradrenaline_nor_an_engram_alone_makes_receptors(alone, grows):
    now = AT({**REST, **alone})
    assert (now["dmade/dt"] > 0) == grows
    _, values = live(PARAMETERS, Fold(24, 40), {**REST, **alone}, ("made", "density"))
    for trace in values.values():
        assert (trace.max() > 0) == grows


def test_a_blocker_of_beta_receptors_at_the_event_leaves_fewer_receptors():
    free, blocked = (AT({**REST, **EVENT, "drug_beta_block": dose})["dmade/dt"] for dose in (0, 9))
    affinity = float(PARAMETERS.quantity("noradrenaline.K_NB"))
    bound = [EVENT["N_A"] / (EVENT["N_A"] + affinity * factor) for factor in (1, 10)]
    assert blocked / free == pytest.approx(bound[1] / bound[0], rel=1e-9)


def test_receptors_are_counted_beside_those_of_rest():
    """beta1 in what cyclic AMP gains, alpha1 in what IP3 gains, each by its own number."""
    more = {name: float(PARAMETERS.quantity(f"trace.more_{name}")) for name in ("beta1", "alpha1")}
    state = {**REST, "N_A": 1e-3}
    none, half = AT(state), AT({**state, "density": 0.5})
    assert half["dcAMP/dt"] / none["dcAMP/dt"] == pytest.approx(1 + 0.5 * more["beta1"], rel=1e-9)
    assert half["Gamma_N"] / none["Gamma_N"] == pytest.approx(1 + 0.5 * more["alpha1"], rel=1e-9)
    assert more["beta1"] > more["alpha1"] > 0
    # without noradrenaline receptors do nothing, however many
    assert AT({**REST, "density": 1.0})["dcAMP/dt"] == 0


@settings(max_examples=200, deadline=None)
@given(
    made=st.floats(0, 1), density=st.floats(0, 1), noradrenaline=st.floats(0, 1),
    rate=st.floats(0, 500), agonist=st.floats(0, 1000),
)  # fmt: skip
def test_density_and_what_makes_it_stay_within_their_bounds(
    made, density, noradrenaline, rate, agonist
):
    state = {"C": 1e-4, "I": 1e-4, "N_A": noradrenaline, "r_P": rate, "made": made,
             "density": density, "drug_beta_agonist": agonist}  # fmt: skip
    for name in ("made", "density"):
        low, high = (AT({**state, name: edge})[f"d{name}/dt"] for edge in (0.0, 1.0))
        assert low >= 0 >= high, name
