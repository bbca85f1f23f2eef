"""Panels of what the animal does: freezing and approach by trial, its place in a box."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from analysis.activity.cells import APPROACH, OUTPUT, names_of, with_label
from analysis.behaviour.place import BORDER
from analysis.behaviour.scoring import Score
from analysis.cohort.results import Results
from analysis.dataset.facets import facets_of, require
from analysis.dataset.schema import labels
from analysis.design.trials import NONE
from analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    LIT,
    ORANGE,
    PALE,
    SMALL,
    brief,
    legend,
    nothing,
    runs,
    slanted,
    stages,
    tidy,
    words,
)

NAMED = 7  # stages, and stimuli, in the legend
_MARKS = (("o", "-"), ("^", "--"), ("s", ":"), ("D", "-."), ("v", "-"), ("P", "--"), ("X", ":"))
_SILENT = ("*", "-")


def draw_freezing(axes: Axes, results: Results) -> None:
    """Freezing by trial and block, coloured by stage; the context of the first trial shaded."""
    require(results.dataset, "freezing", "trials", "behaviour")
    _draw_trials(axes, results.dataset, "Freezing", results.dataset["freezing"].values)
    _rate_beside(axes, results.dataset, OUTPUT, lambda: results.freezing)


def draw_approach(axes: Axes, results: Results) -> None:
    """Approach by trial and block, as freezing is drawn."""
    require(results.dataset, "approach", "trials", "behaviour")
    _draw_trials(axes, results.dataset, "Approach", results.dataset["approach"].values)
    if with_label(results.dataset, f"role={APPROACH}").size:
        _rate_beside(axes, results.dataset, APPROACH, lambda: results.approach)


def draw_place(axes: Axes, beside: Axes, results: Results) -> None:
    """Place in a box of two zones, and the time in the target zone by epoch."""
    title = "Place in the box"
    if "position" in results.dataset:
        _draw_path(axes, results.dataset, title)
    else:
        nothing(axes, title, "no places recorded, only times in the zone")
    every = results.dataset["time_in_zone"].values if "time_in_zone" in results.dataset else None
    shown = [
        (results.design.title(name), percent[np.isfinite(percent)])
        for name in results.design.shown if every is not None
        if np.isfinite(percent := every[results.trials(name)]).any()
    ]  # fmt: skip
    if not shown:
        nothing(beside, "Time in the zone", "no trials in the box")
        return
    for x, (_, percent) in enumerate(shown):
        beside.bar(x, percent.mean(), 0.7, color=GREEN, alpha=0.45)
        beside.plot(np.full(percent.size, x), percent, "o", ms=3, color=GREEN, mew=0)
    beside.axhline(50, color=GREY, lw=0.6)
    tidy(beside, "Time in the target zone", "", "time (%)")
    beside.set_ylim(0, 105)
    slanted(beside, [brief(name, 22) for name, _ in shown])


Draw = Callable[[Figure, Any, Results], None]


def further_panels(dataset: xr.Dataset) -> list[tuple[str, Draw]]:
    """Title and drawing of the panels of what only some animals do, as wide as the page.

    Each drawing takes the figure, its place there (`matplotlib.gridspec.SubplotSpec`) and results.
    """

    def approach(figure: Figure, place: Any, results: Results) -> None:
        draw_approach(figure.add_subplot(place), results)

    def box(figure: Figure, place: Any, results: Results) -> None:
        halves = place.subgridspec(1, 2, width_ratios=(4, 1), wspace=0.15)
        draw_place(figure.add_subplot(halves[0, 0]), figure.add_subplot(halves[0, 1]), results)

    if "trials" not in facets_of(dataset):
        return []
    found: list[tuple[str, Draw]] = []
    if _has(dataset, "approach"):
        found.append(("Approach", approach))
    if _has(dataset, "position") or _has(dataset, "time_in_zone"):
        found.append(("Place in the box", box))
    return found


def _has(dataset: xr.Dataset, name: str) -> bool:
    return name in dataset and bool(np.isfinite(dataset[name].values).any())


def _draw_trials(
    axes: Axes, dataset: xr.Dataset, title: str, percent: NDArray[np.floating]
) -> None:  # fmt: skip
    """A behaviour by trial and block; a mark and a line for each stimulus where there are some."""
    if not percent.size:
        nothing(axes, title, "no trials")
        return
    stage, session = labels(dataset["trial_stage"]), labels(dataset["trial_session"])
    block, context = dataset["trial_block"].values, labels(dataset["trial_context"])
    x, acquired = np.arange(percent.size) + 1.0, context[0]
    for first, last in runs(context):
        if context[first] == acquired:
            axes.axvspan(x[first] - 0.5, x[last] + 0.5, color=PALE, lw=0)
        name = f"context {brief(context[first], 12)}" if last > first + 3 else ""
        axes.text(
            (x[first] + x[last]) / 2, 103, name,
            ha="center", va="bottom", fontsize=SMALL, color=GREY,
        )  # fmt: skip
    stimulus, marks = _marks(dataset)
    for name, colour in stages(dataset).items():
        for heard, (mark, line) in marks.items():
            own = (stage == name) & (stimulus == heard)
            axes.plot(x[own], percent[own], mark, ms=4, color=colour, alpha=0.55, mew=0)
            for number in np.unique(block[own]):
                members = own & (block == number)
                ends = x[members][[0, -1]] + (-0.35, 0.35)
                axes.plot(ends, [percent[members].mean()] * 2, color=colour, lw=2.6, ls=line)
    for first, _ in runs(session):
        axes.axvline(x[first] - 0.5, color=GREY, lw=0.6)
    tidy(axes, f"{title} by trial (points) and block (bars)", "trial", f"{title.lower()} (%)")
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
    if len(marks) > 1:
        _name_marks(axes, marks)


def _marks(dataset: xr.Dataset) -> tuple[NDArray[np.str_], dict[str, tuple[str, str]]]:
    """Stimulus of each trial, and mark and line of each; all alike where there are not several."""
    names = (
        labels(dataset["trial_stimulus"])
        if "trial_stimulus" in dataset
        else np.full(dataset.sizes["trial"], NONE)
    )
    conditioned = [name for name in dict.fromkeys(names.tolist()) if name != NONE]
    if len(conditioned) < 2:
        return np.full(names.size, NONE), {NONE: _MARKS[0]}
    marks = {name: _MARKS[k % len(_MARKS)] for k, name in enumerate(conditioned)}
    return names, marks | ({NONE: _SILENT} if NONE in names else {})


def _name_marks(axes: Axes, marks: dict[str, tuple[str, str]]) -> None:
    """A legend of stimuli below the axis, beside that of stages above it."""
    stages_named = axes.get_legend()
    assert stages_named is not None
    handles = [
        Line2D([], [], marker=mark, ls=line, lw=1.2, ms=5, color=GREY,
               label="no stimulus" if name == NONE else brief(words(name), 18))
        for name, (mark, line) in list(marks.items())[:NAMED]
    ]  # fmt: skip
    if more := len(marks) - len(handles):
        handles.append(Line2D([], [], ls="", label=f"and {more} more"))
    legend(
        axes, handles=handles, loc="upper right", bbox_to_anchor=(1.0, -0.1), ncols=len(handles),
        columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip
    axes.add_artist(stages_named)  # a second legend takes the place of the first


def _rate_beside(
    axes: Axes, dataset: xr.Dataset, role: str, score: Callable[[], Score]
) -> None:  # fmt: skip
    """The rate that a behaviour is read out from, where there is one."""
    if not facets_of(dataset) >= {"neurons", "spikes", "model"} or not dataset.sizes["trial"]:
        return
    rate = score().rate
    name = names_of(dataset, with_label(dataset, f"role={role}"))
    beside = axes.twinx()
    beside.plot(np.arange(rate.size) + 1.0, rate, color=ORANGE, lw=0.9)
    tidy(beside, "", "", f"{name} rate in trial (Hz)")
    beside.yaxis.label.set_color(ORANGE)
    beside.set_ylim(0, 1.3 * max(float(rate.max(initial=0.0)), 1.0))
    beside.spines["right"].set_visible(True)


def _draw_path(axes: Axes, dataset: xr.Dataset, title: str) -> None:
    """Place over the time in the box alone, its stretches one behind the other."""
    inside = np.isfinite(dataset["position"].values)
    time, place = dataset["position_time"].values[inside], dataset["position"].values[inside]
    step = float(np.median(np.diff(time))) if time.size > 1 else 1.0
    x = step * np.arange(time.size)
    cut = np.flatnonzero(np.diff(time) > 1.5 * step) + 1
    for piece in np.split(np.arange(time.size), cut):
        axes.plot(x[piece], place[piece], color=BLUE, lw=0.8)
        axes.axvline(x[piece[0]] if piece.size else 0.0, color=GREY, lw=0.4)
    axes.axhline(BORDER, color=GREY, lw=0.8, ls="--")
    done = "intervention_start" in dataset
    kinds = labels(dataset["intervention_kind"]) if done else np.array([], dtype=str)
    lit, seen = np.zeros(time.size, dtype=bool), {}
    for k, kind in enumerate(kinds.tolist()):
        on = (dataset["intervention_start"].values[k] <= time) & (
            time < dataset["intervention_stop"].values[k]
        )
        lit |= on
        if on.any():
            seen[kind] = brief(kind, 20)
    axes.fill_between(x, 0, 1, where=lit, step="mid", color=LIT, lw=0, zorder=0)
    if seen:
        more = f" and {len(seen) - 2} more" if len(seen) > 2 else ""
        label = " and ".join(list(seen.values())[:2]) + more
        legend(
            axes, handles=[Patch(color=LIT, label=label)], loc="lower right",
            bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2,
        )  # fmt: skip
    trial = np.searchsorted(dataset["trial_start"].values, time, side="right") - 1
    of_stage = x[trial >= 0]
    stage = labels(dataset["trial_stage"])[trial[trial >= 0]]
    for first, last in runs(stage):
        middle = (of_stage[first] + of_stage[last]) / 2
        axes.text(middle, 1.02, words(str(stage[first])), ha="center", va="bottom", fontsize=SMALL,
                  color=GREY)  # fmt: skip
    tidy(axes, title, "time in the box (s, simulated)", "place (target zone above)")
    axes.set_xlim(0, max(x[-1], step) if x.size else 1.0)
    axes.set_ylim(0, 1.12)
    axes.set_yticks([0, 0.5, 1])
