"""The closed loop of a tripartite synapse: how much a spike releases, at each presynaptic rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.schema import labels

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Loop:
    """What the loop did.

    Attributes
    ----------
    rates : ndarray, shape (step,)
        Presynaptic rate of each step, Hz.
    release : dict of str to ndarray, shape (step,)
        By kind of gliotransmission: resources released per spike, 0 to 1; NaN without spikes.
    events : dict of str to int
        Gliotransmitter releases.
    """

    rates: Floats
    release: dict[str, Floats]
    events: dict[str, int]


def describe_loop(dataset: xr.Dataset) -> Loop:
    """Measure the loop in a dataset of the paradigm ``tripartite_synapse``.

    A step of the rate is a run of equal values; release is what left the terminals within it over
    the number of its spikes.
    """
    time, rate = dataset["time"].values, dataset["rate"].values
    starts = np.concatenate([[0], np.flatnonzero(np.diff(rate)) + 1])
    edges = np.append(time[starts], time[-1])
    spikes = np.histogram(dataset["spike_time"].values, edges)[0] / int(dataset.attrs["afferents"])
    at = np.append(starts, len(time) - 1)
    released = np.diff(dataset["released"].values.astype(float)[:, at], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        release = np.where(spikes > 0, released / spikes, np.nan)
    cases = labels(dataset["case"]).tolist()
    count = np.bincount(dataset["event_case"].values, minlength=len(cases))
    return Loop(
        rate[starts].astype(float),
        dict(zip(cases, release, strict=True)),
        dict(zip(cases, count.tolist(), strict=True)),
    )
