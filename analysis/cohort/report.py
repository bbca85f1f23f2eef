"""Which rows a comparison has: a user's own first, then the published ones that there can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.cohort.compare import comparison
from analysis.cohort.measures import MeasuredAnimal
from analysis.design.contrasts import (
    PUBLISHED,
    WHOLE,
    Contrast,
    published_contrasts,
    quantities,
)
from analysis.design.epochs import Design, merge, published_epochs, titled

CONTROL = "control"
"""The group that others are compared with, where there is one of that name."""


def report(
    animals: Sequence[MeasuredAnimal], table: str | None = None
) -> tuple[list[dict[str, Any]], str]:
    """Compare animals in all rows that their protocols can have.

    Parameters
    ----------
    animals : sequence of MeasuredAnimal
        From `analysis.cohort.measures.measure`.
    table : str, optional
        Table of published rows in ``tables/``; without, that of the published experiments of whose
        rows the animals' protocols can have most.

    Returns
    -------
    rows : list of dict
        As `analysis.cohort.compare.comparison` returns them: the contrasts of the animals'
        protocols; freezing in epochs, and of groups, that no row speaks of; the published rows.
    left_out : str
        What the left out rows speak of that the animals do not have, in one line; ``""`` if none
        is left out.
    """
    design = merge(animal.design for animal in animals)
    published = published_contrasts(table or _closest(animals))
    lacking = {row: _lacking(row, row.epochs, animals) for row in design.contrasts}
    every = tuple(dict.fromkeys(name for row in published for name in row.epochs))
    for row in published:  # one over the whole experiment speaks of all of the published one
        epochs = every if row.epoch == WHOLE else row.epochs
        lacking[row] = _lacking(row, epochs, animals)
    whole = not any(lacking[row] for row in published)
    present = list(dict.fromkeys(animal.group for animal in animals))
    # Rows of groups that were not run are a reminder in the published experiment, noise elsewhere
    alone = {row for row in published
             if not whole and not lacking[row] and not set(row.groups) <= set(present)}  # fmt: skip
    own = [row for row in design.contrasts if not lacking[row]]
    kept = [row for row in published if not lacking[row] and row not in alone]
    rows = [
        row for chosen in ([*own, *_unasked(design, present, [*own, *kept], animals)], kept)
        for row in comparison(animals, chosen)
    ]  # fmt: skip
    things = dict.fromkeys(thing for missing in lacking.values() for thing in missing)
    groups = dict.fromkeys(group for row in published if row in alone
                           for group in row.groups if group not in present)  # fmt: skip
    count = sum(bool(missing) for missing in lacking.values()) + len(alone)
    return rows, _line(list(things), list(groups), count)


def _closest(animals: Sequence[MeasuredAnimal]) -> str:
    """The published experiment of whose rows animals can have most, the first of equals."""

    def there(table: str) -> int:
        rows = published_contrasts(table)
        return sum(not _lacking(row, row.epochs, animals) for row in rows)

    return max(PUBLISHED, key=there)


def _unasked(
    design: Design, groups: Sequence[str], asked: Sequence[Contrast],
    animals: Sequence[MeasuredAnimal],
) -> list[Contrast]:  # fmt: skip
    """Freezing in epochs that no row speaks of, and of groups that none speaks of."""
    if not groups:
        return []
    base = CONTROL if CONTROL in groups else groups[0]
    told = {group for row in asked for group in row.groups}
    known = {name for row in asked for name in row.epochs} | set(published_epochs())
    has = {
        group: {epoch.name for a in animals if a.group == group for epoch in a.design}
        for group in groups
    }
    made = [
        Contrast(f"freezing {design.title(name)}", epoch=name, group=base)
        for name in design.shown
        if name in has[base] and (name not in known or base not in told)
    ]
    for group in groups:
        if group != base and group not in told:
            made += [
                Contrast(f"{group} - {base}, freezing {design.title(name)}", epoch=name,
                         group=group, minus_group=base, form="difference")
                for name in design.shown if name in has[group] & has[base]
            ]  # fmt: skip
    return made


def _lacking(
    row: Contrast, epochs: Sequence[str], animals: Sequence[MeasuredAnimal]
) -> tuple[str, ...]:
    """What a row speaks of and no animal of its group (of any, where it was not run) has."""
    members = [animal for animal in animals if animal.group == row.group] or animals
    missing = [_missing(row, epochs, design) for design in dict.fromkeys(a.design for a in members)]
    return min(missing, key=len, default=())


def _missing(row: Contrast, epochs: Sequence[str], design: Design) -> tuple[str, ...]:
    if not design.epochs:  # not known
        return ()
    published = published_epochs()
    stages, found = dict(design.stages), []
    for name in epochs:
        if design.get(name) is None:
            wanted = published.get(name)
            if wanted is None or wanted.stage not in stages:
                found.append(titled(wanted) if wanted else name)
            else:
                found.append(f"more trials in {wanted.stage}")
    epoch = design.get(row.epoch)
    if row.trials and epoch and stages[epoch.stage] != row.trials:
        found.append(f"{row.trials} trials in {epoch.stage}")
    by_role = {epoch.role: titled(epoch) for epoch in published.values()}
    for quantity in filter(None, (row.quantity, row.beside)):
        roles = quantities()[quantity]["roles"].split()
        found += [by_role[role] for role in roles if not design.role(role)]
    return tuple(dict.fromkeys(found))


def _line(things: Sequence[str], groups: Sequence[str], count: int) -> str:
    reasons = []
    if things:
        reasons.append(f"the protocol has no {_listed(things)}")
    if groups:
        reasons.append(f"no animal is of group {_listed(groups)}")
    rows = "1 row" if count == 1 else f"{count} rows"
    return f"left out, as {' and '.join(reasons)}: {rows}" if count else ""


def _listed(names: Iterable[str], most: int = 8) -> str:
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
