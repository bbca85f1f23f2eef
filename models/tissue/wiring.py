"""Random wiring drawn on the host: edge lists that every device receives alike.

Projections have a mean in-degree rather than a probability, so a cell meets the same input whatever
the size of the network, and drawing costs memory in proportion to the edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.checks import ModelError

MOST_REDRAWS = 1e8
"""Draws, about, beyond which `draw_edges` ranks all sources; every shipped circuit needs fewer."""
RANKED_AT_ONCE = 2**22


@dataclass(frozen=True)
class Edges:
    """Synapses from `source` to `target`, sorted by source, with one `weight` each.

    Attributes
    ----------
    source, target : ndarray of int32, shape (n_edges,)
        Indices within the source and target group.
    weight : ndarray of float64, shape (n_edges,)
        In the unit that the user of the edges states.
    """

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.source)


def draw_edges(
    rng: Generator,
    sources: NDArray[np.integer],
    targets: NDArray[np.integer],
    indegree: float,
    weight: float,
    sigma: float,
) -> Edges:
    """Connect random `sources` to every one of `targets`, never twice nor to itself.

    Parameters
    ----------
    rng : numpy.random.Generator
    sources, targets : ndarray of int
        Indices of the cells within their groups (see `drop_autapses` for recurrent ones).
    indegree : float
        Mean number of inputs of a target; the number is binomial. ``len(sources)`` or more
        connects every source with every target, as populations of small networks need.
    weight : float
        Mean weight.
    sigma : float
        Log-normal spread of the weights around that mean.

    Returns
    -------
    Edges

    Raises
    ------
    ModelError
        Before anything is drawn: for an in-degree or a spread that is negative or not finite, or a
        weight that is not finite.
    """
    for name, value, least in (
        ("indegree", indegree, 0), ("sigma", sigma, 0), ("weight", weight, -np.inf)
    ):  # fmt: skip
        if not (np.isfinite(value) and value >= least):
            allowed = "a number, 0 or more" if least == 0 else "a number"
            raise ModelError(f"{name} = {value:g} of random connections; allowed: {allowed}")
    n_sources = len(sources)
    if n_sources == 0 or len(targets) == 0 or indegree == 0:
        return Edges(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    counts = rng.binomial(n_sources, min(1.0, indegree / n_sources), size=len(targets))
    post = np.repeat(np.arange(len(targets)), counts)
    crowding = 2 * n_sources / (n_sources - int(np.max(counts)) + 1)
    draw = _ranked if len(post) * crowding > MOST_REDRAWS else _redrawn
    pre = draw(rng, post, counts, n_sources)
    weights = weight * np.exp(sigma * rng.standard_normal(len(post)) - 0.5 * sigma**2)
    return sort_edges(sources[pre], targets[post], weights)


def one_to_one(
    sources: NDArray[np.integer], targets: NDArray[np.integer], weight: float
) -> Edges:
    """Connect each source with the target of its place.

    Raises
    ------
    ModelError
        If there are more of the one than of the other.
    """
    if len(sources) != len(targets):
        raise ModelError(
            f"{len(sources)} fibres for {len(targets)} cells, one to one; give as many"
        )
    return sort_edges(sources, targets, np.full(len(sources), float(weight)))


def _redrawn(
    rng: Generator, post: NDArray[np.integer], counts: NDArray[np.integer], n_sources: int
) -> NDArray[np.integer]:
    """Different sources for each target, in O(edges) where few are drawn twice.

    Duplicates are drawn again until none is left; only targets that still have some are looked at.
    """
    pre = rng.integers(n_sources, size=len(post))
    looked_at = np.arange(len(post))
    while len(looked_at):
        key = post[looked_at].astype(np.int64) * n_sources + pre[looked_at]
        order = np.argsort(key, kind="stable")
        again = looked_at[order[1:][key[order][1:] == key[order][:-1]]]
        pre[again] = rng.integers(n_sources, size=len(again))
        unsettled = np.zeros(len(counts), dtype=bool)
        unsettled[post[again]] = True
        looked_at = looked_at[unsettled[post[looked_at]]]
    return pre


def _ranked(
    rng: Generator, post: NDArray[np.integer], counts: NDArray[np.integer], n_sources: int
) -> NDArray[np.integer]:
    """Different sources for each target, in O(sources x targets) however many are drawn.

    Every target ranks all sources at random and takes the first ones.
    """
    pre = np.empty(len(post), dtype=np.int64)
    end = np.cumsum(counts)
    at_once = max(1, RANKED_AT_ONCE // n_sources)
    for start in range(0, len(counts), at_once):
        some = counts[start : start + at_once]
        rank = rng.random((len(some), n_sources)).argsort(axis=1)
        taken = np.arange(n_sources) < some[:, np.newaxis]
        pre[end[start] - counts[start] : end[start + len(some) - 1]] = rank[taken]
    return pre


def sort_edges(
    source: NDArray[np.integer], target: NDArray[np.integer], weight: NDArray[np.float64]
) -> Edges:
    """Return the edges in the order (source, target)."""
    order = np.lexsort((target, source))
    return Edges(source[order].astype(np.int32), target[order].astype(np.int32), weight[order])


def drop_autapses(edges: Edges) -> Edges:
    """Return `edges` of one group onto itself without self-connections."""
    keep = edges.source != edges.target
    return Edges(edges.source[keep], edges.target[keep], edges.weight[keep])


def join_edges(projections: list[Edges]) -> Edges:
    """Return all edges of `projections`, sorted by source."""
    return sort_edges(
        np.concatenate([edges.source for edges in projections]),
        np.concatenate([edges.target for edges in projections]),
        np.concatenate([edges.weight for edges in projections]),
    )


def domain_terminals(
    edges: Edges, domain: NDArray[np.integer], domain_size: NDArray[np.integer]
) -> Edges:
    """One edge per pair of source and astrocyte domain, with its share of the domain's synapses.

    Parameters
    ----------
    edges : Edges
        Tripartite synapses onto the cells of the domains.
    domain : ndarray of int, shape (n_targets,)
        Domain of each target cell.
    domain_size : ndarray of int, shape (n_domains,)
        Number of all tripartite synapses in each domain.

    Returns
    -------
    Edges
        `weight` is the share ``frac``, between 0 and 1.
    """
    n_domains = len(domain_size)
    pairs = edges.source.astype(np.int64) * n_domains + domain[edges.target]
    unique, counts = np.unique(pairs, return_counts=True)
    source, target = np.divmod(unique, n_domains)
    return sort_edges(source, target, counts / domain_size[target])


def grid_neighbours(rows: int, columns: int) -> Edges:
    """Both directions of all nearest-neighbour pairs on a rows x columns grid, weight 1."""
    index = np.arange(rows * columns).reshape(rows, columns)
    one = np.concatenate([index[:, :-1].ravel(), index[:-1, :].ravel()])
    other = np.concatenate([index[:, 1:].ravel(), index[1:, :].ravel()])
    source, target = np.concatenate([one, other]), np.concatenate([other, one])
    return sort_edges(source, target, np.ones(len(source)))


def _some(indices: NDArray[np.integer]) -> str:
    shown = ", ".join(str(index) for index in indices[:5])
    return shown + (f" and {len(indices) - 5} more" if len(indices) > 5 else "")


def check_graph(edges: Edges, n: int) -> None:
    """Check that `edges` couple all of `n` astrocytes, each pair once in each direction.

    Raises
    ------
    ModelError
        For an edge that leaves the graph, joins a cell to itself, stands twice or lacks its way
        back, and for isolated cells.
    """
    source, target = edges.source.astype(np.int64), edges.target.astype(np.int64)
    outside = (source < 0) | (source >= n) | (target < 0) | (target >= n)
    if outside.any():
        first = np.flatnonzero(outside)[0]
        raise ModelError(
            f"edge {source[first]}-{target[first]} names an astrocyte that is not there; "
            f"allowed: 0 to {n - 1}"
        )
    if (source == target).any():
        own = np.unique(source[source == target])
        raise ModelError(f"astrocyte {_some(own)} is coupled to itself; remove the edge")
    key, count = np.unique(source * n + target, return_counts=True)
    if (count > 1).any():
        twice = key[count > 1][0]
        raise ModelError(
            f"edge {twice // n}-{twice % n} stands {count.max()} times; give each pair once"
        )
    missing = np.setdiff1d(key % n * n + key // n, key)
    if len(missing):
        raise ModelError(
            f"edge {missing[0] // n}-{missing[0] % n} is missing: a gap junction carries IP3 both "
            "ways; build the edges with graph_edges"
        )
    alone = np.setdiff1d(np.arange(n), source)
    if len(alone):
        raise ModelError(
            f"astrocyte {_some(alone)} is isolated; couple it or leave it out of the graph"
        )
