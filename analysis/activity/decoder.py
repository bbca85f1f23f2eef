"""The linear decoder that every question shares, and the ways in which trials are held out.

A sample is the activity of all cells in one window; what is held out together is a fold.  Two ways
to make folds stand side by side: `stratified` draws whole trials at random, each fold with its
share of either class; `dealt` deals the trials of each kind out in order, which needs no labels of
the other trials.  They differ by which trials share a fold, and so in the numbers that they give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import SVC

from analysis.activity.spikes import evened, rates
from analysis.design.windows import Windows

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
Decide = Callable[[Floats], Floats]
SHUFFLES = 200
FOLDS = 5
SEED = 1
SOFT = 0.01
"""Penalty of the margin: so soft that it is one mean against another, as cells outnumber trials."""


def features_of(dataset: xr.Dataset, windows: Windows, cells: Ints) -> Floats:
    """Root of the rates (..., cell) in windows; see `analysis.activity.spikes.evened`."""
    return evened(dataset, rates(dataset, windows.start, windows.stop, cells))


def share_as_good(shuffled: Floats, value: float) -> float:
    """P of a decoder: share of shuffles at least as good, the decoder itself counted in."""
    return float(((shuffled >= value).sum() + 1) / (shuffled.size + 1))


def fit(features: Floats, label: Ints) -> Decide:
    """Standardise each cell, then find a soft linear margin; both classes weigh the same.

    Parameters
    ----------
    features : (sample, cell) array
    label : (sample,) array
        0 or 1; both are there.

    Returns
    -------
    callable
        Takes (n, cell), gives the decisions (n,): above 0 for label 1.

    Notes
    -----
    What ``make_pipeline(StandardScaler(), SVC(class_weight="balanced"))`` does, to rounding, in a
    third of the time: thousands of fits this small are spent on checking their input, and on
    products of trials that one product of matrices holds.
    """
    count = len(features)
    mean = features.sum(axis=0) / count
    apart = features - mean
    rounding = apart.sum(axis=0)
    variance = ((apart**2).sum(axis=0) - rounding**2 / count) / count
    grain = np.finfo(float).eps
    constant = variance <= count * grain * variance + (count * mean * grain) ** 2
    scale = np.where(constant, 1.0, np.sqrt(variance))
    weight = {value: count / (2 * (label == value).sum()) for value in (0, 1)}
    standard = apart / scale
    margin = SVC(kernel="precomputed", C=SOFT, class_weight=weight)
    with config_context(assume_finite=True, skip_parameter_validation=True):
        margin.fit(standard @ standard.T, label)
    normal = margin.dual_coef_[0] @ standard[margin.support_] / scale
    return lambda other: (other - mean) @ normal + margin.intercept_[0]


def decisions(features: Floats, label: Ints, train: Ints, folds: Sequence[Mask]) -> Floats:
    """Decide on every sample, on training samples by decoders that did not see their fold.

    Parameters
    ----------
    features : (sample, cell) array
    label : (k,) array
        Of the training samples, 0 or 1.
    train : (k,) array of int
        Places of the training samples.
    folds : sequence of (k,) array of bool
        Training samples that are held out together; each stands in one fold.

    Returns
    -------
    (sample,) array
        Above 0 for label 1.
    """
    decision = np.empty(len(features))
    rest = np.ones(len(features), dtype=bool)
    rest[train] = False
    if rest.any():
        decision[rest] = fit(features[train], label)(features[rest])
    for out in folds:
        decision[train[out]] = fit(features[train[~out]], label[~out])(features[train[out]])
    return decision


def stratified(features: Floats, label: Ints, group: Ints) -> list[Mask]:
    """Folds of whole groups of samples, drawn at random, with either class in each."""
    smallest = min(np.unique(group[label == value]).size for value in (0, 1))
    split = StratifiedGroupKFold(min(FOLDS, smallest), shuffle=True, random_state=SEED)
    place = np.arange(label.size)
    return [np.isin(place, test) for _, test in split.split(features, label, group)]


def dealt(kind: Floats) -> list[Mask]:
    """Folds of trials (trial,): those of each kind are dealt out in order."""
    fold = np.empty(kind.size, dtype=np.intp)
    smallest = min(int((kind == value).sum()) for value in np.unique(kind))
    for value in np.unique(kind):
        own = np.flatnonzero(kind == value)
        fold[own] = np.arange(own.size) % min(FOLDS, smallest)
    return [fold == number for number in np.unique(fold)]
