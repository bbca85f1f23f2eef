"""Lesions: the fibres of a pathway taken out of a drawn tissue, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.streams import stream
from models.tissue.anatomy import PRINCIPAL, Anatomy
from models.tissue.cells import Tissue
from models.tissue.wiring import Edges, domain_terminals

Pathway = tuple[str, str]


def exists(pathway: Pathway, anatomy: Anatomy) -> bool:
    """Whether fibres run along `pathway`, or along a part or the whole of it."""
    return any(
        all(_overlap(one, other, anatomy) for one, other in zip(pathway, path, strict=True))
        for path in anatomy.pathways()
    )


def _overlap(one: str, other: str, anatomy: Anatomy) -> bool:
    """Whether cells of two names overlap: those of a population also go by their class."""
    of = {row.name: row.population for row in anatomy.classes}
    return one == other or of.get(one) == other or of.get(other) == one


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
        pre, sources = tissue.members(source)
        post, targets = tissue.members(target)

        left = _Lesion((pre, post), sources, targets, share, rng)
        tripartite = {
            name: left(edges, name, PRINCIPAL) for name, edges in tissue.tripartite.items()
        }
        tissue = replace(
            tissue,
            static={key: left(edges, *key[:2]) for key, edges in tissue.static.items()},
            tripartite=tripartite,
            terminals={
                name: domain_terminals(edges, domain, intact) for name, edges in tripartite.items()
            },
            volume={
                (row.transmitter, row.target): left(
                    tissue.volume[row.transmitter, row.target],
                    tissue.anatomy.group(row.source), tissue.anatomy.group(row.target),
                )
                for row in tissue.anatomy.modulators
            },
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
