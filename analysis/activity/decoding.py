"""Cross-validated decoders of the stimulus and of the state of memory from spikes.

A trial is the unit: all parts of a trial are held out together, its parts are averaged into one
decision, and chance comes from labels shuffled between trials (state) or within trials (stimulus
against the baseline before it), through the same cross-validation.  Both decoders see stimulus
windows of one context only where they compare states, so neither the context nor the stimulus
itself can be read instead; the time of day can, as in the published design.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.activity.cells import cells_of
from analysis.activity.decoder import (
    SEED,
    SHUFFLES,
    decisions,
    features_of,
    share_as_good,
    stratified,
)
from analysis.activity.spikes import matched, within
from analysis.dataset.facets import SIGNAL, needs
from analysis.design.windows import Windows, baseline_windows, cs_windows, role_trials

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
PARTS = 3  # decisions averaged in a trial


@dataclass(frozen=True)
class Decoding:
    """How well a decoder does, and by chance.

    Attributes
    ----------
    accuracy : float
        Balanced accuracy of held-out trials, 0 to 1.
    trials : (n,) array
        Trials decoded.
    output : (n,) array
        Held-out decision of each trial's stimulus window; above 0 for the second class (stimulus,
        extinction).
    """

    accuracy: float
    trials: Ints
    output: Floats
    _shuffle: Callable[[], Floats] = field(repr=False)

    @cached_property
    def shuffled(self) -> Floats:
        """Accuracies with shuffled labels (shuffle,), computed when first asked for."""
        return self._shuffle()

    @property
    def chance_95(self) -> float:
        """95th percentile of the shuffled accuracies."""
        return float(np.percentile(self.shuffled, 95))

    @property
    def p(self) -> float:
        """Share of shuffles at least as good, the decoder itself counted in."""
        return share_as_good(self.shuffled, self.accuracy)


@needs("trials", "neurons", SIGNAL)
def decode_cs(
    dataset: xr.Dataset, population: str | None = None, shuffles: int = SHUFFLES
) -> Decoding | None:
    """Decode stimulus against the matched baseline before it.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population decoded from; all cells whose inputs learn by default.
    shuffles : int
        Label permutations for the chance level.

    Returns
    -------
    Decoding or None
        None with fewer than two trials, or without cells.
    """
    before, cells = baseline_windows(dataset), cells_of(dataset, population)
    trials = np.flatnonzero(matched(dataset))
    if trials.size < 2 or not cells.size:
        return None
    stimulus, baseline = cs_windows(dataset).take(trials), before.take(trials)
    both = Windows(
        np.concatenate([stimulus.start, baseline.start]),
        np.concatenate([stimulus.stop, baseline.stop]),
    )
    # One decision per window: the split into parts serves where trials are few.
    features = features_of(dataset, both, cells)
    label = np.repeat([1, 0], trials.size)

    group = np.tile(np.arange(trials.size), 2)

    def swap(rng: np.random.Generator) -> Ints:
        side = rng.integers(0, 2, trials.size)
        return group + trials.size * np.concatenate([side, 1 - side])

    window = np.arange(label.size)
    accuracy, output, chance = _decode(features, label, group, window, swap, shuffles)
    return Decoding(accuracy, trials, output[: trials.size], chance)


@needs("trials", "neurons", SIGNAL)
def decode_state(
    dataset: xr.Dataset, population: str | None = None, shuffles: int = SHUFFLES
) -> Decoding | None:
    """Decode the state of memory: fear retrieval (0) against extinction (1).

    By the roles of epochs (`analysis.design.epochs.ROLES`): ``fear`` against ``safe`` and ``test``;
    in the published design early extinction against late extinction and its retrieval, in one
    context.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    population : str, optional
        Population decoded from; all cells whose inputs learn by default.
    shuffles : int
        Label permutations for the chance level.

    Returns
    -------
    Decoding or None
        None with fewer than two trials of either state, or without cells.
    """
    stimulus, cells = cs_windows(dataset), cells_of(dataset, population)
    usable = within(dataset, stimulus.start, stimulus.stop)
    fear, calm = (
        chosen[usable[chosen]]
        for chosen in (role_trials(dataset, "fear"), role_trials(dataset, "safe", "test"))
    )
    if min(fear.size, calm.size) < 2 or not cells.size:
        return None
    trials = np.concatenate([fear, calm])
    parts = stimulus.take(trials).split(PARTS)
    features = features_of(dataset, parts, cells)
    state = np.repeat([0, 1], [fear.size, calm.size])
    group = np.repeat(np.arange(trials.size), PARTS)

    def shuffle(rng: np.random.Generator) -> Ints:
        order = rng.permutation(trials.size)
        return (order[:, None] * PARTS + np.arange(PARTS)).ravel()

    accuracy, output, chance = _decode(
        features.reshape(group.size, -1), state[group], group, group, shuffle, shuffles
    )
    return Decoding(accuracy, trials, output, chance)


def _decode(
    features: Floats,
    label: Ints,
    group: Ints,
    window: Ints,
    shuffle: Callable[[np.random.Generator], Ints],
    shuffles: int,
) -> tuple[float, Floats, Callable[[], Floats]]:
    """Accuracy, held-out decision per window, and what gives accuracies with shuffled labels.

    `group` is what is held out together, `window` what one decision is made for.  Shuffling moves
    the features to other labels, which leaves the labels stratified over the same folds.
    """
    folds, every = stratified(features, label, group), np.arange(label.size)
    size = np.bincount(window)
    truth = np.bincount(window, label) / size > 0.5

    def held_out(moved: Floats) -> tuple[float, Floats]:
        output = np.bincount(window, decisions(moved, label, every, folds)) / size
        right = (output > 0) == truth
        return float((right[truth].mean() + right[~truth].mean()) / 2), output

    def chance() -> Floats:
        rng = np.random.default_rng(SEED)
        return np.array([held_out(features[shuffle(rng)])[0] for _ in range(shuffles)])

    return *held_out(features), chance
