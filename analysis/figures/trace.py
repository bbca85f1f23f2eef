"""The figure of astrocytes as a trace of days: what lasts, what grows, who is recruited, where."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cohort.compare import sign_pattern
from analysis.cohort.courses import COURSES
from analysis.cohort.dataset import animals, design_of_cohort
from analysis.cohort.report import report
from analysis.dataset.facets import NotMeasured
from analysis.dataset.table import BY_NAME
from analysis.figures.cohort import DPI, SIZE, headings
from analysis.figures.cohort_panels import (
    by_epoch,
    draw_differences,
    draw_freezing,
    group_colour,
)
from analysis.figures.style import (
    BLACK,
    GREY,
    MEDIUM,
    SMALL,
    brief,
    nothing,
    page,
    slanted,
    tidy,
    words,
)
from analysis.statistics import bootstrap_band
from analysis.trace.clustering import domain_scores
from analysis.trace.life import (
    Session,
    days_since,
    learned_in,
    recalls,
    sessions_of,
)
from analysis.trace.recruitment import peak_of, share

TABLE = "targets_section2"
MAPS = 6
"""Sessions of which a map is drawn: the one that the animal learned in, and the first recalls."""
_TITLES = {
    "receptor_density": "Receptors", "cAMP": "cAMP", "recruitment": "Recruitment",
    "factor": "Factor",
}  # fmt: skip
_BY_SESSION = (
    ("recruited_share", "Recruited astrocytes", "astrocytes (%)"),
    ("recruited_overlap", "Shared with the first recall", "beyond chance (1: the same)"),
    ("recruitment_engram_r", "Recruitment and engram", "correlation over domains"),
    ("receptor_density_high", "Astrocytes with many receptors", "astrocytes (%)"),
)


def trace_figure(
    cohort: xr.Dataset, path: str | os.PathLike[str], animal: xr.Dataset | None = None
) -> None:
    """Draw what becomes of a memory and of astrocytes over days, on one page.

    Parameters
    ----------
    cohort : xarray.Dataset
        From `analysis.cohort.dataset.gather`.  Means over animals with 95 % bootstrap intervals.
    path : path
        PNG file written, whatever its suffix.
    animal : xarray.Dataset, optional
        One animal, whose recruited astrocytes are drawn where they are.

    Raises
    ------
    DatasetError
        If the dataset is not one of a cohort.
    OSError
        If the file cannot be written.
    """
    rows, _ = report(animals(cohort), TABLE)
    with page(path, figsize=SIZE, dpi=DPI) as figure:
        _draw_trace(figure, cohort, rows, animal)


def _draw_trace(
    figure: Figure, cohort: xr.Dataset, rows: Sequence[dict[str, Any]], animal: xr.Dataset | None
) -> None:
    edges = {"left": 0.06, "right": 0.98}
    top = figure.add_gridspec(1, 1, top=0.945, bottom=0.81, **edges)
    draw_freezing(figure.add_subplot(top[0, 0]), cohort)
    second = figure.add_gridspec(1, 2, top=0.735, bottom=0.6, wspace=0.12, **edges)
    draw_persistence(figure.add_subplot(second[0, 0]), cohort)
    decisive = [row for row in rows if row["decisive"]]
    draw_differences(figure.add_subplot(second[0, 1]), decisive, "Decisive differences")
    third = figure.add_gridspec(1, len(COURSES), top=0.55, bottom=0.43, wspace=0.28, **edges)
    for k, name in enumerate(COURSES):
        draw_course(figure.add_subplot(third[0, k]), cohort, name)
    fourth = figure.add_gridspec(1, MAPS, top=0.375, bottom=0.255, wspace=0.12, **edges)
    draw_maps([figure.add_subplot(fourth[0, k]) for k in range(MAPS)], animal)
    last = figure.add_gridspec(1, len(_BY_SESSION), top=0.205, bottom=0.09, wspace=0.28, **edges)
    for k, (quantity, title, unit) in enumerate(_BY_SESSION):
        _by_session(figure.add_subplot(last[0, k]), cohort, quantity, title, unit)
    headings(figure, cohort, "What lasts, and whom recall recruits",
             sign_pattern(rows) if decisive else "")  # fmt: skip


def draw_persistence(axes: Axes, cohort: xr.Dataset) -> None:
    """Freezing of recalls over days of life, dotted where nothing aversive ever came."""
    names = [name for name in stages_of(cohort) if _mean(cohort, "life_day", name) > 0]
    if not names:
        nothing(axes, "Freezing over days", "nothing was recalled")
        return
    for k, group in enumerate(cohort["group"].values):
        own = cohort.sel(group=group)
        for danger, line, face in ((True, "-", group_colour(k)), (False, ":", "white")):
            kept = [name for name in names if (_mean(own, "in_danger", name) > 50) == danger]
            day = np.array([_mean(own, "life_day", name) for name in kept])
            values = own["freezing"].sel(epoch=kept).values
            known = np.isfinite(values).any(axis=0)
            if not known.any():
                continue
            low, high = bootstrap_band(values[:, known])
            day, mean = day[known] + 0.03 * (k - 2), np.nanmean(values[:, known], axis=0)
            axes.plot(day, mean, line, marker="o", ms=4.5, mfc=face, color=group_colour(k), lw=1.4)
            axes.vlines(day, low, high, color=group_colour(k), lw=1.1)
    tidy(axes, "Freezing over days (open, dotted: where nothing aversive came)",
         "days of life since learning", "freezing (%)")  # fmt: skip
    axes.set_xlim(left=0)
    axes.set_ylim(-3, 103)


def draw_course(axes: Axes, cohort: xr.Dataset, name: str) -> None:
    """A variable of astrocytes from hour to hour, mean over them, by group."""
    title = _TITLES.get(name, words(name))
    if f"course_{name}" not in cohort:
        nothing(axes, title, "not recorded")
        return
    day = cohort["hour"].values / 24.0
    for k, group in enumerate(cohort["group"].values):
        values = cohort[f"course_{name}"].sel(group=group).values
        known = np.isfinite(values).any(axis=0)
        if not known.any():
            continue
        low, high = bootstrap_band(values[:, known])
        axes.fill_between(day[known], low, high, color=group_colour(k), alpha=0.18, lw=0)
        axes.plot(day[known], np.nanmean(values[:, known], axis=0), color=group_colour(k), lw=1.1)
    unit = BY_NAME[name].units.replace("umol L-1", "µmol L⁻¹")
    tidy(axes, title, "days of life", f"mean of astrocytes ({unit})")
    axes.set_xlim(0, day[-1])
    axes.set_ylim(bottom=0)


def draw_maps(panels: Sequence[Axes], animal: xr.Dataset | None) -> None:
    """Recruitment of one animal's astrocytes where they are; rings where the engram's cells are."""
    every: tuple[Session, ...] = ()
    if animal is not None and "trial_start" in animal:
        sessions = sessions_of(animal)
        learned = learned_in(sessions)
        every = ((learned,) if learned else ()) + recalls(sessions)
        every = (every or sessions)[: len(panels)]
    can = animal is not None and {"recruitment", "astrocyte_position"} <= set(animal.variables)
    for k, axes in enumerate(panels):
        if animal is None or not can or k >= len(every):
            axes.set_axis_off()
            if k == 0:
                nothing(axes, "Recruited astrocytes", "no animal with recruitment was given")
            continue
        _draw_map(axes, animal, every[k], days_since(every[k], sessions))
        if k == 0:
            axes.annotate(
                "Recruitment of one animal's astrocytes (red: 1); rings: cells of the engram",
                (0, 1), (0, 22), xycoords="axes fraction", textcoords="offset points",
                fontsize=MEDIUM, fontweight="bold", annotation_clip=False,
            )  # fmt: skip


def _draw_map(axes: Axes, animal: xr.Dataset, session: Session, day: float) -> None:
    place, peak = animal["astrocyte_position"].values, peak_of(animal, session)
    try:
        engram, _ = domain_scores(animal, session)
    except NotMeasured:
        engram = np.zeros(len(place))
    size = min(90.0, 9000.0 / max(1, len(place)))
    axes.scatter(
        place[:, 0], place[:, 1], s=size, c=peak, cmap="YlOrRd", vmin=0, vmax=1, marker="s",
        edgecolor=GREY, lw=0.3,
    )  # fmt: skip
    held = engram > 0
    axes.scatter(
        place[held, 0], place[held, 1], s=0.35 * size * engram[held] / max(engram.max(), 1),
        facecolor="none", edgecolor=BLACK, lw=0.9,
    )  # fmt: skip
    when = f", day {day:.3g}" if np.isfinite(day) else ""
    tidy(axes, "", f"{share(animal, session):.3g} % recruited")
    axes.set_title(f"{brief(words(session.name), 16)}{when}", fontsize=SMALL, loc="left")
    axes.margins(0.1)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])


def _by_session(axes: Axes, cohort: xr.Dataset, quantity: str, title: str, unit: str) -> None:
    """A quantity that is one of sessions by those sessions, and by group."""
    known: dict[float, str] = {}
    for name in stages_of(cohort):  # of epochs of one session, the last
        if np.isfinite(cohort[quantity].sel(epoch=name).values).any():
            known[_mean(cohort, "life_day", name)] = name
    if not known:
        nothing(axes, title, "not measured")
        return
    names = list(known.values())
    by_epoch(axes, cohort, quantity, names)
    tidy(axes, title, "", unit)
    design = design_of_cohort(cohort)
    slanted(axes, [brief(words(epoch.stage), 16) for epoch in map(design.get, names) if epoch])
    axes.axhline(0.0, color=GREY, lw=0.8, ls=":")


def stages_of(cohort: xr.Dataset) -> list[str]:
    """One epoch of each stage, in order: that of all its trials, or its first."""
    chosen: dict[str, str] = {}
    for epoch in design_of_cohort(cohort):
        whole = not (epoch.block or epoch.trial or epoch.asked)
        if epoch.stage not in chosen or whole:
            chosen[epoch.stage] = epoch.name
    return list(chosen.values())


def _mean(cohort: xr.Dataset, quantity: str, epoch: str) -> float:
    """Mean over all animals that have a value; NaN where none has."""
    values = cohort[quantity].sel(epoch=epoch).values
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else float("nan")
