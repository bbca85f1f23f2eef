"""Colours and small drawing habits shared by all figures, and the page that they are drawn on.

What a figure looks like is decided here alone, not by the user's matplotlibrc. No text is read as
a formula: titles, stages and groups are a stranger's, and ``$`` in them is a character like any
other. Exponents and indices of our own are written in Unicode.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from analysis.activity.cells import OUTPUT, populations
from analysis.dataset.schema import labels, speed_of
from astrogram.text import one_line

# Okabe and Ito 2008: told apart by colour-blind readers.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE, LIT = "#7F7F7F", "#ECECEC", "#FFF3C4"
CYCLE = (GREY, VERMILION, BLUE, SKY, GREEN, PURPLE, ORANGE, BLACK)
SMALL, MEDIUM = 8.5, 10.5
_TRANSMITTERS = {
    "none": GREY, "glutamate": BLUE, "GABA": VERMILION, "noradrenaline": PURPLE,
    "dopamine": GREEN, "acetylcholine": SKY, "serotonin": ORANGE, "CRH": BLACK,
}  # fmt: skip
LONGEST = 40
"""Characters of a name that a figure has room for."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextmanager
def page(path: str | os.PathLike[str], **options: Any) -> Iterator[Figure]:
    """Give a figure to draw on, in our own style whatever the user's is, and save it.

    Parameters
    ----------
    path : path
        PNG file written at the end, whatever its suffix.
    **options
        Those of `matplotlib.figure.Figure`.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams["text.parse_math"] = False
        # A stranger's name may be in any script; a character that is not there shows as a box.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = Figure(**options)
        FigureCanvasAgg(figure)
        yield figure
        figure.savefig(path, format="png")


def tidy(axes: Axes, title: str, x: str = "", y: str = "") -> None:
    """Title, labels and open spines."""
    axes.set_title(title, fontsize=MEDIUM, loc="left", fontweight="bold")
    axes.set_xlabel(x, fontsize=SMALL + 0.5)
    axes.set_ylabel(y, fontsize=SMALL + 0.5)
    axes.tick_params(labelsize=SMALL)
    axes.spines[["top", "right"]].set_visible(False)


def nothing(axes: Axes, title: str, why: str) -> None:
    """Say in an otherwise empty panel why it is empty."""
    axes.set_axis_off()
    axes.set_title(title, fontsize=MEDIUM, loc="left", fontweight="bold")
    axes.text(0.5, 0.5, why, ha="center", va="center", fontsize=SMALL, transform=axes.transAxes)


def legend(axes: Axes, **where: Any) -> None:
    """Legend without a frame."""
    axes.legend(fontsize=SMALL - 0.5, frameon=False, handlelength=1.4, **where)


def words(name: str) -> str:
    """Name of a stage or population as a reader wants it."""
    return brief(name.replace("_", " "))


def brief(text: str, longest: int = LONGEST) -> str:
    """Return a stranger's text on one line, and not longer than there is room for."""
    text = one_line(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def powers_of_ten(axis: Axis) -> None:
    """Label the decades of a logarithmic axis, without a formula."""

    def power(value: float, _: int) -> str:
        exponent = round(np.log10(abs(value))) if value else 0
        return f"10{str(exponent).translate(_RAISED)}" if value else "0"

    axis.set_major_formatter(FuncFormatter(power))
    axis.set_minor_formatter(NullFormatter())


def slanted(axes: Axes, names: list[str]) -> None:
    """Slanted tick labels under bars at 0, 1, 2 ..."""
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(axis="x", labelrotation=40)
    for label in axes.get_xticklabels():
        label.set(ha="right", rotation_mode="anchor")


def stages(dataset: xr.Dataset) -> dict[str, str]:
    """Stages of the trials in order of appearance, each with its colour."""
    seen = dict.fromkeys(labels(dataset["trial_stage"]).tolist())
    return {stage: CYCLE[k % len(CYCLE)] for k, stage in enumerate(seen)}


def population_colours(dataset: xr.Dataset) -> dict[str, str]:
    """Output cells black, others by their transmitter: glutamate blue, GABA vermilion ...

    Returns
    -------
    dict of str to str
        Colour of each population, by its first cell.
    """
    role, transmitter = labels(dataset["role"]), labels(dataset["transmitter"])
    return {
        name: BLACK if role[cells[0]] == OUTPUT else _TRANSMITTERS[transmitter[cells[0]]]
        for name, cells in populations(dataset).items()
    }


def mark_phases(axes: Axes, dataset: xr.Dataset, names: bool) -> None:
    """Lines at the starts of sessions, offline intervals shaded, and names above."""
    if "phase_start" not in dataset:
        return
    start, stop = dataset["phase_start"].values, dataset["phase_stop"].values
    session = labels(dataset["phase_session"])
    offline = dataset["phase_dilation"].values > 2 * speed_of(dataset)
    whole = stop.max() - start.min() if stop.size else 1.0
    for begin, end in runs(session):
        name, first, last = session[begin], start[begin], stop[end]
        axes.axvline(first, color=GREY, lw=0.6)
        if offline[begin : end + 1].all():
            axes.axvspan(first, last, color=GREY, alpha=0.35, lw=0)
        elif names and (last - first) > 0.03 * whole:
            axes.annotate(
                words(name), ((first + last) / 2, 1.0), (0, 3), ha="center", va="bottom",
                xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=SMALL,
            )  # fmt: skip


def runs(values: NDArray[np.str_]) -> list[tuple[int, int]]:
    """First and last place of each run of equal values."""
    if not values.size:
        return []
    change = np.flatnonzero(values[1:] != values[:-1])
    firsts, lasts = [0, *(change + 1).tolist()], [*change.tolist(), values.size - 1]
    return list(zip(firsts, lasts, strict=True))


def edges_of(time: np.ndarray) -> tuple[float, float]:
    """Outer edges of regularly sampled times."""
    half = (time[1] - time[0]) / 2 if time.size > 1 else 0.5
    return float(time[0] - half), float(time[-1] + half)
