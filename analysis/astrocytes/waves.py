"""Calcium waves: when a front reaches each astrocyte, how far it gets and how fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NEAR = 350.0
"""Distance (um) up to which the speed near the source is taken: waves are mostly seen that far."""


@dataclass(frozen=True)
class Wave:
    """What a wave did.

    Attributes
    ----------
    reached : int
        Astrocytes whose calcium crossed the threshold, the stimulated ones included.
    share : float
        The same as share of all astrocytes.
    extent : float
        Largest distance reached, um.
    last_arrival : float
        When the last of them was reached, s.
    speed_near, speed_far : float
        Speed of the front up to `NEAR` from the source and beyond it, um s-1; NaN where fewer
        than three distances were reached.
    """

    reached: int
    share: float
    extent: float
    last_arrival: float
    speed_near: float
    speed_far: float


def arrival_times(calcium: ArrayLike, time: ArrayLike, threshold: float) -> Floats:
    """Time of the first upward crossing of `threshold` by each astrocyte.

    Parameters
    ----------
    calcium : array_like, shape (astrocyte, time)
    time : array_like, shape (time,)
        s, rising.
    threshold : float
        In the unit of `calcium`.

    Returns
    -------
    ndarray, shape (astrocyte,)
        Interpolated between samples; the first time where calcium starts above; NaN for never.
    """
    trace = np.asarray(calcium, dtype=float)
    at = np.asarray(time, dtype=float)
    above = trace > threshold
    first = above.argmax(axis=1)
    cells = np.arange(len(trace))
    before = np.maximum(first - 1, 0)
    low, high = trace[cells, before], trace[cells, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(first > 0, (threshold - low) / (high - low), 0.0)
    found = at[before] + part * (at[first] - at[before])
    return np.where(above.any(axis=1), found, np.nan)


def front_speed(arrival: ArrayLike, distance: ArrayLike) -> float:
    """Speed of a front: the slope of distance over the mean arrival time at each distance.

    Parameters
    ----------
    arrival : array_like, shape (astrocyte,)
        s, NaN for a cell that the front did not reach.
    distance : array_like, shape (astrocyte,)
        From the source, um.

    Returns
    -------
    float
        um s-1; NaN if cells at fewer than three distances were reached.
    """
    times, place = np.asarray(arrival, dtype=float), np.asarray(distance, dtype=float)
    reached = np.isfinite(times)
    rings, where = np.unique(np.round(place[reached], 3), return_inverse=True)
    if len(rings) < 3:
        return float("nan")
    mean = np.bincount(where, times[reached]) / np.bincount(where)
    slope = np.polyfit(rings, mean, 1)[0]
    return float(1.0 / slope) if slope > 0 else float("nan")


def describe_wave(dataset: xr.Dataset) -> Wave:
    """Measure the wave in a dataset of the paradigm ``calcium_wave``."""
    arrival = arrival_times(
        dataset["calcium"].values, dataset["time"].values, float(dataset.attrs["threshold"])
    )
    distance = dataset["distance"].values
    hit = np.isfinite(arrival)
    near = distance <= NEAR
    return Wave(
        reached=int(hit.sum()),
        share=float(hit.mean()),
        extent=float(distance[hit].max()) if hit.any() else 0.0,
        last_arrival=float(arrival[hit].max()) if hit.any() else float("nan"),
        speed_near=front_speed(arrival[near], distance[near]),
        speed_far=front_speed(arrival[~near], distance[~near]),
    )
