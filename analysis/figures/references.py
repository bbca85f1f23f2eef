"""Figures of the reference checks: single astrocyte, network with astrocytes, fear network."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SMALL,
    VERMILION,
    legend,
    page,
    powers_of_ten,
    tidy,
)

DPI = 80
REGIME_COLOURS = {"AM": BLUE, "FM": VERMILION, "mixed": GREEN}
CALCIUM = "Ca²⁺ (µmol L⁻¹)"


def references_figure(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the figure that a dataset of `paradigms.references.figures` is for.

    Parameters
    ----------
    dataset : xarray.Dataset
        Its attribute ``figure`` names the figure.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with page(path, figsize=(10.0, 5.8), dpi=DPI, layout="constrained") as figure:
        _DRAWN[dataset.attrs["figure"]](figure, dataset)


def _single_astrocyte(figure: Figure, dataset: xr.Dataset) -> None:
    names = [str(name) for name in dataset["regime"].values]
    panels: dict[str, Axes] = figure.subplot_mosaic([names, ["range", "difference", "order"]])
    dataset = dataset.isel(time=slice(None, None, 5))
    time = dataset["time"].values
    for name in names:
        regime = dataset.sel(regime=name)
        panels[name].plot(time, regime["exact"], color=GREY, lw=3.5, alpha=0.6, label="SciPy LSODA")
        panels[name].plot(time, regime["calcium"], color=REGIME_COLOURS[name], lw=1, label="ours")
        tidy(panels[name], f"{name} oscillations", "time (s)", CALCIUM)
        panels[name].set_ylim(0, 1.25 * float(regime["exact"].max()))
        legend(panels[name], loc="upper right", ncols=2)
        colour = REGIME_COLOURS[name]
        wide, level = panels["range"], dataset["level"].values
        low, high = regime["lowest"], regime["highest"]
        wide.fill_between(level, low, high, color=colour, alpha=0.25, lw=0)
        wide.plot(level, high, color=colour, lw=1.2, label=name)
        wide.plot(level, low, color=colour, lw=1.2)
        for point in regime["bifurcation"].values:
            wide.axvline(point, color=colour, lw=0.8, ls=":")
        error = np.abs(regime["calcium"].values - regime["exact"].values)
        panels["difference"].semilogy(time, np.maximum(error, 1e-16), color=colour, lw=0.8)
    tidy(panels["range"], "Range over IP₃", "IP₃ (µmol L⁻¹)", CALCIUM)
    legend(panels["range"], loc="upper left")
    tidy(panels["difference"], "Ours less SciPy, 10 ms", "time (s)", "µmol L⁻¹")
    panels["difference"].set_ylim(1e-14, 1e-4)
    powers_of_ten(panels["difference"].yaxis)
    step, found = 1e3 * dataset["step"].values, dataset["error"].values
    panels["order"].loglog(step, found, "o", color=BLACK, ms=5, label="ours, FM")
    line = found[0] * (step / step[0]) ** 4
    panels["order"].loglog(step, line, color=ORANGE, lw=1, label="fourth order")
    tidy(panels["order"], "Largest error in 60 s", "time step (ms)", "µmol L⁻¹")
    powers_of_ten(panels["order"].yaxis)
    panels["order"].set_xticks(step, [f"{value:g}" for value in step])
    panels["order"].minorticks_off()
    legend(panels["order"], loc="upper left")


def _neuron_glia(figure: Figure, dataset: xr.Dataset) -> None:
    names = [str(name) for name in dataset["cell_type"].values]
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [[name, f"{name} mean"] for name in names], width_ratios=(3.2, 1)
    )
    when, window = dataset["bin"].values, dataset["window"].values
    styles = {"per domain": (BLUE, 1.0, 1.0), "per synapse": (GREY, 3.0, 0.6)}
    for name in names:
        axes, bars = panels[name], panels[f"{name} mean"]
        for k, (formulation, (colour, width, alpha)) in enumerate(reversed(styles.items())):
            cells = dataset.sel(formulation=formulation, cell_type=name)
            axes.plot(when, cells["activity"], color=colour, lw=width, alpha=alpha)
            place = np.arange(len(window)) + 0.4 * (k - 0.5)
            bars.bar(place, cells["rate"], 0.38, color=colour, alpha=alpha, label=formulation)
        axes.axvspan(dataset.attrs["start"], dataset.attrs["stop"], color=ORANGE, alpha=0.15, lw=0)
        axes.set_xlim(0, when[-1] + when[1])
        axes.set_ylim(bottom=0)
        last = name == names[-1]
        what = "releases" if name == "astrocyte" else "spikes"
        tidy(axes, f"{name} {what}", "time (s)" if last else "", "Hz per cell")
        tidy(bars, "mean" if name == names[0] else "", "", "Hz")
        bars.set_xticks(range(len(window)), window)
        bars.set_ylim(0, 1.35 * float(dataset["rate"].sel(cell_type=name).max()))
    handles, titles = bars.get_legend_handles_labels()
    figure.legend(
        handles, titles, loc="outside upper right", ncols=2, frameon=False, fontsize=SMALL
    )
    figure.suptitle(
        f"{dataset.attrs['size']} cells, seed {dataset.attrs['seed']}; shaded: current raised by "
        "a fifth", fontsize=SMALL + 1,
    )  # fmt: skip


def _fear_network(figure: Figure, dataset: xr.Dataset) -> None:
    shown = ("standard", "frozen_return", "block_50", "block_90")
    panels: dict[str, Axes] = figure.subplot_mosaic(
        [["standard", "frozen_return", "power"], ["block_50", "block_90", "power"]],
        width_ratios=(1, 1, 1.1),
    )
    titles = {
        "standard": "Conditioning, extinction, return",
        "frozen_return": "Return without plasticity",
        "block_50": "Half of inhibition blocked",
        "block_90": "Nine tenths blocked",
    }
    for name in shown:
        for population, colour in (("fear", VERMILION), ("extinction", BLUE)):
            rate = dataset["rate"].sel(condition=name, population=population)
            cs = np.arange(1, rate.sizes["presentation"] + 1)
            panels[name].plot(cs, rate.values.T, color=colour, lw=0.6, alpha=0.5)
            panels[name].plot(
                cs, rate.mean("seed"), "o-", ms=3.5, lw=1.4, color=colour, label=population
            )
        for edge in (5.5, 11.5):
            panels[name].axvline(edge, color=GREY, lw=0.6, ls=":")
        panels[name].set_xlim(0.5, 12.5)
        tidy(panels[name], titles[name], "CS presentation", "Hz during the CS")
    legend(panels["standard"], loc="upper left")
    colours = {"standard": GREY, "gamma": VERMILION, "gamma_I_to_I": BLUE}
    named = {
        "standard": "p(I→I) = 0.1 (as in the paper)",
        "gamma": "p = 0.5 from, to and among inhibitory\n(program of the replication)",
        "gamma_I_to_I": "p(I→I) = 0.5 alone\n(text of both papers)",
    }
    axes, above = panels["power"], dataset.sel(frequency=slice(20, 250))
    for name in (str(value) for value in dataset["dense"].values):
        power = above["power"].sel(dense=name)
        axes.semilogy(above["frequency"], power, color=colours[name], lw=1.4, label=named[name])
    axes.axvline(66.41, color=BLACK, lw=0.8, ls=":")
    axes.text(69, float(above["power"].min()), "66.4 Hz\n(replication)", fontsize=SMALL - 0.5)
    tidy(axes, "Spectrum of all spikes", "frequency (Hz)", "spikes² ms⁻² Hz⁻¹")
    powers_of_ten(axes.yaxis)
    axes.set_ylim(top=30 * float(above["power"].max()))
    legend(axes, loc="upper right")


_DRAWN: Mapping[str, Callable[[Figure, xr.Dataset], None]] = {
    "single_astrocyte": _single_astrocyte,
    "neuron_glia_2019": _neuron_glia,
    "basal_amygdala_2011": _fear_network,
}
