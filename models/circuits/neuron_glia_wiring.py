"""Who is wired to whom in the circuit `neuron_glia_2019`, and which astrocyte holds which cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.mechanisms.astrocyte.gap_junction import graph_edges
from models.parameters import ParameterError, ParameterSet
from models.streams import stream
from models.tissue.wiring import Edges, draw_edges, join_edges

REFERENCE_SIZE = 4000
PLACEMENTS = ("tissue", "published")


@dataclass(frozen=True)
class Wiring:
    """One network as host arrays.

    Attributes
    ----------
    n_E, n_I, n_A : int
        Excitatory cells, inhibitory cells (they follow the excitatory ones) and astrocytes.
    excitatory, inhibitory : Edges
        From excitatory and from inhibitory cells to all cells; weight 1. Sources and targets alike
        count all cells, so the first inhibitory cell is `n_E`.
    domain : ndarray of int, shape (n_E + n_I,)
        Astrocyte whose domain holds the excitatory synapses onto a cell, -1 for none.
    gap_junctions : Edges
    v, g_ampa, g_gaba : ndarray, shape (n_E + n_I,)
        Initial state of the cells: V, and conductances relative to one full release.
    """

    n_E: int
    n_I: int
    n_A: int
    excitatory: Edges
    inhibitory: Edges
    domain: NDArray[np.int64]
    gap_junctions: Edges
    v: NDArray[np.float64]
    g_ampa: NDArray[np.float64]
    g_gaba: NDArray[np.float64]

    @property
    def n_cells(self) -> int:
        """Cells of one network."""
        return self.n_E + self.n_I


def _place(
    n_E: int, n_I: int, n_A: int, side: float, placement: str, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Domain of every cell.

    Excitatory cells stand on a grid. In ``"tissue"`` inhibitory cells stand anywhere, and a cell
    belongs to the astrocyte in whose square it stands. ``"published"`` follows the published
    program, which centres the grid on 0 and numbers astrocytes as if it began there: fewer than
    half of the astrocytes have any synapse (how many hangs on rounding), and all inhibitory cells,
    which it does not place, belong to the first one.
    """
    rows, rows_A = int(np.sqrt(n_E)), int(np.sqrt(n_A))
    columns = n_E // rows
    step, step_A = side / columns, side / rows_A
    cell = np.arange(n_E)
    x, y = (cell // rows) * step, (cell % rows) * step
    if placement == "published":
        x = np.concatenate([x - rows / 2 * step, np.zeros(n_I)])
        y = np.concatenate([y - columns / 2 * step, np.zeros(n_I)])
        index = np.trunc(np.trunc(x / step_A) + n_A / rows_A * np.trunc(y / step_A)).astype(int)
        return np.where((index >= 0) & (index < n_A), index, -1)
    x = np.concatenate([x, rng.uniform(0, side, n_I)])
    y = np.concatenate([y, rng.uniform(0, side, n_I)])
    column, row = np.floor(x / step_A).astype(int), np.floor(y / step_A).astype(int)
    return np.minimum(column * rows_A + np.minimum(row, rows_A - 1), n_A - 1)


def _gap_junctions(n_A: int, side: float, reach: float) -> Edges:
    """Couple astrocytes of the grid that are less than `reach` apart."""
    rows = int(np.sqrt(n_A))
    step = side / rows
    cell = np.arange(n_A)
    far = int(reach // step)
    pairs = []
    for right in range(far + 1):
        for down in range(-far, far + 1):
            if (right, down) > (0, 0) and np.hypot(right, down) * step < reach:
                row = cell % rows + down
                other = cell + right * rows + down
                keep = (row >= 0) & (row < rows) & (other < n_A)
                pairs.append(np.stack([cell[keep], other[keep]], axis=1))
    return graph_edges(np.concatenate(pairs), n_A)


def draw_wiring(
    parameters: ParameterSet, seed: int, size: int = REFERENCE_SIZE, placement: str = "tissue"
) -> Wiring:
    """Draw one network.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``neuron_glia_2019``.
    seed : int
    size : int
        Number of cells, about; in-degrees and distances stay those of the tables.
    placement : str
        One of `PLACEMENTS`: where cells stand among astrocytes, see `_place`.

    Returns
    -------
    Wiring

    Raises
    ------
    ParameterError
        For a `size` at which there are fewer cells than a cell has synapses, or an unknown
        placement.
    """
    if placement not in PLACEMENTS:
        raise ParameterError(f"unknown placement '{placement}'; allowed: {', '.join(PLACEMENTS)}")
    full = {name: round(parameters.value(f"population.n_{name}")) for name in "EIA"}
    scale = size / (full["E"] + full["I"])
    least = round(
        (full["E"] + full["I"]) * max(parameters.value(f"projection.p_{k}") for k in "EI")
    )
    if size < max(least, 20):
        raise ParameterError(
            f"size = {size} cells; allowed: at least {max(least, 20)}, so that in-degrees stay"
        )
    n_E, n_I, n_A = (round(full[name] * scale) for name in "EIA")
    side = parameters.value("population.side") * np.sqrt(scale)
    everyone = np.arange(n_E + n_I)

    def edges(name: str, sources: NDArray[np.int64]) -> Edges:
        indegree = parameters.value(f"projection.p_{name}") * full[name]
        return draw_edges(stream(seed, f"wiring/{name}"), sources, everyone, indegree, 1.0, 0.0)

    rng = stream(seed, "initial")
    E_L, V_th = parameters.value("lif.E_L"), parameters.value("lif.V_th")
    return Wiring(
        n_E=n_E,
        n_I=n_I,
        n_A=n_A,
        excitatory=edges("E", everyone[:n_E]),
        inhibitory=edges("I", everyone[n_E:]),
        domain=_place(n_E, n_I, n_A, side, placement, stream(seed, "layout")),
        gap_junctions=_gap_junctions(n_A, side, parameters.value("population.reach")),
        v=1e-3 * rng.uniform(E_L, V_th, len(everyone)),
        g_ampa=rng.uniform(size=len(everyone)),
        g_gaba=rng.uniform(size=len(everyone)),
    )


def side_by_side(wirings: Sequence[Wiring]) -> Wiring:
    """One wiring that holds all `wirings`, of equal size, without links between them.

    Cells are ordered by network, so excitatory cells of the second follow inhibitory ones of the
    first; `n_E`, `n_I` and `n_A` count one network.
    """
    first = wirings[0]

    def joined(name: str, count: int) -> Edges:
        parts = []
        for k, wiring in enumerate(wirings):
            own = getattr(wiring, name)
            parts.append(Edges(own.source + k * count, own.target + k * count, own.weight))
        return join_edges(parts)

    n, n_A = first.n_cells, first.n_A
    domain = [np.where(w.domain < 0, -1, w.domain + k * n_A) for k, w in enumerate(wirings)]
    return Wiring(
        n_E=first.n_E,
        n_I=first.n_I,
        n_A=n_A,
        excitatory=joined("excitatory", n),
        inhibitory=joined("inhibitory", n),
        domain=np.concatenate(domain),
        gap_junctions=joined("gap_junctions", n_A),
        **{
            name: np.concatenate([getattr(w, name) for w in wirings])
            for name in ("v", "g_ampa", "g_gaba")
        },
    )
