"""Panels of spikes: raster, and the rate of the output cells."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.activity.cells import OUTPUT, names_of, populations, with_label
from analysis.behaviour.freezing import readout_of
from analysis.behaviour.scoring import smoothed_rate
from analysis.dataset.facets import require
from analysis.dataset.schema import labels
from analysis.design.windows import cs_times
from analysis.figures.style import LIT, PALE, SMALL, VERMILION, population_colours, tidy

ROWS = (14, 60)  # fewest and most rows of a population in the raster


def stretch(dataset: xr.Dataset, trials: NDArray[np.intp], count: int = 2) -> tuple[float, float]:
    """Time from one trial length before the first of some trials to the end of the last, s."""
    start, stop = dataset["trial_start"].values[trials], dataset["trial_stop"].values[trials]
    length = stop[0] - start[0]
    return float(start[0] - length), float(stop[: count + 1][-1] + 0.5 * length)


def draw_raster(
    axes: Axes, dataset: xr.Dataset, window: tuple[float, float], title: str, names: bool
) -> None:
    """Spikes of every population in a stretch of time; small populations are stretched."""
    require(dataset, "a raster", "neurons", "spikes")
    population, present = labels(dataset["population"]), populations(dataset)
    height = np.full(dataset.sizes["neuron"], np.nan)
    top, middles = 0.0, []
    for cells in present.values():
        rows = float(np.clip(cells.size, *ROWS))
        height[cells] = -(top + (np.arange(cells.size) + 0.5) * rows / cells.size)
        middles.append(-(top + rows / 2))
        top += rows + 3
    when = dataset["spike_time"].values
    inside = slice(*np.searchsorted(when, window))
    when, who = when[inside], dataset["spike_neuron"].values[inside]
    _mark_trials(axes, dataset, window)
    for name, colour in population_colours(dataset).items():
        own = population[who] == name
        axes.plot(when[own], height[who[own]], ".", ms=1.3, mew=0, color=colour)
    tidy(axes, title)
    axes.set_xlim(window)
    axes.set_ylim(-top, 3)
    axes.set_yticks(middles, list(present) if names else [])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelbottom=False)


def draw_output(axes: Axes, dataset: xr.Dataset, window: tuple[float, float], names: bool) -> None:
    """Smoothed rate of the output cells against the threshold of freezing."""
    require(dataset, "the output", "neurons", "spikes")
    readout = readout_of(dataset)
    cells = with_label(dataset, f"role={OUTPUT}")
    output = names_of(dataset, cells)
    chosen = np.isin(dataset["spike_neuron"].values, cells)
    time = np.linspace(*window, 1200)
    rate = smoothed_rate(dataset["spike_time"].values[chosen], cells.size, time, readout.tau)
    _mark_trials(axes, dataset, window)
    axes.plot(time, rate, color="black", lw=0.9)
    axes.axhline(readout.threshold, color=VERMILION, ls="--", lw=1)
    tidy(axes, "", "time (s, simulated)", f"{output} rate (Hz)" if names else "")
    axes.set_xlim(window)
    axes.set_ylim(bottom=0)
    if names:
        axes.annotate(
            "freezing above", (0, readout.threshold), (3, 2), ha="left", va="bottom",
            xycoords=("axes fraction", "data"), textcoords="offset points", color=VERMILION,
            fontsize=SMALL - 0.5,
        )  # fmt: skip


def _mark_trials(axes: Axes, dataset: xr.Dataset, window: tuple[float, float]) -> None:
    if "trial_start" not in dataset:
        return
    starts, stops = dataset["trial_start"].values, dataset["trial_stop"].values
    heard = cs_times(dataset)
    for k in np.flatnonzero((stops > window[0]) & (starts < window[1])):
        axes.axvspan(starts[k], stops[k], color=PALE, lw=0, zorder=0)
        if heard.start[k] < heard.stop[k]:
            axes.axvspan(heard.start[k], heard.stop[k], color=LIT, lw=0, zorder=0.1)
