"""Populations that a run drove out of what such cells do: silent, too fast, or saturated.

A run may end with sound numbers that mean nothing, because a parameter was set too far. What is
judged is the awake part without shocks, which drive some cells as fast as they can, by
``tables/regime.csv`` and by parameters that travel in the dataset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.facets import facets_of, needs
from analysis.dataset.schema import DatasetError, labels, parameter
from analysis.packaged import read_table

EXPECTED_SPIKES = 30.0
"""A population counts as silent only if it would have fired so often at its resting rate."""

NEAR_REFRACTORY = 2.0
"""An interval between two spikes shorter than so many refractory periods counts as saturated."""

SATURATED_SHARE = 0.02
"""Share of the awake time of a population's cells in such intervals above which it is told."""


@dataclass(frozen=True)
class Finding:
    """One population out of its regime: its mean rate there (Hz), and a sentence about it."""

    population: str
    rate: float
    text: str


@needs("phases", "neurons", "spikes")
def judge_populations(dataset: xr.Dataset) -> list[Finding]:
    """Return the populations that are silent, too fast or saturated awake and between shocks.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset. Populations that neither the table nor the dataset's parameters know are
        not judged.

    Returns
    -------
    list of Finding
        At most one for each population, in the order of the dataset's labels.
    """
    awake = _awake(dataset)
    seconds = float((awake[1] - awake[0]).sum())
    if seconds <= 0:
        return []
    population = labels(dataset["population"])
    highest = {row["population"]: float(row["highest"]) for row in read_table("regime")}
    when, who = _spikes(dataset, awake)
    count = np.bincount(who, minlength=population.size)
    crowded = _crowded(dataset, when, who)
    found = []
    for name in dict.fromkeys(population.tolist()):
        mine = population == name
        rate = float(count[mine].mean() / seconds)
        rest, limit = _rest(dataset, name), highest.get(name, np.inf)
        share = float(crowded[mine].mean() / seconds)
        if rate > limit:
            text = f"{name} fires at {rate:.3g} Hz, above {limit:g} Hz, the highest of such cells"
        elif share > SATURATED_SHARE:
            text = (
                f"{name} is saturated: {100 * share:.2g} % of its time it fires as fast as its "
                f"refractory period lets it (mean {rate:.3g} Hz)"
            )
        elif rate == 0 and rest * mine.sum() * seconds > EXPECTED_SPIKES:
            text = f"{name} is silent: no spike, where it fires at {rest:g} Hz at rest"
        else:
            continue
        found.append(Finding(name, rate, text))
    return found


def cautions_of(dataset: xr.Dataset) -> list[str]:
    """What a reader of a dataset should know, a line each; see `judge_populations`.

    Nothing of a dataset that holds no spikes, such as that of a cohort.
    """
    if not {"spikes", "neurons", "phases"} <= facets_of(dataset):
        return []
    return [finding.text for finding in judge_populations(dataset)]


def _awake(dataset: xr.Dataset) -> NDArray[np.float64]:
    """Start and stop of the stretches awake and without US, s, in order, shape (2, n)."""
    awake = labels(dataset["phase_stage"]) != "none"
    if "trials" not in facets_of(dataset):
        return np.stack([dataset[end].values[awake] for end in ("phase_start", "phase_stop")])
    shocked = np.isfinite(dataset["us_on"].values)
    ends = (("phase_start", "us_off"), ("phase_stop", "us_on"))
    return np.stack([
        np.sort(np.concatenate([dataset[phase].values[awake], dataset[us].values[shocked]]))
        for phase, us in ends
    ])  # fmt: skip


def _spikes(
    dataset: xr.Dataset, awake: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.integer]]:
    """Times and cells of the spikes in stretches that follow each other."""
    when, who = dataset["spike_time"].values, dataset["spike_neuron"].values
    ends = np.searchsorted(when, awake)
    where = np.concatenate([np.arange(first, last) for first, last in ends.T])
    return when[where], who[where]


def _crowded(
    dataset: xr.Dataset, when: NDArray[np.float64], who: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Time (s) of each cell in intervals near the refractory period; 0 where that is unknown."""
    cells = dataset.sizes["neuron"]
    try:
        shortest = parameter(dataset, "lif.tau_ref", "s")
    except DatasetError:
        return np.zeros(cells)
    # of two bytes at most where they will do: NumPy then sorts by digits, ten times as fast
    order = np.argsort(who.astype(np.min_scalar_type(cells)), kind="stable")
    cell, gap = who[order][1:], np.diff(when[order])
    near = (np.diff(who[order]) == 0) & (gap < NEAR_REFRACTORY * shortest)
    return np.bincount(cell[near], weights=gap[near], minlength=cells)


def _rest(dataset: xr.Dataset, population: str) -> float:
    """Resting rate of a population (Hz) by the dataset's parameters, 0 if it has none there."""
    if f"resting.{population}" not in json.loads(dataset.attrs.get("parameters", "{}")):
        return 0.0
    return parameter(dataset, f"resting.{population}", "Hz")
