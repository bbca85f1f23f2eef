"""Figures of the paradigms that show single parts: a calcium wave, a tripartite synapse."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.astrocytes.loops import describe_loop
from analysis.astrocytes.waves import arrival_times, describe_wave
from analysis.dataset.schema import labels
from analysis.figures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    VERMILION,
    brief,
    edges_of,
    legend,
    page,
    powers_of_ten,
    tidy,
)

DPI = 100
CASE_COLOURS = {"none": GREY, "decreasing": BLUE, "increasing": VERMILION}
TRACES = 6  # cells shown one by one


def parts_figure(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the figure of a dataset of `analysis.dataset.parts`.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of the paradigm ``calcium_wave`` or ``tripartite_synapse``.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with page(path, figsize=(10.0, 6.4), dpi=DPI, layout="constrained") as figure:
        _FIGURES[dataset.attrs["paradigm"]](figure, dataset)
        figure.suptitle(brief(str(dataset.attrs["title"]), 90), fontsize=12, fontweight="bold")


def measured(dataset: xr.Dataset) -> list[dict[str, object]]:
    """Rows (quantity, value, unit) of what a dataset of `analysis.dataset.parts` shows."""
    rows: list[tuple[str, float | None, str]] = []
    if dataset.attrs["paradigm"] == "calcium_wave":
        units = ("cells", "1", "um", "s", "um s-1", "um s-1")
        for (name, value), unit in zip(vars(describe_wave(dataset)).items(), units, strict=True):
            rows.append((name, value if np.isfinite(value) else None, unit))
    else:
        loop = describe_loop(dataset)
        for case, release in loop.release.items():
            for rate, share in zip(loop.rates, release, strict=True):
                rows.append((f"release per spike at {rate:g} Hz, {case}", float(share), "1"))
    return [{"quantity": name, "value": value, "unit": unit} for name, value, unit in rows]


def _wave_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [["map", "place"], ["trace", "front"]], width_ratios=(1.5, 1)
    )
    _draw_map(figure, panels["map"], dataset)
    _draw_places(figure, panels["place"], dataset)
    _draw_traces(panels["trace"], dataset)
    _draw_front(panels["front"], dataset)


def _by_distance(dataset: xr.Dataset) -> np.ndarray:
    return np.argsort(dataset["distance"].values, kind="stable")


def _draw_map(figure: Figure, axes: Axes, dataset: xr.Dataset) -> None:
    """Calcium of every cell, the stimulated one lowest and the farthest one highest."""
    shown = dataset["calcium"].values[_by_distance(dataset)]
    image = axes.imshow(
        shown, aspect="auto", origin="lower", cmap="viridis", interpolation="nearest", vmin=0.0,
        extent=(*edges_of(dataset["time"].values), -0.5, len(shown) - 0.5),
    )  # fmt: skip
    tidy(axes, "Calcium", "", "cells, by distance from the source")
    bar = figure.colorbar(image, ax=axes, pad=0.01)
    bar.set_label("Ca²⁺ (µmol L⁻¹)", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def _arrival(dataset: xr.Dataset) -> np.ndarray:
    return arrival_times(
        dataset["calcium"].values, dataset["time"].values, float(dataset.attrs["threshold"])
    )


def _draw_places(figure: Figure, axes: Axes, dataset: xr.Dataset) -> None:
    """Where the cells are and when the front came; of a block, the layer of the source."""
    place, when = dataset["position"].values, _arrival(dataset)
    source = int(np.argmax(dataset["stimulated"].values))
    layer = np.ones(len(place), bool)
    if place.shape[1] == 3:
        layer = np.isclose(place[:, 2], place[source, 2])
    silent, hit = layer & np.isnan(when), layer & np.isfinite(when)
    size = min(60.0, 6000.0 / max(1, int(layer.sum())))
    x, y = place[:, 0], place[:, 1]
    axes.scatter(x[silent], y[silent], s=size, facecolor="none", edgecolor=GREY, lw=0.7)
    drawn = axes.scatter(x[hit], y[hit], s=size, c=when[hit], cmap="plasma")
    axes.plot(x[source], y[source], marker="*", color=BLACK, ms=9, mec="white", mew=0.7)
    axes.set_aspect("equal")
    tidy(axes, "Arrival (open: not reached)", "µm", "µm")
    bar = figure.colorbar(drawn, ax=axes, pad=0.01)
    bar.set_label("arrival (s)", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def _draw_traces(axes: Axes, dataset: xr.Dataset) -> None:
    """Calcium of some cells from the source outward, one above the other."""
    order, distance = _by_distance(dataset), dataset["distance"].values
    chosen = order[np.linspace(0, len(order) - 1, TRACES).astype(int)]
    time, step = dataset["time"].values, 1.3 * float(dataset["calcium"].max())
    for level, cell in enumerate(chosen):
        axes.plot(time, dataset["calcium"].values[cell] + level * step, color=BLUE, lw=0.9)
        axes.text(
            time[-1], level * step, f" {distance[cell]:.0f} µm", va="bottom", fontsize=SMALL - 0.5
        )
    tidy(axes, "Single cells", "time (s)", "Ca²⁺")
    axes.set_yticks([])
    axes.set_xlim(time[0], time[-1] * 1.12)


def _draw_front(axes: Axes, dataset: xr.Dataset) -> None:
    """Arrival time over distance."""
    wave = describe_wave(dataset)
    axes.plot(dataset["distance"].values, _arrival(dataset), "o", ms=3.5, color=ORANGE, mew=0)
    tidy(axes, "Front", "distance from the source (µm)", "arrival (s)")
    lines = [f"{wave.reached} of {dataset.sizes['astrocyte']} cells reached"]
    for name, speed in (("near", wave.speed_near), ("far", wave.speed_far)):
        if np.isfinite(speed):
            lines.append(f"{name}: {speed:.1f} µm s⁻¹")
    axes.text(0.03, 0.97, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=SMALL)
    axes.set_xlim(left=-0.03 * float(dataset["distance"].max()))
    axes.set_ylim(0, float(dataset["time"][-1]))


def _loop_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [
            ["rate", "release"],
            ["glutamate", "release"],
            ["calcium", "events"],
            ["receptor", "events"],
        ],
        width_ratios=(1.7, 1), height_ratios=(0.6, 1, 1, 1),
    )  # fmt: skip
    time = dataset["time"].values
    panels["rate"].step(time, dataset["rate"].values, where="post", color=BLACK, lw=1)
    panels["rate"].set_yscale("log")
    powers_of_ten(panels["rate"].yaxis)
    tidy(panels["rate"], "Presynaptic rate", "", "Hz")
    for name, title, unit in (
        ("glutamate", "Synaptic glutamate (mean of 1 s)", "µmol L⁻¹"),
        ("calcium", "Astrocyte calcium", "µmol L⁻¹"),
        ("presynaptic_receptor", "Bound presynaptic receptors", "share"),
    ):
        axes = panels[name.rpartition("_")[2]]
        width = max(1, round(1.0 / (time[1] - time[0]))) if name == "glutamate" else 1
        for case, trace in zip(labels(dataset["case"]), dataset[name].values, strict=True):
            smooth = np.convolve(trace, np.ones(width) / width, mode="same")
            axes.plot(time, smooth, color=CASE_COLOURS[case], lw=1)
        tidy(axes, title, "time (s)" if name == "presynaptic_receptor" else "", unit)
    panels["glutamate"].set_yscale("symlog", linthresh=1)
    powers_of_ten(panels["glutamate"].yaxis)
    panels["glutamate"].set_ylim(bottom=0)
    for name in ("rate", "glutamate", "calcium", "receptor"):
        panels[name].set_xlim(0, time[-1])
        panels[name].tick_params(labelbottom=name == "receptor")
    _draw_release(panels["release"], dataset)
    _draw_events(panels["events"], dataset)


def _draw_release(axes: Axes, dataset: xr.Dataset) -> None:
    """Release per spike over the presynaptic rate, by kind of gliotransmission."""
    loop = describe_loop(dataset)
    for case, release in loop.release.items():
        label = "no gliotransmission" if case == "none" else f"release-{case}"
        axes.plot(loop.rates, release, "o-", ms=4, color=CASE_COLOURS[case], label=label)
    axes.set_xscale("log")
    powers_of_ten(axes.xaxis)
    axes.set_ylim(0, 1.25)
    tidy(axes, "Released per spike", "presynaptic rate (Hz)", "share of resources")
    legend(axes, loc="upper right")


def _draw_events(axes: Axes, dataset: xr.Dataset) -> None:
    """When each astrocyte released gliotransmitter."""
    names = labels(dataset["case"]).tolist()
    for row, case in enumerate(names):
        when = dataset["event_time"].values[dataset["event_case"].values == row]
        axes.eventplot(when, lineoffsets=row, linelengths=0.6, color=CASE_COLOURS[case], lw=1.2)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(0, float(dataset["time"][-1]))
    tidy(axes, "Calcium events", "time (s)", "")


_FIGURES: Mapping[str, Callable[[Figure, xr.Dataset], None]] = {
    "calcium_wave": _wave_figure,
    "tripartite_synapse": _loop_figure,
}
