"""Behaviour of trials, read out from spikes by one rule for every behaviour and condition.

The mean rate of the cells that a behaviour is read out from is smoothed by a causal exponential and
compared with one threshold; the behaviour is the share of samples above it, in the bins in which
freezing was published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Readout:
    """Constants of the read-out.

    Attributes
    ----------
    threshold : float
        Rate above which the behaviour is there in a sample, Hz.
    bin, sample : float
        Scoring bin and sampling interval, s of the protocol's clock.
    tau : float
        Time constant of the causal exponential, s of simulated time.
    """

    threshold: float
    bin: float
    sample: float
    tau: float


@dataclass(frozen=True)
class Score:
    """A behaviour of every trial, and the rate that it is read out from.

    Attributes
    ----------
    percent : (trial,) array
        Share of the trial's samples above threshold, percent.
    bin_percent : (trial, bin) array
        The same per bin; NaN where a trial is shorter than the longest one.
    bin_start : (bin,) array
        Start of each bin from trial start, s of simulated time.
    rate : (trial,) array
        Mean rate of the cells in the trial, Hz.
    """

    percent: NDArray[np.float64]
    bin_percent: NDArray[np.float64]
    bin_start: NDArray[np.float64]
    rate: NDArray[np.float64]


def smoothed_rate(
    spike_times: ArrayLike, cells: int, times: ArrayLike, tau: float
) -> NDArray[np.float64]:
    """Smooth a population rate by a causal exponential, exact at the times asked for.

    Parameters
    ----------
    spike_times : (spike,) array_like
        Spikes of all cells, s, sorted.
    cells : int
        Number of cells.
    times : (sample,) array_like
        Rising times, s.
    tau : float
        Time constant, s.

    Returns
    -------
    (sample,) array
        Mean rate per cell, Hz.
    """
    spikes = np.asarray(spike_times, dtype=float)
    when = np.asarray(times, dtype=float)
    if not when.size or not cells:
        return np.zeros(when.shape)
    following = np.searchsorted(when, spikes, side="left")
    heard = following < when.size
    following, spikes = following[heard], spikes[heard]
    fresh = np.bincount(following, np.exp((spikes - when[following]) / tau), when.size)
    decay = np.exp(-np.diff(when, prepend=when[0]) / tau)
    rate = np.empty(when.size)
    level = 0.0
    for k in range(when.size):  # a recursion over samples, a few thousand
        level = level * decay[k] + fresh[k]
        rate[k] = level
    return rate / (tau * cells)


def score_trials(
    spike_times: ArrayLike,
    cells: int,
    trial_start: ArrayLike,
    trial_stop: ArrayLike,
    readout: Readout,
    speed: float,
) -> Score:
    """Score every trial from the spikes of the cells that a behaviour is read out from.

    Parameters
    ----------
    spike_times : (spike,) array_like
        Spikes of all those cells, s of simulated time, sorted.
    cells : int
        Number of those cells.
    trial_start, trial_stop : (trial,) array_like
        Scored windows, s of simulated time.
    readout : Readout
        Constants, see there.
    speed : float
        Protocol-clock seconds per simulated second; bins and samples are divided by it.

    Returns
    -------
    Score
        See there.  The last bin of a trial that is no whole number of bins holds what is left.
    """
    start = np.asarray(trial_start, dtype=float)
    stop = np.asarray(trial_stop, dtype=float)
    step, width = readout.sample / speed, readout.bin / speed
    spikes = np.asarray(spike_times, dtype=float)
    # Samples stand in the middle of their interval, so that none lies on an edge of a bin.
    samples = np.maximum(np.round((stop - start) / step).astype(int), 0)
    trial = np.repeat(np.arange(start.size), samples)
    number = np.arange(trial.size) - np.repeat(np.cumsum(samples) - samples, samples)
    offset = (number + 0.5) * step
    when = start[trial] + offset
    order = np.argsort(when, kind="stable")
    above = np.empty(when.size)
    above[order] = smoothed_rate(spikes, cells, when[order], readout.tau) > readout.threshold
    place = np.floor(offset / width + 1e-9).astype(int)
    bins = int(place.max()) + 1 if place.size else 0
    flat = trial * bins + place
    shape = (start.size, bins)
    sampled = np.bincount(flat, minlength=start.size * bins).reshape(shape)
    shown = np.bincount(flat, above, start.size * bins).reshape(shape)
    with np.errstate(invalid="ignore"):
        bin_percent = np.asarray(100.0 * shown / sampled, dtype=np.float64)
        percent = np.asarray(100.0 * shown.sum(axis=1) / sampled.sum(axis=1), dtype=np.float64)
        spiked = np.searchsorted(spikes, stop) - np.searchsorted(spikes, start)
        rate = spiked / (max(cells, 1) * (stop - start))
    return Score(percent, bin_percent, width * np.arange(bins, dtype=np.float64), rate)
