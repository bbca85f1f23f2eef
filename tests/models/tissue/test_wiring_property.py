"""Edge lists keep their promises whatever is asked of them."""

from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tissue import wiring
from models.tissue.wiring import (
    domain_terminals,
    draw_edges,
    drop_autapses,
    grid_neighbours,
    join_edges,
)

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def edges(draw):
    n_sources, n_targets = draw(st.integers(1, 25)), draw(st.integers(1, 25))
    drawn = draw_edges(
        np.random.default_rng(draw(SEEDS)),
        np.arange(n_sources),
        np.arange(n_targets),
        draw(st.floats(0, 40)),
        draw(st.floats(0.01, 100)),
        draw(st.floats(0, 1)),
    )
    return n_sources, n_targets, drawn


@settings(deadline=None)
@given(edges())
def test_pairs_are_unique_sorted_and_inside(case):
    n_sources, n_targets, drawn = case
    order = drawn.source.astype(np.int64) * n_targets + drawn.target
    assert np.all(np.diff(order) > 0)
    if len(drawn):
        assert 0 <= drawn.source.min() <= drawn.source.max() < n_sources
        assert 0 <= drawn.target.min() <= drawn.target.max() < n_targets
        assert np.all(drawn.weight > 0)
    assert len(drawn.source) == len(drawn.target) == len(drawn.weight)
    kept = drop_autapses(drawn)
    assert not np.any(kept.source == kept.target)
    assert len(kept) == len(drawn) - np.count_nonzero(drawn.source == drawn.target)


@settings(deadline=None)
@given(st.integers(1, 25), st.integers(1, 25), st.floats(0, 30), SEEDS, st.integers(1, 60))
def test_both_ways_to_draw_keep_the_same_numbers_of_inputs(n, m, indegree, seed, at_once):
    """However many targets are ranked at once; what is drawn first is drawn alike."""
    found = []
    for most in (0, np.inf):
        with mock.patch.multiple(wiring, MOST_REDRAWS=most, RANKED_AT_ONCE=at_once):
            rng = np.random.default_rng(seed)
            found.append(draw_edges(rng, np.arange(n), np.arange(m), indegree, 1.0, 0.1))
    inputs = [np.bincount(one.target, minlength=m) for one in found]
    assert np.array_equal(*inputs)
    for one in found:
        order = one.source.astype(np.int64) * m + one.target
        assert np.all(np.diff(order) > 0)
        assert len(one) == 0 or one.source.max() < n
    if indegree >= n:
        assert len(found[0]) == n * m


@settings(deadline=None)
@given(edges(), edges())
def test_joining_keeps_every_edge(one, two):
    joined = join_edges([one[2], two[2]])

    def rows(*parts):
        return sorted(row for e in parts for row in zip(e.source, e.target, e.weight, strict=True))

    assert rows(joined) == rows(one[2], two[2])
    assert np.all(np.diff(joined.source) >= 0)


@settings(deadline=None)
@given(edges(), st.integers(1, 6), SEEDS)
def test_shares_of_every_domain_sum_to_one(case, n_domains, seed):
    _, n_targets, drawn = case
    domain = np.random.default_rng(seed).integers(0, n_domains, n_targets)
    size = np.bincount(domain[drawn.target], minlength=n_domains)
    terminals = domain_terminals(drawn, domain, size)
    total = np.bincount(terminals.target, terminals.weight, minlength=n_domains)
    assert np.allclose(total, size > 0, rtol=0, atol=1e-12)
    pairs = set(zip(terminals.source.tolist(), terminals.target.tolist(), strict=True))
    assert len(pairs) == len(terminals)
    assert pairs == set(zip(drawn.source.tolist(), domain[drawn.target].tolist(), strict=True))


@given(st.integers(1, 9), st.integers(1, 9))
def test_neighbours_are_mutual(rows, columns):
    grid = grid_neighbours(rows, columns)
    pairs = set(zip(grid.source.tolist(), grid.target.tolist(), strict=True))
    assert pairs == {(after, before) for before, after in pairs}
    assert len(pairs) == len(grid)
