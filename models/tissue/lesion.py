"""Lesions: the fibres of a pathway taken out of a drawn tissue, before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.cells import AFFERENTS, ASTROCYTES, PROJECTIONS, Tissue
from models.tissue.wiring import Edges, domain_terminals

Pathway = tuple[str, str]
_LABELS = tuple(f"BLA_{label}" for label in PROJECTIONS[1:])
# Pathways that do not stand in the table of static projections.
_OTHERS = (*((name, "BLA_P") for name in AFFERENTS), ("BLA_P", "BLA_P"), ("LC", ASTROCYTES),
           ("VTA", "BLA_P"))  # fmt: skip


def pathways(parameters: ParameterSet) -> list[Pathway]:
    """Return (source, target) of every projection of the circuit."""
    names = (row.name for row in parameters.rows() if row.group == "projection")
    static = [tuple(name.removesuffix(".indegree").split("_to_")) for name in names
              if name.endswith(".indegree")]  # fmt: skip
    return [*static, *_OTHERS]  # type: ignore[list-item]


def exists(pathway: Pathway, known: Collection[Pathway]) -> bool:
    """Whether fibres run along `pathway`, or along a part or the whole of it."""
    return any(
        all(_same(one, other) for one, other in zip(pathway, path, strict=True)) for path in known
    )


def _same(one: str, other: str) -> bool:
    """Whether cells of two names overlap: principal cells also go by their projection."""
    return one == other or (one == "BLA_P" and other in _LABELS) or (
        other == "BLA_P" and one in _LABELS
    )  # fmt: skip


def cut(tissue: Tissue, lesions: Mapping[Pathway, float], seed: int) -> Tissue:
    """Return `tissue` without some of its fibres.

    Parameters
    ----------
    tissue : Tissue
    lesions : mapping of (source, target) to float
        Share of the fibres between two populations that is cut, 0 to 1; which ones is drawn. A
        source is a population, an afferent or a drive; a target a population or ``astrocytes``.
    seed : int
        The animal.

    Returns
    -------
    Tissue
        What astrocytes hear of a terminal goes with it.
    """
    domain = tissue.domain[: tissue.n_principal]
    targets = np.concatenate([edges.target for edges in tissue.tripartite.values()])
    intact = np.bincount(domain[targets], minlength=tissue.n_astrocytes)
    for (source, target), share in lesions.items():
        rng = stream(seed, f"lesion/{source}-{target}")
        pre, sources = _members(tissue, source)
        post, targets = _members(tissue, target)

        left = _Lesion((pre, post), sources, targets, share, rng)
        tripartite = {
            name: left(edges, name, "principal") for name, edges in tissue.tripartite.items()
        }
        tissue = replace(
            tissue,
            static={key: left(edges, *key[:2]) for key, edges in tissue.static.items()},
            tripartite=tripartite,
            terminals={
                name: domain_terminals(edges, domain, intact) for name, edges in tripartite.items()
            },
            noradrenaline=left(tissue.noradrenaline, "other", "astrocyte"),
            dopamine=left(tissue.dopamine, "other", "principal"),
        )
    return tissue


@dataclass(frozen=True)
class _Lesion:
    """What one lesion leaves of the edges between two groups."""

    groups: tuple[str, str]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    share: float
    rng: np.random.Generator

    def __call__(self, edges: Edges, *groups: str) -> Edges:
        if groups != self.groups:
            return edges
        hit = np.isin(edges.source, self.sources) & np.isin(edges.target, self.targets)
        kept = ~hit | (self.rng.random(len(edges)) >= self.share)
        return Edges(edges.source[kept], edges.target[kept], edges.weight[kept])


def _members(tissue: Tissue, name: str) -> tuple[str, NDArray[np.int64]]:
    """Group of a population or spike source, and the indices of its cells within the group."""
    for group, slices in (("afferent", tissue.afferents), ("drive", tissue.drives)):
        if name in slices:
            return group, np.arange(slices[name].start, slices[name].stop)
    if name == ASTROCYTES:
        return "astrocyte", np.arange(tissue.n_astrocytes)
    cells = tissue.cells(name)
    if cells[0] < tissue.n_principal:
        return "principal", cells
    return "other", cells - tissue.n_principal
