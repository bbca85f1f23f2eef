"""How capacity grows with size: exponents with intervals, and the lines of theory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.schema import labels

Floats = NDArray[np.float64]
RESAMPLES = 2000
SEED = 20250101


@dataclass(frozen=True)
class Exponent:
    """Slope of log K_max over log N, with the 95 % interval over sets of patterns."""

    slope: float
    low: float
    high: float


def fit_exponent(sizes: Floats, k_max: Floats) -> Exponent:
    """Fit K_max = a N^slope by least squares on logarithms of the mean over sets.

    Parameters
    ----------
    sizes : ndarray, shape (size,)
    k_max : ndarray, shape (size, replicate)

    Returns
    -------
    Exponent
        The interval is the percentile bootstrap, sets redrawn independently for each size.
    """
    rng = np.random.default_rng(SEED)
    count = k_max.shape[1]
    draws = rng.integers(count, size=(RESAMPLES, *k_max.shape))
    means = np.take_along_axis(k_max[np.newaxis], draws, axis=2).mean(axis=2)
    slopes = _slopes(sizes, np.maximum(means, 0.5))
    slope = float(_slopes(sizes, np.maximum(k_max.mean(axis=1)[np.newaxis], 0.5))[0])
    low, high = np.percentile(slopes, [2.5, 97.5])
    return Exponent(slope, float(low), float(high))


def _slopes(sizes: Floats, means: Floats) -> Floats:
    x = np.log(sizes) - np.log(sizes).mean()
    return np.asarray(np.log(means) @ x / (x @ x))


def capacity_exponents(dataset: xr.Dataset) -> dict[str, Exponent]:
    """Exponent of each kind of network in a dataset of ``memory_capacity``."""
    sizes = dataset["neurons"].values
    return {
        kind: fit_exponent(sizes, dataset["k_max"].values[row])
        for row, kind in enumerate(labels(dataset["kind"]).tolist())
    }


def theory(kind: str, sizes: Floats) -> Floats:
    """K_max expected for random patterns.

    Pairwise 0.14 N (Amit, Gutfreund & Sompolinsky 1985); quartic N^3/(30 ln N) for recall almost
    without errors (Krotov & Hopfield 2016, eq. for n = 4).
    """
    return 0.14 * sizes if kind == "pairwise" else sizes**3 / (30 * np.log(sizes))
