"""The animal's own clock, its sessions, and which of them are recalls."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dataset.facets import NotMeasured
from analysis.dataset.schema import assemble
from analysis.trace.life import (
    DAY,
    days_since,
    learned_in,
    recalls,
    sessions_of,
    slow_time,
    variable,
)
from tests.support.synthetic import synthetic
from tests.support.synthetic_trace import SESSIONS, with_trace


def phased(starts, stops, dilations, speed=10.0):
    """A dataset of phases alone, and a trial in the first."""
    return assemble(
        {"trial_start": [starts[0]], "trial_stop": [starts[0] + 0.5], "trial_cs": [0],
         "phase_start": starts, "phase_stop": stops, "phase_dilation": dilations},
        {"title": "phases", "speed": speed},
    )  # fmt: skip


def test_age_is_the_integral_of_the_clock():
    dataset = phased([2.0, 12.0, 16.0], [12.0, 16.0, 20.0], [10.0, DAY / 4, 10.0])
    age = slow_time(dataset, [[2.0, 7.0, 12.0], [13.0, 16.0, 20.0]])
    expected = [[0.0, 50.0, 100.0], [100.0 + DAY / 4, 100.0 + DAY, 140.0 + DAY]]
    np.testing.assert_allclose(age, expected)
    # Awake before, after and between phases
    np.testing.assert_allclose(slow_time(dataset, [0.0, 21.0]), [-20.0, 150.0 + DAY])
    gap = phased([0.0, 5.0], [2.0, 6.0], [100.0, 100.0])
    np.testing.assert_allclose(slow_time(gap, [2.0, 5.0, 6.0]), [200.0, 230.0, 330.0])
    assert np.isnan(slow_time(gap, np.nan))


def test_age_without_phases_is_that_of_the_protocol():
    dataset = assemble(
        {"trial_start": [4.0, 8.0], "trial_stop": [5.0, 9.0], "trial_cs": [1, 1]}, {"title": "bare"}
    )
    np.testing.assert_allclose(slow_time(dataset, [4.0, 9.0]), [0.0, 5.0])
    bare = assemble({"time": [0.0, 1.0], "calcium": [[0.1, 0.1]]}, {"title": "bare", "speed": 2.0})
    np.testing.assert_allclose(slow_time(bare, [0.0, 3.0]), [0.0, 6.0])


@given(
    st.lists(st.tuples(st.floats(0.1, 50.0), st.floats(0.0, 1e5)), min_size=1, max_size=6),
    st.lists(st.floats(-10.0, 400.0), min_size=2, max_size=10),
)
def test_age_never_falls_and_does_not_care_how_a_phase_is_cut(rows, times):
    lengths, dilations = map(np.array, zip(*rows, strict=True))
    stops = np.cumsum(lengths)
    starts = np.concatenate([[0.0], stops[:-1]])
    whole = phased(starts, stops, dilations)
    middle = (starts[0] + stops[0]) / 2
    cut = phased(np.insert(starts, 1, middle), np.insert(stops, 0, middle),
                 np.insert(dilations, 0, dilations[0]))  # fmt: skip
    when = np.sort(times)
    age = slow_time(whole, when)
    assert (np.diff(age) >= 0).all()
    np.testing.assert_allclose(age, slow_time(cut, when), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        slow_time(whole, stops[-1]), (lengths * dilations).sum(), rtol=1e-9, atol=1e-9
    )


def test_sessions_and_recalls_follow_from_the_trials():
    every = sessions_of(with_trace())
    assert [session.name for session in every] == [row[0] for row in SESSIONS]
    assert [session.aversive for session in every] == [True] + [False] * 5
    assert learned_in(every) is every[0]
    assert recalls(every) == every[1:]
    days = [days_since(session, every) for session in every]
    awake = 350.0 / DAY  # of a recall
    np.testing.assert_allclose(
        days, [0.0, 1.0, 2 + awake, 3 + 2 * awake, 7 + 3 * awake, 8 + 4 * awake]
    )
    for one, other in pairwise(every):
        assert one.born < one.ended < other.born == one.until
    assert every[-1].until == np.inf
    assert every[1].trials.tolist() == list(range(8, 18))


def test_nothing_is_recalled_where_nothing_was_learned():
    whole = with_trace()
    naive = whole.isel(trial=np.flatnonzero(np.isnan(whole["us_on"].values)))
    every = sessions_of(naive)
    assert len(every) == 6
    assert learned_in(every) is None
    assert recalls(every) == ()
    assert np.isnan(days_since(every[2], every))
    none = sessions_of(whole.isel(trial=slice(0, 0)))
    assert none == recalls(none) == ()


def test_a_stimulus_without_a_name_is_aversive():
    names = [session.name for session in recalls(sessions_of(synthetic(bla=20, astrocytes=2)[0]))]
    assert names == ["extinction_1", "extinction_2", "retrieval", "renewal"]


def test_what_was_not_recorded_is_said():
    with pytest.raises(NotMeasured) as caught:
        variable(with_trace().drop_vars("factor"), "secretion", "factor")
    assert caught.value.lacks == "factor"
    assert "\n" not in str(caught.value)
