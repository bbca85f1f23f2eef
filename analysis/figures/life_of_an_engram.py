"""The figure of a life of an engram: what one animal's memory goes through, step by step."""

from __future__ import annotations

import os

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from analysis.dataset.facets import require
from analysis.dataset.schema import labels
from analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    SMALL,
    VERMILION,
    brief,
    page,
    runs,
    tidy,
    words,
)

Floats = NDArray[np.float64]
DPI = 80
NIGHT = 0.09
"""Width of an offline interval, as a share of all awake time together."""

PHASES_OF_WEIGHTS = (
    ("weight_early", "early phase", SKY), ("weight_tagged", "of it tagged", ORANGE),
    ("weight_late", "late phase", BLUE), ("weight_labile", "of it labile", VERMILION),
)  # fmt: skip
IN_CELLS = (("effort", ORANGE), ("salience", PURPLE), ("protein", BLUE))
IN_DOMAINS = (("noradrenaline", PURPLE), ("acetylcholine", SKY), ("serotonin", ORANGE))
IN_BLOOD = (("corticosterone", GREY),)
IN_ASTROCYTES = (("gate", BLUE), ("lability", VERMILION), ("recruitment", PURPLE),
                 ("factor", GREEN))  # fmt: skip
ENGRAM = 0.1
"""Share of memory cells, those that ever made an effort most, that are taken for the engram."""


def life_figure(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw freezing, weights, protein, transmitters and astrocytes of one animal over its life.

    Sessions keep their length, and each offline interval has one width, however many hours it has.

    Parameters
    ----------
    dataset : xarray.Dataset
        One animal of the model, with what its memory cells made of protein.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    NotMeasured
        If the dataset has no trials, weights, phases or states of a model.
    OSError
        If the file cannot be written.
    """
    require(dataset, "a life of an engram", "trials", "weights", "phases", "model")
    with page(path, figsize=(13.0, 11.0), dpi=DPI, layout="constrained") as figure:
        panels = figure.subplots(5, 1, sharex=True)
        axis = _Axis(dataset)
        _draw_freezing(panels[0], dataset, axis)
        _draw_weights(panels[1], dataset, axis)
        engram = _engram(dataset)
        of_cells = axis(dataset["cell_time"].values) if "cell_time" in dataset else np.zeros(0)
        _draw(panels[2], dataset, axis, IN_CELLS, of_cells, engram)
        tidy(panels[2], f"The tenth of cells that learned most ({engram.sum()})", "", "share")
        time = axis(dataset["time"].values)
        _draw(panels[3], dataset, axis, IN_DOMAINS, time)
        _draw(panels[3], dataset, axis, IN_BLOOD, of_cells)
        tidy(panels[3], "Transmitters in domains, and corticosterone", "", "µmol L⁻¹")
        _draw(panels[4], dataset, axis, IN_ASTROCYTES, time)
        below = "sessions, one after the other; shaded: hours to days"
        tidy(panels[4], "Astrocytes", below, "share")
        for panel in panels:
            axis.mark(panel)
        axis.name_sessions(panels[0])


class _Axis:
    """From simulated time to a place: sessions as they are, offline intervals of one width."""

    def __init__(self, dataset: xr.Dataset) -> None:
        start, stop = dataset["phase_start"].values, dataset["phase_stop"].values
        session = labels(dataset["phase_session"])
        dilation = dataset["phase_dilation"].values
        offline = dilation > 2 * float(dataset.attrs["speed"])
        self.parts = [
            (str(session[a]), float(start[a]), float(stop[b]), bool(offline[a : b + 1].all()))
            for a, b in runs(session)
        ]
        awake = sum(stop - start for _, start, stop, off in self.parts if not off)
        edges, places, here = [self.parts[0][1]], [0.0], 0.0
        for _, first, last, off in self.parts:
            here += NIGHT * awake if off else last - first
            edges.append(last)
            places.append(here)
        self._edges, self._places = np.array(edges), np.array(places)

    def __call__(self, time: Floats) -> Floats:
        return np.interp(time, self._edges, self._places)

    def mark(self, axes: Axes) -> None:
        """Offline intervals shaded."""
        for _, first, last, off in self.parts:
            if off:
                low, high = self(np.array([first, last]))
                axes.axvspan(low, high, color=GREY, alpha=0.25, lw=0)
        axes.set_xlim(self._places[0], self._places[-1])

    def name_sessions(self, axes: Axes) -> None:
        """Names above."""
        for name, first, last, _ in self.parts:
            middle = float(self(np.array([first, last])).mean())
            axes.annotate(
                brief(words(name), 18), (middle, 1.0), (0, 16), ha="center", va="bottom",
                xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=SMALL,
                rotation=20,
            )  # fmt: skip


def _engram(dataset: xr.Dataset) -> NDArray[np.bool_]:
    """Which memory cells made most effort at any time, all alike where none is told."""
    if "effort" not in dataset:
        return np.ones(0, bool)
    most = dataset["effort"].values.max(axis=1)
    count = max(1, round(ENGRAM * most.size))
    return np.asarray(most >= np.sort(most)[-count])


def _draw_freezing(axes: Axes, dataset: xr.Dataset, axis: _Axis) -> None:
    middle = (dataset["trial_start"].values + dataset["trial_stop"].values) / 2
    axes.plot(axis(middle), dataset["freezing"].values, "o", ms=3.5, color=VERMILION, mew=0)
    tidy(axes, "Freezing", "", "%")
    axes.set_ylim(-3, 103)


def _draw_weights(axes: Axes, dataset: xr.Dataset, axis: _Axis) -> None:
    """Mean of what sampled synapses have gained."""
    time = axis(dataset["weight_time"].values)
    for name, title, colour in PHASES_OF_WEIGHTS:
        if name in dataset:
            axes.plot(time, dataset[name].values.mean(axis=0), color=colour, lw=1.2, label=title)
    axes.axhline(0, color=GREY, lw=0.6)
    tidy(axes, "What synapses have gained", "", "weight, mean")
    axes.legend(fontsize=SMALL, frameon=False, ncols=4, loc="upper right")


def _draw(
    axes: Axes, dataset: xr.Dataset, axis: _Axis, names: tuple[tuple[str, str], ...],
    time: Floats, of: NDArray[np.bool_] | None = None,
) -> None:  # fmt: skip
    """Means of variables over cells or astrocytes."""
    for name, colour in names:
        if name in dataset:
            values = dataset[name].values
            mean = (values if of is None else values[of]).mean(axis=0)
            axes.plot(time, mean, color=colour, lw=1.1, label=words(name))
    axes.set_ylim(0, 1.25 * max(axes.dataLim.y1, 1e-9))  # room for the legend
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=SMALL, frameon=False, ncols=4, loc="upper right")
