"""The cells of the circuit `amygdala_prefrontal`, its projections by name, and one animal's share.

Populations with the same equations share one Brian2 group: `principal` holds the BLA principal
cells (the only ones with tripartite synapses), `other` all remaining cells. Fear and extinction
cells are not among the populations: which cell becomes which follows from its random afferents and
plasticity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tissue.wiring import Edges

POPULATIONS = (
    "BLA_P", "BLA_PV", "BLA_SOM", "PL_P", "PL_I", "IL_P", "IL_I",
    "ITC", "CeL_on", "CeL_off", "CeM", "LC", "VTA",
)  # fmt: skip
INHIBITORY = frozenset({"BLA_PV", "BLA_SOM", "PL_I", "IL_I", "ITC", "CeL_on", "CeL_off"})
# The US silences omission-signalling cells (by way of habenula and rostromedial tegmentum, which
# are not modelled): this one projection of an excitatory afferent acts on the inhibitory
# conductance.
INHIBITORY_PROJECTIONS = frozenset({("US", "VTA")})
PROJECTIONS = ("none", "PL", "IL", "CeA")
AFFERENTS = ("CS", "context_A", "context_B")
DRIVES = ("background", "US")
ASTROCYTES = "astrocytes"
REFERENCE_SIZE = 1000
SIZE_RANGE = (250, 200_000)


@dataclass(frozen=True)
class Tissue:
    """One animal's circuit as host arrays, before any Brian2 object exists.

    Attributes
    ----------
    population : ndarray of int8, shape (n_neurons,)
        Index into `POPULATIONS`; the `n_principal` BLA principal cells come first.
    projection : ndarray of int8, shape (n_neurons,)
        Index into `PROJECTIONS`.
    position : ndarray, shape (n_neurons, 2)
        BLA cells in their square, um; NaN elsewhere.
    domain : ndarray of int32, shape (n_neurons,)
        Astrocyte of each BLA principal cell, -1 for others.
    astrocyte_position : ndarray, shape (n_astrocytes, 2)
    E_L : ndarray, shape (n_neurons,)
        Leak reversal of each cell, V.
    afferents, drives : dict of str to slice
        Where each afferent sits in its spike source.
    static : dict of (source group, target group, receptor) to Edges
        Weights in nS.
    tripartite : dict of source group to Edges
        Onto principal cells; weights are naive weights w_0.
    terminals : dict of source group to Edges
        Onto astrocytes; weights are shares of the domain.
    gain : ndarray, shape (n_astrocytes,)
        Each astrocyte's glutamate response relative to the mean.
    noradrenaline, dopamine : Edges
        From `other` (LC) to all astrocytes and from `other` (VTA) to principal cells; weights are
        shares of the volume release.
    gap_junctions : Edges
    """

    size: int
    n_principal: int
    population: NDArray[np.int8]
    projection: NDArray[np.int8]
    position: NDArray[np.float64]
    domain: NDArray[np.int32]
    astrocyte_position: NDArray[np.float64]
    E_L: NDArray[np.float64]
    afferents: dict[str, slice]
    drives: dict[str, slice]
    static: dict[tuple[str, str, str], Edges]
    tripartite: dict[str, Edges]
    terminals: dict[str, Edges]
    gain: NDArray[np.float64]
    noradrenaline: Edges
    dopamine: Edges
    gap_junctions: Edges

    @property
    def n_neurons(self) -> int:
        """Number of cells of all populations."""
        return len(self.population)

    @property
    def n_astrocytes(self) -> int:
        """Number of astrocytes, which is that of domains."""
        return len(self.astrocyte_position)

    def cells(self, name: str) -> NDArray[np.int64]:
        """Neuron indices of a population; ``BLA_PL``, ``BLA_IL``, ``BLA_CeA`` by projection."""
        region, _, label = name.partition("_")
        if region == "BLA" and label in PROJECTIONS:
            return np.flatnonzero(self.projection == PROJECTIONS.index(label))
        return np.flatnonzero(self.population == POPULATIONS.index(name))
