"""Connection rules with a third factor: pools, shares, and what they refuse."""

import numpy as np
import pytest

from models.checks import ModelError
from models.tissue.third_factor import block_pools, connect_third, nearest_pools, random_pools
from models.tissue.wiring import Edges, domain_terminals, draw_edges


def rng(seed=1):
    return np.random.default_rng(seed)


EDGES = draw_edges(rng(), np.arange(60), np.arange(200), 12, 1.0, 0.0)
GRID = np.stack(np.meshgrid(np.arange(4.0), np.arange(5.0)), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("size", [1, 3, 20])
def test_pools_hold_different_astrocytes_of_all(size):
    places = rng(2).uniform(0, 4, (200, 2))
    for pools in (
        random_pools(rng(), 200, 20, size),
        nearest_pools(places, GRID, size),
        block_pools(200, 20 * size, size),
    ):
        assert pools.shape == (200, size)
        assert all(len(set(row)) == size for row in pools.tolist())
        assert len(np.unique(pools)) == 20 * (size if pools.max() >= 20 else 1)


def test_random_pools_take_every_astrocyte_alike():
    counts = np.bincount(random_pools(rng(), 4000, 20, 3).ravel(), minlength=20)
    assert np.all(abs(counts - 600) < 5 * np.sqrt(600))


def test_blocks_follow_the_order_of_the_targets():
    assert block_pools(6, 4, 2).tolist() == [[0, 1]] * 3 + [[2, 3]] * 3
    assert np.bincount(block_pools(10, 4)[:, 0]).tolist() == [3, 2, 3, 2]


def test_nearest_are_nearest():
    places = rng(3).uniform(0, 4, (50, 2))
    far = np.linalg.norm(places[:, np.newaxis] - GRID, axis=2)
    assert np.array_equal(nearest_pools(places, GRID, 4), far.argsort(axis=1)[:, :4])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("size", [1, 4])
def test_a_share_of_the_synapses_has_an_astrocyte_of_its_pool(share, size):
    pools = random_pools(rng(4), 200, 20, size)
    found = connect_third(rng(5), EDGES, pools, share)
    with_one = found.astrocyte >= 0
    spread = np.sqrt(share * (1 - share) / len(EDGES))
    assert abs(with_one.mean() - share) <= 5 * spread
    for edge in np.flatnonzero(with_one):
        assert found.astrocyte[edge] in pools[EDGES.target[edge]]
    assert found.targets.weight.sum() == with_one.sum()
    total = np.bincount(found.terminals.target, found.terminals.weight)
    np.testing.assert_allclose(total[total > 0], 1)
    order = found.terminals.source.astype(int) * 20 + found.terminals.target
    assert np.all(np.diff(order) > 0)


def test_pools_of_one_are_domains():
    pools = block_pools(200, 20)
    found = connect_third(rng(), EDGES, pools).terminals
    domain = pools[:, 0]
    size = np.bincount(domain[EDGES.target], minlength=20)
    expected = domain_terminals(EDGES, domain, size)
    for name in ("source", "target", "weight"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: random_pools(rng(), 9, 4, 0), "pool of 0 of 4"),
        (lambda: random_pools(rng(), 9, 4, 5), "pool of 5 of 4"),
        (lambda: random_pools(rng(), 9, 0), "pool of 1 of 0"),
        (lambda: block_pools(9, 5, 2), "5 astrocytes in blocks of 2"),
        (lambda: nearest_pools(GRID, GRID, 21), "pool of 21 of 20"),
        (lambda: nearest_pools(GRID * np.nan, GRID), "not finite"),
        (lambda: connect_third(rng(), EDGES, block_pools(200, 4), np.nan), "share of nan"),
        (lambda: connect_third(rng(), EDGES, block_pools(200, 4), 1.1), "allowed: 0 to 1"),
        (lambda: connect_third(rng(), EDGES, block_pools(20, 4)), "pools for 20 neurons"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(call, said):
    with pytest.raises(ModelError, match=said) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1


def test_no_synapses_have_no_third_factor():
    none = Edges(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    found = connect_third(rng(), none, block_pools(3, 3))
    assert (len(found.astrocyte), len(found.terminals), len(found.targets)) == (0, 0, 0)
