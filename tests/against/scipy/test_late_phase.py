"""The slow story of a synapse between two spikes, against its differential equations in SciPy.

An interval has a time T on the slow clock, an integral G of the open gate, one F of the factor in
the open window, and a course P(T) of protein in the cell. What they do to the early phase (h), to
what of it is tagged (c) and to the late phase, set (z) and labile (l), is

    dh = -kappa h dG - h dT/tau_h             dc = kappa h dG - c dT/tau_tag - k_P P c dT
    dz = k_P P c dT - z dT/tau_z + saved       dl = -saved - l dT/tau_l

with k_r l dF saved where there is protein. A spike solves each of these processes exactly, one
after the other, but for one: what protein finds of a tag is told by its integral and its first two
moments in time.
"""

from dataclasses import dataclass

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
    "trace.k_l": "0.01", "trace.labile_share": "1",
}  # fmt: skip
PARAMETERS = load_parameters(FIXED)
STATES = "h_S", "c_S", "z_S", "l_S"
RATES = {
    "tag": 0.02, "early": 1 / (3 * HOUR), "untag": 1 / (1.5 * HOUR), "capture": 3 / HOUR,
    "fade": 1 / (60 * 24 * HOUR), "labile": 1 / (6 * HOUR), "saved": 20 / HOUR,
}  # fmt: skip


BEGIN = 50.0
"""Slow clock (s) at the last spike."""


@dataclass(frozen=True)
class Course:
    """Protein of the cell in an interval: `height` from `onset` (h) on, decaying in `life` (h)."""

    height: float = 0.0
    onset: float = 0.0
    life: float = 1e9

    def __call__(self, hours):
        late = np.maximum(hours - self.onset, 0)
        return self.height * np.exp(-late / self.life) * (hours >= self.onset)

    def moments(self, passed):
        """Integral of protein and of protein times the slow clock and its square, SI units."""
        if not self.height or passed <= self.onset * HOUR:
            return 0.0, 0.0, 0.0
        edges = np.linspace(self.onset, passed / HOUR, 20001)
        middle, step = (edges[1:] + edges[:-1]) / 2, np.diff(edges)[0] * HOUR
        protein, clock = self(middle), BEGIN + middle * HOUR
        return tuple(float(np.sum(protein * clock**power) * step) for power in (0, 1, 2))


NONE = Course()


def spike(
    start, passed=0.0, gate=0.0, factor=0.0, parameters=PARAMETERS, course=NONE, much=0.0, **cell
):
    """One presynaptic spike each, after an interval: the four states after it, shape (4, n).

    `much` is the share of what the cell has counted of the factor that strengthens.
    """
    arrays = np.broadcast_arrays(
        *(start.get(name, 0.0) for name in (*STATES, "w_0")), passed, gate, factor, *cell.values()
    )
    columns = [np.ravel(each).astype(float) for each in arrays]
    n = len(columns[0])
    state, columns = dict(zip((*STATES, "w_0"), columns, strict=False)), columns[5:]
    passed, gate, factor = columns[:3]
    if "w_0" not in start:
        state["w_0"] = np.ones(n)
    moments = np.array([course.moments(each) for each in passed])
    before = 3.0, 200.0, 2e4  # whatever they were at the last spike
    result = fire(
        parameters, (np.arange(n), np.full(n, DT)), n, 5 * DT,
        start={**state, "gate_S": 7.0, "R_S": 5.0, "X_S": 2.0, "T_S": BEGIN,
               **{f"P_{k}_S": before[k] for k in range(3)}},
        cell={
            "gate_time": 7.0 + gate, "T_slow": BEGIN + passed,
            "restored": 5.0 + factor, "strengthened": 2.0 + much * factor,
            **{f"P_{k}": before[k] + moments[:, k] for k in range(3)},
            **dict(zip(cell, columns[3:], strict=True)),
        },
    )  # fmt: skip
    assert result["R_S"] == pytest.approx(5.0 + factor)
    assert result["T_S"] == pytest.approx(BEGIN + passed)
    return np.array([result[name] for name in STATES])


def solved(first, passed, gate, factor, course=NONE):
    """The same interval by SciPy: gate and factor at a constant rate, protein in its course."""
    k, hours = RATES, max(passed / HOUR, 1e-9)

    def flow(t, y):
        h, c, z, l = y  # noqa: E741 - the names of the model
        tagged = k["tag"] * gate * h
        caught = k["capture"] * course(t * hours) * passed * c
        saved = k["saved"] * factor * l
        return [
            -tagged - k["early"] * passed * h,
            tagged - caught - k["untag"] * passed * c,
            caught - k["fade"] * passed * z + saved,
            -saved - k["labile"] * passed * l,
        ]

    return solve_ivp(flow, (0, 1), first, "LSODA", rtol=1e-10, atol=1e-12, max_step=0.01).y[:, -1]


def upto(highest):
    """Numbers that SciPy's error estimate does not underflow with."""
    return st.floats(0, highest).map(lambda value: round(value, 6))


ALWAYS = Course(1.0)
ALONE = {
    "the early phase decays": ((0.6, 0, 0, 0), (5 * HOUR, 0, 0), NONE),
    "what was weakened early recovers": ((-0.4, 0, 0, 0), (HOUR, 0, 0), NONE),
    "the gate tags": ((0.6, 0.1, 0.2, 0.3), (0, 40.0, 0), NONE),
    "a tag fades": ((0, 0.5, 0, 0), (3 * HOUR, 0, 0), NONE),
    "what is captured fades over weeks": ((0, 0, 0.8, 0), (40 * 24 * HOUR, 0, 0), NONE),
    "what is labile fades": ((0, 0, 0, 0.7), (4 * HOUR, 0, 0), NONE),
    "the factor saves": ((0, 0, 0.1, 0.7), (0, 0, 90.0), NONE),
    "and what was weakened, too": ((0, 0, 0.1, -0.7), (0, 0, 90.0), NONE),
    "nothing happens": ((0.6, 0.1, 0.2, 0.3), (0, 0, 0), NONE),
}


@pytest.mark.parametrize("process", ALONE)
def test_each_process_alone_is_exact(process):
    first, interval, course = ALONE[process]
    found = spike(dict(zip(STATES, first, strict=True)), *interval, course=course)[:, 0]
    assert found == pytest.approx(solved(first, *interval, course=course), rel=1e-7, abs=1e-8)


def test_what_the_factor_does_hangs_on_its_integral_and_not_on_how_often_a_synapse_looks():
    for much in (0.0, 0.4):
        more = load_parameters({**FIXED, "trace.more": "0.1"})
        once = spike({"l_S": 0.7}, 0, 0, 90.0, more, much=much)[:, 0]
        now = np.array([0, 0, 0, 0.7])
        for _ in range(30):
            start = dict(zip(STATES, now, strict=True))
            now = spike(start, 0, 0, 3.0, more, much=much)[:, 0]
        assert now == pytest.approx(once, rel=2e-4, abs=1e-12)
        gained = once.sum() - 0.7
        saved = -0.7 * np.expm1(-20 / HOUR * 90)
        room = (20 - 1.7) / (20 - 0.005)
        assert gained == pytest.approx(0.1 * much * saved * room, rel=0.01, abs=1e-12)


@pytest.mark.parametrize("onset", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("life", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("height", [0.02, 0.3, 1.0])
def test_protein_captures_a_tag_by_how_old_it_finds_it(onset, life, height):
    """A night with protein: a little is right to a thirtieth, much of it to 6 % of the tag."""
    course = Course(height, onset, life)
    found = spike({"c_S": 1.0}, 24 * HOUR, course=course)[:, 0]
    exact = solved((0, 1, 0, 0), 24 * HOUR, 0, 0, course)
    little = -np.expm1(-3 * course.moments(24 * HOUR)[0] / HOUR)
    assert found[2] == pytest.approx(exact[2], abs=1e-3 + 0.06 * little)
    assert found[2] == pytest.approx(exact[2], rel=0.03 + 0.6 * little)
    assert found[1] < 1e-3


def test_protein_that_comes_first_meets_a_fresh_tag_and_one_that_comes_late_an_old_one():
    caught = [
        spike({"c_S": 1.0}, 24 * HOUR, course=Course(1.0, onset, 0.5))[2, 0]
        for onset in (0.0, 1.0, 2.0, 4.0, 8.0)
    ]
    assert np.all(np.diff(caught) < 0)
    assert caught[0] > 0.4
    assert caught[3] < 0.12
    assert caught[4] < 0.01


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    first=st.lists(upto(4).map(lambda value: value - 1), min_size=4, max_size=4),
    hours=upto(48), gate=upto(200), factor=upto(1800),
)  # fmt: skip
def test_together_they_err_by_less_than_the_products_of_their_shares(first, hours, gate, factor):
    """Without protein, whose error has its own test; without the factor all but tags are exact."""
    passed = hours * HOUR
    # a naive weight at which none of them comes near a bound
    start = dict(zip(STATES, first, strict=True)) | {"w_0": 6.0}
    found = spike(start, passed, gate, factor)[:, 0]
    expected = solved(first, passed, gate, factor)
    share = {
        name: -np.expm1(-RATES[name] * over)
        for name, over in (("tag", gate), ("early", passed), ("untag", passed),
                           ("saved", factor), ("labile", passed), ("fade", passed))
    }  # fmt: skip
    # what decays in two ways at once does so exactly
    assert found[[0, 3]] == pytest.approx(expected[[0, 3]], rel=1e-6, abs=1e-8)
    # saved before it fades, as labile and then as late phase
    error = abs(first[3]) * share["saved"] * (share["labile"] + share["fade"])
    assert found[2] == pytest.approx(expected[2], rel=1e-6, abs=error + 1e-8)
    # tagged before its early decay, and not untagged before the next spike
    error = abs(first[0]) * share["tag"] * (share["early"] + share["untag"])
    assert abs(found[1] - expected[1]) <= error + 1e-8


def test_more_spikes_in_an_interval_err_less():
    first, passed, gate = (0.8, 0.3, 0.5, 0.9), 5 * HOUR, 60.0
    expected, errors = solved(first, passed, gate, 0.0), []
    for parts in (1, 4, 16):
        now = np.array(first)
        for _ in range(parts):
            now = spike(dict(zip(STATES, now, strict=True)), passed / parts, gate / parts)[:, 0]
        errors.append(abs(now - expected).max())
    assert errors[0] > 2.5 * errors[1] > 6 * errors[2]
    assert errors[2] < 0.02


def test_without_the_factor_labile_memory_is_lost_and_with_it_comes_back():
    start = {"z_S": 1.0, "l_S": 2.0}
    lost = spike(start, 24 * HOUR, course=ALWAYS)[:, 0]
    saved = spike(start, 24 * HOUR, factor=HOUR, course=ALWAYS)[:, 0]
    assert lost[3] < 0.05
    assert lost[2] == pytest.approx(np.exp(-1 / 60), rel=1e-6)
    assert saved[3] < 1e-6
    assert saved[2] == pytest.approx(2 + np.exp(-1 / 60), rel=1e-6)
    # in hours in which nothing is labile the factor does nothing
    assert spike({"z_S": 1.0}, factor=HOUR)[2, 0] == pytest.approx(1.0, rel=1e-12)


def test_much_of_the_factor_leaves_more_than_there_was_within_the_room_that_is_left():
    labile = np.array([0.5, 5.0, 12.0, 18.0])
    found = spike({"l_S": labile}, 1e-3, factor=2 * HOUR, much=0.8)
    gained = found.sum(axis=0) - labile
    assert np.all(gained > 0)
    assert np.all(1 + found.sum(axis=0) <= 20)
    assert gained[-1] / labile[-1] < 0.1 * gained[0] / labile[0]
    # what was weakened is not weakened further
    weak = spike({"w_0": 4.0, "l_S": -2.0}, 1e-3, factor=2 * HOUR, much=0.8)
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


def test_what_is_only_tagged_is_never_labile():
    assert spike({"c_S": 1.0}, 60.0, **ERRS)[3, 0] == 0
    night = spike({"c_S": 1.0}, 24 * HOUR, course=Course(1.0, 0.0, 1.0), **ERRS)[:, 0]
    assert night[2] + night[3] > 0.5
    share = -np.expm1(-0.01 * 10 * 0.8 * 60 / (60 + 30))
    assert night[3] / (night[2] + night[3]) == pytest.approx(share, rel=1e-6)


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
    height=ANY, onset=st.floats(0, 48), life=st.floats(0.05, 48), y=st.floats(0, 500),
    unstable=ANY, theta=st.floats(0, 500), much=ANY,
)  # fmt: skip
def test_a_weight_stays_within_its_bounds(
    cuts, weight, w_0, hours, gate, factor, height, onset, life, y, unstable, theta, much
):
    learning = load_parameters(
        {**FIXED, "plasticity.eta": "0.02", "plasticity.ltd": "0.5"}
    )
    edges = np.array([0, *sorted(cuts), 1])
    start = states(np.diff(edges), weight, w_0, 0.005, 20)
    found = spike(
        {**start, "w_0": w_0}, hours * HOUR, gate, factor, learning,
        Course(height, onset, life), much, y=y, unstable=unstable, theta=theta,
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
