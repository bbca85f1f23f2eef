"""Refuse what lies outside the regime where the model is defined, and stop a run that leaves it."""

from __future__ import annotations

import numpy as np

from models.wiring import Edges


class ModelError(ValueError):
    """Parameters, initial values, a graph or a time step outside the model's regime; one line."""


def _some(indices: np.ndarray) -> str:
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
