"""Spike counts and rates from the flat spike arrays."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.dataset.schema import labels
from analysis.dataset.table import POPULATIONS


def cells_of(dataset: xr.Dataset, population: str) -> NDArray[np.intp]:
    """Neurons of a population, as positions along ``neuron``."""
    return np.flatnonzero(labels(dataset["population"]) == population)


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


def rates(
    dataset: xr.Dataset, starts: ArrayLike, stops: ArrayLike, neurons: ArrayLike
) -> NDArray[np.float64]:
    """Rate of each neuron in each window, Hz; NaN in a window of no length (see `counts`)."""
    length = np.asarray(stops, dtype=float) - np.asarray(starts, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            length[..., None] > 0,
            counts(dataset, starts, stops, neurons) / length[..., None],
            np.nan,
        )


def population_rates(dataset: xr.Dataset) -> dict[str, float]:
    """Mean rate per cell of each population over all phases (if any), Hz, in the schema's order."""
    if not dataset.sizes["phase"]:
        return {}
    count = np.bincount(dataset["spike_neuron"].values, minlength=dataset.sizes["neuron"])
    duration = float(dataset["phase_stop"].values.max() - dataset["phase_start"].values.min())
    population = labels(dataset["population"])
    present = [name for name in POPULATIONS if (population == name).any()]
    return {name: float(count[population == name].mean() / duration) for name in present}


def binned_rate(dataset: xr.Dataset, neurons: ArrayLike, edges: ArrayLike) -> NDArray[np.float64]:
    """Mean rate per cell of some neurons between successive edges (s), Hz."""
    chosen = np.asarray(neurons, dtype=np.intp)
    inside = np.zeros(dataset.sizes["neuron"], dtype=bool)
    inside[chosen] = True
    heard = dataset["spike_time"].values[inside[dataset["spike_neuron"].values]]
    place = np.searchsorted(heard, np.asarray(edges, dtype=float))
    return np.diff(place) / (np.diff(np.asarray(edges, dtype=float)) * max(chosen.size, 1))
