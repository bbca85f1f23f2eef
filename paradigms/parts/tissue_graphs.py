"""Astrocytes in space and who is coupled with whom: the graphs of the paradigm ``calcium_wave``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from astrogram.errors import AstrogramError
from astrogram.text import shown
from models.mechanisms.astrocyte.gap_junction import graph_edges, ring_edges
from models.tissue.wiring import Edges
from paradigms.parts.options import check_count

#: Graphs and what they are.
GRAPHS = {
    "ring": "each cell coupled with its two neighbours on a ring",
    "grid": "a square sheet, each cell coupled with its four nearest",
    "dense_grid": "the sheet, each cell coupled with its eight nearest",
    "random_grid": "the sheet, as many couplings as in grid, between cells at any distance",
    "cube": "a block of tissue, each cell coupled with its six nearest",
    "dense_cube": "the block, each cell coupled with its eighteen nearest",
    "random_cube": "the block, as many couplings as in cube, between cells at any distance",
}
DEFAULT_SIZE = {"ring": 51, "grid": 15**2, "cube": 11**3}
DIAGONAL = 1.5
"""Reach of dense graphs in spacings: the diagonals of a square are in, two steps are not."""


class GraphError(AstrogramError, ValueError):
    """A graph that is unknown or too small; the message is one line."""


@dataclass(frozen=True)
class AstrocyteGraph:
    """Coupled astrocytes and the one that is stimulated.

    Attributes
    ----------
    edges : Edges
        Both directions of every coupling.
    position : ndarray, shape (n, 2 or 3)
        In spacings.
    distance : ndarray, shape (n,)
        Distance from the stimulated cell in spacings, along the ring or straight.
    stimulated : int
        The cell in the middle.
    """

    edges: Edges
    position: NDArray[np.float64]
    distance: NDArray[np.float64]
    stimulated: int


def graph_size(graph: str, size: int | None = None) -> int:
    """Number of astrocytes that `build_tissue` places when asked for `size`.

    Raises
    ------
    GraphError, OptionError
        For an unknown graph, and too few or too many cells.
    """
    if graph not in GRAPHS:
        raise GraphError(f"unknown graph {shown(graph)}; allowed: {', '.join(GRAPHS)}")
    shape = graph.rpartition("_")[2]
    size = DEFAULT_SIZE[shape] if size is None else size
    check_count("--size", size, 1)
    if shape == "ring":
        if size < 5:
            raise GraphError(f"a ring of {size} astrocytes is too small; allowed: 5 and more")
        return size
    dimensions = 2 if shape == "grid" else 3
    side = round(size ** (1 / dimensions))
    if side < 3:
        raise GraphError(
            f"{size} astrocytes are too few for a {shape}; allowed: {3**dimensions} and more"
        )
    return int(side**dimensions)


def build_tissue(graph: str, size: int | None, rng: Generator) -> AstrocyteGraph:
    """Place and couple about `size` astrocytes.

    Parameters
    ----------
    graph : str
        One of `GRAPHS`.
    size : int, optional
        Number of cells, rounded to a full square or cube; default `DEFAULT_SIZE`.
    rng : numpy.random.Generator
        For random graphs.

    Raises
    ------
    GraphError
        For an unknown graph or too few cells.
    """
    n = graph_size(graph, size)
    shape = graph.rpartition("_")[2]
    if shape == "ring":
        return _ring(n)
    dimensions = 2 if shape == "grid" else 3
    side = round(n ** (1 / dimensions))
    axes = [np.arange(side, dtype=float)] * dimensions
    position = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)
    middle = len(position) // 2 if side % 2 else int(np.argmin(_far(position, (side - 1) // 2)))
    reach = DIAGONAL if graph.startswith("dense") else 1.0
    pairs = cKDTree(position).query_pairs(reach + 1e-9, output_type="ndarray")
    if graph.startswith("random"):
        pairs = _random_pairs(len(position), len(pairs), rng)
    straight = np.linalg.norm(position - position[middle], axis=1)
    return AstrocyteGraph(graph_edges(pairs, len(position)), position, straight, middle)


def _far(position: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(position - centre, axis=1))


def _ring(size: int) -> AstrocyteGraph:
    angle = 2 * np.pi * np.arange(size) / size
    position = np.stack([np.cos(angle), np.sin(angle)], axis=1) * size / (2 * np.pi)
    middle = size // 2
    steps = np.abs(np.arange(size) - middle)
    along = np.minimum(steps, size - steps).astype(float)
    return AstrocyteGraph(ring_edges(size), position, along, middle)


def _random_pairs(n: int, count: int, rng: Generator) -> NDArray[np.int64]:
    """Different random pairs, one for each cell first, so that none is isolated."""
    order = rng.permutation(n)
    drawn = [np.stack([order, np.roll(order, 1)], axis=1)[::2]]
    missing = count
    chosen = np.empty((0, 2), dtype=np.int64)
    while missing > 0:
        drawn.append(rng.integers(n, size=(2 * missing, 2)))
        both = np.sort(np.concatenate(drawn), axis=1)
        both = both[both[:, 0] != both[:, 1]]
        _, first = np.unique(both, axis=0, return_index=True)
        chosen = both[np.sort(first)][:count]
        missing = count - len(chosen)
    return chosen
