"""The figures of a cohort: what was done to the animals, and what became of them, on one page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from analysis.cohort.compare import comparison, sign_pattern
from analysis.cohort.dataset import animals, design_of_cohort
from analysis.cohort.report import report
from analysis.design.contrasts import family
from analysis.design.epochs import published_epochs, titled
from analysis.figures.cohort_panels import (
    by_epoch,
    dots,
    draw_calcium,
    draw_differences,
    draw_freezing,
    draw_scatter,
)
from analysis.figures.style import GREY, brief, nothing, page, tidy, words

SIZE = (15.0, 20.0)  # inches
DPI = 110
_OF_FEAR = ("CS pattern", "Fear-state decoder", "CS decoder and freezing", "CS-responsive cells")
NO_ROLE = "no epoch with the role fear\nin these protocols"


def cohort_figure(cohort: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the figure of a cohort.

    Parameters
    ----------
    cohort : xarray.Dataset
        From `analysis.cohort.dataset.gather`.  Means over animals with 95 % bootstrap intervals;
        the values of the paper, where it has them, as open diamonds.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    DatasetError
        If the dataset is not one of a cohort.
    OSError
        If the file cannot be written.
    """
    rows, _ = report(animals(cohort))
    with page(path, figsize=SIZE, dpi=DPI) as figure:
        _draw_cohort(figure, cohort, rows)


def _draw_cohort(figure: Figure, cohort: xr.Dataset, rows: Sequence[dict[str, Any]]) -> None:
    design = design_of_cohort(cohort)
    fear = design.role("fear")
    later = _measured(cohort, "pattern_similarity", design.tested)
    felt = _measured(cohort, "fear_output", design.tested)
    top = figure.add_gridspec(1, 1, left=0.06, right=0.98, top=0.945, bottom=0.765)
    draw_freezing(figure.add_subplot(top[0, 0]), cohort)
    rest = figure.add_gridspec(
        3, 3, left=0.06, right=0.98, top=0.69, bottom=0.065, hspace=0.58, wspace=0.3
    )
    panels = [figure.add_subplot(rest[k // 3, k % 3]) for k in range(9)]
    decisive = [row for row in rows if row["decisive"]]
    if decisive:
        draw_differences(panels[0], decisive, "Decisive differences from control")
    else:
        other = [row for row in rows if row["quantity"] == "freezing" and row["against"]]
        draw_differences(panels[0], other, "Differences between groups")
    draw_calcium(panels[1], cohort)
    by_epoch(panels[2], cohort, "cs_excited", design.tested)
    tidy(panels[2], "CS-excited memory cells", "", "cells (%)")
    dots(panels[3], cohort, (
        ("fear_cells", "all", "fear cells"), ("extinction_cells", "all", "extinction cells"),
    ))  # fmt: skip
    panels[3].set_ylim(-0.04, max(1.0, panels[3].get_ylim()[1]))
    tidy(panels[3], "Ensembles, found blindly", "", "memory cells (%)")
    if fear:
        by_epoch(panels[4], cohort, "pattern_similarity", later)
        panels[4].axhline(1.0, color=GREY, lw=0.8, ls=":")
        title = f"CS pattern against {design.title(fear)}"
        tidy(panels[4], title, "", "corrected correlation (1)")
        by_epoch(panels[5], cohort, "fear_output", felt)
        panels[5].axhline(0.0, color=GREY, lw=0.8, ls=":")
        tidy(panels[5], "Fear-state decoder", "", "held-out output (1)")
        draw_scatter(panels[6], cohort)
        shares = [
            (name, fear, cells.replace("projection!=", "not to ").replace("projection=", "to "))
            for name, cells in family("cs_responsive").items()
        ]
        dots(panels[7], cohort, sorted(shares, key=lambda row: row[2].startswith("not")))
        tidy(panels[7], "CS-responsive, by projection", "", "memory cells (%)")
    else:
        for axes, title in zip(panels[4:8], _OF_FEAR, strict=True):
            nothing(axes, title, NO_ROLE)
    targets = tuple(
        (name, "all", cells.partition("=")[2]) for name, cells in family("handoff").items()
    )
    dots(panels[8], cohort, targets)
    panels[8].axhline(0.0, color=GREY, lw=0.8, ls=":")
    tidy(panels[8], "Activity predicted by memory cells", "", "variance beyond shuffled (%)")
    headings(figure, cohort, "Freezing by block and group; what the cells do",
              sign_pattern(rows) if decisive else "")  # fmt: skip


def reasons_figure(cohort: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw freezing with either astrocyte output clamped, and what is left of each effect.

    Parameters
    ----------
    cohort : xarray.Dataset
        From `analysis.cohort.dataset.gather`, with groups of ``tables/reasons.csv``: one panel for
        each group that others are compared with, and one for each epoch in which they are.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    DatasetError
        If the dataset is not one of a cohort.
    OSError
        If the file cannot be written.
    """
    rows = comparison(animals(cohort), "reasons")
    with page(path, figsize=SIZE, dpi=DPI) as figure:
        _draw_reasons(figure, cohort, rows)


def _draw_reasons(figure: Figure, cohort: xr.Dataset, rows: Sequence[dict[str, Any]]) -> None:
    there = set(cohort["group"].values)
    blocks: dict[str, list[str]] = {}
    for row in rows:
        own = blocks.setdefault(row["against"], [row["against"]])
        if row["group"] not in own:
            own.append(row["group"])
    grid = figure.add_gridspec(
        len(blocks), 1, left=0.06, right=0.98, top=0.945, bottom=0.38, hspace=0.72
    )
    for k, groups in enumerate(blocks.values()):
        axes = figure.add_subplot(grid[k, 0])
        found = [group for group in groups if group in there]
        if found:
            draw_freezing(axes, cohort.sel(group=found), below=0.27)
        else:
            nothing(axes, words(groups[0]), "not run")
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    below = figure.add_gridspec(
        1, len(stages), left=0.06, right=0.98, top=0.31, bottom=0.065, wspace=0.12
    )
    for k, stage in enumerate(stages):
        own_rows = [row for row in rows if row["stage"] == stage]
        title = f"{titled(published_epochs()[stage])}: difference from the same clamp alone"
        draw_differences(figure.add_subplot(below[0, k]), own_rows, title)
    line = sign_pattern(rows, "double dissociation")
    headings(figure, cohort, "One astrocyte output at a time", line)


def _measured(cohort: xr.Dataset, quantity: str, names: Sequence[str]) -> list[str]:
    """Those of some epochs in which a quantity was measured in any animal."""
    return [name for name in names if np.isfinite(cohort[quantity].sel(epoch=name)).any()]


def headings(figure: Figure, cohort: xr.Dataset, title: str, summary: str) -> None:
    """Title of a page of a cohort, its seeds, and below what its marks mean and a `summary`."""
    seeds = cohort["animal"].values
    figure.text(
        0.06, 0.98, title, fontsize=15, fontweight="bold", va="center",
    )  # fmt: skip
    figure.text(
        0.98, 0.98, f"seeds {seeds.min()} to {seeds.max()}, each once in every group", fontsize=11,
        ha="right", va="center",
    )  # fmt: skip
    figure.text(
        0.06, 0.014,
        f"protocol {brief(cohort.attrs['protocol'])}, clock {brief(cohort.attrs['clock'])}  |  "
        f"means over animals, 95 % bootstrap intervals; open diamonds: paper\n{summary}",
        fontsize=8.5, color="#555555", va="center",
    )  # fmt: skip
