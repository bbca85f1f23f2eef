"""Which astrocyte takes part in a synapse: connection rules with a third factor.

A synapse between two neurons has an astrocyte with some probability; it is drawn from the pool of
astrocytes that the target neuron has (after NEST's tripartite connectivity). With pools of one
astrocyte every neuron lies in one domain, ``pools[:, 0]``, as
`models.tissue.wiring.domain_terminals` takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.checks import ModelError
from models.tissue.wiring import Edges, sort_edges

_AT_ONCE = 2**22


@dataclass(frozen=True)
class Tripartite:
    """The third factor of a set of synapses.

    Attributes
    ----------
    astrocyte : ndarray of int, shape (n_edges,)
        Astrocyte of each synapse, -1 for none.
    terminals : Edges
        From source neurons to astrocytes, for `models.mechanisms.synapse.TERMINAL`: `weight` is the
        share ``frac`` of all synapses of the astrocyte.
    targets : Edges
        From astrocytes to target neurons, for what they give back: `weight` is the number of
        synapses that the two have in common.
    """

    astrocyte: NDArray[np.int64]
    terminals: Edges
    targets: Edges


def random_pools(
    rng: Generator, n_targets: int, n_astrocytes: int, pool_size: int = 1
) -> NDArray[np.int64]:
    """Draw `pool_size` different astrocytes for every target, shape (n_targets, pool_size).

    Raises
    ------
    ModelError
        If the pool is empty or larger than the number of astrocytes.
    """
    _check_pool(n_astrocytes, pool_size)
    rows = max(1, _AT_ONCE // n_astrocytes)
    drawn = [
        rng.random((min(rows, n_targets - start), n_astrocytes)).argsort(axis=1)[:, :pool_size]
        for start in range(0, n_targets, rows)
    ]
    return np.concatenate(drawn) if drawn else np.empty((0, pool_size), dtype=np.int64)


def block_pools(n_targets: int, n_astrocytes: int, pool_size: int = 1) -> NDArray[np.int64]:
    """Share out targets in their order over blocks of `pool_size` astrocytes, as evenly as it goes.

    Raises
    ------
    ModelError
        If the pool is empty, or the astrocytes are not a whole number of pools.
    """
    _check_pool(n_astrocytes, pool_size)
    if n_astrocytes % pool_size:
        raise ModelError(
            f"{n_astrocytes} astrocytes in blocks of {pool_size}; allowed: a whole number of blocks"
        )
    block = np.arange(n_targets) * (n_astrocytes // pool_size) // max(1, n_targets)
    return block[:, np.newaxis] * pool_size + np.arange(pool_size)


def nearest_pools(
    targets: NDArray[np.floating], astrocytes: NDArray[np.floating], pool_size: int = 1
) -> NDArray[np.int64]:
    """Give every target its `pool_size` nearest astrocytes, nearest first.

    Parameters
    ----------
    targets, astrocytes : ndarray, shape (n, dimensions)
        Positions in one unit.
    pool_size : int

    Raises
    ------
    ModelError
        If the pool is empty or larger than the number of astrocytes, or a position is not finite.
    """
    _check_pool(len(astrocytes), pool_size)
    if not (np.isfinite(targets).all() and np.isfinite(astrocytes).all()):
        raise ModelError("positions hold values that are not finite; give numbers")
    _, pools = cKDTree(astrocytes).query(targets, k=np.arange(1, pool_size + 1))
    return np.asarray(pools, dtype=np.int64)


def connect_third(
    rng: Generator, edges: Edges, pools: NDArray[np.integer], share: float = 1.0
) -> Tripartite:
    """Give a share of the synapses an astrocyte out of the pool of their target.

    Parameters
    ----------
    rng : numpy.random.Generator
    edges : Edges
        Synapses between neurons.
    pools : ndarray of int, shape (n_targets, pool_size)
        From `random_pools`, `block_pools` or `nearest_pools`.
    share : float
        Probability that a synapse has an astrocyte.

    Raises
    ------
    ModelError
        For a share outside 0 to 1, or pools for fewer neurons than there are targets.
    """
    if not 0 <= share <= 1:
        raise ModelError(f"a share of {share:g} of synapses with an astrocyte; allowed: 0 to 1")
    last = int(np.max(edges.target, initial=-1))
    if last >= len(pools):
        raise ModelError(
            f"pools for {len(pools)} neurons and a synapse onto neuron {last}; "
            "give one pool for each neuron"
        )
    taken = rng.random(len(edges)) < share
    place = rng.integers(pools.shape[1], size=len(edges))
    astrocyte = np.where(taken, pools[edges.target, place], -1)
    with_one = astrocyte >= 0
    source, target, third = edges.source[with_one], edges.target[with_one], astrocyte[with_one]
    terminals = _counted(source, third)
    total = np.bincount(third)
    return Tripartite(
        astrocyte,
        Edges(terminals.source, terminals.target, terminals.weight / total[terminals.target]),
        _counted(third, target),
    )


def _counted(source: NDArray[np.integer], target: NDArray[np.integer]) -> Edges:
    """One edge for each pair, with the number of times that it stands."""
    pairs, count = np.unique(np.stack([source, target], axis=1), axis=0, return_counts=True)
    return sort_edges(pairs[:, 0], pairs[:, 1], count.astype(float))


def _check_pool(n_astrocytes: int, pool_size: int) -> None:
    if not 1 <= pool_size <= n_astrocytes:
        raise ModelError(f"a pool of {pool_size} of {n_astrocytes} astrocytes; allowed: 1 to all")
