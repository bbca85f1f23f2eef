"""Panels of what was found: responsive cells, ensembles, decoders, weights, rates."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.activity.cells import cells_of, names_of
from analysis.cohort.results import Results
from analysis.dataset.facets import SIGNAL, require
from analysis.dataset.schema import labels
from analysis.figures.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    SKY,
    SMALL,
    VERMILION,
    legend,
    mark_phases,
    nothing,
    population_colours,
    slanted,
    tidy,
    words,
)


def draw_responsive(axes: Axes, results: Results) -> None:
    """Shares of the memory cells that the stimulus excites or inhibits, by epoch."""
    dataset, design = results.dataset, results.design
    require(dataset, "responsive cells", "trials", "neurons", SIGNAL)
    shown = design.tested
    title = f"CS-responsive cells, {names_of(dataset, cells_of(dataset))}"
    if not shown or not cells_of(dataset).size:
        nothing(axes, title, "no such stages in this protocol, or no such cells")
        return
    for x, name in enumerate(shown):
        found = results.responses(results.trials(name))
        axes.bar(x - 0.19, 100.0 * found.excited.mean(), 0.36, color=VERMILION, alpha=0.8)
        axes.bar(x + 0.19, 100.0 * found.inhibited.mean(), 0.36, color=SKY)
    tidy(axes, title, "", "cells (%)")
    slanted(axes, [design.title(name) for name in shown])
    handles = [
        Line2D([], [], marker="s", ls="", color=colour, label=name)
        for name, colour in (("excited", VERMILION), ("inhibited", SKY))
    ]
    axes.set_ylim(0, max(axes.get_ylim()[1] * 1.25, 1.0))
    legend(axes, handles=handles, loc="upper left", ncols=2)


def draw_ensembles(axes: Axes, results: Results) -> None:
    """Shares of the memory cells in each ensemble."""
    found, design = results.ensembles, results.design
    fear, test = (design.title(design.role(role)) for role in ("fear", "test"))
    every = (
        (f"excited in\n{fear}", found.retrieval, VERMILION),
        (f"only in\n{test}", found.extinction, BLUE),
        ("fear cells: fall,\nreturn", found.fear_cells, VERMILION),
        ("extinction cells:\nrise, fall", found.extinction_cells, BLUE),
    )
    shown = [row for row in every if row[1].size]
    if not shown:
        nothing(axes, "Ensembles", "no epochs with the roles fear and test\nin this protocol")
        return
    y = np.arange(len(shown))[::-1]
    share = [100.0 * mask.mean() for _, mask, _ in shown]
    axes.barh(y, share, 0.65, color=[colour for *_, colour in shown], alpha=0.75)
    for height, value in zip(y, share, strict=True):
        axes.annotate(f" {value:.1f}", (value, height), va="center", fontsize=SMALL)
    tidy(axes, "Ensembles", f"{names_of(results.dataset, found.cells)} cells (%)")
    axes.set_yticks(y, [name for name, *_ in shown])
    axes.set_xlim(0, max(share) * 1.2 + 1)


def draw_decoders(axes: Axes, results: Results) -> None:
    """Held-out accuracy of both decoders against shuffled labels."""
    title = f"Decoders, {names_of(results.dataset, cells_of(results.dataset))}"
    shown = [
        (name, found)
        for name, found in (
            ("CS against\nbaseline", results.cs_decoding),
            ("fear retrieval\nagainst extinction", results.state_decoding),
        )
        if found is not None
    ]
    if not shown:
        nothing(axes, title, "too few trials")
        return
    jitter = np.random.default_rng(0)
    for x, (_, found) in enumerate(shown):
        across = x + jitter.uniform(-0.22, 0.22, found.shuffled.size)
        axes.plot(across, 100 * found.shuffled, ".", ms=2.5, color=GREY, alpha=0.6)
        axes.plot([x - 0.33, x + 0.33], [100 * found.chance_95] * 2, color=BLACK, lw=1.4)
        axes.plot(x, 100 * found.accuracy, "D", ms=8, color=GREEN)
    handles = [
        Line2D([], [], marker="D", ls="", color=GREEN, label="held-out trials"),
        Line2D([], [], marker=".", ls="", color=GREY, label="shuffled labels"),
        Line2D([], [], color=BLACK, label="their 95th percentile"),
    ]
    tidy(axes, title, "", "balanced accuracy (%)")
    axes.set_xticks(range(len(shown)), [name for name, _ in shown])
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.set_ylim(0, 140)
    axes.set_yticks([0, 25, 50, 75, 100])
    legend(axes, handles=handles, loc="upper left", ncols=1)


def draw_weights(axes: Axes, results: Results) -> None:
    """Mean weight of each pathway over time, with the middle half of its synapses."""
    dataset = results.dataset
    require(dataset, "weights", "weights")
    weight, time = dataset["weight"].values, dataset["weight_time"].values
    if not weight.size:
        nothing(axes, "Weights over time", "no sampled synapses")
        return
    mark_phases(axes, dataset, names=False)
    for name, colour in _pathways(dataset).items():
        own = weight[labels(dataset["synapse_pathway"]) == name]
        low, high = np.percentile(own, [25, 75], axis=0)
        axes.fill_between(time, low, high, color=colour, alpha=0.15, lw=0)
        axes.plot(time, own.mean(axis=0), color=colour, lw=1.6, label=words(name))
    tidy(axes, "Weights over time (mean, quartiles)", "time (s, simulated)", "weight (1)")
    axes.set_ylim(0, axes.get_ylim()[1] * 1.25)
    legend(axes, loc="upper left", ncols=2)


def draw_weight_distribution(axes: Axes, results: Results) -> None:
    """Weights of each pathway at the start (thin) and at the end (thick), cumulative."""
    dataset = results.dataset
    require(dataset, "weights", "weights")
    weight = dataset["weight"].values
    if not weight.size:
        nothing(axes, "Weights, first and last", "no sampled synapses")
        return
    for name, colour in _pathways(dataset).items():
        own = weight[labels(dataset["synapse_pathway"]) == name]
        share = 100.0 * np.arange(1, len(own) + 1) / len(own)
        axes.step(np.sort(own[:, 0]), share, color=colour, lw=0.9, ls=":", where="post")
        axes.step(np.sort(own[:, -1]), share, color=colour, lw=1.8, where="post")
    handles = [
        Line2D([], [], color=GREY, ls=":", lw=0.9, label="first sample"),
        Line2D([], [], color=GREY, lw=1.8, label="last sample"),
    ]
    tidy(axes, "Weights, first and last", "weight (1)", "synapses up to it (%)")
    finite = weight[np.isfinite(weight)]
    axes.set_xlim(0, float(np.percentile(finite, 99.5)) * 1.15 if finite.size else 1.0)
    axes.set_ylim(0, 125)
    axes.set_yticks([0, 25, 50, 75, 100])
    legend(axes, handles=handles, loc="upper left", ncols=2)


def draw_rates(axes: Axes, results: Results) -> None:
    """Mean rate of each population over the experiment."""
    found, colours = results.rates, population_colours(results.dataset)
    y = np.arange(len(found))[::-1]
    axes.barh(y, list(found.values()), 0.7, color=[colours[name] for name in found])
    for height, value in zip(y, found.values(), strict=True):
        axes.annotate(f" {value:.1f}", (value, height), va="center", fontsize=SMALL)
    tidy(axes, "Mean rate over the experiment", "rate (Hz)")
    axes.set_yticks(y, list(found))
    axes.set_xlim(0, max(found.values(), default=1.0) * 1.15 + 0.1)


def _pathways(dataset: xr.Dataset) -> dict[str, str]:
    present = dict.fromkeys(labels(dataset["synapse_pathway"]).tolist())
    colours = (VERMILION, BLUE, GREEN, GREY, *CYCLE)
    return dict(zip(present, colours, strict=False))


PANELS = (
    (draw_responsive, "CS-responsive cells"),
    (draw_ensembles, "Ensembles"),
    (draw_decoders, "Decoders"),
    (draw_weights, "Weights over time"),
    (draw_weight_distribution, "Weights, first and last"),
    (draw_rates, "Mean rate over the experiment"),
)
"""Small panels of the figure sheet, each with the title that it has where it cannot be drawn."""
