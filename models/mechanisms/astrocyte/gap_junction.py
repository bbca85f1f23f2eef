"""Gap junctions: the IP3 flux between coupled astrocytes, and the graphs they form.

Every pair of coupled cells stands in the edge list in both directions, so what one cell gives the
other receives, and the sum of IP3 over all cells changes by rounding only.
"""

from __future__ import annotations

from collections.abc import Mapping

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.mechanisms.mechanism import AWAKE, Mechanism, Tool
from models.tissue.wiring import Edges, check_graph, sort_edges

# What a coupled astrocyte needs: the summed flux (Stimberg et al. 2019, eq. 22), a term of
# `models.mechanisms.astrocyte.ip3.ip3_balance`.
COUPLED = "J_gap : mmolar/second\n"

# Below I_theta almost nothing flows, above it the flux saturates at F (Goldberg et al. 2010, PLoS
# Comput Biol 6:e1000909, and Lallouette et al. 2014, Front Comput Neurosci 8:45, numbers not
# verified; Stimberg et al. 2019, eq. 22).
THRESHOLD_FLUX = """
J_gap_post = -F/2*(1 + tanh((abs(I_post - I_pre) - I_theta)/omega_I))*
             sign(I_post - I_pre) : mmolar/second (summed)
"""

# Fick's law (Goldberg et al. 2010, linear case; number not verified).
LINEAR_FLUX = "J_gap_post = -k_gap*(I_post - I_pre) : mmolar/second (summed)"

# Blocked junctions (chosen: no flux), in place of the object that would carry a flux.
BLOCKED_FLUX = "J_gap_post = 0/second*(I_post - I_pre) : mmolar/second (summed)"

# Kinds of junction to choose from (Goldberg et al. 2010 compare the first two).
FLUXES = {"threshold": THRESHOLD_FLUX, "linear": LINEAR_FLUX, "none": BLOCKED_FLUX}


def ring_edges(n: int, reach: int = 1) -> Edges:
    """Couple each of `n` cells on a ring with its `reach` nearest on either side.

    Raises
    ------
    ModelError
        If the ring is too small for `reach` (a pair would be coupled twice).
    """
    cells = np.arange(n)
    pairs = np.concatenate(
        [np.stack([cells, (cells + step) % n], axis=1) for step in range(1, reach + 1)]
    )
    return graph_edges(pairs, n)


def grid_edges(rows: int, columns: int, reach: float = 1.0) -> Edges:
    """Couple cells of a grid that are at most `reach` grid spacings apart.

    Cell ``row*columns + column`` stands at (column, row). A reach of 1 couples the four nearest,
    1.5 the eight around, larger ones dense long-range graphs.
    """
    index = np.arange(rows * columns).reshape(rows, columns)
    far = int(np.floor(reach))
    pairs = []
    for down in range(far + 1):
        for right in range(-far, far + 1):
            if (down, right) > (0, 0) and np.hypot(down, right) <= reach:
                one = index[: rows - down, max(0, -right) : columns - max(0, right)]
                other = index[down:, max(0, right) : columns - max(0, -right)]
                pairs.append(np.stack([one.ravel(), other.ravel()], axis=1))
    return graph_edges(np.concatenate(pairs), rows * columns)


def graph_edges(pairs: NDArray[np.integer] | list[tuple[int, int]], n: int) -> Edges:
    """Both directions of an arbitrary list of coupled pairs among `n` cells.

    Parameters
    ----------
    pairs : array_like of int, shape (n_pairs, 2)
        Each pair once, in either order.
    n : int
        Number of cells.

    Returns
    -------
    Edges
        Weight 1, sorted by source.

    Raises
    ------
    ModelError
        If a pair stands twice, joins a cell to itself or names a cell that is not there, or if a
        cell is in no pair.
    """
    array = np.asarray(pairs, dtype=int).reshape(-1, 2)
    source = np.concatenate([array[:, 0], array[:, 1]])
    target = np.concatenate([array[:, 1], array[:, 0]])
    edges = sort_edges(source, target, np.ones(len(source)))
    check_graph(edges, n)
    return edges


def gap_junctions(
    group: b2.NeuronGroup,
    edges: Edges,
    kind: str,
    namespace: Mapping[str, object] | None = None,
) -> b2.Synapses:
    """Couple the astrocytes of `group`, which has the variable of `COUPLED`.

    Parameters
    ----------
    group : brian2.NeuronGroup
    edges : Edges
        From `ring_edges`, `grid_edges` or `graph_edges`.
    kind : str
        One of `FLUXES`: ``"threshold"`` (constants F, I_theta, omega_I), ``"linear"`` (k_gap) or
        ``"none"``.
    namespace : mapping, optional
        The constants; by default those of `group`.

    Returns
    -------
    brian2.Synapses

    Raises
    ------
    ValueError
        For an unknown `kind`.
    ModelError
        If `group` cannot be coupled, or the edges are not a graph of coupled cells (see
        `models.tissue.wiring.check_graph`).
    """
    if kind not in FLUXES:
        raise ValueError(f"unknown gap junction '{kind}'; allowed: {', '.join(FLUXES)}")
    if "J_gap" not in group.variables:
        raise ModelError(
            f"group '{group.name}' has no variable J_gap; add models.mechanisms."
            "gap_junction.COUPLED to its equations and the term J_gap to ip3_balance"
        )
    check_graph(edges, len(group))
    constants = dict(group.namespace if namespace is None else namespace)
    junctions = b2.Synapses(
        group, group, model=FLUXES[kind], namespace=constants, clock=group.clock,
        name="gap_junction*",
    )  # fmt: skip
    junctions.connect(i=edges.source, j=edges.target)
    return junctions


# The blocker closes a share of them (chosen: the same of every junction).
MECHANISM = Mechanism(
    name="gap junctions",
    cells=("astrocyte",),
    equations=COUPLED + "drug_gap : 1\n",
    clock=AWAKE,
    parameters=("gap_junction",),
    adds={"ip3_made": " + J_gap*(1 - drug_gap)"},
    tools=(
        Tool(
            "gap_junction_block", "connexin 30/43 blocker", "astrocyte.drug_gap",
            "J_gap*(1 - drug_gap)", "1 = no IP3 passes", 1.0, "Stimberg et al. 2019, eq. 22",
        ),
    ),
)  # fmt: skip
