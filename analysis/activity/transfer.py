"""Decoders trained in one stage and applied to all others, and their output beside freezing.

Why they are set beside freezing in this way stands in ``docs/analysis.md``:

- a decoder of the *stimulus* is trained within one epoch, against the matched baseline before it.
  Its held-out output, stimulus less baseline, says how strong the code of the stimulus is there.
  One number per animal: it is compared with freezing across animals, as the published r = 0.70
  with P = 0.039 (which is n = 9, so animals).
- a decoder of the *state* is trained on two epochs, fear against extinction.  Freezing takes no
  part in training, and is compared with the output over trials that took none either.

Decoders of held-out trials did not see them.  The control shuffles labels within trials (stimulus)
or between training trials (state).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.activity.cells import cells_of
from analysis.activity.decoder import (
    SEED,
    SHUFFLES,
    dealt,
    decisions,
    features_of,
    share_as_good,
)
from analysis.activity.spikes import matched_epochs, within
from analysis.dataset.facets import SIGNAL, needs
from analysis.design.windows import baseline_windows, cs_windows, design_of, role_trials
from analysis.statistics import correlation

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Matrices = Callable[[np.random.Generator | None], tuple[Floats, Floats]]
PARTS = 6  # of a stimulus window, the published 5-s bins
#: Roles of epochs, fear against extinction; the first is the one whose output is set beside
#: freezing, as it leaves the test of extinction and the return of fear to be predicted
STATES = (("fear", "safe"), ("fear", "test"), ("return", "test"))


@dataclass(frozen=True)
class Transfer:
    """Decoders trained on one thing and applied to each.

    Attributes
    ----------
    names : (k,) tuple of str
        What was trained on, and applied to: epochs, or pairs of them.
    accuracy : (k, k) array
        Balanced accuracy 0 to 1, trained on the row, applied to the column; the diagonal is of
        held-out trials.
    output : (k, k) array
        Mean decision for the first class (stimulus, fear) less that for the second.
    shuffled : (shuffle, k, k) array
        Accuracies with shuffled labels in training.
    """

    names: tuple[str, ...]
    accuracy: Floats
    output: Floats
    shuffled: Floats


@dataclass(frozen=True)
class StateTrack:
    """Output of the decoder of fear state over the experiment.

    Attributes
    ----------
    trials : (n,) array
        Trials with the stimulus and without the unconditioned one.
    output : (n, part) array
        Decision in each part of the stimulus, above 0 for fear; held-out in training trials.
    trained : (n,) array of bool
        Trials of the two training epochs.
    r : float
        Correlation of output with freezing over the trials that were not trained on.
    r_parts : float
        The same over the parts of those trials, each less the mean of its trial.
    shuffled : (shuffle,) array
        `r` with labels shuffled between the training trials.
    """

    trials: Ints
    output: Floats
    trained: NDArray[np.bool_]
    r: float
    r_parts: float
    shuffled: Floats

    @property
    def p(self) -> float:
        """Share of shuffles with at least this correlation, the decoder itself counted in."""
        return share_as_good(self.shuffled, self.r)


@needs("trials", "neurons", SIGNAL)
def cs_transfer(
    dataset: xr.Dataset, population: str | None = None, shuffles: int = 0
) -> Transfer:
    """Train a decoder of the stimulus in each epoch and apply it to every epoch.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population decoded from; all cells whose inputs learn by default.
    shuffles : int
        Label shuffles for the chance level.

    Returns
    -------
    Transfer
        Of the tested epochs that have at least two trials with a baseline.
    """
    before = baseline_windows(dataset)
    trials, cells = matched_epochs(dataset), cells_of(dataset, population)
    if not trials or not cells.size:
        return _no_transfer()
    names = tuple(trials)
    every = np.unique(np.concatenate(list(trials.values())))  # epochs may share trials
    pair = [cs_windows(dataset).take(every), before.take(every)]
    features = np.stack([features_of(dataset, windows, cells) for windows in pair], axis=1)
    label = np.tile([1, 0], (every.size, 1))
    places = [np.searchsorted(every, chosen) for chosen in trials.values()]

    def matrices(rng: np.random.Generator | None) -> tuple[Floats, Floats]:
        accuracy, output = np.empty((2, len(names), len(names)))
        for row, train in enumerate(places):
            given = label[train]
            if rng is not None:
                given = np.where(rng.integers(0, 2, (train.size, 1)) > 0, given, 1 - given)
            decision = _decide(features, given, train)
            for column, test in enumerate(places):
                right = (decision[test] > 0) == label[test]
                accuracy[row, column] = right.mean()  # classes are of equal size
                output[row, column] = np.diff(decision[test][:, ::-1], axis=1).mean()
        return accuracy, output

    return _transfer(names, matrices, shuffles)


@needs("trials", "neurons", SIGNAL)
def state_transfer(
    dataset: xr.Dataset, population: str | None = None, shuffles: int = 0
) -> Transfer:
    """Train a decoder of fear state on each pair of epochs and apply it to every pair.

    Parameters
    ----------
    dataset, population, shuffles
        As in `cs_transfer`.

    Returns
    -------
    Transfer
        Of the pairs of `STATES` whose epochs both have two trials.  Published fear returns in the
        other context: the last pair can be told by context, but not by decoders of the others.
    """
    cells = cells_of(dataset, population)
    pairs = [[_state_trials(dataset, role) for role in pair] for pair in STATES]
    kept = [k for k, pair in enumerate(pairs) if min(map(len, pair)) >= 2]
    if not kept or not cells.size:
        return _no_transfer()
    names = tuple(" - ".join(design_of(dataset).roles(*STATES[k])) for k in kept)
    every, features = _state_features(dataset, cells, [pairs[k] for k in kept])
    places = [[np.searchsorted(every, chosen) for chosen in pairs[k]] for k in kept]

    def matrices(rng: np.random.Generator | None) -> tuple[Floats, Floats]:
        accuracy, output = np.empty((2, len(kept), len(kept)))
        for row, (fear, calm) in enumerate(places):
            train, given = _state_labels(fear, calm, rng)
            decision = _decide(features, given, train).mean(axis=1)
            for column, (afraid, safe) in enumerate(places):
                hits = (decision[afraid] > 0).mean() + (decision[safe] <= 0).mean()
                accuracy[row, column] = hits / 2
                output[row, column] = decision[afraid].mean() - decision[safe].mean()
        return accuracy, output

    return _transfer(names, matrices, shuffles)


@needs("trials", "neurons", SIGNAL, "behaviour")
def track_state(
    dataset: xr.Dataset, population: str | None = None, shuffles: int = SHUFFLES
) -> StateTrack | None:
    """Follow the output of a decoder of fear state through all trials, beside freezing.

    Trained on the first pair of `STATES`.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population decoded from; all cells whose inputs learn by default.
    shuffles : int
        Label shuffles for the control.

    Returns
    -------
    StateTrack or None
        None with fewer than two trials of either training epoch, or without cells.
    """
    cells = cells_of(dataset, population)
    fear, calm = (_state_trials(dataset, role) for role in STATES[0])
    if min(fear.size, calm.size) < 2 or not cells.size:
        return None
    without_us = np.isnan(dataset["us_on"].values) & (dataset["trial_cs"].values > 0)
    without_us &= _recorded(dataset)
    wanted = [[fear, calm, np.flatnonzero(without_us)]]
    every, features = _state_features(dataset, cells, wanted)
    places = np.searchsorted(every, fear), np.searchsorted(every, calm)
    trained = np.isin(every, np.concatenate([fear, calm]))
    freezing = dataset["freezing"].values[every]

    def decide(rng: np.random.Generator | None) -> Floats:
        train, given = _state_labels(*places, rng)
        return _decide(features, given, train)

    def agreement(decision: Floats) -> float:
        return correlation(decision.mean(axis=1)[~trained], freezing[~trained])

    output = decide(None)
    rng = np.random.default_rng(SEED)
    shuffled = np.array([agreement(decide(rng)) for _ in range(shuffles)])
    parts = float("nan")
    if "freezing_bin" in dataset:
        bins = dataset["freezing_bin"].values[every[~trained]]
        parts = _within_trials(output[~trained], bins)
    return StateTrack(every, output, trained, agreement(output), parts, shuffled)


def _within_trials(output: Floats, freezing: Floats) -> float:
    if freezing.shape != output.shape or not np.isfinite(freezing).all():
        return float("nan")  # other bins than the parts decided on
    pair = [table - table.mean(axis=1, keepdims=True) for table in (output, freezing)]
    return correlation(pair[0].ravel(), pair[1].ravel())


def _decide(features: Floats, label: Ints, train: Ints) -> Floats:
    """Decide on every sample (trial, sample); on training trials by decoders without them.

    `features` is (trial, sample, cell) and `label` (training trial, sample).
    """
    trials, samples, cells = features.shape
    places = train[:, None] * samples + np.arange(samples)
    folds = [np.repeat(out, samples) for out in dealt(label.mean(axis=1))]
    flat = features.reshape(-1, cells)
    return decisions(flat, label.ravel(), places.ravel(), folds).reshape(trials, samples)


def _state_labels(fear: Ints, calm: Ints, rng: np.random.Generator | None) -> tuple[Ints, Ints]:
    train = np.concatenate([fear, calm])
    state = np.repeat([1, 0], [fear.size, calm.size])
    if rng is not None:
        state = rng.permutation(state)
    return train, np.repeat(state[:, None], PARTS, axis=1)


def _recorded(dataset: xr.Dataset) -> NDArray[np.bool_]:
    stimulus = cs_windows(dataset)
    return within(dataset, stimulus.start, stimulus.stop)


def _state_trials(dataset: xr.Dataset, role: str) -> Ints:
    chosen = role_trials(dataset, role)
    return chosen[_recorded(dataset)[chosen]]


def _state_features(
    dataset: xr.Dataset, cells: Ints, wanted: list[list[Ints]]
) -> tuple[Ints, Floats]:
    """Wanted trials, sorted, and their features (trial, part, cell)."""
    every = np.unique(np.concatenate([chosen for each in wanted for chosen in each]))
    parts = cs_windows(dataset).take(every).split(PARTS)
    return every, features_of(dataset, parts, cells)


def _transfer(names: tuple[str, ...], matrices: Matrices, shuffles: int) -> Transfer:
    accuracy, output = matrices(None)
    rng = np.random.default_rng(SEED)
    shuffled = [matrices(rng)[0] for _ in range(shuffles)]
    return Transfer(names, accuracy, output, np.array(shuffled).reshape(-1, *accuracy.shape))


def _no_transfer() -> Transfer:
    none = np.empty((0, 0))
    return Transfer((), none, none, none[None])

