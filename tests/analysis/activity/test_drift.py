"""Overlap, turnover and similarity of what was planted."""

import numpy as np
import pytest

from analysis.activity.drift import _pairs, measure_drift, similarity
from tests.support.synthetic import synthetic

EPOCHS = ("early_extinction", "late_extinction", "retrieval", "renewal")


def test_planted_turnover():
    cells = np.arange(200)
    one, other = cells < 40, (cells >= 10) & (cells < 50)  # 30 of 50 shared
    beyond, p, turnover = _pairs(np.array([one, other, cells >= 150, cells < 0]))
    assert turnover[0, 1] == pytest.approx(20 / 50)
    assert turnover[0, 0] == 0.0
    assert turnover[0, 2] == 1.0
    assert beyond[0, 1] == pytest.approx((30 - 8) / (40 - 8))
    assert beyond[0, 0] == 1.0
    assert beyond[0, 2] == pytest.approx((0 - 10) / (40 - 10))
    assert p[0, 1] < 1e-10
    assert p[0, 2] == 1.0
    assert np.isnan(beyond[0, 3])
    assert np.isnan(turnover[3, 3])
    np.testing.assert_allclose(turnover, turnover.T)


def test_similarity_undoes_the_noise_of_trials():
    """Patterns that correlate by 0.6, seen through noise as large as themselves."""
    rng = np.random.default_rng(1)
    first, fresh = rng.normal(0, 1, (2, 4000))
    second = 0.6 * first + 0.8 * fresh
    epoch = np.repeat([0, 1], 8)
    trials = np.where(epoch[:, None] == 0, first, second) + rng.normal(0, 1, (16, 4000))
    found = similarity(np.corrcoef(trials), epoch)
    assert np.diag(found) == pytest.approx([0.5, 0.5], abs=0.03)
    assert found[0, 1] == pytest.approx(0.6, abs=0.03)
    assert found[0, 1] == pytest.approx(found[1, 0])


def test_no_repeated_pattern_no_similarity():
    trials = np.random.default_rng(1).normal(0, 1, (8, 4000))
    found = similarity(np.corrcoef(trials), np.repeat([0, 1], 4))
    assert np.isnan(found[0, 1])
    assert abs(found[0, 0]) < 0.05


@pytest.fixture(scope="module")
def planted():
    return synthetic(seed=3, bla=120, astrocytes=4)


def test_drift_of_planted_ensembles(planted):
    dataset, truth = planted
    found = measure_drift(dataset)
    assert found.epochs == EPOCHS
    assert found.trials.size == 20
    assert found.correlation.shape == (20, 20)
    early = set(np.flatnonzero(found.excited[0]))
    assert {*truth.fear, *truth.always} <= early
    # 12 always, 12 fear cells early and at renewal; 12 always, 12 extinction cells late (and a few
    # fear cells, which still fire a little).
    late, again = (found.to(found.similarity, EPOCHS[0], name) for name in ("retrieval", "renewal"))
    assert again == pytest.approx(1.0, abs=0.1)
    assert late < again - 0.1
    assert found.to(found.overlap, EPOCHS[0], "renewal") > 0.85
    assert found.to(found.turnover, EPOCHS[0], "renewal") < 0.2
    assert found.to(found.turnover, EPOCHS[0], "retrieval") > 0.25
    assert np.isnan(found.to(found.turnover, EPOCHS[0], "conditioning"))


def test_drift_of_a_protocol_without_extinction(planted):
    found = measure_drift(planted[0].isel(trial=slice(0, 8)))
    assert found.epochs == ()
    assert found.correlation.shape == (0, 0)
    assert found.similarity.shape == (0, 0)
