"""Which trials of a dataset, and which stretches of them: epochs, stimulus and baseline windows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.schema import labels
from analysis.design.epochs import Design, Own, make_design
from analysis.design.own_rows import read_rows
from analysis.design.trials import LABELS, Trials, choose

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Windows:
    """Stretches of time, s: `start` and `stop` of equal shape."""

    start: Floats
    stop: Floats

    @property
    def length(self) -> Floats:
        """Lengths, s."""
        return self.stop - self.start

    def take(self, trials: Places) -> Windows:
        """Windows of some trials."""
        return Windows(self.start[trials], self.stop[trials])

    def split(self, parts: int) -> Windows:
        """Cut each window into equal parts: shape (window, part)."""
        share = np.arange(parts + 1) / parts
        edges = self.start[:, None] + self.length[:, None] * share
        return Windows(edges[:, :-1], edges[:, 1:])


def design_of(dataset: xr.Dataset) -> Design:
    """Return the epochs that a dataset has, by its own protocol.

    Raises
    ------
    RowsError
        If the epochs or contrasts of its protocol cannot be read.
    """
    return make_design(_own_rows(str(dataset.attrs.get("protocol_toml", ""))), trials_of(dataset))


@lru_cache(maxsize=32)
def _own_rows(text: str) -> Own:
    """Rows of a protocol: every analysis of every epoch asks for them."""
    return read_rows(text, "protocol of the dataset")


def trials_of(dataset: xr.Dataset) -> Trials:
    """Return stage, block, place in the stage and labels of each trial; none without trials."""
    if "trial_stage" not in dataset:
        return Trials(np.array([], dtype=str), np.array([], dtype=int), np.array([], dtype=int))
    known = {
        name: labels(dataset[f"trial_{name}"]) for name in LABELS if f"trial_{name}" in dataset
    }
    return Trials(
        labels(dataset["trial_stage"]), dataset["trial_block"].values,
        dataset["trial_index"].values, **known,
    )  # fmt: skip


def epoch_trials(dataset: xr.Dataset, name: str) -> Places:
    """Trials of an epoch.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    name : str
        An epoch of `design_of`.

    Returns
    -------
    (n,) array of int
        Positions along ``trial``; empty where the dataset has no such epoch.
    """
    epoch = design_of(dataset).get(name)
    if epoch is None:
        return np.array([], dtype=np.intp)
    return choose(epoch, trials_of(dataset))


def role_trials(dataset: xr.Dataset, *roles: str) -> Places:
    """Trials of all epochs in some roles, in order."""
    found = [epoch_trials(dataset, name) for name in design_of(dataset).roles(*roles)]
    return np.unique(np.concatenate([*found, np.array([], dtype=np.intp)]))


def cs_times(dataset: xr.Dataset) -> Windows:
    """When the conditioned stimulus is on in each trial, NaN where it is not.

    The whole trial where the dataset does not say when.
    """
    heard = dataset["trial_cs"].values > 0
    names = ("cs_on", "cs_off") if "cs_on" in dataset else ("trial_start", "trial_stop")
    start, stop = (np.where(heard, dataset[name].values, np.nan) for name in names)
    return Windows(start, stop)


def cs_windows(dataset: xr.Dataset) -> Windows:
    """Stretch of each trial in which the conditioned stimulus is heard alone.

    From its start to its end, or to the unconditioned stimulus if that begins before; of the
    whole trial where there is no conditioned stimulus.
    """
    heard = cs_times(dataset)
    start = np.where(np.isnan(heard.start), dataset["trial_start"].values, heard.start)
    stop = np.where(np.isnan(heard.stop), dataset["trial_stop"].values, heard.stop)
    shocked = dataset["us_on"].values
    return Windows(start, np.where(shocked > start, np.fmin(shocked, stop), stop))


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
    phase_session, phase_start = _sessions(dataset)
    free = np.empty(start.size)
    for k in range(start.size):
        begins = phase_start[(phase_session == session[k]) & (phase_start <= start[k])]
        edge = begins.min() if begins.size else _beginning(dataset)
        if k and session[k - 1] == session[k]:
            edge = max(edge, stop[k - 1])
        free[k] = start[k] - edge
    return Windows(start - np.clip(np.minimum(stop - start, free), 0.0, None), start)


def _sessions(dataset: xr.Dataset) -> tuple[NDArray[np.str_], Floats]:
    """Session and start of each phase; none where there are no phases."""
    if "phase_start" not in dataset:
        return np.array([], dtype=str), np.array([])
    return labels(dataset["phase_session"]), dataset["phase_start"].values


def _beginning(dataset: xr.Dataset) -> float:
    """Where the record begins, s: before it there is nothing to compare with."""
    if "phase_start" in dataset:
        return 0.0
    names = ("spike_time", "activity_time", "time")
    found = [dataset[name].values[0] for name in names if name in dataset and dataset[name].size]
    return float(min(found, default=0.0))
