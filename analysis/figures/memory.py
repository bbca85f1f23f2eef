"""Figures and tables of the associative-memory paradigms."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.dataset.schema import labels
from analysis.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SMALL,
    VERMILION,
    brief,
    legend,
    nothing,
    page,
    powers_of_ten,
    slanted,
    tidy,
    words,
)  # fmt: skip
from analysis.memory.capacity import capacity_exponents, theory
from analysis.statistics import bootstrap_interval, permutation_p

DPI = 100
KIND_COLOURS = {"pairwise": GREY, "astrocyte": ORANGE, "balanced": BLUE}
KIND_NAMES = {
    "pairwise": "neurons only, pairwise",
    "astrocyte": "with astrocytes, self-coupling kept",
    "balanced": "with astrocytes, self-coupling removed",
}
CONDITION_COLOURS = {"transport": BLUE, "no_transport": VERMILION, "pairwise": GREY}
SHOWN = 6

Rows = list[tuple[str, float, str]]


def memory_figure(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the figure of a dataset of `analysis.dataset.memory_tables`.

    Parameters
    ----------
    dataset : xarray.Dataset
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with page(path, figsize=(10.0, 6.4), dpi=DPI, layout="constrained") as figure:
        _FIGURES[str(dataset.attrs["paradigm"])](figure, dataset)
        figure.suptitle(brief(str(dataset.attrs["title"]), 90), fontsize=12, fontweight="bold")


def memory_measured(dataset: xr.Dataset) -> list[dict[str, object]]:
    """Rows (quantity, value, unit) of what a dataset of `analysis.dataset.memory_tables` shows."""
    rows = _ROWS[str(dataset.attrs["paradigm"])](dataset)
    return [{"quantity": name, "value": float(value), "unit": unit} for name, value, unit in rows]


def _recall_rows(dataset: xr.Dataset) -> Rows:
    last, sign = dataset["overlap"].values[:, -1], dataset["sign"].values
    rise = np.diff(dataset["effective_energy"].values, axis=1).max()
    return [
        ("mean overlap of the cues", float(dataset["overlap"].values[:, 0].mean()), "1"),
        ("mean overlap of recall", float(last.mean()), "1"),
        ("recalls of the memory, overlap 0.99 or more", float(np.mean(sign == 1)), "1"),
        ("recalls of its negative", float(np.mean(sign == -1)), "1"),
        ("largest rise of the effective energy between samples", float(max(rise, 0.0)), "1"),
    ]


def _recall_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [["overlap", "energy"], ["pictures", "pictures"]]
    )
    time, sign = dataset["time"].values, dataset["sign"].values
    for row, trace in enumerate(dataset["overlap"].values):
        colour = {1: BLUE, -1: VERMILION}.get(int(sign[row]), GREY)
        panels["overlap"].plot(time, trace, color=colour, lw=0.9)
    tidy(panels["overlap"], "Overlap with the cued memory", "time (s)", "overlap")
    panels["overlap"].set_ylim(-1.05, 1.05)
    panels["overlap"].text(
        0.98, 0.04,
        f"{int(np.sum(sign == 1))} recalled, {int(np.sum(sign == -1))} as negative, "
        f"{int(np.sum(sign == 0))} lost", transform=panels["overlap"].transAxes, ha="right",
        fontsize=SMALL,
    )  # fmt: skip
    for trace in dataset["effective_energy"].values:
        panels["energy"].plot(time, trace, color=BLUE, lw=0.7)
    tidy(panels["energy"], "Energy, fast layers at equilibrium", "time (s)", "energy")
    _draw_patterns(panels["pictures"], dataset)


def _draw_patterns(axes: Axes, dataset: xr.Dataset) -> None:
    """Memory, cue and recall of some cues, one above the other."""
    bits = dataset.sizes["neuron"]
    shape = _shape(dataset, bits)
    if shape is None:
        nothing(axes, "Patterns", f"{bits} bits make no picture")
        return
    rows = []
    count = min(SHOWN, dataset.sizes["cue"])
    memory = dataset["cue_memory"].values[:count]
    for values in (
        dataset["pattern"].values[memory],
        dataset["cue_pattern"].values[:count],
        np.sign(dataset["x"].values[-1, :count]),
    ):
        tiles = [np.pad(image.reshape(shape), ((1, 1), (1, 1), (0, 0))) for image in values]
        rows.append(np.concatenate(tiles, axis=1))
    wall = (np.concatenate(rows) + 1) / 2
    axes.imshow(wall.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    tidy(axes, "Memories (above), cues, recalled (below)")
    axes.set_axis_off()


def _shape(dataset: xr.Dataset, bits: int) -> tuple[int, int, int] | None:
    """Height, width and colours of a pattern as a picture, if it is one."""
    picture = dataset["image"].shape[1:]
    if dataset.sizes["picture"] and int(np.prod(picture)) == bits:
        return (picture[0], picture[1], picture[2])
    side = int(np.sqrt(bits))
    if side * side == bits:
        return (side, side, 1)
    width = next((w for w in range(side, 0, -1) if bits % w == 0), 1)
    return (width, bits // width, 1) if width > 3 else None


def _capacity_rows(dataset: xr.Dataset) -> Rows:
    rows: Rows = []
    for kind, fit in capacity_exponents(dataset).items():
        rows.append((f"exponent of K_max, {kind}", fit.slope, "1"))
        rows.append((f"exponent of K_max, {kind}, low", fit.low, "1"))
        rows.append((f"exponent of K_max, {kind}, high", fit.high, "1"))
    return rows


def _capacity_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels = figure.subplots(1, 2)
    sizes, exponents = dataset["neurons"].values, capacity_exponents(dataset)
    for row, kind in enumerate(labels(dataset["kind"]).tolist()):
        values, colour = dataset["k_max"].values[row], KIND_COLOURS[kind]
        mean, fit = np.maximum(values.mean(axis=1), 0.5), exponents[kind]
        for axes, x in zip(panels, (sizes, dataset["units"].values[row]), strict=True):
            axes.plot(x, mean, "o-", color=colour, ms=4, lw=1, label=(
                f"{KIND_NAMES[kind]}: N^{fit.slope:.2f} "
                f"({fit.low:.2f}–{fit.high:.2f})"
            ))  # fmt: skip
        panels[0].plot(np.repeat(sizes, values.shape[1]), np.maximum(values, 0.5).ravel(), ".",
                       color=colour, ms=2.5, alpha=0.5)  # fmt: skip
    panels[0].plot(sizes, theory("astrocyte", sizes), "--", color=BLACK, lw=1,
                   label="N³/(30 ln N)")  # fmt: skip
    panels[0].plot(sizes, theory("pairwise", sizes), ":", color=BLACK, lw=1, label="0.14 N")
    for axes, name in zip(panels, ("neurons N", "compute units"), strict=True):
        axes.set_xscale("log")
        axes.set_yscale("log")
        powers_of_ten(axes.xaxis)
        powers_of_ten(axes.yaxis)
        tidy(axes, f"Patterns recalled, by {name}", name, "K_max")
    legend(panels[0], loc="upper left")


def _spiking_rows(dataset: xr.Dataset) -> Rows:
    overlap, names = dataset["overlap"].values, labels(dataset["condition"]).tolist()
    rows: Rows = []
    for name, values in zip(names, overlap, strict=True):
        low, high = bootstrap_interval(values)
        rows += [
            (f"mean overlap, {name}", float(values.mean()), "1"),
            (f"mean overlap, {name}, low", low, "1"),
            (f"mean overlap, {name}, high", high, "1"),
        ]
    for name, values in zip(names[1:], overlap[1:], strict=True):
        rows.append((f"P, transport against {name}", permutation_p(overlap[0], values, True), "1"))
    return rows


def _spiking_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [["transport", "no_transport", "pairwise"], ["pools", "pools", "overlap"]]
    )
    names = labels(dataset["condition"]).tolist()
    shown, pattern = 0, dataset["pattern"].values[0, 0]
    place = np.empty(len(pattern), dtype=int)
    place[np.lexsort((dataset["cued"].values[0], pattern))] = np.arange(len(pattern))
    group = pattern + dataset["cued"].values[0]  # -1 outside, 1 missing, 2 cued
    for row, name in enumerate(names):
        here = (dataset["spike_network"].values == shown) & (
            dataset["spike_condition"].values == row
        )
        cell = dataset["spike_neuron"].values[here]
        colour = np.array([GREY, VERMILION, BLUE])[np.array([0, 0, 1, 2])[group[cell] + 1]]
        panels[name].scatter(dataset["spike_time"].values[here], place[cell], s=1.5, c=colour, lw=0)
        tidy(panels[name], words(name), "time (s)", "cells" if row == 0 else "")
        panels[name].set_ylim(-1, len(pattern))
    pools = dataset["pool"].values[0, shown]
    for row, trace in enumerate(pools):
        colour, width = (BLUE, 1.6) if row == 0 else (GREY, 0.6)
        panels["pools"].plot(dataset["time"].values, trace, color=colour, lw=width)
    tidy(panels["pools"], "Calcium of the pools (blue: cued memory)", "time (s)", "excess / rest")
    for row, name in enumerate(names):
        values = dataset["overlap"].values[row]
        shift = np.linspace(-0.15, 0.15, values.size)
        panels["overlap"].plot(row + shift, values, "o", ms=4, color=CONDITION_COLOURS[name])
        panels["overlap"].hlines(values.mean(), row - 0.25, row + 0.25, color=BLACK, lw=1.5)
    slanted(panels["overlap"], [words(name) for name in names])
    tidy(panels["overlap"], "Overlap, all seeds", "", "overlap")
    panels["overlap"].set_ylim(0, 1.05)
    panels["transport"].text(0.02, 1.12, "blue: cued, red: missing, grey: not in the pattern",
                             transform=panels["transport"].transAxes, fontsize=SMALL)  # fmt: skip


def _block_rows(dataset: xr.Dataset) -> Rows:
    rows: Rows = []
    for row, name in enumerate(labels(dataset["blocked"]).tolist()):
        for quantity, unit in (("overlap", "1"), ("synaptic_drive", "1"), ("stored", "1")):
            value = float(dataset[quantity].values[row].mean())
            rows.append((f"{words(quantity)}, blocked: {name}", value, unit))
    return rows


def _block_figure(figure: Figure, dataset: xr.Dataset) -> None:
    left, middle, right = figure.subplots(1, 3)
    names = labels(dataset["blocked"]).tolist()
    for row, values in enumerate(dataset["overlap"].values):
        left.plot(np.full(values.size, row), values, "o", ms=3, color=BLUE, alpha=0.5)
        left.hlines(values.mean(), row - 0.3, row + 0.3, color=BLACK, lw=1.5)
    slanted(left, names)
    left.set_ylim(0, 1.05)
    tidy(left, "Transport blocked", "", "overlap of recall")
    doses = (("dose_recall", BLUE, "in recall"), ("dose_storage", ORANGE, "in storage"))
    losses = (("loss_recall", GREEN, "lost at random"),)
    for axes, along, curves in ((middle, "dose", doses), (right, "loss", losses)):
        for name, colour, label in curves:
            values = dataset[name].values
            axes.plot(dataset[along].values, values, ".", color=colour, ms=3, alpha=0.4)
            axes.plot(dataset[along].values, values.mean(axis=1), "o-", color=colour, label=label)
        axes.set_ylim(0, 1.05)
        legend(axes, loc="lower left")
    tidy(middle, "Graded block", "share of transport blocked", "overlap of recall")
    tidy(right, "Loss of conduits", "share of conduits lost", "overlap of recall")


def _completion_rows(dataset: xr.Dataset) -> Rows:
    rows: Rows = []
    for row, name in enumerate(labels(dataset["kind"]).tolist()):
        error = dataset["error"].values[row]
        rows += [
            (f"held-out error, first step, {name}", float(error[0]), "1"),
            (f"held-out error, last step, {name}", float(error[-1]), "1"),
            (f"last over first, {name}", float(error[-1] / error[0]), "1"),
            (f"asymmetry of T, {name}", float(dataset["asymmetry"].values[row]), "1"),
        ]
    return rows


def _completion_figure(figure: Figure, dataset: xr.Dataset) -> None:
    panels: dict[str, Axes] = figure.subplot_mosaic([["error", "pictures"]], width_ratios=(1, 1.6))
    for row, (name, colour) in enumerate(zip(("symmetric", "free"), (BLUE, ORANGE), strict=True)):
        panels["error"].plot(dataset["step"].values, dataset["error"].values[row], "o-", ms=4,
                             color=colour, label=f"{name} T")  # fmt: skip
    panels["error"].set_ylim(bottom=0)
    tidy(panels["error"], "Held-out error of masked pixels", "time step", "squared error")
    legend(panels["error"])
    image, mask = dataset["image"].values, dataset["mask"].values[..., np.newaxis]
    completed = dataset["completed"].values[-1]
    early, last = completed[len(completed) // 4], completed[-1]
    columns = [np.where(mask == 1, 0.5, image), early, last, image]
    wall = np.concatenate([np.concatenate(list(column), axis=0) for column in columns], axis=1)
    panels["pictures"].imshow(np.clip(wall, 0, 1).squeeze(), cmap="gray", interpolation="nearest")
    tidy(panels["pictures"], "masked, a quarter of the way, last step, true")
    panels["pictures"].set_axis_off()


_FIGURES: dict[str, Callable[[Figure, xr.Dataset], None]] = {
    "associative_recall": _recall_figure,
    "memory_capacity": _capacity_figure,
    "spiking_recall": _spiking_figure,
    "transport_block": _block_figure,
    "masked_completion": _completion_figure,
}
_ROWS: dict[str, Callable[[xr.Dataset], Rows]] = {
    "associative_recall": _recall_rows,
    "memory_capacity": _capacity_rows,
    "spiking_recall": _spiking_rows,
    "transport_block": _block_rows,
    "masked_completion": _completion_rows,
}
