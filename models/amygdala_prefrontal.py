"""The circuit `amygdala_prefrontal`: who is there and who is wired to whom, drawn on the host.

Populations with the same equations share one Brian2 group: `principal` holds the BLA principal
cells (the only ones with tripartite synapses), `other` all remaining cells. Fear and extinction
cells are not among the populations: which cell becomes which follows from its random afferents and
plasticity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterError, ParameterSet
from models.streams import stream
from models.wiring import (
    Edges,
    domain_terminals,
    draw_edges,
    drop_autapses,
    grid_neighbours,
    join_edges,
)

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


def _layout(parameters: ParameterSet, size: int, seed: int) -> dict[str, object]:
    """Cells, labels, positions and domains."""
    counts = [
        max(2, round(parameters.value(f"population.{name}") * size / REFERENCE_SIZE))
        for name in POPULATIONS
    ]
    population = np.repeat(np.arange(len(POPULATIONS), dtype=np.int8), counts)
    n_principal = counts[0]
    rng = stream(seed, "layout")

    shares = [parameters.value(f"population.share_{name}") for name in ("PL", "IL")]
    if sum(shares) > 1:
        raise ParameterError(
            f"population.share_PL + population.share_IL = {sum(shares):g}; allowed: at most 1 "
            "(the rest projects to CeA)"
        )
    projection = np.zeros(len(population), np.int8)
    edges = np.cumsum([round(share * n_principal) for share in shares])
    labels = 1 + np.searchsorted(edges, np.arange(n_principal), side="right")
    projection[:n_principal] = rng.permutation(labels)

    per_astrocyte = parameters.value("population.cells_per_astrocyte")
    side_cells = max(2, round(np.sqrt(n_principal / per_astrocyte)))
    side = parameters.value("population.side") * np.sqrt(size / REFERENCE_SIZE)
    step = side / side_cells
    row, column = np.divmod(np.arange(side_cells**2), side_cells)
    astrocyte_position = (np.stack([column, row], axis=1) + 0.5) * step
    position = np.full((len(population), 2), np.nan)
    in_bla = np.flatnonzero(population <= POPULATIONS.index("BLA_SOM"))
    position[in_bla] = rng.uniform(0, side, size=(len(in_bla), 2))
    domain = np.full(len(population), -1, np.int32)
    cell = np.minimum((position[:n_principal] / step).astype(np.int32), side_cells - 1)
    domain[:n_principal] = cell[:, 1] * side_cells + cell[:, 0]

    sigma = parameters.value("astrocyte.gain_sigma")
    E_L = parameters.value("lif.E_L") + parameters.value("lif.E_L_sd") * rng.standard_normal(
        len(population)
    )
    return {
        "n_principal": n_principal,
        "population": population,
        "projection": projection,
        "position": position,
        "domain": domain,
        "astrocyte_position": astrocyte_position,
        "E_L": E_L * 1e-3,
        "gain": np.exp(sigma * rng.standard_normal(side_cells**2) - 0.5 * sigma**2),
        "gap_junctions": grid_neighbours(side_cells, side_cells),
    }


def _sources(parameters: ParameterSet, names: tuple[str, ...]) -> dict[str, slice]:
    """Consecutive slices of a spike source, one for each afferent."""
    slices, start = {}, 0
    for name in names:
        count = round(parameters.value(f"afferent.n_{name.split('_')[0]}"))
        slices[name] = slice(start, start + count)
        start += count
    return slices


def _recipients(
    parameters: ParameterSet, tissue: Tissue, source: str, seed: int
) -> NDArray[np.int64]:
    """BLA principal cells reached by `source`: a random share of each projection class.

    The share is exact, not a coin for each cell: animals differ in which cells are reached and in
    how CS, US and dopamine overlap, less in how many cells there are of a kind.
    """
    rng = stream(seed, f"recipients/{source}")
    reached = []
    for label in PROJECTIONS[1:]:
        cells = tissue.cells(f"BLA_{label}")
        share = parameters.value(f"afferent.{source}_share_{label}")
        reached.append(rng.choice(cells, size=round(share * len(cells)), replace=False))
    return np.sort(np.concatenate(reached))


def _static(parameters: ParameterSet, tissue: Tissue, seed: int) -> dict:
    """All fixed projections of the table, merged by groups and receptor."""
    sigma = parameters.value("projection.sigma")
    parts: dict[tuple[str, str, str], list[Edges]] = {}
    names = [
        row.name.removesuffix(".indegree")
        for row in parameters.rows()
        if row.group == "projection" and row.name.endswith(".indegree")
    ]
    for name in names:
        pre, post = name.split("_to_")
        if pre in DRIVES:
            sources = np.arange(tissue.drives[pre].start, tissue.drives[pre].stop)
            pre_group = "drive"
        else:
            sources = tissue.cells(pre)
            pre_group = "principal" if sources[0] < tissue.n_principal else "other"
        targets = tissue.cells(post)
        if (pre, post) == ("US", "BLA_P"):
            targets = _recipients(parameters, tissue, pre, seed)
        edges = draw_edges(
            stream(seed, f"wiring/{name}"),
            sources,
            targets,
            parameters.value(f"projection.{name}.indegree"),
            parameters.value(f"projection.{name}.weight"),
            sigma,
        )
        if pre == post:
            edges = drop_autapses(edges)
        post_group = "principal" if tissue.cells(post)[0] < tissue.n_principal else "other"
        shift = {"drive": 0, "principal": 0, "other": tissue.n_principal}
        edges = Edges(
            edges.source - np.int32(shift[pre_group]),
            edges.target - np.int32(shift[post_group]),
            edges.weight,
        )
        inhibitory = pre in INHIBITORY or (pre, post) in INHIBITORY_PROJECTIONS
        receptor = "gaba" if inhibitory else "ampa"
        parts.setdefault((pre_group, post_group, receptor), []).append(edges)
    return {key: join_edges(value) for key, value in parts.items()}


def _tripartite(parameters: ParameterSet, tissue: Tissue, seed: int) -> dict[str, Edges]:
    """Naive plastic synapses from the afferents and among the principal cells."""
    sigma = parameters.value("plasticity.w_0_sigma")
    targets = np.arange(tissue.n_principal)
    parts = []
    for name, where in tissue.afferents.items():
        rng = stream(seed, f"wiring/{name}_to_BLA_P")
        indegree = parameters.value(f"plasticity.indegree_{name.split('_')[0]}")
        sources = np.arange(where.start, where.stop)
        # The CS reaches some principal cells and not others; every cell hears the contexts.
        reached = _recipients(parameters, tissue, name, seed) if name == "CS" else targets
        parts.append(draw_edges(rng, sources, reached, indegree, 1.0, sigma))
    rng = stream(seed, "wiring/BLA_P_to_BLA_P")
    indegree = parameters.value("plasticity.indegree_BLA_P")
    recurrent = drop_autapses(draw_edges(rng, targets, targets, indegree, 1.0, sigma))
    return {"afferent": join_edges(parts), "principal": recurrent}


def draw_tissue(parameters: ParameterSet, size: int, seed: int) -> Tissue:
    """Draw one animal's circuit.

    Parameters
    ----------
    parameters : ParameterSet
    size : int
        Number of neurons, about; the populations keep their proportions.
    seed : int
        The animal.

    Returns
    -------
    Tissue

    Raises
    ------
    ParameterError
        If `size` is outside `SIZE_RANGE` or the shares of projections exceed one.
    """
    if not SIZE_RANGE[0] <= size <= SIZE_RANGE[1]:
        raise ParameterError(
            f"size = {size} neurons; allowed: {SIZE_RANGE[0]} to {SIZE_RANGE[1]} "
            "(below, a population has too few cells for its in-degrees)"
        )
    nothing = Edges(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    layout = _layout(parameters, size, seed)
    tissue = Tissue(
        size=size,
        afferents=_sources(parameters, AFFERENTS),
        drives=_sources(parameters, DRIVES),
        static={},
        tripartite={},
        terminals={},
        noradrenaline=nothing,
        dopamine=nothing,
        **layout,  # type: ignore[arg-type]
    )
    tissue.static.update(_static(parameters, tissue, seed))
    tissue.tripartite.update(_tripartite(parameters, tissue, seed))
    domain = tissue.domain[: tissue.n_principal]
    targets = np.concatenate([edges.target for edges in tissue.tripartite.values()])
    domain_size = np.bincount(domain[targets], minlength=tissue.n_astrocytes)
    for name, edges in tissue.tripartite.items():
        tissue.terminals[name] = domain_terminals(edges, domain, domain_size)
    parts = {
        "noradrenaline": _volume_release(tissue, "LC", np.arange(tissue.n_astrocytes)),
        "dopamine": _volume_release(tissue, "VTA", _recipients(parameters, tissue, "VTA", seed)),
    }
    return Tissue(**{**tissue.__dict__, **parts})


def _volume_release(tissue: Tissue, population: str, targets: NDArray) -> Edges:
    """All cells of a population in `other` onto all targets, each with an equal share."""
    cells = tissue.cells(population) - tissue.n_principal
    share = np.full(len(cells) * len(targets), 1 / len(cells))
    return Edges(
        np.repeat(cells, len(targets)).astype(np.int32),
        np.tile(targets, len(cells)).astype(np.int32),
        share,
    )
