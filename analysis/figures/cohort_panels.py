"""Panels of the figures of cohorts: groups side by side, by block, by epoch, by animal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.cohort.dataset import design_of_cohort
from analysis.design.contrasts import published_contrasts
from analysis.design.epochs import published_epochs, titled
from analysis.design.targets import MET
from analysis.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    SMALL,
    VERMILION,
    legend,
    nothing,
    runs,
    slanted,
    tidy,
    words,
)  # fmt: skip
from analysis.statistics import bootstrap_interval, correlation

Floats = NDArray[np.float64]
_COLOURS = (BLACK, VERMILION, BLUE, GREEN, PURPLE, ORANGE, SKY, GREY)
_PAPER: dict[str, Any] = {
    "marker": "D", "ms": 6.5, "mfc": "white", "mec": GREY, "mew": 1.3, "ls": "",
}  # fmt: skip

_AGAIN = ("-", "o"), ("--", "s"), (":", "^")
"""Line and marker of groups whose colour is that of others before them."""


def group_colour(place: int) -> str:
    """Colour of a group, by its place among the groups."""
    return _COLOURS[place % len(_COLOURS)]


def draw_freezing(axes: Axes, cohort: xr.Dataset, below: float = 0.16) -> None:
    """Freezing in every block, with the stages named above.

    The legend stands the share `below` of the panel's height under it.
    """
    stage = cohort["trial_stage"].values.astype(str)
    if not stage.size:
        nothing(axes, "Freezing", "no trials")
        return
    key = np.char.add(np.char.add(stage, " "), cohort["trial_block"].values.astype(str))
    blocks = runs(key)
    at = {int(first): k for k, (first, _) in enumerate(blocks)}
    firsts = stage[[first for first, _ in blocks]]
    gaps = np.cumsum([0, *(firsts[1:] != firsts[:-1])])  # one place between stages
    x = np.arange(len(blocks), dtype=float) + gaps
    values = np.stack(
        [_over_trials(cohort["trial_freezing"].values[..., a : b + 1]) for a, b in blocks], axis=-1
    )
    for k, group in enumerate(cohort["group"].values):
        _line(axes, x, values[k], (k, len(values)), str(group),
              split=np.flatnonzero(np.diff(x) > 1) + 1)  # fmt: skip
    for first, last in runs(stage):
        own = x[[k for start, k in at.items() if first <= start <= last]]
        axes.annotate(
            words(str(stage[first])), (own.mean(), 104), ha="center", va="bottom", fontsize=SMALL,
            annotation_clip=False,
        )  # fmt: skip
        axes.axvspan(own[0] - 0.6, own[-1] + 0.6, color=PALE, lw=0, zorder=-2)
    label = "paper, unmanipulated (SEM)"
    for row in published_contrasts():
        epoch = published_epochs().get(row.epoch)
        if (row.quantity, row.form) != ("freezing", "value"):
            continue
        if row.group not in cohort["group"].values:  # the paper knows no clamped animals
            continue
        if row.value is None or epoch is None or epoch.trial or epoch.stage not in stage:
            continue
        starts = [start for start in at if stage[start] == epoch.stage]
        place = x[at[starts[-1] if epoch.block == "last" else starts[0]]]
        axes.errorbar(place - 0.32, row.value, row.sem or 0, ecolor=GREY,
                      zorder=3, label=label, **_PAPER)  # fmt: skip
        label = "_"
    axes.set_xticks(x, [f"{cohort['trial_block'].values[a] + 1}" for a, _ in blocks])
    tidy(axes, "", "block of up to 5 trials", "freezing (%)")
    axes.set_ylim(-3, 103)
    axes.set_xlim(x[0] - 0.8, x[-1] + 0.8)
    legend(axes, loc="upper center", bbox_to_anchor=(0.5, -below), ncols=7)


def draw_calcium(axes: Axes, cohort: xr.Dataset) -> None:
    """Responses to the stimulus, all over that of the first group where fear is recalled.

    A ratio within each group, as the comparison has it, would blow up where an intervention
    abolishes that response.  Without such an epoch the responses themselves.
    """
    design, title = design_of_cohort(cohort), "Astrocyte calcium response to the CS"
    reference = design.role("fear")
    if reference:
        unit = _mean(cohort["calcium_cs"][0].sel(epoch=reference).values)
        scaled = cohort.assign(calcium_cs_ratio=cohort["calcium_cs"] / unit)
        by_epoch(axes, scaled, "calcium_cs_ratio", design.shown)
        unit_of = f"area, {words(str(cohort['group'].values[0]))}, {design.title(reference)} = 1"
    else:
        by_epoch(axes, cohort, "calcium_cs", design.shown)
        unit_of = "area (µmol L⁻¹ s)"
    axes.axhline(0.0, color=GREY, lw=0.8, ls=":")
    tidy(axes, title, "", unit_of)


def _line(
    axes: Axes, x: Floats, values: Floats, place: tuple[int, int], group: str,
    split: NDArray[np.intp] | None = None,
) -> None:  # fmt: skip
    """Means of one group (animal, place) with intervals; broken before the places in `split`.

    `place` is its place among the groups and how many there are; all stand side by side.
    """
    k, n_groups = place
    colour, again = group_colour(k), k // len(_COLOURS)
    shift = x - 0.09 + min(0.09, 0.7 / n_groups) * k
    finite = np.isfinite(values)
    n = finite.sum(axis=0)
    mean = np.array([_mean(column) for column in values.T])
    bounds = np.array([bootstrap_interval(column) for column in values.T])
    label = f"{words(group)} (n = {n.max(initial=0)})"
    for piece in np.split(np.arange(x.size), [] if split is None else split):
        axes.plot(shift[piece], mean[piece], _AGAIN[again % 3][0], color=colour, lw=1.5,
                  marker=_AGAIN[again % 3][1], ms=4.5, label=label)  # fmt: skip
        label = "_"
    axes.vlines(shift, bounds[:, 0], bounds[:, 1], color=colour, lw=1.1)


def by_epoch(axes: Axes, cohort: xr.Dataset, quantity: str, names: Sequence[str]) -> None:
    """A quantity by epoch and group, with the paper's values of control animals."""
    design = design_of_cohort(cohort)
    if not names:
        nothing(axes, "", "no such epochs")
        return
    for k, group in enumerate(cohort["group"].values):
        values = cohort[quantity].sel(group=group, epoch=list(names)).values
        places = np.arange(len(names), dtype=float)
        _line(axes, places, values, (k, cohort.sizes["group"]), str(group))
    for row in published_contrasts():
        wanted = (row.quantity, row.form, row.group, row.minus_epoch)
        known = row.epoch in names and design.get(row.epoch) == published_epochs()[row.epoch]
        if wanted == (quantity, "value", "control", "") and known and row.value is not None:
            axes.plot(list(names).index(row.epoch) - 0.25, row.value, **_PAPER)
    slanted(axes, [design.title(name) for name in names])
    axes.set_xlim(-0.5, len(names) - 0.3)


def dots(axes: Axes, cohort: xr.Dataset, shown: Sequence[tuple[str, str, str]]) -> None:
    """Every animal, group by group, for each quantity; mean and interval beside."""
    groups = cohort["group"].values
    width = 0.8 / max(groups.size, 1)
    for place, (quantity, epoch, _) in enumerate(shown):
        for k, group in enumerate(groups):
            values = cohort[quantity].sel(group=group, epoch=epoch).values
            values = values[np.isfinite(values)]
            x = place + (k - (groups.size - 1) / 2) * width
            colour = group_colour(k)
            axes.plot(np.full(values.size, x - width / 8), values, "o", ms=3, mew=0, alpha=0.45,
                      color=colour)  # fmt: skip
            axes.plot(x + width / 4, _mean(values), "_", ms=9, mew=2, color=colour)
            axes.vlines(x + width / 4, *bootstrap_interval(values), color=colour, lw=1.1)
    axes.set_xticks(range(len(shown)), [label for *_, label in shown])
    axes.set_xlim(-0.5, len(shown) - 0.5)


def draw_differences(axes: Axes, rows: Sequence[dict], title: str) -> None:
    """Rows of a comparison between groups, met or not, with the paper's values if it has them."""
    shown = [row for row in rows if row["model"] is not None]
    if not shown:
        nothing(axes, title, "no such groups")
        return
    y = np.arange(len(shown))[::-1]
    for place, row in zip(y, shown, strict=True):
        met = row["verdict"] in MET
        colour = GREEN if met else VERMILION
        if row["low"] is not None:
            axes.plot([row["low"], row["high"]], [place] * 2, color=colour, lw=1.6)
        axes.plot(row["model"], place, "o" if met else "X", ms=6.5, color=colour)
        if row["paper"] is not None:
            axes.plot(row["paper"], place, zorder=3, **_PAPER)
    axes.axvline(0.0, color=GREY, lw=0.8)
    table = published_epochs()
    names = [
        f"{words(row['group'])}, "
        f"{titled(table[row['stage']]) if row['stage'] in table else words(row['stage'])}"
        for row in shown
    ]
    for place, name in zip(y, names, strict=True):
        axes.annotate(name, (0.01, place + 0.33), xycoords=("axes fraction", "data"),
                      fontsize=SMALL - 0.5, color="#444444")  # fmt: skip
    axes.set_yticks([])
    tidy(axes, title, "difference in freezing (points)")
    axes.set_ylim(-0.5, len(shown) - 0.2)


def draw_scatter(axes: Axes, cohort: xr.Dataset) -> None:
    """Output of the stimulus decoder beside freezing where fear is recalled, a point per animal."""
    design = design_of_cohort(cohort)
    epoch = design.role("fear")
    title = f"CS decoder and freezing, {design.title(epoch)}"
    pair = [cohort[q].sel(epoch=epoch).values for q in ("cs_output", "freezing")]
    for k in range(cohort.sizes["group"]):
        axes.plot(pair[0][k], pair[1][k], "o", ms=4.5, mew=0, alpha=0.7,
                  color=group_colour(k))  # fmt: skip
    both = np.isfinite(pair[0]) & np.isfinite(pair[1])
    r = correlation(pair[0][both], pair[1][both])
    tidy(axes, title, "held-out output, CS less baseline (1)", "freezing (%)")
    if np.isfinite(r):
        axes.annotate(f"all animals: r = {r:.2f}, n = {both.sum()}", (0.03, 0.03),
                      xycoords="axes fraction", fontsize=SMALL)  # fmt: skip


def _over_trials(values: Floats) -> Floats:
    """Mean over the last axis of what is finite; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean(values: Floats) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")
