"""Panels of astrocytes: calcium map, noradrenaline, responses to the stimuli."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.astrocytes.calcium import CLASSES
from analysis.cohort.results import Results
from analysis.dataset.facets import require
from analysis.figures.style import (
    BLUE,
    GREY,
    PURPLE,
    SMALL,
    edges_of,
    mark_phases,
    nothing,
    slanted,
    tidy,
)

COLUMNS = 2000  # of the calcium map
NO_ASTROCYTES = "no astrocytes in this dataset"
NO_RESPONSE = "no trials with stimulus and baseline,\nor no astrocytes"


def draw_calcium_map(figure: Figure, axes: Axes, scale: Axes, dataset: xr.Dataset) -> None:
    """Calcium of every astrocyte over the whole experiment, brightest value kept per column."""
    require(dataset, "astrocyte calcium", "calcium")
    calcium, time = dataset["calcium"].values, dataset["time"].values
    if not calcium.size:
        nothing(axes, "Astrocyte calcium", NO_ASTROCYTES)
        scale.set_axis_off()
        return
    step = max(1, time.size // COLUMNS)
    whole = time.size // step * step
    shown = calcium[:, :whole].reshape(calcium.shape[0], -1, step).max(axis=2)
    image = axes.imshow(
        shown, aspect="auto", cmap="viridis", origin="lower", interpolation="nearest",
        extent=(*edges_of(time), -0.5, calcium.shape[0] - 0.5), vmin=0.0,
        vmax=float(np.percentile(shown, 99.8)),
    )  # fmt: skip
    mark_phases(axes, dataset, names=True)
    tidy(axes, "", "", "astrocyte")
    axes.set_title("Astrocyte calcium", fontsize=10.5, loc="left", fontweight="bold", pad=16)
    axes.tick_params(axis="x", labelbottom=False)
    bar = figure.colorbar(image, cax=scale)
    bar.set_label(f"Ca²⁺ ({_unit(dataset)})", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def _unit(dataset: xr.Dataset) -> str:
    """Unit of calcium as a figure writes it."""
    return {"umol L-1": "µmol L⁻¹", "1": "dF/F"}[dataset["calcium"].attrs["units"]]


def draw_modulation(axes: Axes, dataset: xr.Dataset) -> None:
    """Mean calcium and noradrenaline over time."""
    require(dataset, "noradrenaline", "calcium", "model")
    if not dataset["calcium"].size:
        nothing(axes, "Noradrenaline", NO_ASTROCYTES)
        return
    if not {"noradrenaline", "gate"} <= set(dataset.data_vars):
        nothing(axes, "Noradrenaline", "not recorded")
        return
    time = dataset["time"].values
    mark_phases(axes, dataset, names=False)
    axes.plot(time, dataset["noradrenaline"].values.mean(axis=0), color=PURPLE, lw=0.8)
    tidy(axes, "", "time (s, simulated)", "noradrenaline\n(µmol L⁻¹)")
    axes.yaxis.label.set_color(PURPLE)
    axes.set_xlim(edges_of(time))
    axes.set_ylim(bottom=0)
    beside = axes.twinx()
    beside.plot(time, dataset["gate"].values.mean(axis=0), color=BLUE, lw=0.8)
    tidy(beside, "", "", "plasticity gate")
    beside.yaxis.label.set_color(BLUE)
    beside.spines["right"].set_visible(True)
    beside.set_ylim(bottom=0)


def draw_evoked(axes: Axes, results: Results) -> None:
    """Response to the CS by epoch: mean over astrocytes, of each trial (point) and of all (bar)."""
    cs, us = results.cs_evoked, results.us_evoked
    title, design = "Calcium response to the CS", results.design
    shown = [
        (design.title(name), area)
        for name in design.shown
        if np.isfinite(area := cs.area[results.trials(name)]).any()
    ]
    if not shown:
        nothing(axes, title, NO_RESPONSE)
        return
    for x, (_, area) in enumerate(shown):
        trials = np.nanmean(area[np.isfinite(area).any(axis=1)], axis=1)
        axes.bar(x, trials.mean(), 0.7, color=BLUE, alpha=0.45)
        axes.plot(np.full(trials.size, x), trials, "o", ms=3, color=BLUE, mew=0)
    axes.axhline(0, color=GREY, lw=0.6)
    tidy(axes, title, "", f"area above baseline\n({_unit(results.dataset)} s, protocol clock)")
    slanted(axes, [name for name, _ in shown])
    if np.isfinite(us.area).any():  # a number: on this axis it would hide everything else
        axes.set_ylim(top=axes.get_ylim()[1] * 1.2)
        text = f"to the US: {np.nanmean(us.area):.3g}"
        axes.text(0.02, 0.98, text, transform=axes.transAxes, va="top", fontsize=SMALL)


def draw_classes(axes: Axes, results: Results) -> None:
    """Shares of astrocytes by what becomes of their response to the stimulus."""
    classes, design = results.classes, results.design
    title, pair = "Astrocyte classes", design.roles("fear", "test")
    if not classes.size:
        missing = "no epochs with the roles fear and test\nin this protocol"
        nothing(axes, title, NO_ASTROCYTES if len(pair) == 2 else missing)
        return
    share = [100.0 * float((classes == name).mean()) for name in CLASSES]
    axes.bar(range(len(CLASSES)), share, 0.7, color=BLUE, alpha=0.6)
    names = " to ".join(design.title(name) for name in pair)
    tidy(axes, title, f"CS response, {names}", "astrocytes (%)")
    axes.set_xticks(range(len(CLASSES)), CLASSES)


PANELS = ((draw_evoked, "Calcium response to the CS"), (draw_classes, "Astrocyte classes"))
"""Small panels of the figure sheet, each with the title that it has where it cannot be drawn."""
