"""Where the body is in a box of two zones, and what it prefers."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.dataset.facets import NotMeasured, facets_of, needs
from analysis.design.windows import epoch_trials

BORDER = 0.5
"""Place along the box above which the target zone lies."""


def time_in_zone(
    position_time: ArrayLike, position: ArrayLike, start: ArrayLike, stop: ArrayLike
) -> NDArray[np.float64]:
    """Share of the samples in windows at which the body is in the target zone.

    Parameters
    ----------
    position_time : (sample,) array_like
        Rising times, s.
    position : (sample,) array_like
        Place along the box, 0 to 1, NaN where the body is not in it.
    start, stop : (window,) array_like
        Windows, s; a sample at the start counts, one at the end does not.

    Returns
    -------
    (window,) array
        Percent of the samples that are a place; NaN where none is.
    """
    time, place = np.asarray(position_time, float), np.asarray(position, float)
    ends = np.searchsorted(time, [np.asarray(start, float), np.asarray(stop, float)])
    counted = [
        np.diff(np.concatenate([[0], np.cumsum(which)])[ends], axis=0)[0]
        for which in (place > BORDER, np.isfinite(place))
    ]
    with np.errstate(invalid="ignore"):
        return np.asarray(100.0 * counted[0] / counted[1], dtype=np.float64)


@needs("trials", "behaviour")
def zone_preference(dataset: xr.Dataset, epoch: str, baseline_epoch: str) -> float:
    """Change of the time in the target zone from one epoch to another.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    epoch, baseline_epoch : str
        Epochs of `analysis.design.windows.design_of`.

    Returns
    -------
    float
        Mean over the trials of `epoch` less that over those of `baseline_epoch`, percentage points;
        NaN where one of them has no trial in a place test.

    Raises
    ------
    NotMeasured
        If the dataset has no times in a zone.
    """
    if "time_in_zone" not in dataset:
        raise NotMeasured("zone_preference", "time_in_zone", facets_of(dataset))
    percent = dataset["time_in_zone"].values

    def mean(name: str) -> float:
        inside = percent[epoch_trials(dataset, name)]
        inside = inside[np.isfinite(inside)]
        return float(inside.mean()) if inside.size else float("nan")

    return mean(epoch) - mean(baseline_epoch)
