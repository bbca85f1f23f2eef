"""Rates and spike counts of neurons in windows, from the flat spike arrays or another signal."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.activity.cells import populations
from analysis.dataset.facets import SIGNAL, facets_of, needs
from analysis.design.windows import baseline_windows, cs_windows, design_of, epoch_trials


@needs("neurons", "spikes")
def counts(
    dataset: xr.Dataset, starts: ArrayLike, stops: ArrayLike, neurons: ArrayLike
) -> NDArray[np.float64]:
    """Count the spikes of each neuron in each window.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    starts, stops : array_like, any equal shape
        Windows ``[start, stop)``, s; they may overlap.
    neurons : (neuron,) array_like of int
        Positions along ``neuron``, each once.

    Returns
    -------
    (..., neuron) array
        Counts, shaped as `starts` with the neurons last.
    """
    begin, end = np.asarray(starts, dtype=float), np.asarray(stops, dtype=float)
    chosen = np.asarray(neurons, dtype=np.intp)
    who, when = dataset["spike_neuron"].values, dataset["spike_time"].values
    low = np.searchsorted(when, begin.ravel())
    high = np.maximum(np.searchsorted(when, end.ravel()), low)
    table = np.empty((low.size, chosen.size))
    for row, (first, last) in enumerate(zip(low, high, strict=True)):
        table[row] = np.bincount(who[first:last], minlength=dataset.sizes["neuron"])[chosen]
    return table.reshape((*begin.shape, chosen.size))


@needs("neurons", SIGNAL)
def rates(
    dataset: xr.Dataset, starts: ArrayLike, stops: ArrayLike, neurons: ArrayLike
) -> NDArray[np.float64]:
    """Rate of each neuron in each window, Hz, or its mean activity where there are no spikes.

    Parameters
    ----------
    dataset, starts, stops, neurons
        As in `counts`.

    Returns
    -------
    (..., neuron) array
        NaN in a window of no length, or outside the record of activity.
    """
    if "spikes" not in facets_of(dataset):
        return _mean_activity(dataset, starts, stops, neurons)
    length = np.asarray(stops, dtype=float) - np.asarray(starts, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            length[..., None] > 0,
            counts(dataset, starts, stops, neurons) / length[..., None],
            np.nan,
        )


def evened(dataset: xr.Dataset, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Root of rates, which evens out the variance of counts; other activity as it is."""
    return np.sqrt(values) if "spikes" in facets_of(dataset) else values


def _mean_activity(
    dataset: xr.Dataset, starts: ArrayLike, stops: ArrayLike, neurons: ArrayLike
) -> NDArray[np.float64]:
    begin, end = np.asarray(starts, dtype=float), np.asarray(stops, dtype=float)
    signal = dataset["activity"].values[np.asarray(neurons, dtype=np.intp)].astype(float)
    time = dataset["activity_time"].values
    low, high = np.searchsorted(time, [begin.ravel(), end.ravel()])
    # A window between two samples holds what lies between their values
    middle = np.interp((begin + end).ravel() / 2, time, np.arange(time.size))
    before = np.minimum(middle.astype(int), max(time.size - 2, 0))
    table = np.full((low.size, signal.shape[0]), np.nan)
    for row in np.flatnonzero((within(dataset, begin, end) & (end > begin)).ravel()):
        if high[row] > low[row]:
            table[row] = signal[:, low[row] : high[row]].mean(axis=1)
        else:
            pair, share = signal[:, before[row] : before[row] + 2], middle[row] - before[row]
            table[row] = pair[:, 0] + share * (pair[:, -1] - pair[:, 0])
    return table.reshape((*begin.shape, signal.shape[0]))


def within(dataset: xr.Dataset, starts: ArrayLike, stops: ArrayLike) -> NDArray[np.bool_]:
    """Whether windows lie within the record of activity; of spikes all do."""
    begin, end = np.asarray(starts, dtype=float), np.asarray(stops, dtype=float)
    if "spikes" in facets_of(dataset):
        return np.ones(begin.shape, dtype=bool)
    time = dataset["activity_time"].values
    if not time.size:
        return np.zeros(begin.shape, dtype=bool)
    step = float(np.median(np.diff(time))) if time.size > 1 else 0.0
    return (begin >= time[0] - 1e-9) & (end <= time[-1] + step + 1e-9)


def matched(dataset: xr.Dataset) -> NDArray[np.bool_]:
    """Whether each trial has the stimulus and a baseline before it, both within the record."""
    before, stimulus = baseline_windows(dataset), cs_windows(dataset)
    usable = (dataset["trial_cs"].values > 0) & (before.length > 0)
    return usable & within(dataset, before.start, stimulus.stop)


def matched_epochs(dataset: xr.Dataset) -> dict[str, NDArray[np.intp]]:
    """Trials that are `matched` of each tested epoch that has at least two of them."""
    usable = matched(dataset)
    every = {name: epoch_trials(dataset, name) for name in design_of(dataset).tested}
    trials = {name: chosen[usable[chosen]] for name, chosen in every.items()}
    return {name: chosen for name, chosen in trials.items() if chosen.size >= 2}


@needs("neurons", "spikes")
def population_rates(dataset: xr.Dataset) -> dict[str, float]:
    """Mean rate per cell of each population, Hz, in the order in which their cells stand.

    Over all phases; nothing of a dataset that has phases but no phase in them, and from the first
    to the last spike of a dataset without.
    """
    when = dataset["spike_time"].values
    ends = when[:1], when[-1:]
    if "phases" in facets_of(dataset):
        ends = dataset["phase_start"].values, dataset["phase_stop"].values
    if not ends[0].size or ends[1].max() <= ends[0].min():
        return {}
    count = np.bincount(dataset["spike_neuron"].values, minlength=dataset.sizes["neuron"])
    duration = float(ends[1].max() - ends[0].min())
    return {
        name: float(count[cells].mean() / duration) for name, cells in populations(dataset).items()
    }


@needs("neurons", "spikes")
def binned_rate(dataset: xr.Dataset, neurons: ArrayLike, edges: ArrayLike) -> NDArray[np.float64]:
    """Mean rate per cell of some neurons between successive edges (s), Hz."""
    chosen = np.asarray(neurons, dtype=np.intp)
    inside = np.zeros(dataset.sizes["neuron"], dtype=bool)
    inside[chosen] = True
    heard = dataset["spike_time"].values[inside[dataset["spike_neuron"].values]]
    place = np.searchsorted(heard, np.asarray(edges, dtype=float))
    return np.diff(place) / (np.diff(np.asarray(edges, dtype=float)) * max(chosen.size, 1))
