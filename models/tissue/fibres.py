"""Who is wired to whom, drawn on the host from the anatomy of a circuit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.anatomy import ONE_TO_ONE, Anatomy, Modulator, Pathway, by_class
from models.tissue.cells import Tissue
from models.tissue.wiring import (
    Edges,
    draw_edges,
    drop_autapses,
    join_edges,
    one_to_one,
    sort_edges,
)


def recipients(
    parameters: ParameterSet, tissue: Tissue, source: str, seed: int
) -> NDArray[np.int64]:
    """Principal cells reached by `source`: a random share of each class of projection.

    The share is exact, not a coin for each cell: animals differ in which cells are reached and in
    how stimuli and dopamine overlap, less in how many cells there are of a kind.
    """
    shares = by_class(parameters, tissue.anatomy, f"afferent.{source}_share")
    reached = []
    for row, share in zip(tissue.anatomy.classes, shares, strict=True):
        cells = tissue.cells(row.name)
        rng = stream(seed, f"recipients/{source}_to_{row.name}")
        reached.append(rng.choice(cells, size=round(share * len(cells)), replace=False))
    return np.sort(np.concatenate(reached))


def static_edges(
    parameters: ParameterSet, tissue: Tissue, seed: int, background: Mapping[str, float]
) -> dict:
    """All fixed projections of the anatomy, merged by groups, receptor and terminal.

    `background` is its summed conductance (nS) in populations whose resting rate it holds.
    """
    sigma = parameters.value("projection.sigma")
    common = {row.name for row in tissue.anatomy.afferents if row.when == "awake"}
    found: dict[tuple[str, str, str, str], list[Edges]] = {}
    for row in tissue.anatomy.projections:
        pre, sources = tissue.members(row.source)
        post, targets = tissue.members(row.target)
        kind = pre, post, row.receptor, row.terminal
        if row.recipients:
            targets = recipients(parameters, tissue, row.recipients, seed)
        if row.wiring == ONE_TO_ONE:
            edges = one_to_one(sources, targets, parameters.value(row.total))
            found.setdefault(kind, []).append(edges)
            continue
        indegree = parameters.value(row.indegree)
        kept = row.source in common and row.target in background
        total = background[row.target] if kept else parameters.value(row.total)
        weight = total / indegree if indegree else 0.0
        rng = stream(seed, f"wiring/{row.name}")
        edges = draw_edges(rng, sources, targets, indegree, weight, sigma)
        if row.source == row.target:
            edges = drop_autapses(edges)
        found.setdefault(kind, []).append(edges)
    return {key: join_edges(value) for key, value in found.items()}


def tripartite_edges(parameters: ParameterSet, tissue: Tissue, seed: int) -> dict[str, Edges]:
    """Naive plastic synapses from the afferents and among the principal cells."""
    sigma = parameters.value("plasticity.w_0_sigma")
    everyone = np.arange(tissue.n_principal)
    found: dict[str, list[Edges]] = {}
    for row in tissue.anatomy.plastic:
        pre, sources = tissue.members(row.source)
        # Stimuli reach some principal cells and not others; every cell hears the contexts.
        reached = everyone
        if row.recipients:
            reached = recipients(parameters, tissue, row.recipients, seed)
        rng = stream(seed, f"wiring/{row.source}_to_{row.target}")
        indegree = total_indegree(parameters, tissue.anatomy, row)
        edges = draw_edges(rng, sources, reached, indegree, 1.0, sigma)
        if row.source == row.target:
            edges = drop_autapses(edges)
        if row.naive:
            naive = np.array(by_class(parameters, tissue.anatomy, f"plasticity.{row.naive}"))
            own = naive[tissue.projection[: tissue.n_principal] - 1]
            edges = Edges(edges.source, edges.target, edges.weight * own[edges.target])
        found.setdefault(pre, []).append(edges)
    return {pre: join_edges(edges) for pre, edges in found.items()}


def total_indegree(parameters: ParameterSet, anatomy: Anatomy, row: Pathway) -> float:
    """Return the mean number of inputs of a cell by a pathway, from all stimuli or contexts."""
    code = anatomy.coded(row.source)
    return parameters.value(row.indegree) / (parameters.value(code) if code else 1.0)


def volume_release(
    parameters: ParameterSet, tissue: Tissue, modulator: Modulator, seed: int
) -> Edges:
    """Some cells of a modulator onto every target that it has, each with an equal share."""
    _, targets = tissue.members(modulator.target)
    if modulator.recipients:
        targets = recipients(parameters, tissue, modulator.recipients, seed)
    _, cells = tissue.members(modulator.source)
    count = min(round(parameters.value(modulator.reach)), len(cells))
    rng = stream(seed, f"volume/{modulator.source}_to_{modulator.target}")
    first = rng.integers(len(cells), size=len(targets))
    source = cells[(first[:, None] + np.arange(count)) % len(cells)].ravel()
    share = np.full(len(source), 1 / count)
    return sort_edges(source, np.repeat(targets, count), share)
