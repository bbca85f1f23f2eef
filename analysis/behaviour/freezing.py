"""Freezing, read out from the output cells by one rule for every condition.

The mean rate of the cells with the role ``output`` is smoothed by a causal exponential and
compared with one threshold; freezing is the share of samples above it, in the bins in which it was
published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.activity.cells import OUTPUT, with_label
from analysis.dataset.facets import needs
from analysis.dataset.schema import DatasetError, parameter, speed_of

MOST_SAMPLES = 10_000_000
"""Samples of all trials together that are scored; an animal has some thousands."""


@dataclass(frozen=True)
class Readout:
    """Constants of the read-out.

    Attributes
    ----------
    threshold : float
        Output rate above which a sample counts as freezing, Hz.
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
class Freezing:
    """Freezing and output rate of every trial.

    Attributes
    ----------
    percent : (trial,) array
        Share of the trial's samples above threshold, percent.
    bin_percent : (trial, bin) array
        The same per bin; NaN where a trial is shorter than the longest one.
    bin_start : (bin,) array
        Start of each bin from trial start, s of simulated time.
    rate : (trial,) array
        Mean rate of the output cells in the trial, Hz.
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


def score_freezing(
    spike_times: ArrayLike,
    cells: int,
    trial_start: ArrayLike,
    trial_stop: ArrayLike,
    readout: Readout,
    speed: float,
) -> Freezing:
    """Score freezing of every trial from the spikes of the output cells.

    Parameters
    ----------
    spike_times : (spike,) array_like
        Spikes of all output cells, s of simulated time, sorted.
    cells : int
        Number of output cells.
    trial_start, trial_stop : (trial,) array_like
        Scored windows, s of simulated time.
    readout : Readout
        Constants, see there.
    speed : float
        Protocol-clock seconds per simulated second; bins and samples are divided by it.

    Returns
    -------
    Freezing
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
    frozen = np.bincount(flat, above, start.size * bins).reshape(shape)
    with np.errstate(invalid="ignore"):
        bin_percent = np.asarray(100.0 * frozen / sampled, dtype=np.float64)
        percent = np.asarray(100.0 * frozen.sum(axis=1) / sampled.sum(axis=1), dtype=np.float64)
        spiked = np.searchsorted(spikes, stop) - np.searchsorted(spikes, start)
        rate = spiked / (max(cells, 1) * (stop - start))
    return Freezing(percent, bin_percent, width * np.arange(bins, dtype=np.float64), rate)


@needs("trials", "model")
def readout_of(dataset: xr.Dataset) -> Readout:
    """Read-out constants that travel in a dataset.

    Raises
    ------
    DatasetError
        If one is missing or no time or rate, or so short that its trials cannot be scored.
    """
    found = Readout(
        threshold=parameter(dataset, "readout.cem_threshold", "Hz"),
        bin=parameter(dataset, "readout.bin", "s"),
        sample=parameter(dataset, "readout.sample", "s"),
        tau=parameter(dataset, "readout.tau", "s"),
    )
    scored = float((dataset["trial_stop"] - dataset["trial_start"]).sum()) * speed_of(dataset)
    if scored > MOST_SAMPLES * min(found.sample, found.bin):
        raise DatasetError(
            f"read-out: {scored:.3g} s of trials in steps of {min(found.sample, found.bin):.3g} s; "
            f"allowed: {MOST_SAMPLES} steps; run the experiment again with longer ones"
        )
    return found


@needs("trials", "neurons", "spikes", "model")
def freezing_table(dataset: xr.Dataset) -> Freezing:
    """Score a dataset from its own spikes and its own constants.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    Freezing
        See there.
    """
    output = with_label(dataset, f"role={OUTPUT}")
    heard = np.isin(dataset["spike_neuron"].values, output)
    return score_freezing(
        dataset["spike_time"].values[heard],
        output.size,
        dataset["trial_start"].values,
        dataset["trial_stop"].values,
        readout_of(dataset),
        speed_of(dataset),
    )
