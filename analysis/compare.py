"""The model beside the paper, row by row, misses included.

The rows are those of ``tables/targets_section1.csv``.  A row compares a value of one group, a
difference between two epochs of the same animals, or a difference or ratio between two groups, and
says by which rule it is met:

``near``   the paper's value lies in the model's interval, or within the row's tolerance of it
``sign``   the model's difference has the paper's sign, and its interval (if any) excludes 0
``above``  the model reaches the row's bar (``below``: stays under it)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.measures import Animal, measure
from analysis.statistics import bootstrap_interval, difference_of_means
from analysis.windows import read_table

Floats = NDArray[np.float64]
KEYS = (
    "row", "quantity", "stage", "group", "unit", "paper", "paper_sem", "paper_n", "trust",
    "model", "low", "high", "n", "n_against", "verdict", "note",
)  # fmt: skip


def compare(datasets: Iterable[xr.Dataset]) -> list[dict[str, Any]]:
    """Compare datasets, one per animal, with the paper (see `comparison`)."""
    return comparison([measure(dataset) for dataset in datasets])


def comparison(animals: Sequence[Animal]) -> list[dict[str, Any]]:
    """Compare measured animals with the paper.

    Parameters
    ----------
    animals : sequence of Animal
        From `analysis.measures.measure`; groups are told apart by their interventions.

    Returns
    -------
    list of dict
        One per row of the table, with the keys `KEYS`.  `model` is the mean over animals, `low`
        and `high` its 95 % bootstrap interval over animals, `n` (and `n_against`, for a row
        between groups) the number of animals; None where there is none.  `verdict` is ``met``,
        ``missed``, ``order met``, ``order missed``, ``not run`` (no such group among the animals)
        or ``not measured``.
    """
    return [_compare_row(row, animals) for row in read_table("targets_section1")]


def cautions(animals: Sequence[Animal]) -> list[str]:
    """What a reader of the comparison should know: one line each.

    Animals of unlike origin in one mean, and the same animal counted twice.
    """
    lines = []
    for name, place in (("protocols", 0), ("clocks", 1), ("parameter sets", 2)):
        different = sorted({animal.origin[place] for animal in animals})
        if len(different) > 1:
            lines.append(f"the files mix {len(different)} {name}: {', '.join(different)}")
    identities = [(a.group, a.seed, a.origin) for a in animals]
    twice = sorted({str(i[1]) for i in identities if identities.count(i) > 1})
    if twice:
        lines.append(f"the same animal is given more than once: seed {', '.join(twice)}")
    return lines


def _compare_row(row: dict[str, str], animals: Sequence[Animal]) -> dict[str, Any]:
    members = [a for a in animals if a.group == row["group"]]
    against = [a for a in animals if a.group == row["minus_group"]]
    between = bool(row["minus_group"])
    model, low, high = float("nan"), float("nan"), float("nan")
    own = _values(members, row)
    other = _values(against, row) if between else np.array([])
    if own.size and (other.size or not between):
        samples = (own, other) if between else (own,)
        statistic = _STATISTICS[row["form"] if between else "value"]
        with np.errstate(divide="ignore", invalid="ignore"):
            model = float(statistic(*samples, axis=0))
        low, high = bootstrap_interval(*samples, statistic=statistic)
    if not members or (between and not against):
        verdict = "not run"
    elif not np.isfinite(model):
        verdict = "not measured"
    else:
        verdict = _verdict(row, model, low, high)
    epoch = row["epoch"] + (f" - {row['minus_epoch']}" if row["minus_epoch"] else "")
    result = (
        row["row"], row["quantity"], epoch, row["group"], row["unit"], float(row["value"]),
        float(row["sem"]) if row["sem"] else None, row["n"] or None, row["trust"], _plain(model),
        _plain(low), _plain(high), own.size, other.size if between else None, verdict, row["note"],
    )  # fmt: skip
    return dict(zip(KEYS, result, strict=True))


def _values(animals: Sequence[Animal], row: dict[str, str]) -> Floats:
    """Values of the animals in which the row can be measured."""
    quantity, nan = row["quantity"], float("nan")
    found = np.array([a.values.get((quantity, row["epoch"]), nan) for a in animals])
    if row["minus_epoch"]:
        found = found - [a.values.get((quantity, row["minus_epoch"]), nan) for a in animals]
    return found[np.isfinite(found)]


def _ratio_of_means(one: Floats, other: Floats, axis: int = -1) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.mean(one, axis=axis) / np.mean(other, axis=axis))


_STATISTICS: dict[str, Callable[..., Floats]] = {
    "value": np.mean,
    "difference": difference_of_means,
    "ratio": _ratio_of_means,
}


def _verdict(row: dict[str, str], model: float, low: float, high: float) -> str:
    paper, rule = float(row["value"]), row["rule"]
    if rule == "sign":
        same = model * paper > 0
        beyond = not np.isfinite(low) or low * high > 0
        return "order met" if same and beyond else "order missed"
    bar = float(row["bar"])
    if rule == "near":
        met = abs(model - paper) <= bar or low <= paper <= high
    else:
        met = model >= bar if rule == "above" else model <= bar
    return "met" if met else "missed"


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
