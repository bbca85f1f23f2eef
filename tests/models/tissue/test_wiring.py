"""Edge lists: in-degrees, no duplicate, no autapse, shares that sum to one."""

import time

import numpy as np
import pytest

from models.checks import ModelError
from models.circuits.neuron_glia_wiring import draw_wiring, side_by_side
from models.parameters import load_parameters
from models.tissue.wiring import (
    Edges,
    domain_terminals,
    draw_edges,
    drop_autapses,
    grid_neighbours,
    join_edges,
    one_to_one,
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
    ("name", "value", "allowed"),
    [
        ("indegree", np.nan, "0 or more"),
        ("indegree", np.inf, "0 or more"),
        ("indegree", -1e-9, "0 or more"),
        ("sigma", np.nan, "0 or more"),
        ("sigma", -0.1, "0 or more"),
        ("sigma", np.inf, "0 or more"),
        ("weight", np.nan, "a number"),
        ("weight", -np.inf, "a number"),
    ],
)
def test_what_is_no_number_of_connections_is_refused_before_drawing(name, value, allowed):
    rng = np.random.default_rng(1)
    before = rng.bit_generator.state
    given = {"indegree": 3.0, "weight": 1.0, "sigma": 0.1, name: value}
    with pytest.raises(ModelError, match=f"{name} = .*allowed: .*{allowed}") as caught:
        draw_edges(rng, np.arange(9), np.arange(9), **given)
    assert len(str(caught.value).splitlines()) == 1
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("share", [0.9, 0.97, 0.999, 1.0])
def test_nearly_all_to_all_takes_seconds_and_is_still_uniform(share):
    """Drawing duplicates again took hours here."""
    n, m = 2000, 1000
    began = time.process_time()
    edges = draw_edges(np.random.default_rng(2), np.arange(n), np.arange(m), share * n, 1.0, 0.0)
    assert time.process_time() - began < 30
    spread = np.sqrt(n * share * (1 - share))
    inputs = np.bincount(edges.target, minlength=m)
    assert abs(inputs.mean() - share * n) <= 5 * spread / np.sqrt(m)
    assert inputs.std() == pytest.approx(spread, rel=0.15, abs=1e-12)
    outputs = np.bincount(edges.source, minlength=n)
    assert np.all(abs(outputs - share * m) <= 5.5 * np.sqrt(m * share * (1 - share)))
    order = edges.source.astype(np.int64) * m + edges.target
    assert np.all(np.diff(order) > 0)


@pytest.mark.parametrize(("n", "m", "indegree"), [(80, 500, 12), (80, 500, 79.5), (40, 90, 60)])
def test_what_the_shipped_circuits_draw_is_what_it_was(n, m, indegree):
    """Rejection over all edges at once, as it was first written, gives the same edges."""
    rng = np.random.default_rng(5)
    counts = rng.binomial(n, min(1.0, indegree / n), size=m)
    post = np.repeat(np.arange(m), counts)
    pre = rng.integers(n, size=len(post))
    while True:
        key = post * n + pre
        order = np.argsort(key, kind="stable")
        again = order[1:][key[order][1:] == key[order][:-1]]
        if not len(again):
            break
        pre[again] = rng.integers(n, size=len(again))
    expected = sort_edges(pre, post, np.exp(0.2 * rng.standard_normal(len(post)) - 0.5 * 0.2**2))
    found = draw_edges(np.random.default_rng(5), np.arange(n), np.arange(m), indegree, 1.0, 0.2)
    for name in ("source", "target", "weight"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.parametrize("size", [800, 1000])
def test_edges_of_the_neuron_glia_network_count_all_cells(size):
    one = draw_wiring(load_parameters(circuit="neuron_glia_2019"), 1, size)
    both = side_by_side([one, one])
    assert one.excitatory.source.min() == 0
    assert one.excitatory.source.max() == one.n_E - 1
    assert one.inhibitory.source.min() == one.n_E
    assert one.inhibitory.source.max() == one.n_cells - 1
    assert one.inhibitory.target.min() == 0
    second = both.inhibitory.source >= one.n_cells
    assert np.array_equal(both.inhibitory.source[~second], one.inhibitory.source)
    assert np.array_equal(both.inhibitory.source[second], one.inhibitory.source + one.n_cells)


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


def test_one_to_one_joins_places_and_refuses_unequal_numbers():
    sources, targets = np.array([7, 3, 5]), np.array([0, 2, 1])
    edges = one_to_one(sources, targets, 4.5)
    assert edges.source.tolist() == [3, 5, 7]
    assert edges.target.tolist() == [2, 1, 0]
    assert edges.weight.tolist() == 3 * [4.5]
    assert len(one_to_one(np.arange(0), np.arange(0), 1.0)) == 0
    with pytest.raises(ModelError) as caught:
        one_to_one(np.arange(4), targets, 4.5)
    assert str(caught.value) == "4 fibres for 3 cells, one to one; give as many"
