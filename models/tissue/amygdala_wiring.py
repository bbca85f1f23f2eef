"""Who is wired to whom in the circuit `amygdala_prefrontal`, drawn on the host."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.cells import DRIVES, INHIBITORY, INHIBITORY_PROJECTIONS, PROJECTIONS, Tissue
from models.tissue.wiring import Edges, draw_edges, drop_autapses, join_edges, sort_edges


def recipients(
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


def static_edges(
    parameters: ParameterSet, tissue: Tissue, seed: int, held: Mapping[str, float]
) -> dict:
    """All fixed projections of the table, merged by groups and receptor.

    `held` is the summed background conductance (nS) of populations whose resting rate it holds.
    """
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
            targets = recipients(parameters, tissue, pre, seed)
        indegree = parameters.value(f"projection.{name}.indegree")
        kept = pre == "background" and post in held
        total = held[post] if kept else parameters.value(f"projection.{name}.total")
        weight = total / indegree if indegree else 0.0
        rng = stream(seed, f"wiring/{name}")
        edges = draw_edges(rng, sources, targets, indegree, weight, sigma)
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


def tripartite_edges(parameters: ParameterSet, tissue: Tissue, seed: int) -> dict[str, Edges]:
    """Naive plastic synapses from the afferents and among the principal cells."""
    sigma = parameters.value("plasticity.w_0_sigma")
    targets = np.arange(tissue.n_principal)
    # Naive CS synapses differ between the classes of projection.
    by_class = [parameters.value(f"plasticity.naive_CS_{label}") for label in PROJECTIONS[1:]]
    naive = np.array(by_class)[tissue.projection[: tissue.n_principal] - 1]
    parts = []
    for name, where in tissue.afferents.items():
        rng = stream(seed, f"wiring/{name}_to_BLA_P")
        indegree = parameters.value(f"plasticity.indegree_{name.split('_')[0]}")
        sources = np.arange(where.start, where.stop)
        # The CS reaches some principal cells and not others; every cell hears the contexts.
        reached = recipients(parameters, tissue, name, seed) if name == "CS" else targets
        edges = draw_edges(rng, sources, reached, indegree, 1.0, sigma)
        if name == "CS":
            edges = Edges(edges.source, edges.target, edges.weight * naive[edges.target])
        parts.append(edges)
    rng = stream(seed, "wiring/BLA_P_to_BLA_P")
    indegree = parameters.value("plasticity.indegree_BLA_P")
    recurrent = drop_autapses(draw_edges(rng, targets, targets, indegree, 1.0, sigma))
    return {"afferent": join_edges(parts), "principal": recurrent}


def volume_release(
    tissue: Tissue, population: str, targets: NDArray, reach: float, seed: int
) -> Edges:
    """`reach` cells of a population in `other` onto every target, each with an equal share."""
    cells = tissue.cells(population) - tissue.n_principal
    count = min(round(reach), len(cells))
    first = stream(seed, f"wiring/{population}").integers(len(cells), size=len(targets))
    source = cells[(first[:, None] + np.arange(count)) % len(cells)].ravel()
    share = np.full(len(source), 1 / count)
    return sort_edges(source, np.repeat(targets, count), share)
