"""Identity and drift of ensembles from session to session.

Two questions about the same cells in two epochs: is the pattern over all cells the same
(population-vector correlation), and are the cells that the stimulus excites the same (overlap
beyond chance, turnover).  Few noisy trials make any two patterns unlike, so the correlation between
epochs is divided by the correlation between different trials within each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.activity.cells import cells_of
from analysis.activity.ensembles import Respond, cs_responses, overlap
from analysis.activity.spikes import evened, matched_epochs, rates
from analysis.dataset.facets import SIGNAL, needs
from analysis.design.windows import baseline_windows, cs_windows

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LEAST = 0.05  # correlation between trials of one epoch below which no pattern is repeated


@dataclass(frozen=True)
class Drift:
    """How epochs resemble each other; matrices are symmetric.

    Attributes
    ----------
    epochs : (k,) tuple of str
        Epochs compared.
    trials : (trial,) array
        Their trials, in order.
    correlation : (trial, trial) array
        Between the population vectors of single trials.
    similarity : (k, k) array
        Mean correlation between epochs over the geometric mean of those within; 1 for one and the
        same pattern, 0 for unrelated ones.  The diagonal is the correlation within (not divided).
        NaN where an epoch does not repeat its own pattern.
    excited : (k, cell) array of bool
        Cells the stimulus excites.
    overlap : (k, k) array
        Shared cells beyond chance, over the most that there could be beyond chance: 1 for the
        same cells (or the one set within the other), 0 for chance.
    overlap_p : (k, k) array
        Chance of at least as many shared cells (hypergeometric).
    turnover : (k, k) array
        Share of the cells excited in either epoch that are excited in one only, 0 to 1.
    """

    epochs: tuple[str, ...]
    trials: NDArray[np.intp]
    correlation: Floats
    similarity: Floats
    excited: Mask
    overlap: Floats
    overlap_p: Floats
    turnover: Floats

    def to(self, matrix: Floats, reference: str, epoch: str) -> float:
        """Value of a matrix between two epochs; NaN where one is missing."""
        if reference not in self.epochs or epoch not in self.epochs:
            return float("nan")
        return float(matrix[self.epochs.index(reference), self.epochs.index(epoch)])


@needs("trials", "neurons", SIGNAL)
def measure_drift(
    dataset: xr.Dataset, population: str | None = None, respond: Respond | None = None
) -> Drift:
    """Compare patterns and ensembles between all tested epochs that hold at least two trials.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population compared; all cells whose inputs learn by default.
    respond : callable, optional
        Gives the responses in some trials; those of `cs_responses` by default.

    Returns
    -------
    Drift
        See there; a population vector is the change of each cell's rate (root) from the matched
        baseline, in the trials that have one.
    """
    respond = respond or (lambda chosen: cs_responses(dataset, chosen, population))
    before = baseline_windows(dataset)
    trials = matched_epochs(dataset)
    every = np.concatenate([*trials.values(), np.array([], dtype=np.intp)])
    place = np.repeat(np.arange(len(trials)), [chosen.size for chosen in trials.values()])
    cells = cells_of(dataset, population)
    pair = [cs_windows(dataset).take(every), before.take(every)]
    stimulus, baseline = (evened(dataset, rates(dataset, w.start, w.stop, cells)) for w in pair)
    vectors = stimulus - baseline
    excited = np.array([respond(chosen).excited for chosen in trials.values()])
    excited = excited.reshape(len(trials), cells.size)
    correlation = _correlations(vectors)
    shared = _pairs(excited)
    return Drift(
        tuple(trials), every, correlation, similarity(correlation, place, every), excited, *shared
    )


def similarity(
    correlation: Floats, epoch: NDArray[np.intp], trial: NDArray[np.intp] | None = None
) -> Floats:
    """Correlation between epochs, corrected for the noise of single trials.

    Parameters
    ----------
    correlation : (trial, trial) array
        Between single trials.
    epoch : (trial,) array of int
        Epoch of each, counted from 0.
    trial : (trial,) array of int, optional
        Which trial each is, where epochs share trials; each its own by default.

    Returns
    -------
    (epoch, epoch) array
        See `Drift.similarity`.
    """
    count = int(epoch.max()) + 1 if epoch.size else 0
    trial = np.arange(epoch.size) if trial is None else trial
    different = trial[:, None] != trial
    mean = np.full((count, count), np.nan)
    for one in range(count):
        for other in range(count):
            chosen = (epoch[:, None] == one) & (epoch == other) & different
            if chosen.any():
                mean[one, other] = correlation[chosen].mean()
    within = np.diag(mean).copy()
    scale = np.sqrt(np.outer(*2 * [np.where(within >= LEAST, within, np.nan)]))
    np.fill_diagonal(scale, 1.0)
    return np.asarray(mean / scale)


def _correlations(vectors: Floats) -> Floats:
    if not vectors.size:  # no trials, or no cells
        return np.zeros((len(vectors), len(vectors)))
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1))
    return np.asarray(centred @ centred.T / np.outer(length, length).clip(1e-12))


def _pairs(excited: Mask) -> tuple[Floats, Floats, Floats]:
    """Overlap beyond chance, its P, and turnover, of every two sets."""
    beyond, p, turnover = np.full((3, len(excited), len(excited)), np.nan)
    for i, one in enumerate(excited):
        for k, other in enumerate(excited):
            found = overlap(one, other)
            p[i, k] = found.p_more
            room = min(one.sum(), other.sum()) - found.expected
            if room > 0:
                beyond[i, k] = (found.shared - found.expected) / room
            either = int((one | other).sum())
            if either:
                turnover[i, k] = 1.0 - found.shared / either
    return beyond, p, turnover
