"""The slow story of a synapse between two spikes, against its differential equations in SciPy.

An interval has a time T on the slow clock, an integral G of the open gate, one F of the factor in
the open window, and a course P(T) of protein in the cell. What they do to the early phase (h), to
what of it is tagged (c) and to the late phase, set (z) and labile (l), is

    dh = -kappa h dG - h dT/tau_h             dc = kappa h dG - c dT/tau_tag - k_P P c dT
    dz = k_P P c dT - z dT/tau_z + saved       dl = -saved - l dT/tau_l

with k_r l dF saved where there is protein. A spike solves each of these processes exactly, one
after the other, but for one: what protein finds of a tag is told by its integral and its first two
moments in time. That is exact while next to nothing of a tag is lost in the interval, or next to
nothing captured, and where protein stays for good; between, it errs.
"""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from models.parameters import load_parameters
from tests.support.synapses import DT, fire

HOUR = 3600.0
#: No step of learning, no strengthening beyond what there was: they have tests of their own.
FIXED = {
    "plasticity.eta": "0", "plasticity.kappa": "0.02 hertz", "plasticity.tau_h": "3 h",
    "plasticity.w_min": "0.005", "plasticity.w_max": "20", "plasticity.theta_0": "30 hertz",
    "trace.tau_z": "60 day", "trace.tau_l": "6 h", "trace.k_r": "20 1/h",
    "protein.tau_tag": "1.5 h", "protein.k_P": "3 1/h",
    "trace.k_more": "0", "trace.k_l": "0.01", "trace.labile_share": "1",
}  # fmt: skip
PARAMETERS = load_parameters(FIXED)
STATES = "h_S", "c_S", "z_S", "l_S"
RATES = {
    "tag": 0.02, "early": 1 / (3 * HOUR), "untag": 1 / (1.5 * HOUR), "capture": 3 / HOUR,
    "fade": 1 / (60 * 24 * HOUR), "labile": 1 / (6 * HOUR), "saved": 20 / HOUR,
}  # fmt: skip


def spike(start, passed=0.0, gate=0.0, factor=0.0, parameters=PARAMETERS, **cell):
    """One presynaptic spike each, after an interval: the four states after it, shape (4, n)."""
    arrays = np.broadcast_arrays(
        *(start.get(name, 0.0) for name in (*STATES, "w_0")), passed, gate, factor, *cell.values()
    )
    columns = [np.ravel(each).astype(float) for each in arrays]
    n = len(columns[0])
    state, columns = dict(zip((*STATES, "w_0"), columns, strict=False)), columns[5:]
    passed, gate, factor = columns[:3]
    if "w_0" not in start:
        state["w_0"] = np.ones(n)
    result = fire(
        parameters, (np.arange(n), np.full(n, DT)), n, 5 * DT,
        start={**state, "gate_S": 7.0, "R_S": 5.0, "T_S": 50.0},
        cell={
            "gate_time": 7.0 + gate, "restored_time": 5.0 + factor, "T_slow": 50.0 + passed,
            **dict(zip(cell, columns[3:], strict=True)),
        },
    )  # fmt: skip
    assert result["R_S"] == pytest.approx(5.0 + factor)
    assert result["T_S"] == pytest.approx(50.0 + passed)
    return np.array([result[name] for name in STATES])


def solved(first, passed, gate, factor, without=()):
    """The same interval by SciPy, everything at a constant rate in it."""
    k = {name: 0.0 if name in without else rate for name, rate in RATES.items()}

    def flow(_, y):
        h, c, z, l = y  # noqa: E741 - the names of the model
        captured, is_set = k["capture"] * gate * h, k["set"] * passed * c
        saved = k["saved"] * factor * l
        return [
            -captured - k["early"] * passed * h,
            captured - is_set,
            is_set - k["fade"] * passed * z + saved,
            -saved - k["labile"] * passed * l,
        ]

    return solve_ivp(flow, (0, 1), first, "DOP853", rtol=1e-12, atol=1e-14).y[:, -1]


def upto(highest):
    """Numbers that SciPy's error estimate does not underflow with."""
    return st.floats(0, highest).map(lambda value: round(value, 6))


ALONE = {
    "the early phase decays": ((0.6, 0, 0, 0), (5 * HOUR, 0, 0)),
    "what was weakened early recovers": ((-0.4, 0, 0, 0), (HOUR, 0, 0)),
    "the gate captures": ((0.6, 0.1, 0.2, 0.3), (0, 40.0, 0)),
    "what set long ago fades": ((0, 0, 0.8, 0), (40 * 24 * HOUR, 0, 0)),
    "what is labile fades": ((0, 0, 0, 0.7), (4 * HOUR, 0, 0)),
    "the factor saves what is labile": ((0, 0, 0.1, 0.7), (0, 0, 90.0)),
    "it saves what was weakened, too": ((0, 0, 0.1, -0.7), (0, 0, 90.0)),
    "all of it is saved": ((0, 0, 0.1, 0.7), (0, 0, 1e5)),
    "nothing happens": ((0.6, 0.1, 0.2, 0.3), (0, 0, 0)),
}


@pytest.mark.parametrize("process", ALONE)
def test_each_process_alone_is_exact(process):
    first, interval = ALONE[process]
    found = spike(dict(zip(STATES, first, strict=True)), *interval)[:, 0]
    assert found == pytest.approx(solved(first, *interval), rel=1e-9, abs=1e-9)


def test_what_is_captured_sets_exactly_where_nothing_set_fades():
    lasting = load_parameters({**FIXED, "trace.tau_z": "100000 day"})
    for hours in (0.1, 3.0, 24.0):
        found = spike({"c_S": 0.5, "z_S": 0.2}, hours * HOUR, parameters=lasting)[:, 0]
        expected = solved((0, 0.5, 0.2, 0), hours * HOUR, 0, 0, without=("fade",))
        assert found == pytest.approx(expected, rel=1e-4)
        assert found[1] + found[2] == pytest.approx(0.7, rel=1e-4)


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    first=st.lists(upto(4).map(lambda value: value - 1), min_size=4, max_size=4),
    hours=upto(48), gate=upto(200), factor=upto(1800),
)  # fmt: skip
def test_together_they_err_by_less_than_the_products_of_their_shares(first, hours, gate, factor):
    passed = hours * HOUR
    # a naive weight at which none of them comes near a bound
    start = dict(zip(STATES, first, strict=True)) | {"w_0": 6.0}
    found = spike(start, passed, gate, factor)[:, 0]
    expected = solved(first, passed, gate, factor)
    h, c, z, l = np.abs(first)  # noqa: E741
    share = {
        name: -np.expm1(-RATES[name] * over)
        for name, over in (
            ("capture", gate), ("early", passed), ("set", passed), ("fade", passed),
            ("labile", passed), ("saved", factor),
        )
    }  # fmt: skip
    captured, saved = h * share["capture"], l * share["saved"]
    # what decays in two ways at once does so exactly
    assert found[0] == pytest.approx(expected[0], rel=1e-8, abs=1e-10)
    assert found[3] == pytest.approx(expected[3], rel=1e-8, abs=1e-10)
    # captured before its early decay, and not set before the next spike
    error = captured * (share["early"] + share["set"])
    assert abs(found[1] - expected[1]) <= error + 1e-9
    # saved before it fades, set or not before it fades
    error += saved * (share["labile"] + share["fade"]) + (c + h + z) * share["fade"]
    assert abs(found[2] - expected[2]) <= error + 1e-9


def test_more_spikes_in_an_interval_err_less():
    first, (passed, gate, factor) = (0.8, 0.3, 0.5, 0.9), (5 * HOUR, 60.0, 120.0)
    expected, errors = solved(first, passed, gate, factor), []
    for parts in (1, 4, 16):
        now = np.array(first)
        for _ in range(parts):
            now = spike(
                dict(zip(STATES, now, strict=True)), passed / parts, gate / parts, factor / parts
            )[:, 0]
        errors.append(abs(now - expected).max())
    assert errors[0] > 2.5 * errors[1] > 6 * errors[2]
    assert errors[2] < 0.02


def test_without_the_factor_labile_memory_is_lost_and_with_it_comes_back():
    start = {"z_S": 1.0, "l_S": 2.0}
    lost = spike(start, 24 * HOUR)[:, 0]
    saved = spike(start, 24 * HOUR, factor=HOUR)[:, 0]
    assert lost[3] < 0.05
    assert lost[2] == pytest.approx(np.exp(-1 / 60), rel=1e-6)
    assert saved[3] < 1e-6
    assert saved[2] == pytest.approx(2 + np.exp(-1 / 60), rel=1e-6)
    # in hours in which nothing is labile the factor does nothing
    assert spike({"z_S": 1.0}, factor=HOUR)[2, 0] == pytest.approx(1.0, rel=1e-12)


def test_much_of_the_factor_leaves_more_than_there_was_within_the_room_that_is_left():
    more = load_parameters({**FIXED, "trace.k_more": "2 1/h"})
    labile = np.array([0.5, 5.0, 12.0, 18.0])
    found = spike({"l_S": labile}, factor=2 * HOUR, parameters=more)
    gained = found.sum(axis=0) - labile
    assert np.all(gained > 0)
    assert np.all(1 + found.sum(axis=0) <= 20)
    assert gained[-1] / labile[-1] < 0.1 * gained[0] / labile[0]
    # what was weakened is not weakened further
    weak = spike({"w_0": 4.0, "l_S": -2.0}, factor=2 * HOUR, parameters=more)
    assert weak.sum() == pytest.approx(-2.0, rel=1e-9)


ERRS = {"unstable": 0.8, "y": 60.0}


@pytest.mark.parametrize(
    ("missing", "labile"),
    [({}, True), ({"unstable": 0.0}, False), ({"y": 0.0}, False)],
    ids=["recall that errs", "no dopamine or no gate", "a silent cell"],
)
def test_recall_makes_labile_only_where_a_cell_at_work_is_unstable(missing, labile):
    found = spike({"c_S": 0.4, "z_S": 1.0}, **(ERRS | missing))[:, 0]
    assert (found[3] > 0) == labile
    assert found[2] + found[3] == pytest.approx(1.0, rel=1e-12)
    if labile:  # a share of what is set, by how much of its say the rate of the cell has
        share = -np.expm1(-0.01 * 10 * 0.8 * 60 / (60 + 30))
        assert found[3] == pytest.approx(share, rel=1e-9)


def test_recall_makes_labile_up_to_a_share_and_takes_nothing_back():
    most = load_parameters({**FIXED, "trace.k_l": "1", "trace.labile_share": "0.6"})
    first = {"z_S": np.array([1.0, 0.7, 0.3, -1.0]), "l_S": np.array([0.0, 0.3, 0.7, 0.0])}
    found = spike(first, parameters=most, **ERRS)
    # 0.6 of both together at most; what is labile beyond it stays so; weakening, too
    assert found[3] == pytest.approx([0.6, 0.6, 0.7, -0.6], rel=1e-2)
    assert found[2] + found[3] == pytest.approx([1, 1, 1, -1], rel=1e-12)
    # on the way there it is a share of what is still missing
    slow = load_parameters({**FIXED, "trace.labile_share": "0.6"})
    once = spike(first, parameters=slow, **ERRS)[3]
    share = -np.expm1(-0.01 * 10 * 0.8 * 60 / (60 + 30))
    assert once == pytest.approx([0.6 * share, 0.3 + 0.3 * share, 0.7, -0.6 * share], rel=1e-9)


def test_what_is_captured_today_is_not_labile_today():
    today = spike({"c_S": 1.0}, 60.0, **ERRS)[:, 0]
    tomorrow = spike({"c_S": 1.0}, 24 * HOUR, **ERRS)[:, 0]
    assert today[3] < 0.01 * tomorrow[3]
    assert tomorrow[3] == pytest.approx(spike({"z_S": 1.0}, **ERRS)[3, 0], rel=0.05)


def test_early_phase_is_never_labile():
    found = spike({"h_S": 1.0}, **ERRS)[:, 0]
    assert found == pytest.approx([1, 0, 0, 0], abs=1e-12)


ANY = st.floats(0, 1)


def states(parts, weight, w_0, low, high):
    """A state whose weight is `weight` (share of the bounds), made of `parts` with their signs."""
    total = low + weight * (high - low) - w_0
    return dict(zip(STATES, np.array(parts) * total, strict=True))


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    cuts=st.lists(ANY, min_size=3, max_size=3), weight=ANY, w_0=st.floats(0.005, 20),
    hours=st.floats(0, 1000), gate=st.floats(0, 1e3), factor=st.floats(0, 1e4),
    y=st.floats(0, 500), unstable=ANY, theta=st.floats(0, 500),
)  # fmt: skip
def test_a_weight_stays_within_its_bounds(
    cuts, weight, w_0, hours, gate, factor, y, unstable, theta
):
    learning = load_parameters(
        {**FIXED, "plasticity.eta": "0.02", "trace.k_more": "2 1/h", "plasticity.ltd": "0.5"}
    )
    edges = np.array([0, *sorted(cuts), 1])
    start = states(np.diff(edges), weight, w_0, 0.005, 20)
    found = spike(
        {**start, "w_0": w_0}, hours * HOUR, gate, factor, learning, y=y, unstable=unstable,
        theta=theta,
    )  # fmt: skip
    assert np.all(np.isfinite(found))
    assert 0.005 - 1e-9 <= w_0 + found.sum() <= 20 + 1e-9


@pytest.mark.parametrize(
    ("start", "w_0"),
    [({"c_S": -7.0, "l_S": 7.5}, 1.0), ({"c_S": 13.0, "l_S": -4.0}, 10.0)],
    ids=["below", "above"],
)
def test_a_weight_stays_within_its_bounds_when_its_parts_have_both_signs(start, w_0):
    """As recall and then extinction, captured by the gate, leave them within one session."""
    assert 0.005 <= w_0 + sum(start.values()) <= 20
    found = spike({**start, "w_0": w_0}, 24 * HOUR)
    assert 0.005 - 1e-9 <= w_0 + found.sum() <= 20 + 1e-9
