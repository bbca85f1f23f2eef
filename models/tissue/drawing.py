"""One animal's cells and fibres, drawn from its seed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from astrogram.text import shown
from models.parameters import ParameterError, ParameterSet, load_parameters
from models.streams import stream
from models.tissue.anatomy import AFFERENT, ASTROCYTES, DRIVE, PRINCIPAL, Afferent
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.cells import REFERENCE_SIZE, SIZE_RANGE, Tissue
from models.tissue.fibres import static_edges, tripartite_edges, volume_release
from models.tissue.homeostasis import RestingNetwork, resting_rates, settle
from models.tissue.wiring import Edges, domain_terminals, grid_neighbours, join_edges

SETTLING_SIZE = 1000
"""Cells of the network in which the background settles."""
_AT_REST = ("afferent", "lif", "population", "projection")


def _layout(parameters: ParameterSet, size: int, seed: int) -> dict[str, object]:
    """Cells, labels, positions and domains."""
    anatomy = load_anatomy()
    counts = [_cells_of(parameters, row.count, size) for row in anatomy.populations]
    population = np.repeat(np.arange(len(counts), dtype=np.int8), counts)
    n_principal = sum(
        count for count, row in zip(counts, anatomy.populations, strict=True)
        if row.cells == PRINCIPAL
    )  # fmt: skip

    projection = np.zeros(len(population), np.int8)
    edges = np.cumsum([round(share * n_principal) for share in _shares(parameters)])
    labels = 1 + np.searchsorted(edges, np.arange(n_principal), side="right")
    rng = stream(seed, f"projection/{anatomy.memory.name}")
    projection[:n_principal] = rng.permutation(labels)

    per_astrocyte = parameters.value("population.cells_per_astrocyte")
    side_cells = max(2, round(np.sqrt(n_principal / per_astrocyte)))
    side = parameters.value("population.side") * np.sqrt(size / REFERENCE_SIZE)
    step = side / side_cells
    line, column = np.divmod(np.arange(side_cells**2), side_cells)
    astrocyte_position = (np.stack([column, line], axis=1) + 0.5) * step
    position = np.full((len(population), 2), np.nan)
    E_L = np.empty(len(population))
    for number, row in enumerate(anatomy.populations):
        cells = np.flatnonzero(population == number)
        spread = stream(seed, f"E_L/{row.name}").standard_normal(len(cells))
        E_L[cells] = parameters.value("lif.E_L") + parameters.value("lif.E_L_sd") * spread
        if row.region == anatomy.memory.region:
            places = stream(seed, f"position/{row.name}").uniform(0, side, size=(len(cells), 2))
            position[cells] = places
    domain = np.full(len(population), -1, np.int32)
    cell = np.minimum((position[:n_principal] / step).astype(np.int32), side_cells - 1)
    domain[:n_principal] = cell[:, 1] * side_cells + cell[:, 0]

    sigma = parameters.value("receptors.gain_sigma")
    gain = stream(seed, f"gain/{ASTROCYTES}").standard_normal(side_cells**2)
    return {
        "anatomy": anatomy,
        "n_principal": n_principal,
        "population": population,
        "projection": projection,
        "position": position,
        "domain": domain,
        "astrocyte_position": astrocyte_position,
        "E_L": E_L * 1e-3,
        "gain": np.exp(sigma * gain - 0.5 * sigma**2),
        "gap_junctions": grid_neighbours(side_cells, side_cells),
    }


def _shares(parameters: ParameterSet) -> list[float]:
    """Shares of all classes of projection but the one that takes the rest."""
    return [parameters.value(row.share) for row in load_anatomy().classes if row.share]


def check_layout(parameters: ParameterSet, size: int) -> None:
    """Refuse what cannot be drawn; `draw_tissue` does it, too.

    Raises
    ------
    ParameterError
        If `size` is no whole number in `SIZE_RANGE`, or the shares of projections exceed one.
    """
    whole = isinstance(size, (int, np.integer)) and not isinstance(size, bool)
    if not whole or not SIZE_RANGE[0] <= size <= SIZE_RANGE[1]:
        raise ParameterError(
            f"size = {shown(size)} neurons; allowed: {SIZE_RANGE[0]} to {SIZE_RANGE[1]} "
            "(below, a population has too few cells for its in-degrees)"
        )
    shares = _shares(parameters)
    if sum(shares) > 1:
        named = [row for row in load_anatomy().classes if row.share]
        (rest,) = (row.label for row in load_anatomy().classes if not row.share)
        raise ParameterError(
            f"{' + '.join(row.share for row in named)} = {sum(shares):g}; allowed: at most 1 "
            f"(the rest projects to {rest})"
        )


def _cells_of(parameters: ParameterSet, address: str, size: int) -> int:
    """Cells of a population in a network of `size`, by the parameter of their number."""
    return max(2, round(parameters.value(address) * size / REFERENCE_SIZE))


def source_count(parameters: ParameterSet, row: Afferent, size: int) -> int:
    """Return the number of afferents of a kind, in a network of `size`."""
    counts = {population.count for population in load_anatomy().populations}
    if row.number in counts:
        return _cells_of(parameters, row.number, size)
    return round(parameters.value(row.number))


def _sources(
    parameters: ParameterSet, afferents: Sequence[Afferent], size: int
) -> dict[str, slice]:
    """Consecutive slices of a spike source, one for each afferent."""
    slices, start = {}, 0
    for row in afferents:
        count = source_count(parameters, row, size)
        slices[row.name] = slice(start, start + count)
        start += count
    return slices


def _bare(parameters: ParameterSet, size: int, seed: int) -> Tissue:
    """Cells that nothing connects."""
    return Tissue(
        size=size,
        afferents=_sources(parameters, load_anatomy().sources(AFFERENT), size),
        drives=_sources(parameters, load_anatomy().sources(DRIVE), size),
        static={},
        tripartite={},
        terminals={},
        volume={},
        **_layout(parameters, size, seed),  # type: ignore[arg-type]
    )


def background(parameters: ParameterSet) -> dict[str, float]:
    """Return the background that holds the resting rates, from a network of its own at rest.

    It is the same for all animals of a parameter set, whatever their size: what animals differ in
    (`models.tissue.individual`) hardly matters at rest. Plastic synapses are left out, as their
    afferents are silent then and release is low.

    Parameters
    ----------
    parameters : ParameterSet

    Returns
    -------
    dict of str to float
        See `models.tissue.homeostasis.settle`.
    """
    return _background(at_rest(parameters))


def at_rest(parameters: ParameterSet) -> tuple[tuple[str, float], ...]:
    """Return the parameters, by name and value, that the background follows from."""
    rates = resting_rates(parameters)
    own = [(f"resting.{name}", rate) for name, rate in rates.items()]
    others = [(row.key, row.value) for row in parameters.rows() if row.group in _AT_REST]
    return (*own, *others)


@lru_cache(maxsize=64)
def _background(values: tuple[tuple[str, float], ...]) -> dict[str, float]:
    parameters = load_parameters({key: repr(value) for key, value in values})
    tissue = _bare(parameters, SETTLING_SIZE, 0)
    (common,) = (row.name for row in tissue.anatomy.afferents if row.when == "awake")
    edges = static_edges(parameters, tissue, 0, dict.fromkeys(tissue.anatomy.names, 1.0))
    shift = {DRIVE: 0, **{name: where.start for name, where in tissue.groups.items()}}
    among: dict[str, list[Edges]] = {"ampa": [], "gaba": [], DRIVE: []}
    for (pre, post, receptor, _), between in edges.items():
        if pre == AFFERENT:  # silent at rest
            continue
        moved = Edges(between.source + np.int32(shift[pre]), between.target + np.int32(shift[post]),
                      between.weight)  # fmt: skip
        among[DRIVE if pre == DRIVE else receptor].append(moved)
    drive, where = join_edges(among[DRIVE]), tissue.drives[common]
    of_background = (drive.source >= where.start) & (drive.source < where.stop)
    adaptation = [parameters.value(row.adaptation) for row in tissue.anatomy.populations]
    network = RestingNetwork(
        names=tissue.anatomy.names,
        common=common,
        population=tissue.population,
        E_L=tissue.E_L,
        adaptation=np.array(adaptation)[tissue.population],
        excitation=join_edges(among["ampa"]),
        inhibition=join_edges(among["gaba"]),
        background=Edges(drive.source[of_background] - np.int32(where.start),
                         drive.target[of_background], drive.weight[of_background]),
        n_background=where.stop - where.start,
    )  # fmt: skip
    return settle(parameters, network)


def draw_tissue(parameters: ParameterSet, size: int, seed: int) -> Tissue:
    """Draw one animal's circuit.

    Parameters
    ----------
    parameters : ParameterSet
    size : int
        Number of neurons, about, beside granule cells and accumbens; the populations keep their
        proportions.
    seed : int
        The animal.

    Returns
    -------
    Tissue

    Raises
    ------
    ParameterError
        See `check_layout`; or if no background holds a resting rate.
    """
    check_layout(parameters, size)
    tissue = _bare(parameters, size, seed)
    tissue.static.update(static_edges(parameters, tissue, seed, background(parameters)))
    tissue.tripartite.update(tripartite_edges(parameters, tissue, seed))
    domain = tissue.domain[: tissue.n_principal]
    targets = np.concatenate([edges.target for edges in tissue.tripartite.values()])
    domain_size = np.bincount(domain[targets], minlength=tissue.n_astrocytes)
    for name, edges in tissue.tripartite.items():
        tissue.terminals[name] = domain_terminals(edges, domain, domain_size)
    for row in tissue.anatomy.modulators:
        tissue.volume[row.transmitter, row.target] = volume_release(parameters, tissue, row, seed)
    return tissue
