"""Trials of an experiment, and which of them an epoch is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.dataset.errors import RowsError
from astrogram.text import shown, suggestion

ROLES = ("fear", "safe", "test", "return")
"""Fear is recalled; is extinguished; its extinction is tested later; fear returns."""
NONE = "none"
"""Stimulus of a trial without one."""
LABELS = ("kind", "stimulus", "context")
"""By which trials of a stage are told apart."""


@dataclass(frozen=True)
class Epoch:
    """Trials that are scored together.

    Attributes
    ----------
    name, stage : str
        Name of the epoch; stage of its trials.
    block, trial : str or int
        Which block of the stage, or which of its trials: ``""`` for all, ``"first"``, ``"last"``,
        or a number counted from 1; of trials of one kind, stimulus or context only those count.
    title : str
        For people; the name by default.
    role : str
        One of `ROLES` or ``""``: what the analyses of ensembles and decoders take it for.
    tested : bool
        Whether cells, patterns and decoders are tested in it.
    shown : bool
        Whether it stands in summaries and figures.
    kind, stimulus, context : str
        Label that its trials have, ``""`` for any.
    """

    name: str
    stage: str
    block: str | int = ""
    trial: str | int = ""
    title: str = ""
    role: str = ""
    tested: bool = True
    shown: bool = True
    kind: str = ""
    stimulus: str = ""
    context: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """The labels that it asks for, by which of `LABELS`."""
        return {name: label for name in LABELS if (label := str(getattr(self, name)))}


def _unknown() -> NDArray[np.str_]:
    return np.array([], dtype=str)


@dataclass(frozen=True)
class Trials:
    """Labels of trials.

    Attributes
    ----------
    stage : (trial,) array of str
        Stage of each.
    block, index : (trial,) array of int
        Its block and its place within the stage, counted from 0.
    kind, stimulus, context : (trial,) array of str
        Its kind, conditioned stimuli (``none`` without) and context; empty where they are not
        known.
    """

    stage: NDArray[np.str_]
    block: NDArray[np.int_]
    index: NDArray[np.int_]
    kind: NDArray[np.str_] = field(default_factory=_unknown)
    stimulus: NDArray[np.str_] = field(default_factory=_unknown)
    context: NDArray[np.str_] = field(default_factory=_unknown)

    @property
    def stages(self) -> dict[str, int]:
        """Number of trials of each stage, in order of appearance."""
        return {str(name): int((self.stage == name).sum()) for name in dict.fromkeys(self.stage)}


def choose(epoch: Epoch, trials: Trials) -> NDArray[np.intp]:
    """Places of the trials of an epoch; none where there are none."""
    chosen = _labelled(epoch, trials)
    # Which trials of a stage are of a kind may be drawn, so such trials are counted among theirs.
    number = np.arange(chosen.size) if epoch.asked else trials.index[chosen]
    kept = np.ones(chosen.size, dtype=bool)
    for value, which in ((trials.block[chosen], epoch.block), (number, epoch.trial)):
        if which != "" and kept.any():
            ends = {"first": value[kept].min(), "last": value[kept].max()}
            kept &= value == (ends[which] if isinstance(which, str) else which - 1)
    return chosen[kept]


def check_epoch(epoch: Epoch, trials: Trials, at: str) -> None:
    """Refuse an epoch of which there is no trial.

    Parameters
    ----------
    epoch : Epoch
    trials : Trials
        Of the experiment.
    at : str
        Names the epoch in the message.

    Raises
    ------
    RowsError
        Says in one line what is not there, and what is.
    """
    stages = trials.stages
    if epoch.stage not in stages:
        raise RowsError(
            f"{at}: stage = {shown(epoch.stage)} is no stage of the protocol; allowed: "
            f"{', '.join(stages)}{suggestion(epoch.stage, stages)}"
        )
    if choose(epoch, trials).size:
        return
    within = trials.stage == epoch.stage
    for name, label in epoch.asked.items():
        known = getattr(trials, name)
        there = list(dict.fromkeys(known[within].tolist())) if known.size else []
        if label not in there:
            raise RowsError(
                f"{at}: {name} = {shown(label)} is not in stage '{epoch.stage}'; allowed: "
                f"{', '.join(there) or 'none is known'}{suggestion(label, there)}"
            )
    those = _labelled(epoch, trials)
    if not those.size:
        together = " and ".join(f"{name} {shown(label)}" for name, label in epoch.asked.items())
        raise RowsError(f"{at}: no trial of stage '{epoch.stage}' has {together}; drop one of them")
    given = ", ".join(
        f"{key} = {which!r}"
        for key, which in (("block", epoch.block), ("trial", epoch.trial)) if which != ""
    )  # fmt: skip
    blocks = np.unique(trials.block[those]) + 1
    such = "such " if epoch.asked else ""
    raise RowsError(
        f"{at}: {given} is not there; stage '{epoch.stage}' has {such}trials 1 to {those.size} in "
        f"blocks {blocks.min()} to {blocks.max()}"
    )


def _labelled(epoch: Epoch, trials: Trials) -> NDArray[np.intp]:
    """Places of the trials of an epoch's stage with the labels that it asks for."""
    found = trials.stage == epoch.stage
    for name, label in epoch.asked.items():
        known = getattr(trials, name)
        found = found & (known == label) if known.size else np.zeros_like(found)
    return np.flatnonzero(found)
