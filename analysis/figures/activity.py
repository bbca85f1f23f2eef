"""Panels of spikes and of what they lead to: raster, output rate, freezing."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from analysis.activity.cells import OUTPUT, names_of, populations, with_label
from analysis.behaviour.freezing import readout_of
from analysis.behaviour.scoring import smoothed_rate
from analysis.cohort.results import Results
from analysis.dataset.facets import facets_of, require
from analysis.dataset.schema import labels
from analysis.design.windows import cs_times
from analysis.figures.style import (
    GREY,
    ORANGE,
    PALE,
    SMALL,
    VERMILION,
    brief,
    legend,
    nothing,
    population_colours,
    runs,
    stages,
    tidy,
    words,
)

NAMED = 7  # stages in the legend
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


def draw_freezing(axes: Axes, results: Results) -> None:
    """Freezing by trial and block, coloured by stage; the context of the first trial shaded."""
    dataset = results.dataset
    require(dataset, "freezing", "trials", "behaviour")
    freezing = dataset["freezing"].values
    if not freezing.size:
        nothing(axes, "Freezing", "no trials")
        return
    stage, session = labels(dataset["trial_stage"]), labels(dataset["trial_session"])
    block, context = dataset["trial_block"].values, labels(dataset["trial_context"])
    x, acquired = np.arange(freezing.size) + 1.0, context[0]
    for first, last in runs(context):
        if context[first] == acquired:
            axes.axvspan(x[first] - 0.5, x[last] + 0.5, color=PALE, lw=0)
        name = f"context {brief(context[first], 12)}" if last > first + 3 else ""
        axes.text(
            (x[first] + x[last]) / 2, 103, name,
            ha="center", va="bottom", fontsize=SMALL, color=GREY,
        )  # fmt: skip
    for name, colour in stages(dataset).items():
        own = stage == name
        axes.plot(x[own], freezing[own], "o", ms=4, color=colour, alpha=0.55, mew=0)
        for number in np.unique(block[own]):
            members = own & (block == number)
            ends = x[members][[0, -1]] + (-0.35, 0.35)
            axes.plot(ends, [freezing[members].mean()] * 2, color=colour, lw=2.6)
    for first, _ in runs(session):
        axes.axvline(x[first] - 0.5, color=GREY, lw=0.6)
    if facets_of(dataset) >= {"neurons", "spikes", "model"}:
        _output_beside(axes, results, x)
    tidy(axes, "Freezing by trial (points) and block (bars)", "trial", "freezing (%)")
    axes.set_xlim(0.5, x.size + 0.5)
    axes.set_ylim(-4, 112)
    axes.set_yticks([0, 25, 50, 75, 100])
    named = list(stages(dataset).items())
    handles = [
        Line2D([], [], marker="o", ls="", ms=5, color=colour, label=brief(words(name), 18))
        for name, colour in named[:NAMED]
    ]
    if more := len(named) - len(handles):
        handles.append(Line2D([], [], ls="", label=f"and {more} more"))
    legend(
        axes, handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0),
        ncols=max(1, len(handles)), columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip


def _output_beside(axes: Axes, results: Results, x: NDArray[np.floating]) -> None:
    rate = results.freezing.rate
    name = names_of(results.dataset, with_label(results.dataset, f"role={OUTPUT}"))
    beside = axes.twinx()
    beside.plot(x, rate, color=ORANGE, lw=0.9)
    tidy(beside, "", "", f"{name} rate in trial (Hz)")
    beside.yaxis.label.set_color(ORANGE)
    beside.set_ylim(0, 1.3 * max(float(rate.max(initial=0.0)), 1.0))
    beside.spines["right"].set_visible(True)


def _mark_trials(axes: Axes, dataset: xr.Dataset, window: tuple[float, float]) -> None:
    if "trial_start" not in dataset:
        return
    starts, stops = dataset["trial_start"].values, dataset["trial_stop"].values
    heard = cs_times(dataset)
    for k in np.flatnonzero((stops > window[0]) & (starts < window[1])):
        axes.axvspan(starts[k], stops[k], color=PALE, lw=0, zorder=0)
        if heard.start[k] < heard.stop[k]:
            axes.axvspan(heard.start[k], heard.stop[k], color="#FFF3C4", lw=0, zorder=0.1)
