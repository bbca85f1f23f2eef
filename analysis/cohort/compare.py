"""The model beside the paper, row by row, misses included, and beside what a user expects.

The published rows are those of ``tables/targets_section1.csv``, the decisive ones first, or of
another table of the same columns, such as ``reasons``, which has no paper; a user's own stand in
the protocol.  A row compares a value of one group, a difference between two epochs of the same
animals, a difference or ratio between two groups, or a correlation over the animals of both, and
says what would meet it (`analysis.design.targets`).  Where the same seeds are in both groups, as
in every cohort, the groups are compared in pairs of animals of one seed: the same wiring and
individual parameters, manipulated and not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.cohort.measures import MeasuredAnimal, measure
from analysis.design.contrasts import Contrast, published_contrasts
from analysis.design.targets import MET, verdict
from analysis.statistics import (
    bootstrap_interval,
    correlation_of,
    correlation_p,
    difference_of_means,
    effect_size,
    permutation_p,
    plain,
)

Floats = NDArray[np.float64]
NAN = float("nan")
KEYS = (
    "row", "quantity", "stage", "group", "against", "unit", "paper", "paper_sem", "paper_n",
    "trust", "expected", "model", "low", "high", "n", "n_against", "paired", "effect", "p",
    "verdict", "decisive", "note",
)  # fmt: skip


def compare(datasets: Iterable[xr.Dataset]) -> list[dict[str, Any]]:
    """Compare datasets, one per animal, with the paper (see `comparison`)."""
    return comparison([measure(dataset) for dataset in datasets])


def comparison(
    animals: Sequence[MeasuredAnimal], rows: str | Iterable[Contrast] = "targets_section1"
) -> list[dict[str, Any]]:
    """Compare measured animals with the paper, or as other rows have it.

    Parameters
    ----------
    animals : sequence of MeasuredAnimal
        From `analysis.cohort.measures.measure`; groups are told apart by their names.
    rows : str or iterable of Contrast
        The rows, or the table of them in ``tables/``.

    Returns
    -------
    list of dict
        One for each row, with the keys `KEYS`.  `expected` says what the row asks for in
        words, `paper` is None where there is none; `model` is the mean over animals, `low`
        and `high` its 95 % bootstrap interval over animals, `n` (and `n_against`, for a row
        between groups) the number of animals; None where there is none.  For differences `effect`
        is Hedges' g (`paired`: in standard deviations of the differences within pairs) and `p` the
        two-sided permutation P; for ratios both are of the difference of means.  `verdict` is
        ``met``, ``missed``, ``order met``, ``order missed``, ``no target``, ``not run`` (no such
        group among the animals) or ``not measured``; `decisive` whether the row belongs to the
        pattern of signs that decides (see `sign_pattern`).
    """
    done: dict[str, dict[str, Any]] = {}
    for row in published_contrasts(rows) if isinstance(rows, str) else rows:
        done[row.name] = _compare_row(row, animals, done)
    return list(done.values())


def cautions(animals: Sequence[MeasuredAnimal]) -> list[str]:
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


def sign_pattern(rows: Sequence[dict[str, Any]], name: str = "pattern of signs") -> str:
    """Sum up the decisive rows of a comparison, whose `name` is given, in one line."""
    decisive = [row for row in rows if row["decisive"] and row["verdict"] != "not run"]
    if not decisive:
        return f"{name}: its groups were not run"
    missed = [row["row"] for row in decisive if row["verdict"] not in MET]
    line = f"{name}: {len(decisive) - len(missed)} of {len(decisive)} rows met"
    return line + (f"; not met: {', '.join(missed)}" if missed else "")


def _compare_row(
    row: Contrast, animals: Sequence[MeasuredAnimal], done: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    members = [a for a in animals if a.group == row.group]
    against = [a for a in animals if a.group == row.minus_group]
    between = bool(row.minus_group)
    found = _Found()
    if members and (against or not between):
        found = _measured(row, members, against)
    if not members or (between and not against):
        judged = "not run"
    elif not np.isfinite(found.model):
        judged = "not measured"
    else:
        judged = verdict(row.expect, found.model, found.low, found.high, done)
    epoch = row.epoch + (f" - {row.minus_epoch}" if row.minus_epoch else "")
    result = (
        row.name, row.quantity, epoch, row.group, row.minus_group or None, row.unit, row.value,
        row.sem, row.n or None, row.trust, row.expect, plain(found.model), plain(found.low),
        plain(found.high), found.n, found.n_against if between else None, found.paired,
        plain(found.effect), plain(found.p), judged, row.decisive, row.note,
    )  # fmt: skip
    return dict(zip(KEYS, result, strict=True))


@dataclass(frozen=True)
class _Found:
    """What the animals give for a row."""

    model: float = NAN
    low: float = NAN
    high: float = NAN
    n: int = 0
    n_against: int = 0
    paired: bool = False
    effect: float = NAN
    p: float = NAN


def _measured(
    row: Contrast, members: Sequence[MeasuredAnimal], against: Sequence[MeasuredAnimal]
) -> _Found:
    samples: tuple[Floats, ...]
    if row.form == "correlation":
        own = _values([*members, *against], row)
        other = _values([*members, *against], row.other)
        kept = np.isfinite(own) & np.isfinite(other)
        n, n_against = int(kept[: len(members)].sum()), int(kept[len(members) :].sum())
        samples, statistic, paired = (own[kept], other[kept]), _STATISTICS["correlation"], True
        if kept.sum() < 3:
            return _Found(n=n, n_against=n_against)
        p, effect = correlation_p(own[kept], other[kept]), NAN
    elif row.minus_group:
        own, other = _values(members, row), _values(against, row)
        paired = _same_seeds(members, against)
        if paired:
            order = [[a.seed for a in against].index(a.seed) for a in members]
            other = other[order]
            own, other = (table[np.isfinite(own) & np.isfinite(other)] for table in (own, other))
        own, other = own[np.isfinite(own)], other[np.isfinite(other)]
        n, n_against = own.size, other.size
        samples, statistic = (own, other), _STATISTICS[row.form]
        p, effect = permutation_p(own, other, paired), effect_size(own, other, paired)
    else:
        own = _values(members, row)
        own = own[np.isfinite(own)]
        n, n_against, paired = own.size, 0, bool(row.minus_epoch)
        samples, statistic = (own,), _STATISTICS["value"]
        p = effect = NAN
        if paired:
            nothing = np.zeros(own.size)
            p, effect = permutation_p(own, nothing, True), effect_size(own, nothing, True)
    if not min(sample.size for sample in samples):
        return _Found(n=n, n_against=n_against)
    with np.errstate(divide="ignore", invalid="ignore"):
        model = float(statistic(*samples, axis=0))
    together = paired and len(samples) == 2
    low, high = bootstrap_interval(*samples, statistic=statistic, paired=together)
    return _Found(model, low, high, n, n_against, paired, effect, p)


def _same_seeds(members: Sequence[MeasuredAnimal], against: Sequence[MeasuredAnimal]) -> bool:
    """Whether each seed is there once in either group."""
    one, other = sorted(a.seed for a in members), sorted(a.seed for a in against)
    return one == other and len(set(one)) == len(one)


def _values(animals: Sequence[MeasuredAnimal], row: Contrast) -> Floats:
    """Value of each animal, NaN where the row cannot be measured."""
    quantity = row.quantity
    found = np.array([a.values.get((quantity, row.epoch), NAN) for a in animals])
    if row.minus_epoch:
        found = found - [a.values.get((quantity, row.minus_epoch), NAN) for a in animals]
    return found


def _ratio_of_means(one: Floats, other: Floats, axis: int = -1) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.mean(one, axis=axis) / np.mean(other, axis=axis))


_STATISTICS: dict[str, Callable[..., Floats]] = {
    "value": np.mean,
    "difference": difference_of_means,
    "ratio": _ratio_of_means,
    "correlation": correlation_of,
}
