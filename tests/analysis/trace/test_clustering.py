"""Recruitment beside itself and beside the engram: planted, by hand, and by chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.dataset.facets import NotMeasured
from analysis.trace.clustering import clustering, domain_scores, moran, neighbours
from analysis.trace.life import sessions_of
from tests.support.synthetic_trace import ENGRAM, PER_DOMAIN, SIDE, with_trace

GRID = np.stack(np.divmod(np.arange(SIDE * SIDE), SIDE)[::-1], axis=1) * 50.0


@pytest.fixture(scope="module")
def dataset():
    return with_trace()


def test_eight_neighbours_on_a_square():
    one, other = neighbours(GRID)
    count = np.bincount(one, minlength=SIDE * SIDE).reshape(SIDE, SIDE)
    assert (count[1:-1, 1:-1] == 8).all()
    assert (count[0, 1:-1] == 5).all()
    assert count[0, 0] == 3
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    assert {(b, a) for a, b in pairs} == pairs
    assert [part.size for part in neighbours(GRID[:1])] == [0, 0]


def test_moran_by_hand():
    line = np.stack([np.arange(4.0), np.zeros(4)], axis=1)
    # Sum over neighbours of products of deviations, 2 * (1 - 1 + 1), of 6 pairs
    assert moran([1, 1, 0, 0], line, 0).value == pytest.approx(4 / 6 * (2 * 0.25) / 1.0)
    assert moran([1, 0, 1, 0], line, 0).value == pytest.approx(-1.0)
    assert moran([1, 0, 1, 0], line, 0).expected == pytest.approx(-1 / 3)


def test_a_half_is_clustered_and_a_shuffled_half_is_not():
    half = (GRID[:, 1] < 150).astype(float)
    found = moran(half, GRID)
    assert found.value > 0.6
    assert found.p == pytest.approx(1e-3)
    rng = np.random.default_rng(1)
    p = [moran(rng.permutation(half), GRID, 99).p for _ in range(40)]
    assert 0.3 < np.mean(p) < 0.7


@given(arrays(float, SIDE * SIDE, elements=st.floats(-5, 5, width=32)), st.floats(0.1, 50))
def test_moran_does_not_care_for_units(values, scale):
    found = moran(values, GRID, 0)
    if np.ptp(values) > 1e-3:
        assert moran(3.0 + scale * values, GRID * scale, 0).value == pytest.approx(found.value)
        assert -1.5 < found.value < 1.5
    elif np.ptp(values) == 0:
        assert np.isnan(found.value)


@pytest.mark.parametrize(
    "values", [np.full(36, np.nan), np.zeros(36), np.r_[1.0, 0, [np.nan] * 34]]
)
def test_without_neighbours_or_variance_there_is_none(values):
    found = moran(values, GRID)
    assert np.isnan([found.value, found.expected, found.p]).all()


def test_the_engram_is_where_cells_were_most_active(dataset):
    engram, activity = domain_scores(dataset, sessions_of(dataset)[1])
    assert engram.sum() == 7  # a tenth of 72
    assert set(np.flatnonzero(engram)) <= set(ENGRAM)
    assert engram.max() == PER_DOMAIN
    assert activity[list(ENGRAM)].mean() == pytest.approx(60, rel=0.1)
    assert np.delete(activity, ENGRAM).mean() == pytest.approx(4, rel=0.1)
    silent = dataset.isel(spike=slice(0, 0))
    assert not np.concatenate(domain_scores(silent, sessions_of(silent)[1])).any()


def test_recruitment_follows_the_engram_where_planted(dataset):
    every = {session.name: clustering(dataset, session) for session in sessions_of(dataset)}
    assert every["recall_1"].engram_r > 0.9
    assert every["recall_1"].activity_r > 0.99
    assert every["recall_1"].moran.value == pytest.approx(0.35, abs=1e-6)
    assert every["recall_1"].moran.p < 0.01
    assert -0.2 < every["neutral"].engram_r < 0  # two far corners
    assert every["neutral"].moran.p > 0.1
    nobody = every["neutral_2"]
    assert np.isnan([nobody.engram_r, nobody.activity_r, nobody.moran.value]).all()


def test_without_places_or_domains_the_rest_is_told(dataset):
    recall = sessions_of(dataset)[1]
    nowhere = clustering(dataset.drop_vars("astrocyte_position"), recall)
    assert np.isnan(nowhere.moran.value)
    assert nowhere.engram_r > 0.9
    for lacking in (["domain"], ["spike_time", "spike_neuron"]):
        found = clustering(dataset.drop_vars(lacking), recall, 0)
        assert np.isnan([found.engram_r, found.moran.p]).all()
        assert found.moran.value == pytest.approx(0.35, abs=1e-6)
    with pytest.raises(NotMeasured, match="domain"):
        domain_scores(dataset.drop_vars("domain"), recall)
    with pytest.raises(NotMeasured, match="recruitment"):
        clustering(dataset.drop_vars("recruitment"), recall)
