"""How often each finding survives a change of all chosen parameters, and which of them decide.

A finding is a row of the map's table (`analysis.cohort.robustness_maps`) that compares: groups, or
epochs of the same animals, or a value with a bar.  In a draw its value is that of the mean animal
of each group, and it survives by the row's own rule, without an interval: two animals have none
worth the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from analysis.cohort.compare import comparison
from analysis.cohort.measures import MeasuredAnimal
from analysis.cohort.robustness_dataset import draws, map_of
from analysis.cohort.robustness_maps import FIRST, MAPS
from analysis.design.contrasts import Contrast, published_contrasts
from analysis.design.targets import margin, target
from analysis.statistics import plain

Floats = NDArray[np.float64]
NAN = float("nan")
PATTERN = "whole pattern of signs"
FINDING_BAR = 0.8
"""Share of draws in which a finding is to survive; of all decisive ones together a map says it."""
LEVEL = 0.05
"""False discovery rate at which a parameter counts as deciding."""
FEWEST = 10
"""Draws below which no parameter is said to decide."""
SEED = 20250101


def findings(table: str = MAPS[FIRST].rows) -> list[Contrast]:
    """Return the rows of a table that are findings of the groups of its decisive rows.

    Left out are values that are only to be near the paper's, and correlations over animals, which
    the few animals of a draw do not give.
    """
    known = set(groups(table))
    return [
        row for row in published_contrasts(table)
        if set(row.groups) <= known
        and row.form != "correlation"
        and (row.minus_group or target(row.expect).rule != "near")
    ]  # fmt: skip


def groups(table: str = MAPS[FIRST].rows) -> list[str]:
    """Return the groups that the decisive rows of a table compare."""
    rows = [row for row in published_contrasts(table) if row.decisive]
    return sorted({name for row in rows for name in row.groups})


def margins(robustness: xr.Dataset) -> dict[str, tuple[Floats, Floats]]:
    """How far each finding is from being lost, in the unit of its row; negative where it is.

    Parameters
    ----------
    robustness : xarray.Dataset
        From `analysis.cohort.robustness_dataset.collect`.

    Returns
    -------
    dict of str to tuple of ndarray
        By finding, `PATTERN` (its worst decisive row) first: margins of the mean animals, shape
        (draw,), and of single animals, shape (draw, animal); NaN where it cannot be measured or
        the model refused the draw.

    Raises
    ------
    DatasetError
        If the dataset is not one of a robustness map, or its table of rows is not known.
    """
    rows = findings(map_of(robustness).rows)
    shape = (robustness.sizes["draw"], robustness.sizes["animal"])
    mean = np.full((len(rows), shape[0]), NAN)
    single = np.full((len(rows), *shape), NAN)
    for draw, members in enumerate(draws(robustness)):
        mean[:, draw] = _margins(rows, members)
        for seed in {animal.seed for animal in members}:
            alone = [animal for animal in members if animal.seed == seed]
            single[:, draw, seed] = _margins(rows, alone)
    found = {row.name: (mean[k], single[k]) for k, row in enumerate(rows)}
    decisive = [found[row.name] for row in rows if row.decisive]
    # NaN where any is NaN: a pattern with a hole is not known
    worst = tuple(np.min([pair[k] for pair in decisive], axis=0) for k in (0, 1))
    return {PATTERN: (worst[0], worst[1]), **found}


def survival(robustness: xr.Dataset) -> list[dict[str, Any]]:
    """How often each finding survives.

    Parameters
    ----------
    robustness : xarray.Dataset
        From `analysis.cohort.robustness_dataset.collect`.

    Returns
    -------
    list of dict
        For each finding, `PATTERN` and the decisive ones first: ``survived`` of ``draws``, their
        ``share`` with its Wilson interval ``low``, ``high`` (95 %), the share ``needed`` and the
        ``verdict``; the median ``margin`` over draws and its ``unit``; ``animals``, the share of
        the margin's variance between draws that two animals account for by differing;
        ``explained``, the share that a linear model of all parameters predicts in draws that it
        was not fitted to (None where it predicts worse than the mean); ``deciding``, the
        parameters that go with the margin, with their rank correlations, strongest first.  A draw
        that the model refused, and one in which a finding could not be measured, count as draws
        in which it did not survive; ``refused`` is the number of the first.

    Raises
    ------
    DatasetError
        If the dataset is not one of a robustness map, or its table of rows is not known.
    """
    asked = map_of(robustness)
    factor = robustness["factor"].values
    refused = int((robustness["refused"].values != "").sum())
    table = {row.name: row for row in findings(asked.rows)}
    names = robustness["parameter"].values.tolist()
    result = []
    for name, (mean, single) in margins(robustness).items():
        survived, n = int((mean >= 0).sum()), mean.size
        interval = stats.binomtest(survived, n).proportion_ci(method="wilson")
        needed = asked.share if name == PATTERN else FINDING_BAR
        known = np.isfinite(mean)
        strongest = [row for row in correlations(factor, mean, names) if row["decides"]]
        result.append({
            "finding": name,
            "decisive": name == PATTERN or table[name].decisive,
            "draws": n, "refused": refused, "survived": survived, "share": survived / n,
            "low": float(interval.low), "high": float(interval.high), "needed": needed,
            "verdict": "met" if survived / n >= needed else "missed",
            "margin": plain(np.median(mean[known]) if known.any() else NAN),
            "unit": table[name].unit if name in table else _common_unit(table),
            "animals": plain(_animals(mean, single)),
            "explained": plain(_explained(factor, mean)),
            "deciding": ", ".join(f"{row['parameter']} {row['rho']:+.2f}" for row in strongest),
        })  # fmt: skip
    return result


def correlations(factor: Floats, margin: Floats, names: Sequence[str]) -> list[dict[str, Any]]:
    """Rank correlations of a margin with every parameter over draws, strongest first.

    Parameters
    ----------
    factor : ndarray, shape (draw, parameter)
    margin : ndarray, shape (draw,)
        Draws where it is NaN are left out.
    names : sequence of str
        Of the parameters.

    Returns
    -------
    list of dict
        ``parameter``, Spearman's ``rho``, its ``p``, ``q`` (Benjamini-Hochberg over parameters)
        and ``decides``, whether q is below `LEVEL`; empty for fewer than `FEWEST` draws or a
        margin that does not vary.
    """
    known = np.isfinite(margin)
    if known.sum() < FEWEST or np.ptp(margin[known]) == 0:
        return []
    varied = np.flatnonzero(np.ptp(factor[known], axis=0) > 0)
    correlated = [stats.spearmanr(factor[known, k], margin[known]) for k in varied]
    p = np.array([correlation.pvalue for correlation in correlated])
    q = stats.false_discovery_control(p)
    rows = [
        {"parameter": names[k], "rho": float(correlation.statistic), "p": float(correlation.pvalue),
         "q": float(adjusted), "decides": bool(adjusted < LEVEL)}
        for k, correlation, adjusted in zip(varied.tolist(), correlated, q, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -abs(row["rho"]))


def _margins(rows: Sequence[Contrast], members: Sequence[MeasuredAnimal]) -> Floats:
    """Margin of every row in the mean animals of the groups."""
    compared = comparison(_mean_animals(members), rows)
    return np.array([margin(row["expected"], row["model"]) for row in compared])


def _mean_animals(members: Sequence[MeasuredAnimal]) -> list[MeasuredAnimal]:
    """One animal for each group, its values the means over the animals that have them."""
    result = []
    for group in dict.fromkeys(animal.group for animal in members):
        own = [animal for animal in members if animal.group == group]
        keys = dict.fromkeys(key for animal in own for key in animal.values)
        values = {
            key: float(np.mean([a.values[key] for a in own if key in a.values])) for key in keys
        }
        result.append(MeasuredAnimal(group, 0, own[0].origin, values))
    return result


def _animals(mean: Floats, single: Floats) -> float:
    """Share of the variance of `mean` that is of animals: their variance within draws, over n."""
    whole = np.isfinite(single).all(axis=1) & np.isfinite(mean)
    if single.shape[1] < 2 or whole.sum() < 2 or np.ptp(mean[whole]) == 0:
        return NAN
    within = single[whole].var(axis=1, ddof=1).mean() / single.shape[1]
    return float(min(within / mean[whole].var(ddof=1), 1.0))


def _explained(factor: Floats, margin: Floats) -> float:
    """Share of the variance that ridge regression predicts, each fifth of the draws held out."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = np.isfinite(margin)
    if known.sum() < FEWEST or np.ptp(margin[known]) == 0:
        return NAN
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=np.geomspace(1.0, 1e5, 21)))
    folds = KFold(5, shuffle=True, random_state=SEED)
    y = margin[known]
    predicted = cross_val_predict(model, factor[known], y, cv=folds)
    share = 1 - np.sum((y - predicted) ** 2) / np.sum((y - y.mean()) ** 2)
    return float(share) if share > 0 else NAN


def _common_unit(table: dict[str, Contrast]) -> str:
    units = {row.unit for row in table.values() if row.decisive}
    return units.pop() if len(units) == 1 else "mixed"
