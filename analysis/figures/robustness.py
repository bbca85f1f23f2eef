"""The figure of a robustness map: how often each finding survives, and which parameters decide."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.cohort.robustness import FEWEST, correlations, margins, survival
from analysis.figures.style import (
    GREEN,
    GREY,
    MEDIUM,
    PALE,
    SMALL,
    VERMILION,
    brief,
    nothing,
    page,
    tidy,
)

Floats = NDArray[np.float64]
WIDTH = 16.0  # inches
DPI = 80
SHOWN = 24
"""Parameters in the figure: those that go most with any finding."""


def robustness_figure(robustness: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the figure of a robustness map.

    Left, the share of draws in which each finding survives, with its Wilson interval and, as a
    tick, the share that is needed. Right, the rank correlation of each finding's margin with the
    parameters that go most with any of them; a dot where it stands out among all parameters.

    Parameters
    ----------
    robustness : xarray.Dataset
        From `analysis.cohort.robustness_dataset.collect`.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    DatasetError
        If the dataset is not one of a robustness map, or its table of rows is not known.
    OSError
        If the file cannot be written.
    """
    rows = survival(robustness)
    factor, names = robustness["factor"].values, robustness["parameter"].values.tolist()
    found = {
        name: correlations(factor, mean, names) for name, (mean, _) in margins(robustness).items()
    }
    height = 4.2 + 0.3 * len(rows)
    with page(path, figsize=(WIDTH, height), dpi=DPI) as figure:
        _draw(figure, robustness, rows, found, height)


def _draw(
    figure: Figure, robustness: xr.Dataset, rows: Sequence[Mapping[str, Any]],
    found: Mapping[str, Sequence[Mapping[str, Any]]], height: float,
) -> None:  # fmt: skip
    grid = figure.add_gridspec(
        1, 3, width_ratios=(1.0, 1.7, 0.03), left=0.23, right=0.955, top=1 - 0.85 / height,
        bottom=2.9 / height, wspace=0.05,
    )  # fmt: skip
    left = figure.add_subplot(grid[0, 0])
    _draw_survival(left, rows)
    right = figure.add_subplot(grid[0, 1], sharey=left)
    _draw_deciding(figure, right, figure.add_subplot(grid[0, 2]), rows, found)
    attrs, shape = robustness.attrs, robustness["factor"].shape
    figure.text(
        0.02, 1 - 0.3 / height, "What survives when all chosen parameters vary together",
        fontsize=15, fontweight="bold", va="center",
    )  # fmt: skip
    figure.text(
        0.02, 0.15 / height,
        f"protocol {brief(attrs['protocol'])}, clock {brief(attrs['clock'])}  |  {shape[0]} draws, "
        f"{rows[0]['refused']} refused by the model, {shape[1]} parameters, "
        f"{robustness.sizes['animal']} animals in each group of a draw",
        fontsize=SMALL, color="#555555", va="center",
    )  # fmt: skip


def _draw_survival(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    for place, row in enumerate(rows):
        colour = GREEN if row["verdict"] == "met" else VERMILION
        axes.barh(place, row["share"], height=0.62, color=colour, alpha=0.85, lw=0)
        axes.plot([row["low"], row["high"]], [place, place], color="black", lw=1.1)
        axes.plot([row["needed"]] * 2, [place - 0.42, place + 0.42], color=GREY, lw=1.6)
    tidy(axes, "Share of draws in which it survives", "share, 95 % Wilson interval; tick: needed")
    axes.set_yticks(range(len(rows)), [row["finding"] for row in rows])
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row["decisive"] else "normal")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, 1.0)


def _draw_deciding(
    figure: Figure, axes: Axes, bar: Axes, rows: Sequence[Mapping[str, Any]],
    found: Mapping[str, Sequence[Mapping[str, Any]]],
) -> None:  # fmt: skip
    title = "Rank correlation of its margin with a parameter"
    largest: dict[str, float] = {}
    for correlated in found.values():
        for correlation in correlated:
            name = correlation["parameter"]
            largest[name] = max(largest.get(name, 0.0), abs(correlation["rho"]))
    if not largest:
        bar.set_axis_off()
        nothing(axes, title, f"fewer than {FEWEST} draws, or nothing varies")
        return
    shown = sorted(largest, key=lambda name: -largest[name])[:SHOWN]
    table: Floats = np.full((len(rows), len(shown)), np.nan)
    for place, row in enumerate(rows):
        for correlation in found[row["finding"]]:
            if correlation["parameter"] in shown:
                column = shown.index(correlation["parameter"])
                table[place, column] = correlation["rho"]
                if correlation["decides"]:
                    axes.plot(column, place, "o", ms=3.5, color="black", mew=0)
    axes.set_facecolor(PALE)
    image = axes.imshow(table, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    axes.set_xticks(range(len(shown)), shown, rotation=90)
    axes.tick_params(labelsize=SMALL, labelleft=False)
    axes.set_title(title, fontsize=MEDIUM, loc="left", fontweight="bold")
    figure.colorbar(image, cax=bar).set_label("Spearman correlation", fontsize=SMALL)
    bar.tick_params(labelsize=SMALL)
