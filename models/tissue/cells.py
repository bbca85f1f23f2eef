"""One animal's cells and fibres as host arrays.

Populations with the same equations share one Brian2 group: `principal` holds the memory population
(the only one with tripartite synapses), `other` all remaining cells. Fear and extinction cells are
not among the populations: which cell becomes which follows from its random afferents and
plasticity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tissue.anatomy import ASTROCYTE, OTHER, PRINCIPAL, Anatomy
from models.tissue.wiring import Edges

REFERENCE_SIZE = 1000
SIZE_RANGE = (250, 200_000)


@dataclass(frozen=True)
class Tissue:
    """One animal's circuit as host arrays, before any Brian2 object exists.

    Attributes
    ----------
    anatomy : Anatomy
    population : ndarray of int8, shape (n_neurons,)
        Index into the names of its populations; the `n_principal` principal cells come first.
    projection : ndarray of int8, shape (n_neurons,)
        Index into the labels of its classes of projection.
    position : ndarray, shape (n_neurons, 2)
        Cells of the region of the memory population in their square, um; NaN elsewhere.
    domain : ndarray of int32, shape (n_neurons,)
        Astrocyte of each principal cell, -1 for others.
    astrocyte_position : ndarray, shape (n_astrocytes, 2)
    E_L : ndarray, shape (n_neurons,)
        Leak reversal of each cell, V.
    afferents, drives : dict of str to slice
        Where each afferent sits in its spike source.
    static : dict of (source group, target group, receptor, terminal) to Edges
        Weights in nS.
    tripartite : dict of source group to Edges
        Onto principal cells; weights are naive weights w_0.
    terminals : dict of source group to Edges
        Onto astrocytes; weights are shares of the domain.
    gain : ndarray, shape (n_astrocytes,)
        Each astrocyte's glutamate response relative to the mean.
    volume : dict of (transmitter, target) to Edges
        From modulators in `other` to astrocytes or principal cells; weights are shares of the
        volume release.
    gap_junctions : Edges
    """

    anatomy: Anatomy
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
    static: dict[tuple[str, str, str, str], Edges]
    tripartite: dict[str, Edges]
    terminals: dict[str, Edges]
    gain: NDArray[np.float64]
    volume: dict[tuple[str, str], Edges]
    gap_junctions: Edges

    @property
    def n_neurons(self) -> int:
        """Number of cells of all populations."""
        return len(self.population)

    @property
    def n_astrocytes(self) -> int:
        """Number of astrocytes, which is that of domains."""
        return len(self.astrocyte_position)

    @property
    def groups(self) -> dict[str, slice]:
        """Where the cells of each group stand among all neurons."""
        return {
            PRINCIPAL: slice(0, self.n_principal), OTHER: slice(self.n_principal, self.n_neurons)
        }  # fmt: skip

    def cells(self, name: str) -> NDArray[np.int64]:
        """Neuron indices of a population or of a class of projection."""
        column, number = self.anatomy.index(name)
        return np.flatnonzero(getattr(self, column) == number)

    def members(self, name: str) -> tuple[str, NDArray[np.int64]]:
        """Group of a population, class or afferent, or of the astrocytes, and indices therein."""
        group = self.anatomy.group(name)
        if group == ASTROCYTE:
            return group, np.arange(self.n_astrocytes)
        if group in self.groups:
            return group, self.cells(name) - self.groups[group].start
        where = {**self.afferents, **self.drives}[name]
        return group, np.arange(where.start, where.stop)
