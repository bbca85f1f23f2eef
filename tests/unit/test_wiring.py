"""Edge lists: in-degrees, no duplicate, no autapse, shares that sum to one."""

import numpy as np
import pytest

from models.wiring import (
    Edges,
    domain_terminals,
    draw_edges,
    drop_autapses,
    grid_neighbours,
    join_edges,
    sort_edges,
)


def drawn(indegree=12.0, n_sources=80, n_targets=500, weight=2.0, sigma=0.3, seed=1):
    sources = 1000 + np.arange(n_sources)
    targets = 5000 + np.arange(n_targets)
    rng = np.random.default_rng(seed)
    return sources, targets, draw_edges(rng, sources, targets, indegree, weight, sigma)


@pytest.mark.parametrize("indegree", [0.5, 12, 60, 79.5])
def test_the_indegree_is_binomial(indegree):
    sources, targets, edges = drawn(indegree)
    counts = np.bincount(edges.target - 5000, minlength=len(targets))
    p = indegree / len(sources)
    spread = np.sqrt(len(sources) * p * (1 - p))
    assert abs(counts.mean() - indegree) < 5 * spread / np.sqrt(len(targets))
    assert counts.std() == pytest.approx(spread, rel=5 / np.sqrt(2 * len(targets)))
    assert counts.max() <= len(sources)


def test_every_source_is_as_likely():
    _sources, targets, edges = drawn(20, 50, 2000)
    counts = np.bincount(edges.source - 1000, minlength=50)
    expected = len(targets) * 20 / 50
    assert np.all(abs(counts - expected) < 5 * np.sqrt(expected))


@pytest.mark.parametrize("indegree", [12, 79.5, 80, 200])
def test_no_pair_is_connected_twice(indegree):
    sources, targets, edges = drawn(indegree)
    pairs = set(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
    assert len(pairs) == len(edges)
    assert {source for source, _ in pairs} <= set(sources.tolist())
    assert {target for _, target in pairs} <= set(targets.tolist())


def test_more_inputs_than_sources_means_all_of_them():
    _, targets, edges = drawn(200)
    assert len(edges) == 80 * len(targets)


@pytest.mark.parametrize(
    ("indegree", "n_sources", "n_targets"), [(0, 10, 10), (3, 0, 10), (3, 10, 0)]
)
def test_nothing_gives_no_edges(indegree, n_sources, n_targets):
    assert len(drawn(indegree, n_sources, n_targets)[2]) == 0


def test_edges_are_sorted_by_source_then_target():
    _, _, edges = drawn()
    order = edges.source.astype(np.int64) * 10**6 + edges.target
    assert np.all(np.diff(order) > 0)
    assert edges.source.dtype == edges.target.dtype == np.int32


def test_weights_are_lognormal_with_the_mean_asked_for():
    _, _, edges = drawn(40, 80, 2000, weight=2.0, sigma=0.5)
    logs = np.log(edges.weight)
    assert abs(edges.weight.mean() / 2 - 1) < 5 * np.sqrt(np.exp(0.25) - 1) / np.sqrt(len(edges))
    assert logs.std() == pytest.approx(0.5, rel=5 / np.sqrt(2 * len(edges)))
    assert np.all(drawn(sigma=0.0)[2].weight == 2.0)


def test_the_generator_decides():
    first, again, other = drawn(seed=1)[2], drawn(seed=1)[2], drawn(seed=2)[2]
    for name in ("source", "target", "weight"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert len(first) != len(other) or not np.array_equal(first.source, other.source)


def test_autapses_are_dropped_and_nothing_else():
    cells = np.arange(30)
    edges = draw_edges(np.random.default_rng(1), cells, cells, 30, 1.0, 0.0)
    kept = drop_autapses(edges)
    assert not np.any(kept.source == kept.target)
    assert len(kept) == 30 * 29


def test_joined_edges_keep_their_weights():
    one = sort_edges(np.array([3, 1]), np.array([0, 0]), np.array([0.3, 0.1]))
    two = sort_edges(np.array([2, 1]), np.array([0, 1]), np.array([0.2, 0.11]))
    joined = join_edges([one, two])
    assert joined.source.tolist() == [1, 1, 2, 3]
    assert joined.target.tolist() == [0, 1, 0, 0]
    assert joined.weight.tolist() == [0.1, 0.11, 0.2, 0.3]


def test_terminals_count_the_synapses_of_a_source_in_a_domain():
    #   source 0 -> cells 0, 1 (domain 0) and 3 (domain 1); source 1 -> cells 0 and 3
    source, target = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 3, 0, 3])
    edges = Edges(source.astype(np.int32), target.astype(np.int32), np.ones(5))
    terminals = domain_terminals(edges, np.array([0, 0, 1, 1]), np.array([4, 2]))
    rows = list(zip(terminals.source, terminals.target, terminals.weight, strict=True))
    assert rows == [(0, 0, 0.5), (0, 1, 0.5), (1, 0, 0.25), (1, 1, 0.5)]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 5), (2, 2), (4, 7)])
def test_grid_neighbours_are_mutual(rows, columns):
    edges = grid_neighbours(rows, columns)
    pairs = set(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
    assert len(pairs) == len(edges) == 2 * (rows * (columns - 1) + columns * (rows - 1))
    assert all((after, before) in pairs for before, after in pairs)
    for before, after in pairs:
        apart = np.abs(np.subtract(divmod(before, columns), divmod(after, columns)))
        assert apart.sum() == 1
    assert np.all(edges.weight == 1)
