"""Whether the animal tells the stimulus or the place of danger from others, by its freezing.

What was dangerous follows from the trials alone: a stimulus that an aversive unconditioned stimulus
went with, a context in which one came.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.facets import NotMeasured, facets_of, needs
from analysis.dataset.schema import labels
from analysis.design.trials import NONE

AVERSIVE = "aversive"
Places = NDArray[np.intp]


@needs("trials", "behaviour")
def discrimination(dataset: xr.Dataset, trials: Places) -> float:
    """Freezing to stimuli of danger less freezing to stimuli that never were.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset, whose trials name their stimuli and the valence of what came with them.
    trials : (n,) array of int
        Positions along ``trial``.

    Returns
    -------
    float
        Percentage points, between means over trials; NaN where `trials` lack one of the two. A
        stimulus is of danger if an aversive one came in some trial of the dataset with it, alone
        or within a compound; a compound is if it is a part of one such or is one.

    Raises
    ------
    NotMeasured
        If the dataset does not name stimuli.
    """
    stimulus, aversive = _named(dataset, "discrimination", "trial_stimulus")
    parts = [frozenset(name.split("+")) - {NONE} for name in stimulus.tolist()]
    dangerous = {parts[k] for k in np.flatnonzero(aversive)}
    danger = np.array([any(part <= other for other in dangerous) for part in parts], dtype=bool)
    heard = np.array([bool(part) for part in parts], dtype=bool)
    one, other = _means(dataset, trials, heard & danger, heard & ~danger)
    return one - other


@needs("trials", "behaviour")
def generalisation(dataset: xr.Dataset, trials: Places) -> float:
    """Freezing in contexts that never were dangerous over freezing in those of danger.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset, whose trials name the valence of what came in them.
    trials : (n,) array of int
        Positions along ``trial``; those without a conditioned stimulus count.

    Returns
    -------
    float
        Ratio of means over trials; NaN where `trials` lack one of the two, or the animal did not
        freeze in the context of danger.

    Raises
    ------
    NotMeasured
        If the dataset does not say which stimuli were aversive.
    """
    other, one = _by_context(dataset, trials, "generalisation")
    return other / one if one > 0 else float("nan")


@needs("trials", "behaviour")
def context_discrimination(dataset: xr.Dataset, trials: Places) -> float:
    """Freezing in contexts of danger less freezing in contexts that never were dangerous.

    Parameters
    ----------
    dataset, trials
        As in `generalisation`, which is the ratio of the two.

    Returns
    -------
    float
        Percentage points, between means over trials; NaN where `trials` lack one of the two.

    Raises
    ------
    NotMeasured
        If the dataset does not say which stimuli were aversive.
    """
    other, one = _by_context(dataset, trials, "context_discrimination")
    return one - other


def _by_context(dataset: xr.Dataset, trials: Places, what: str) -> tuple[float, ...]:
    """Mean freezing in trials without a stimulus, in contexts without danger and with."""
    context, aversive = _named(dataset, what, "trial_context")
    danger, silent = np.isin(context, context[aversive]), dataset["trial_cs"].values == 0
    return _means(dataset, trials, silent & ~danger, silent & danger)


def _named(
    dataset: xr.Dataset, what: str, name: str
) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:  # fmt: skip
    """Return labels of trials, and in which of them something aversive came."""
    for needed in (name, "trial_valence"):
        if needed not in dataset:
            raise NotMeasured(what, needed, facets_of(dataset))
    return labels(dataset[name]), labels(dataset["trial_valence"]) == AVERSIVE


def _means(
    dataset: xr.Dataset, trials: Places, *those: NDArray[np.bool_]
) -> tuple[float, ...]:  # fmt: skip
    """Mean freezing over those of some trials, NaN where there are none."""
    freezing = dataset["freezing"].values[trials]
    chosen = [freezing[which[trials]] for which in those]
    return tuple(float(values.mean()) if values.size else float("nan") for values in chosen)
