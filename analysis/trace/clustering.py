"""Where the recruited astrocytes are: beside each other, and where the engram's cells are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from analysis.activity.cells import cells_of
from analysis.activity.spikes import rates
from analysis.dataset.facets import SIGNAL, NotMeasured, facets_of, needs
from analysis.statistics import SEED, correlation
from analysis.trace.life import Session
from analysis.trace.recruitment import rise_of

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ENGRAM = 0.1
"""Share of the cells whose inputs learn, the most active of a session, that counts as its engram:
of principal cells of the lateral amygdala some 10 to 20 % take part in a memory."""
NEAR = 1.5
"""Neighbours are nearer than so many times the usual distance to the nearest one: on a square grid
the eight around, beside and across."""
SHUFFLES = 999


@dataclass(frozen=True)
class Moran:
    """Moran's I: whether neighbours are alike.

    Attributes
    ----------
    value : float
        About 1 where neighbours have the same value, below 0 where they differ; NaN where nothing
        varies or nobody has neighbours.
    expected : float
        Without any order in space: -1 / (n - 1).
    p : float
        Chance of at least that value where values are dealt out to places anew; NaN without.
    """

    value: float
    expected: float
    p: float


@dataclass(frozen=True)
class Clustering:
    """Where a session's recruitment is: how far it rises in each astrocyte.

    Attributes
    ----------
    engram_r : float
        Correlation over astrocytes of recruitment with the engram's cells in the domain.
    activity_r : float
        The same with the summed activity of all cells in the domain.
    moran : Moran
        Of recruitment.
    """

    engram_r: float
    activity_r: float
    moran: Moran


def neighbours(position: ArrayLike) -> tuple[Ints, Ints]:
    """Pairs of neighbours, each in both orders; see `NEAR`.

    Parameters
    ----------
    position : (place, 2) array_like
        um.

    Returns
    -------
    one, other : (pair,) array of int
        Places.
    """
    places = np.asarray(position, dtype=float)
    if len(places) < 2:
        none = np.array([], dtype=np.intp)
        return none, none
    tree = cKDTree(places)
    step = float(np.median(tree.query(places, k=2)[0][:, 1]))
    pairs = tree.query_pairs(NEAR * step, output_type="ndarray").astype(np.intp)
    return np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])


def moran(values: ArrayLike, position: ArrayLike, shuffles: int = SHUFFLES) -> Moran:
    """Ask whether neighbours have like values.

    Parameters
    ----------
    values : (place,) array_like
        NaN is left out.
    position : (place, 2) array_like
        um.
    shuffles : int
        Permutations for P; none for 0.

    Returns
    -------
    Moran

    References
    ----------
    Moran 1950, Biometrika 37:17-23: notes on continuous stochastic phenomena.
    """
    given = np.asarray(values, dtype=float)
    known = np.isfinite(given)
    value, places = given[known], np.asarray(position, dtype=float)[known]
    one, other = neighbours(places)
    if value.size < 3 or np.ptp(value) == 0 or not one.size:
        return Moran(float("nan"), float("nan"), float("nan"))
    around = value - value.mean()
    scale = value.size / one.size / float((around**2).sum())

    def statistic(dealt: Floats) -> float:
        return float(scale * (dealt[one] * dealt[other]).sum())

    found = statistic(around)
    rng = np.random.default_rng(SEED)
    chance = np.array([statistic(rng.permutation(around)) for _ in range(shuffles)])
    # A value that ties is as large; rounding must not tell.
    p = (1 + (chance >= found - 1e-12).sum()) / (1 + shuffles) if shuffles else float("nan")
    return Moran(found, -1.0 / (value.size - 1), float(p))


@needs("trials", "neurons", SIGNAL)
def domain_scores(dataset: xr.Dataset, session: Session) -> tuple[Floats, Floats]:
    """What each astrocyte's domain has to do with the engram of a session.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset whose neurons have a ``domain``.
    session : Session

    Returns
    -------
    engram : (astrocyte,) array
        Cells of the engram in the domain: of those whose inputs learn the tenth (`ENGRAM`) that was
        the most active in the session's trials; none that was silent.
    activity : (astrocyte,) array
        Summed activity of all of them in the domain, Hz or in the unit of imaging.

    Raises
    ------
    NotMeasured
        If the dataset has no domains.
    """
    if "domain" not in dataset or "astrocyte" not in dataset.sizes:
        raise NotMeasured("engram of domains", "domain", facets_of(dataset))
    cells, trials = cells_of(dataset), session.trials
    start, stop = (dataset[name].values[trials] for name in ("trial_start", "trial_stop"))
    fired = rates(dataset, start, stop, cells)
    seen = np.isfinite(fired)
    active = np.where(seen, fired, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    place = dataset["domain"].values[cells]
    most = np.argsort(-active, kind="stable")[: max(1, round(ENGRAM * cells.size))]
    engram = np.zeros(cells.size)
    engram[most] = active[most] > 0
    held, size = place >= 0, dataset.sizes["astrocyte"]
    engram, active = (
        np.bincount(place[held], values[held], minlength=size).astype(float)
        for values in (engram, active)
    )
    return engram, active


def clustering(dataset: xr.Dataset, session: Session, shuffles: int = SHUFFLES) -> Clustering:
    """Ask where a session's recruitment is, in space and with the session's engram.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    session : Session
    shuffles : int
        Permutations for the P of Moran's I; none for 0.

    Returns
    -------
    Clustering
        NaN where neurons have no domain, astrocytes no position, or nothing varies.

    Raises
    ------
    NotMeasured
        If recruitment was not recorded.
    """
    rise = rise_of(dataset, session)
    nowhere = Moran(float("nan"), float("nan"), float("nan"))
    around = (
        moran(rise, dataset["astrocyte_position"].values, shuffles)
        if "astrocyte_position" in dataset else nowhere
    )  # fmt: skip
    try:
        scores = domain_scores(dataset, session)
    except NotMeasured:
        return Clustering(float("nan"), float("nan"), around)
    known = np.isfinite(rise)
    engram_r, activity_r = (correlation(rise[known], score[known]) for score in scores)
    return Clustering(engram_r, activity_r, around)
