"""Planted ensembles are found, and so is the day on which receptors are most."""

import numpy as np
import pytest

from analysis.dataset.facets import NotMeasured
from analysis.trace.life import HOUR, recalls, sessions_of
from analysis.trace.recruitment import (
    at_age,
    co_expression,
    co_expression_course,
    density_course,
    peak_between,
    peak_of,
    recruited,
    rise_of,
    share,
    shared_by,
)
from tests.support.synthetic_trace import DENSE, FEW, MANY, RECRUITED, SIDE, density, with_trace

DAYS = (0.0, 0.25, 1.0, 2.0, 4.0, 7.0)
ALL = SIDE * SIDE


@pytest.fixture(scope="module")
def dataset():
    return with_trace()


@pytest.fixture(scope="module")
def every(dataset):
    return sessions_of(dataset)


def test_whom_each_session_recruits(dataset, every):
    for session in every:
        assert np.flatnonzero(recruited(dataset, session)).tolist() == sorted(
            RECRUITED[session.name]
        )
        assert share(dataset, session) == pytest.approx(100 * len(RECRUITED[session.name]) / ALL)


def test_only_hours_after_a_session_count(dataset, every):
    first = every[1]
    astrocyte = RECRUITED["recall_1"][0]
    late = peak_between(dataset, first.born + 6 * HOUR, first.until)
    assert 0 < late[astrocyte] < 0.9 * np.exp(-3) + 0.05
    assert peak_of(dataset, first)[astrocyte] == pytest.approx(0.9, abs=0.01)
    assert np.isnan(peak_between(dataset, -100.0, -50.0)).all()
    # The session that follows within the hours is not counted as this one's
    near = with_trace()
    near["phase_dilation"].values[near["phase_dilation"].values > 100] = 60.0  # s a second
    one, two = sessions_of(near)[1:3]
    assert two.born - one.born < HOUR
    assert one.until == two.born


def test_what_is_left_of_a_session_before_is_no_rise(dataset, every):
    assert peak_of(dataset, every[-1]).max() > 0
    assert (rise_of(dataset, every[-1]) == 0).all()
    rise = rise_of(dataset, every[3])
    assert set(np.flatnonzero(rise)) == set(RECRUITED["recall_2"])


def test_values_between_samples_are_in_proportion(dataset):
    time = dataset["time"].values
    found = at_age(dataset, "recruitment", np.array([-1e9, 1e12]))
    np.testing.assert_allclose(found[0], dataset["recruitment"].values[:, 0])
    np.testing.assert_allclose(found[1], dataset["recruitment"].values[:, -1])
    middle = at_age(dataset, "recruitment", 10.0 * (time[4] + time[5]) / 2)
    np.testing.assert_allclose(middle, dataset["recruitment"].values[:, 4:6].mean(axis=1))
    empty = dataset.isel(time=slice(0, 0))
    assert np.isnan(at_age(empty, "recruitment", 1.0)).all()


def test_receptors_are_most_after_a_day(dataset):
    course = density_course(dataset, DAYS)
    planted = density(np.array(DAYS))
    weight = FEW + (MANY - FEW) * len(DENSE) / ALL
    np.testing.assert_allclose(course.mean, weight * planted, atol=2e-3)
    assert course.high.tolist() == [0.0, 50.0, 50.0, 50.0, 0.0, 0.0]
    assert course.peak == 1.0
    away = density_course(dataset, [-5.0, 1.0, 100.0])
    assert np.isfinite(away.mean).tolist() == [False, True, False]
    assert np.isnan(away.peak)  # of one day


def test_dense_and_recruited_astrocytes_by_day(dataset, every):
    # At conditioning and recall 1; two of the four that the recall takes are dense
    assert co_expression(dataset, every[0].born, every[0].until) == 0.0
    assert co_expression(dataset, every[1].born) == pytest.approx(100 * 2 / ALL)
    course = co_expression_course(dataset, [1.0, 1.5, 50.0])
    assert course[:2] == pytest.approx([100 * 2 / ALL, 0.0])
    assert np.isnan(course[2])


def test_ensembles_that_recalls_share(dataset, every):
    later = recalls(every)
    found = shared_by(dataset, later)
    assert found.sessions == tuple(session.name for session in later)
    one, two, three = (found.sessions.index(name) for name in ("recall_1", "recall_2", "recall_3"))
    assert found.shared[one, two] == 3
    assert found.expected[one, two] == pytest.approx(16 / ALL)
    assert found.beyond[one, two] == pytest.approx((3 - 16 / ALL) / (4 - 16 / ALL))
    assert found.jaccard[one, two] == pytest.approx(3 / 5)
    assert found.jaccard[one, three] == pytest.approx(2 / 4)
    assert found.beyond[one, three] == 1.0  # one within the other
    assert found.p[one, two] < 0.01
    assert found.beyond[one, found.sessions.index("neutral")] < 0
    assert np.isnan(found.beyond[found.sessions.index("neutral_2")]).all()  # nobody
    np.testing.assert_array_equal(found.beyond, found.beyond.T)


@pytest.mark.parametrize(
    ("ask", "lacks"),
    [
        (lambda d, s: share(d, s), "recruitment"),
        (lambda d, s: density_course(d, [1.0]), "receptor_density"),
        (lambda d, s: co_expression(d, s.born), "receptor_density"),
        (lambda d, s: shared_by(d, (s, s)), "recruitment"),
    ],
)
def test_what_was_not_recorded_is_said(dataset, every, ask, lacks):
    with pytest.raises(NotMeasured) as caught:
        ask(dataset.drop_vars(["recruitment", "receptor_density"]), every[0])
    assert caught.value.lacks == lacks
