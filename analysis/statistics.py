"""Statistics with the animal as the unit: intervals, permutation tests, effect size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]
RESAMPLES = 9999
BAND_RESAMPLES = 1999
SEED = 20250101


def bootstrap_interval(
    *samples: ArrayLike,
    statistic: Callable[..., Floats] = np.mean,
    paired: bool = False,
    level: float = 0.95,
) -> tuple[float, float]:
    """Interval of a statistic across animals.

    Bias-corrected and accelerated (BCa); the percentile interval where BCa is undefined, the value
    itself where all animals agree.

    Parameters
    ----------
    *samples : (animal,) array_like
        One value per animal; NaN is left out (pairwise if `paired`).
    statistic : callable
        Takes the samples and ``axis``, vectorised as `scipy.stats.bootstrap` wants it.
    paired : bool
        Whether the samples belong to the same animals.
    level : float
        Confidence level.

    Returns
    -------
    low, high : float
        NaN for fewer than two animals.
    """
    arrays = _finite(samples, paired)
    if min(array.size for array in arrays) < 2:
        return float("nan"), float("nan")
    if all(np.ptp(array) == 0 for array in arrays):
        value = float(statistic(*arrays, axis=0))
        return value, value
    for method in ("BCa", "percentile"):
        with np.errstate(all="ignore"):
            interval = _bootstrap(arrays, statistic, paired, level, method)
        if np.isfinite(interval).all():
            break
    return interval


def bootstrap_band(values: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a mean across animals in every column of a table, for a curve.

    Percentile bootstrap with the same resampled animals in all columns; `bootstrap_interval` is the
    better one for a single number.

    Parameters
    ----------
    values : (animal, place) array_like
        An animal with NaN in a place is left out there.
    level : float
        Confidence level.

    Returns
    -------
    low, high : (place,) array
        NaN where fewer than two animals have a value.
    """
    table = np.asarray(values, dtype=float)
    known = np.isfinite(table)
    edges = np.full((2, table.shape[1]), np.nan)
    if not table.size:
        return edges[0], edges[1]
    drawn = np.random.default_rng(SEED).integers(0, len(table), (BAND_RESAMPLES, len(table)))
    count = np.stack([np.bincount(row, minlength=len(table)) for row in drawn]).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (count @ np.where(known, table, 0.0)) / (count @ known)
    enough = known.sum(axis=0) >= 2
    if enough.any():
        tail = 50.0 * (1.0 - level)
        edges[:, enough] = np.nanpercentile(mean[:, enough], [tail, 100.0 - tail], axis=0)
    return edges[0], edges[1]


def _bootstrap(
    arrays: list[Floats], statistic: Callable[..., Floats], paired: bool, level: float, method: str
) -> tuple[float, float]:
    import warnings

    with warnings.catch_warnings():
        # The undefined BCa interval is expected here and answered by the percentile one.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            arrays,
            statistic,
            n_resamples=RESAMPLES,
            paired=paired,
            confidence_level=level,
            method=method,
            vectorized=True,
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    return float(found.low), float(found.high)


def difference_of_means(one: Floats, other: Floats, axis: int = -1) -> Floats:
    """Mean of `one` less mean of `other` along an axis."""
    return np.asarray(np.mean(one, axis=axis) - np.mean(other, axis=axis))


def permutation_p(one: ArrayLike, other: ArrayLike, paired: bool = False) -> float:
    """Two-sided permutation P of a difference of means between animals.

    Parameters
    ----------
    one, other : (animal,) array_like
        One value per animal.
    paired : bool
        Same animals in both: signs of their differences are flipped; otherwise animals are
        exchanged between the groups.

    Returns
    -------
    float
        NaN for fewer than two animals in a group.
    """
    first, second = _finite((one, other), paired)
    if min(first.size, second.size) < 2:
        return float("nan")
    found = stats.permutation_test(
        (first, second),
        difference_of_means,
        permutation_type="samples" if paired else "independent",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def effect_size(one: ArrayLike, other: ArrayLike, paired: bool = False) -> float:
    """Hedges' g between two groups: mean difference in standard deviations, for small samples.

    Parameters
    ----------
    one, other : (animal,) array_like
        One value per animal.
    paired : bool
        Same animals in both: in standard deviations of their differences; otherwise in pooled
        ones of the groups.

    Returns
    -------
    float
        NaN for fewer than two animals in a group, infinite where nothing varies.
    """
    first, second = _finite((one, other), paired)
    if min(first.size, second.size) < 2:
        return float("nan")
    if paired:
        freedom = first.size - 1
        spread = (first - second).std(ddof=1)
    else:
        freedom = first.size + second.size - 2
        squares = (first.size - 1) * first.var(ddof=1) + (second.size - 1) * second.var(ddof=1)
        spread = np.sqrt(squares / freedom)
    difference = first.mean() - second.mean()
    if spread == 0:
        return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
    return float((1 - 3 / (4 * freedom - 1)) * difference / spread)


def correlation_of(one: Floats, other: Floats, axis: int = -1) -> Floats:
    """Pearson correlation along an axis; NaN where either does not vary."""
    a = one - np.mean(one, axis=axis, keepdims=True)
    b = other - np.mean(other, axis=axis, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            (a * b).sum(axis=axis) / np.sqrt((a**2).sum(axis=axis) * (b**2).sum(axis=axis))
        )


def correlation(one: Floats, other: Floats) -> float:
    """Pearson correlation; NaN for fewer than three values or where one does not vary."""
    if one.size < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(correlation_of(one, other))


def correlation_p(one: ArrayLike, other: ArrayLike) -> float:
    """Two-sided permutation P of a correlation over animals; NaN for fewer than three."""
    first, second = _finite((one, other), paired=True)
    if first.size < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    found = stats.permutation_test(
        (first,),
        lambda values, axis: correlation_of(values, second, axis=axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def plain(value: float) -> float | None:
    """Return a number as JSON has it: None where there is none."""
    return float(value) if np.isfinite(value) else None


def _finite(samples: tuple[ArrayLike, ...], paired: bool) -> list[Floats]:
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    if paired:
        keep = np.all([np.isfinite(array) for array in arrays], axis=0)
        return [array[keep] for array in arrays]
    return [array[np.isfinite(array)] for array in arrays]
