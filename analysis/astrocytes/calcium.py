"""Astrocyte calcium: events, and responses to the conditioned and unconditioned stimulus.

A response is the integral of calcium above the mean of the baseline window before the trial, in
the unit of calcium times s of the protocol's own clock (so that clocks compare); its z version is
the mean rise in standard deviations of the astrocyte's calcium in all baseline windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from analysis.dataset.facets import needs
from analysis.dataset.schema import speed_of
from analysis.design.windows import (
    Windows,
    baseline_windows,
    cs_windows,
    design_of,
    epoch_trials,
    us_windows,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
START, END = 3.0, 1.0  # z at which an event starts and ends
FLOOR = 0.05  # smallest noise taken for z, share of the resting level
RESPONSE = 1.0  # mean z above which an astrocyte may count as responding
ALPHA = 0.05
CLASSES = ("gained", "lost", "kept", "never")


@dataclass(frozen=True)
class Events:
    """Calcium events, one row each.

    Attributes
    ----------
    astrocyte : (event,) array
        Astrocyte.
    start, stop : (event,) array
        When z rises above 3 and next falls below 1, s.
    peak : (event,) array
        Highest z.
    """

    astrocyte: Ints
    start: Floats
    stop: Floats
    peak: Floats


@dataclass(frozen=True)
class Evoked:
    """Responses of each astrocyte to a stimulus in each trial; NaN where there is none.

    Attributes
    ----------
    area : (trial, astrocyte) array
        Integral above baseline, umol L-1 s of the protocol's clock, for a whole trial length.
    z : (trial, astrocyte) array
        Mean rise in baseline standard deviations.
    """

    area: Floats
    z: Floats


@needs("calcium")
def calcium_z(dataset: xr.Dataset) -> Floats:
    """Calcium of each astrocyte as robust z-score.

    Less its median, over 1.4826 times its median absolute deviation, which is taken to be at
    least 5 % of the median: a silent astrocyte has no events.

    Returns
    -------
    (astrocyte, time) array
        Robust z.
    """
    calcium = dataset["calcium"].values.astype(float)
    if not calcium.size:
        return calcium
    rest = np.median(calcium, axis=1, keepdims=True)
    noise = 1.4826 * np.median(np.abs(calcium - rest), axis=1, keepdims=True)
    return np.asarray((calcium - rest) / np.maximum(noise, FLOOR * np.abs(rest) + 1e-9))


@needs("calcium")
def find_events(dataset: xr.Dataset) -> Events:
    """Find calcium events: z (see `calcium_z`) rises above 3, until it falls below 1.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    Events
        Sorted by astrocyte, then time.
    """
    time = dataset["time"].values
    rows: list[tuple[int, float, float, float]] = []
    for astrocyte, z in enumerate(calcium_z(dataset)):
        crossing = np.where(z > START, 1, np.where(z < END, -1, 0))
        last = np.maximum.accumulate(np.where(crossing != 0, np.arange(z.size), 0))
        high = np.concatenate([[0], crossing[last] > 0, [0]]).astype(int)
        begins, ends = np.flatnonzero(np.diff(high) > 0), np.flatnonzero(np.diff(high) < 0)
        for begin, end in zip(begins, ends, strict=True):
            stop = time[min(end, z.size - 1)]
            rows.append((astrocyte, time[begin], stop, float(z[begin:end].max())))
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    return Events(columns[0].astype(np.intp), columns[1], columns[2], columns[3])


@needs("trials", "calcium")
def cs_evoked(dataset: xr.Dataset) -> Evoked:
    """Response to the conditioned stimulus in each trial, before any unconditioned one.

    Where the unconditioned stimulus ends the window early, the area is scaled to the whole trial.
    Trials without the stimulus, or without a baseline, are NaN.
    """
    evoked = _evoked(dataset, cs_windows(dataset))
    without = dataset["trial_cs"].values == 0
    evoked.area[without] = np.nan
    evoked.z[without] = np.nan
    return evoked


@needs("trials", "calcium")
def us_evoked(dataset: xr.Dataset) -> Evoked:
    """Response to the unconditioned stimulus: one trial length from its onset.

    Against the same baseline as the conditioned stimulus; NaN in trials without.
    """
    return _evoked(dataset, us_windows(dataset))


def epoch_area(dataset: xr.Dataset, evoked: Evoked, epoch: str) -> float:
    """Mean area of the responses in an epoch over trials and astrocytes; NaN without any."""
    values = evoked.area[epoch_trials(dataset, epoch)]
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def responds(z: Floats) -> NDArray[np.bool_]:
    """Decide which astrocytes respond.

    Parameters
    ----------
    z : (trial, astrocyte) array
        Responses in the trials of one epoch.

    Returns
    -------
    (astrocyte,) array of bool
        Mean z of at least 1 and one-sided sign-flip P below 0.05 (exact for up to 12 trials).
    """
    z = z[np.isfinite(z).all(axis=1)]
    if not len(z):
        return np.zeros(z.shape[1], dtype=bool)
    if len(z) <= 12:
        sign = np.array(list(product((1.0, -1.0), repeat=len(z))))
    else:
        sign = np.random.default_rng(1).integers(0, 2, (4096, len(z))) * 2.0 - 1.0
        sign[0] = 1.0
    mean = z.mean(axis=0)
    p = (sign @ z / len(z) >= mean - 1e-12).mean(axis=0)
    return np.asarray((p < ALPHA) & (mean >= RESPONSE))


@needs("trials", "calcium")
def heterogeneity(dataset: xr.Dataset, evoked: Evoked | None = None) -> NDArray[np.str_]:
    """Sort astrocytes by what becomes of their response, from where fear is recalled to the test.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    evoked : Evoked, optional
        Its `cs_evoked`, where that is known already.

    Returns
    -------
    (astrocyte,) array of str
        ``gained``, ``lost``, ``kept`` or ``never``; empty where an epoch in either role is missing.
    """
    pair = design_of(dataset).roles("fear", "test")
    if len(pair) < 2:
        return np.array([], dtype=np.str_)
    z = (evoked or cs_evoked(dataset)).z
    first, second = (responds(z[epoch_trials(dataset, name)]) for name in pair)
    return np.where(
        first, np.where(second, "kept", "lost"), np.where(second, "gained", "never")
    ).astype(np.str_)


def _evoked(dataset: xr.Dataset, windows: Windows) -> Evoked:
    calcium = dataset["calcium"].values.astype(float)
    shape = (dataset.sizes["trial"], calcium.shape[0])
    if not calcium.size or not shape[0] or dataset.sizes["time"] < 2:
        return Evoked(np.full(shape, np.nan), np.full(shape, np.nan))
    time = dataset["time"].values
    area = cumulative_trapezoid(calcium, time, axis=1, initial=0.0)
    square = cumulative_trapezoid(calcium**2, time, axis=1, initial=0.0)
    before = baseline_windows(dataset)
    rest = _mean(area, time, before)
    rise = _mean(area, time, windows) - rest
    length = (dataset["trial_stop"] - dataset["trial_start"]).values * speed_of(dataset)
    with np.errstate(invalid="ignore"):  # no baseline at all
        weight = (before.length.clip(0) / before.length.clip(0).sum())[:, None]
        mean = np.nansum(weight * rest, axis=0)
        variance = np.nansum(weight * _mean(square, time, before), axis=0) - mean**2
    noise = np.maximum(np.sqrt(variance.clip(0)), FLOOR * np.abs(mean) + 1e-9)
    return Evoked(rise * length[:, None], rise / noise)


def _mean(integral: Floats, time: Floats, windows: Windows) -> Floats:
    """Mean (window, astrocyte) over windows, from the running integral; NaN outside the record."""
    edges = np.stack([windows.start, windows.stop])
    inside = (edges >= time[0] - 1e-9) & (edges <= time[-1] + (time[-1] - time[0]) * 1e-3)
    place = np.interp(np.where(inside, edges, time[0]), time, np.arange(time.size))
    low = np.minimum(place.astype(int), time.size - 2)
    at = integral[:, low] + (integral[:, low + 1] - integral[:, low]) * (place - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = ((at[:, 1] - at[:, 0]) / (windows.stop - windows.start)).T
    return np.where((inside.all(axis=0) & (windows.length > 0))[:, None], mean, np.nan)
