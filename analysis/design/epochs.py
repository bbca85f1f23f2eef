"""Epochs of an experiment, the published ones and a user's own.

The published epochs are rows of ``tables/epochs.csv`` and hold where a protocol has their stages; a
protocol's own stand in ``[[epoch]]`` tables of its TOML text, which travels in every dataset; every
stage that neither speaks of is an epoch under its own name.  Where the trials of a stage differ in
stimulus or context, and the user has named no epoch of it, each of these is an epoch beside.
Nothing else in the analysis knows a stage by name: what the published analyses need are the roles
of epochs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np

from analysis.design.contrasts import WHOLE, Contrast
from analysis.design.trials import NONE, Epoch, Trials, choose
from analysis.packaged import read_table

T = TypeVar("T")


@dataclass(frozen=True)
class Own:
    """The epochs and contrasts that a user wrote."""

    epochs: tuple[Epoch, ...] = ()
    contrasts: tuple[Contrast, ...] = ()


@dataclass(frozen=True)
class Design:
    """The epochs that an experiment has, in order of time, and the rows that its protocol asks for.

    Attributes
    ----------
    epochs : tuple of Epoch
    contrasts : tuple of Contrast
        The user's own.
    stages : tuple of (str, int)
        Stages and how many trials each has.
    """

    epochs: tuple[Epoch, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    stages: tuple[tuple[str, int], ...] = ()

    def __iter__(self) -> Iterator[Epoch]:
        """Its epochs."""
        return iter(self.epochs)

    def get(self, name: str) -> Epoch | None:
        """Return the epoch of that name, None where there is none."""
        return next((epoch for epoch in self.epochs if epoch.name == name), None)

    def role(self, role: str) -> str:
        """Return the name of the epoch in a role, ``""`` where there is none."""
        return next((epoch.name for epoch in self.epochs if epoch.role == role), "")

    def roles(self, *wanted: str) -> tuple[str, ...]:
        """Return the names of the epochs in some roles, of those that there are."""
        return tuple(name for role in wanted if (name := self.role(role)))

    def title(self, name: str) -> str:
        """Return the title of an epoch."""
        epoch = self.get(name)
        return name.replace("_", " ") if epoch is None else titled(epoch)

    @property
    def tested(self) -> tuple[str, ...]:
        """Names of the epochs in which cells are tested."""
        return tuple(epoch.name for epoch in self.epochs if epoch.tested)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the epochs that summaries and figures show."""
        return tuple(epoch.name for epoch in self.epochs if epoch.shown)


def titled(epoch: Epoch) -> str:
    """Title of an epoch, its name in words by default."""
    return epoch.title or epoch.name.replace("_", " ")


@cache
def published_epochs() -> dict[str, Epoch]:
    """Return the published epochs by name, in order."""

    def which(text: str) -> str | int:
        return int(text) if text.isdigit() else text

    return {
        row["epoch"]: Epoch(
            row["epoch"], row["stage"], which(row["block"]), which(row["trial"]), row["title"],
            row["role"], bool(row["tested"]), bool(row["shown"]),
        )
        for row in read_table("epochs")
    }  # fmt: skip


def make_design(own: Own, trials: Trials) -> Design:
    """Return the epochs that an experiment has.

    Parameters
    ----------
    own : Own
        Of the user.  An epoch named as a published one takes its place, and so does one with its
        role.
    trials : Trials
        Of the experiment.

    Returns
    -------
    Design
        The user's epochs and the published ones that have trials, of published ones with the same
        trials the first, and for each stage that none of them is of an epoch of its name, of its
        first and of its last block (``STAGE_first``, ``STAGE_last``); for each stage that none of
        the user's is of one of each conditioned stimulus (``STAGE_STIMULUS``) and each context
        (``STAGE_CONTEXT``) that some of its trials have and others lack.
    """
    mine = {epoch.name for epoch in own.epochs}
    roles = {epoch.role for epoch in own.epochs}
    found = [(choose(epoch, trials), epoch) for epoch in own.epochs]
    of_user = {places.tobytes() for places, _ in found}
    seen: set[bytes] = set()
    for epoch in published_epochs().values():
        places = choose(epoch, trials)
        if epoch.name in mine or not places.size or places.tobytes() in seen:
            continue
        seen.add(places.tobytes())
        shown = epoch.shown and places.tobytes() not in of_user
        role = "" if epoch.role in roles else epoch.role
        found.append((places, replace(epoch, role=role, shown=shown)))
    spoken = {epoch.stage for places, epoch in found if places.size}
    names = {epoch.name for _, epoch in found} | {WHOLE}
    by_user = {epoch.stage for epoch in own.epochs}
    for stage in trials.stages:
        made = [] if stage in spoken else _of_stage(stage, trials, names)
        made += [] if stage in by_user else _parts_of_stage(stage, trials, names)
        found += [(choose(epoch, trials), epoch) for epoch in made]
    found = sorted((pair for pair in found if pair[0].size), key=lambda pair: pair[0][0])
    return Design(
        tuple(epoch for _, epoch in found), own.contrasts, tuple(trials.stages.items())
    )


def merge(designs: Iterable[Design]) -> Design:
    """Join the designs of animals: epochs and contrasts of each name once, stages at their most."""
    designs = list(dict.fromkeys(designs))
    epochs = {epoch.name: epoch for design in designs[::-1] for epoch in design.epochs}
    rows: dict[str, Contrast] = {}
    stages: dict[str, int] = {}
    for name, count in (pair for design in designs for pair in design.stages):
        stages[name] = max(count, stages.get(name, 0))
    for row in (row for design in designs for row in design.contrasts):
        rows.setdefault(row.name, row)
    order = merged_order([[epoch.name for epoch in design.epochs] for design in designs])
    in_order = tuple(epochs[name] for name in order)
    return Design(in_order, tuple(rows.values()), tuple(stages.items()))


def merged_order(sequences: Iterable[Sequence[T]]) -> list[T]:
    """Everything in some sequences once, what is new in one put behind what it follows there."""
    order: list[T] = []
    for sequence in sequences:
        at = 0
        for item in sequence:
            if item in order:
                at = order.index(item) + 1
            else:
                order.insert(at, item)
                at += 1
    return order


def _of_stage(stage: str, trials: Trials, names: set[str]) -> list[Epoch]:
    """Epochs of a stage that nobody has named; `names`, those taken, is added to."""
    blocks = np.unique(trials.block[trials.stage == stage]).size
    words = stage.replace("_", " ")
    made = []
    for block in ("", "first", "last") if blocks > 1 else ("",):
        name = _free(f"{stage}_{block}" if block else stage, names)
        title = f"{words}, {block} block" if block else words
        made.append(Epoch(name, stage, block, title=title, tested=not block))
    return made


def _parts_of_stage(stage: str, trials: Trials, names: set[str]) -> list[Epoch]:
    """Epochs of the stimuli and of the contexts of a stage whose trials differ in them.

    Cells are not tested there: a decoder carried to an epoch must not have been trained on trials
    of it, and these share theirs with the stage.
    """
    within = trials.stage == stage
    words = stage.replace("_", " ")
    seen, made = {choose(Epoch("", stage), trials).tobytes()}, []
    for key, label in (("stimulus", trials.stimulus), ("context", trials.context)):
        for value in dict.fromkeys(label[within].tolist()) if label.size else ():
            part = Epoch(f"{stage}_{value}", stage, tested=False, **{key: value})
            places = choose(part, trials).tobytes()
            if value == NONE or places in seen:
                continue
            seen.add(places)
            plain = value.replace("_", " ")
            title = f"{words}, {plain}" if key == "stimulus" else f"{words}, {key} {plain}"
            made.append(replace(part, name=_free(part.name, names), title=title))
    return made


def _free(name: str, names: set[str]) -> str:
    """Return a name that is not among those taken, and take it."""
    while name in names:
        name += "_stage"
    names.add(name)
    return name
