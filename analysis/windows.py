"""Which trials, and which stretches of them: epochs, stimulus and baseline windows.

The epochs of an experiment are rows of ``tables/epochs.csv``: a stage, or its first or last block
or trial.  Nothing else in the analysis knows a stage by name.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.schema import labels

Floats = NDArray[np.float64]
Trials = NDArray[np.intp]


@dataclass(frozen=True)
class Epoch:
    """A row of the epoch table; `block` and `trial` are '', 'first', 'last' or a number."""

    epoch: str
    stage: str
    block: str
    trial: str
    state: str
    title: str


@dataclass(frozen=True)
class Windows:
    """Stretches of time, s: `start` and `stop` of equal shape."""

    start: Floats
    stop: Floats

    @property
    def length(self) -> Floats:
        """Lengths, s."""
        return self.stop - self.start

    def take(self, trials: Trials) -> Windows:
        """Windows of some trials."""
        return Windows(self.start[trials], self.stop[trials])

    def split(self, parts: int) -> Windows:
        """Cut each window into equal parts: shape (window, part)."""
        share = np.arange(parts + 1) / parts
        edges = self.start[:, None] + self.length[:, None] * share
        return Windows(edges[:, :-1], edges[:, 1:])


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one of the package's own tables."""
    text = (resources.files("analysis") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def epochs() -> dict[str, Epoch]:
    """Return the epoch table by name, in order."""
    return {row["epoch"]: Epoch(**row) for row in read_table("epochs")}


def epoch_trials(dataset: xr.Dataset, name: str) -> Trials:
    """Trials of an epoch.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    name : str
        A row of ``tables/epochs.csv``.

    Returns
    -------
    (n,) array of int
        Positions along ``trial``; empty where the protocol has no such stage.
    """
    row = epochs()[name]
    chosen = np.flatnonzero(labels(dataset["trial_stage"]) == row.stage)
    for variable, which in (("trial_block", row.block), ("trial_index", row.trial)):
        if which and chosen.size:
            value = dataset[variable].values[chosen]
            ends = {"first": value.min(), "last": value.max()}
            chosen = chosen[value == (ends[which] if which in ends else int(which))]
    return chosen


def state_trials(dataset: xr.Dataset, state: str) -> Trials:
    """Trials of all epochs that stand for a state of memory (``fear``, ``extinction``)."""
    found = [epoch_trials(dataset, name) for name, row in epochs().items() if row.state == state]
    return np.unique(np.concatenate([*found, np.array([], dtype=np.intp)]))


def cs_windows(dataset: xr.Dataset) -> Windows:
    """Scored stretch of each trial: from its start to its end, or to the unconditioned stimulus."""
    stop = dataset["trial_stop"].values
    return Windows(dataset["trial_start"].values, np.fmin(dataset["us_on"].values, stop))


def us_windows(dataset: xr.Dataset) -> Windows:
    """One trial length from the onset of the unconditioned stimulus; NaN where there is none."""
    start = dataset["us_on"].values
    length = dataset["trial_stop"].values - dataset["trial_start"].values
    return Windows(start, start + length)


def baseline_windows(dataset: xr.Dataset) -> Windows:
    """Stretch just before each trial that matches it.

    As long as the trial, or as the time since the trial before it (or its session) ended; of
    length 0 where a trial follows at once.
    """
    start, stop = dataset["trial_start"].values, dataset["trial_stop"].values
    session = labels(dataset["trial_session"])
    phase_session = labels(dataset["phase_session"])
    phase_start = dataset["phase_start"].values
    free = np.empty(start.size)
    for k in range(start.size):
        begins = phase_start[(phase_session == session[k]) & (phase_start <= start[k])]
        edge = begins.min() if begins.size else 0.0
        if k and session[k - 1] == session[k]:
            edge = max(edge, stop[k - 1])
        free[k] = start[k] - edge
    return Windows(start - np.clip(np.minimum(stop - start, free), 0.0, None), start)
