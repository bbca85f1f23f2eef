"""How much of the activity of some cells others predict: lagged reduced-rank regression.

Spike counts (root, in 50-ms bins of simulated time) of target cells, published of prefrontal
cortex, are regressed on those of source cells, published of the amygdala, by ridge regression whose
predictions are confined to a few dimensions (Izenman 1975; Semedo et al. 2019, Neuron 102:249, for
two areas).  Whole trials are held out; ridge penalty and rank are chosen on further trials, which
are neither trained on nor reported.

Both areas follow the stimulus and drift over a session, and so predict each other without being
connected.  The control therefore pairs the amygdala of one trial with the cortex of another trial
of the same block, in training and in testing, and is subtracted.  What is left is shared from
trial to trial: sent from one to the other, or received by both; the lag tells which is the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits

from analysis.activity.cells import cells_of, with_label
from analysis.activity.spikes import counts
from analysis.dataset.facets import needs
from analysis.dataset.schema import labels
from analysis.design.windows import cs_windows

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
BIN = 0.05  # s of simulated time
# Finer than bins near 0: a lead of a conduction delay and a synapse is a few ms
LAGS = (-0.2, -0.1, -0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05, 0.1, 0.2)  # s
FOLDS = 5
RANKS = (1, 2, 3, 5, 8, 12, 20, 40, 80)
RIDGES = (0.05, 0.5)  # shares of the predictors' total variance, over their number
SHUFFLES = 5
SEED = 1


@dataclass(frozen=True)
class Handoff:
    """What one area predicts of another.

    Attributes
    ----------
    trials : (trial,) array
        Trials used.
    lag : (lag,) array
        Time by which the targets are later, s of simulated time: positive where the source leads.
    explained : (lag, trial) array
        Explained variance of each held-out trial, 1.
    shuffled : (lag, trial) array
        The same with targets from other trials of the block, mean over shuffles.
    rank : (lag, fold) array
        Dimensions chosen in each fold.
    """

    trials: Ints
    lag: Floats
    explained: Floats
    shuffled: Floats
    rank: Ints

    def beyond_chance(self, trials: Ints | None = None) -> Floats:
        """Explained less shuffled (lag,), mean over all or the given trials; NaN without any."""
        kept = np.ones(self.trials.size, dtype=bool)
        if trials is not None:
            kept = np.isin(self.trials, trials)
        if not kept.any():
            return np.full(self.lag.size, np.nan)
        return np.asarray((self.explained - self.shuffled)[:, kept].mean(axis=1))


@needs("trials", "neurons", "spikes")
def predict_targets(
    dataset: xr.Dataset,
    targets: Mapping[str, str],
    source: str | None = None,
    lags: Sequence[float] = LAGS,
    shuffles: int = SHUFFLES,
) -> dict[str, Handoff]:
    """Predict the activity of populations from that of another in stimulus windows.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    targets : mapping of str to str
        Cells predicted, each by themselves: by a name, as `analysis.activity.cells.with_label`.
    source : str, optional
        Population predicted from; all cells whose inputs learn by default.
    lags : sequence of float
        Times by which the targets' bins are shifted, s of simulated time.
    shuffles : int
        Pairings of trials for the control, at least one.

    Returns
    -------
    dict of str to Handoff
        By name of the target; those without cells are left out, and all with fewer than 10 trials.
    """
    windows = cs_windows(dataset)
    usable = (dataset["trial_cs"].values > 0) & np.isnan(dataset["us_on"].values)
    trials = np.flatnonzero(usable & (windows.length >= 2 * BIN))
    own = cells_of(dataset, source)
    present = {
        name: cells for name, condition in targets.items()
        if (cells := with_label(dataset, condition)).size
    }  # fmt: skip
    if trials.size < 2 * FOLDS or not own.size or not present:
        return {}
    bins = int(windows.length[trials].min() / BIN + 1e-6)
    edges = windows.start[trials, None] + BIN * np.arange(bins)
    given = np.sqrt(counts(dataset, edges, edges + BIN, own))
    rng, block = np.random.default_rng(SEED), _blocks(dataset, trials)
    order = [np.arange(trials.size), *(_other_trials(block, rng) for _ in range(shuffles))]
    shifted = (
        np.sqrt(counts(dataset, edges + lag, edges + lag + BIN, cells))[each]
        for cells in present.values() for lag in lags for each in order
    )  # fmt: skip
    # These matrices are small: threads wait longer for each other than they work, and sum in
    # another order. On one thread a number is the same on every machine, as in cohorts.
    with threadpool_limits(1):
        explained, rank = reduced_rank(given, shifted)
    shape = (len(present), len(lags), len(order), -1)
    table, dimensions = explained.reshape(shape), rank.reshape(shape)
    return {
        name: Handoff(
            trials, np.array(lags), table[k, :, 0], table[k, :, 1:].mean(axis=1),
            dimensions[k, :, 0],
        )
        for k, name in enumerate(present)
    }


def reduced_rank(source: Floats, targets: Iterable[Floats]) -> tuple[Floats, Ints]:
    """Explain several targets by one source with held-out trials.

    Parameters
    ----------
    source : (trial, bin, cell) array
        What is predicted from.
    targets : iterable of (trial, bin, other) array
        What is predicted, each by itself.

    Returns
    -------
    explained : (target, trial) array
        One less squared error over squared distance from the mean of the training trials, of each
        trial when held out, all cells together.
    rank : (target, fold) array
        Dimensions chosen.
    """
    fold = np.arange(len(source)) % FOLDS
    squares = [_sums(source[fold == k], source[fold == k]) for k in range(FOLDS)]
    decomposed = [
        (
            _Ridge(source, fold, squares, (number, check), check),
            _Ridge(source, fold, squares, (number,), number),
        )
        for number, check in ((k, (k + 1) % FOLDS) for k in range(FOLDS))
    ]
    explained, rank = [], []
    for target in targets:
        own, dimensions = np.empty(len(source)), np.empty(FOLDS, dtype=np.intp)
        sums = [_sums(source[fold == k], target[fold == k]) for k in range(FOLDS)]
        for number, (inner, outer) in enumerate(decomposed):
            tried = inner.explained(target, sums, RIDGES, RANKS).mean(axis=2)
            best = np.unravel_index(np.argmax(tried), tried.shape)
            ridge, dimensions[number] = RIDGES[best[0]], RANKS[best[1]]
            found = outer.explained(target, sums, (ridge,), (RANKS[best[1]],))
            own[fold == number] = found[0, 0]
        explained.append(own)
        rank.append(dimensions)
    return np.array(explained), np.array(rank)


class _Ridge:
    """Ridge regressions on the same training trials, decomposed once for all targets."""

    def __init__(
        self, source: Floats, fold: Ints, squares: list[tuple[Floats, Floats]],
        without: tuple[int, ...], test: int,
    ) -> None:  # fmt: skip
        self.kept = [k for k in range(FOLDS) if k not in without]
        self.test = fold == test
        self.size = int(np.isin(fold, self.kept).sum()) * source.shape[1]
        self.mean = sum(squares[k][1] for k in self.kept) / self.size
        products = sum(squares[k][0] for k in self.kept)
        values, self.vectors = eigh(products - self.size * np.outer(self.mean, self.mean))
        self.values = values.clip(0)
        self.unit = max(float(self.values.mean()), 1e-12)
        self.seen = source[self.test] - self.mean

    def explained(
        self, target: Floats, sums: list[tuple[Floats, Floats]], ridges: tuple[float, ...],
        ranks: tuple[int, ...],
    ) -> Floats:  # fmt: skip
        """Explained variance (ridge, rank, test trial)."""
        mean = sum(sums[k][1] for k in self.kept) / self.size
        products = sum(sums[k][0] for k in self.kept)
        turned = self.vectors.T @ (products - self.size * np.outer(self.mean, mean))
        truth = target[self.test] - mean
        whole = (truth**2).sum(axis=(1, 2)).clip(1e-12)
        found = np.empty((len(ridges), len(ranks), len(truth)))
        for i, ridge in enumerate(ridges):
            penalised = (self.values + ridge * self.unit)[:, None]
            weights = turned / penalised
            # Of the ridge prediction W the best few dimensions are the leading eigenvectors of
            # W' (X'X + penalty) W; the rest of the target is predicted by its mean.
            directions = eigh(weights.T @ (penalised * weights))[1][:, ::-1][:, : max(ranks)]
            score = self.seen @ (self.vectors @ (weights @ directions))
            aim = truth @ directions
            # Along orthonormal directions errors add up, so every rank is a partial sum
            gain = (aim**2 - (aim - score) ** 2).sum(axis=1).cumsum(axis=1)
            for k, rank in enumerate(ranks):
                found[i, k] = gain[:, min(rank, gain.shape[1]) - 1] / whole
        return found


def _sums(source: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Products (cell, other) and sums (other,) over the bins of some trials."""
    x, y = (table.reshape(-1, table.shape[-1]) for table in (source, target))
    return x.T @ y, y.sum(axis=0)


def _blocks(dataset: xr.Dataset, trials: Ints) -> Ints:
    """Number the blocks of trials: session, stage and block."""
    session, stage = (labels(dataset[f"trial_{name}"])[trials] for name in ("session", "stage"))
    keys = zip(session, stage, dataset["trial_block"].values[trials].tolist(), strict=True)
    seen: dict[tuple[str, str, int], int] = {}
    return np.array([seen.setdefault((str(a), str(b), int(c)), len(seen)) for a, b, c in keys])


def _other_trials(block: Ints, rng: np.random.Generator) -> Ints:
    """Another trial of the same block for each (itself only where it is alone)."""
    other = np.arange(block.size)
    for number in np.unique(block):
        own = np.flatnonzero(block == number)
        order = rng.permutation(own)
        other[order] = np.roll(order, 1)  # one cycle: no trial keeps its own
    return other
