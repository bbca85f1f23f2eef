"""The figure sheet: one animal on one page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.cohort.measures import group_of
from analysis.cohort.results import Results, results_of
from analysis.dataset.facets import NotMeasured
from analysis.dataset.schema import speed_of
from analysis.figures import astrocytes, results
from analysis.figures.activity import draw_output, draw_raster, stretch
from analysis.figures.astrocytes import draw_calcium_map, draw_modulation
from analysis.figures.behaviour import draw_freezing, further_panels
from analysis.figures.style import brief, nothing, page

SIZE = (15.0, 22.0)  # inches
TALLER = 3.3  # inches of each panel of behaviour that only some animals have
DPI = 110
#: What stands below, piece by piece: words before an attribute, and the most of it that is shown.
_FOOT = (
    (("protocol ", "protocol", 40), ("clock ", "clock", 60)),
    (("seed ", "seed", 40), ("size ", "size", 40), ("", "device", 40)),
    (("written ", "created", 40), ("commit ", "git_commit", 10),
     ("parameters ", "parameters_hash", 10)),
)  # fmt: skip


def figure_sheet(given: xr.Dataset | Results, path: str | os.PathLike[str]) -> None:
    """Draw the figure sheet of one animal.

    Parameters
    ----------
    given : xarray.Dataset or Results
        A valid dataset, or what was found in one already.
    path : path
        PNG file written, whatever its suffix.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    results = results_of(given)
    height = SIZE[1] + TALLER * len(further_panels(results.dataset))
    with page(path, figsize=(SIZE[0], height), dpi=DPI) as figure:
        _draw(figure, results)


def _draw(figure: Figure, found: Results) -> None:
    dataset = found.dataset
    further = further_panels(dataset)

    def low(share: float) -> float:
        """Height of what stands below the further panels, from its share of a page without."""
        return share * SIZE[1] / (SIZE[1] + TALLER * len(further))

    def high(share: float, panels: int = len(further)) -> float:
        """Height of what stands above so many of them."""
        return low(share + TALLER * panels / SIZE[1])

    top = figure.add_gridspec(
        2, 2, height_ratios=(3.4, 1.0), left=0.075, right=0.975, top=high(0.945),
        bottom=high(0.705), wspace=0.05, hspace=0.06,
    )  # fmt: skip
    heard = "trial_cs" in dataset and dataset["trial_cs"].values.any()
    shaded = "CS shaded" if heard else "trials shaded"
    for column, (window, title) in enumerate(_stretches(found)):
        raster = figure.add_subplot(top[0, column])
        output = figure.add_subplot(top[1, column], sharex=raster)
        with _or_a_line(raster, "Spikes"):
            draw_raster(raster, dataset, window, f"Spikes, {title} ({shaded})", names=column == 0)
        with _or_a_line(output, "Output"):
            draw_output(output, dataset, window, names=column == 0)
    middle = figure.add_gridspec(
        1, 1, left=0.075, right=0.93, top=high(0.655), bottom=high(0.555)
    )  # fmt: skip
    freezing = figure.add_subplot(middle[0, 0])
    with _or_a_line(freezing, "Freezing"):
        draw_freezing(freezing, found)
    for below, (_, draw_further) in enumerate(reversed(further)):
        band = figure.add_gridspec(
            1, 1, left=0.075, right=0.93, top=high(0.655, below), bottom=high(0.555, below)
        )  # fmt: skip
        draw_further(figure, band[0, 0], found)
    lower = figure.add_gridspec(
        2, 2, height_ratios=(2.0, 1.0), width_ratios=(1.0, 0.012), left=0.075, right=0.93,
        top=low(0.505), bottom=low(0.365), wspace=0.02, hspace=0.08,
    )  # fmt: skip
    calcium = figure.add_subplot(lower[0, 0])
    scale, modulation = (
        figure.add_subplot(lower[0, 1]), figure.add_subplot(lower[1, 0], sharex=calcium)
    )  # fmt: skip
    with _or_a_line(calcium, "Astrocyte calcium", scale):
        draw_calcium_map(figure, calcium, scale, dataset)
    with _or_a_line(modulation, "Noradrenaline"):
        draw_modulation(modulation, dataset)
    panels = (*astrocytes.PANELS, *results.PANELS)
    bottom = figure.add_gridspec(
        -(-len(panels) // 4), 4, left=0.075, right=0.975, top=low(0.325), bottom=low(0.045),
        wspace=0.42, hspace=0.62,
    )  # fmt: skip
    for place, (draw, title) in enumerate(panels):
        axes = figure.add_subplot(bottom[place // 4, place % 4])
        with _or_a_line(axes, title):
            draw(axes, found)
    _headings(figure, dataset, high(0.975), low(0.012))


@contextmanager
def _or_a_line(axes: Axes, title: str, *beside: Axes) -> Iterator[None]:
    """Where the dataset lacks what a panel shows, leave the panel out and say so."""
    try:
        yield
    except NotMeasured as answer:
        nothing(axes, title, f"not measured: it needs {answer.lacks}")
        for other in beside:
            other.set_axis_off()


def _stretches(results: Results) -> list[tuple[tuple[float, float], str]]:
    """Two stretches that tell fear from extinction, or the first and last trials there are."""
    dataset, design = results.dataset, results.design
    found = [
        (stretch(dataset, trials), design.title(name))
        for name in design.roles("fear", "test")
        if (trials := results.trials(name)).size and np.isfinite(stretch(dataset, trials)).all()
    ]
    if len(found) == 2:
        return found
    trials = np.arange(dataset.sizes.get("trial", 0))
    if not trials.size:
        return []
    ends = [
        (stretch(dataset, trials), "first trials"),
        (stretch(dataset, trials[-3:]), "last trials"),
    ]
    return [(window, title) for window, title in ends if np.isfinite(window).all()]


def _headings(figure: Figure, dataset: xr.Dataset, top: float, bottom: float) -> None:
    """Title and group at the top, where it is from at the bottom, both as shares of the page."""
    known = {name: brief(str(dataset.attrs[name])) for piece in _FOOT for _, name, _ in piece
             if name in dataset.attrs}  # fmt: skip
    title = brief(dataset.attrs["title"], 70)
    figure.text(0.075, top, title, fontsize=15, fontweight="bold", va="center")
    who = [f"seed {known['seed']}"] if "seed" in known else []
    figure.text(
        0.975, top, ", ".join([*who, brief(group_of(dataset))]), fontsize=12, ha="right",
        va="center",
    )  # fmt: skip
    if "clock" in known:
        known["clock"] += f" (x{speed_of(dataset):g})"
    pieces = [
        ", ".join(word + known[name][:most] for word, name, most in piece if name in known)
        for piece in _FOOT
    ]
    foot = "  |  ".join(filter(None, pieces)) or str(dataset.attrs["source"])
    figure.text(0.075, bottom, foot, fontsize=8.5, color="#555555", va="center")
