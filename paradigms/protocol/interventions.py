"""The table of interventions: each moves the quantity that the real tool moves, and nothing else.

The rows stand with the mechanisms that they act on (`models.mechanisms`). A row sets the level of
one variable of the equations over a window of time, or opens a conductance, or takes fibres out of
the tissue (`paradigms.protocol.doses`); what follows from it is the business of the equations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from astrogram.errors import AstrogramError
from models.circuits.amygdala_mechanisms import every_tool
from models.mechanisms.mechanism import Tool
from models.tissue.anatomy import ASTROCYTES
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.lesion import exists

TAGGED = "tagged"
"""Target of conductances: all cells that `tagging` has labelled, by their label."""
TAGGED_ASTROCYTES = f"{TAGGED}_{ASTROCYTES}"
"""Target of what acts on astrocytes: those that `tagging` has labelled, by their label."""


class InterventionError(AstrogramError, ValueError):
    """An intervention that is unknown or has an impossible dose; the message is one line."""


def _populations() -> tuple[str, ...]:
    return (*load_anatomy().targets, TAGGED)


def _labelled() -> tuple[str, ...]:
    return (*load_anatomy().targets, ASTROCYTES)


def _pathways() -> tuple[str, ...]:
    return tuple("-".join(path) for path in load_anatomy().pathways())


def _is_pathway(given: str) -> bool:
    source, _, target = given.partition("-")
    return exists((source, target), load_anatomy())


# What a row may leave open: the choices that are listed, and whether one is accepted.
_OPEN: dict[str, tuple[Callable[[], tuple[str, ...]], Callable[[str], bool]]] = {
    "": (lambda: (), lambda given: not given),
    "population": (_populations, lambda given: given in _populations()),
    "cells": (_labelled, lambda given: given in _labelled()),
    ASTROCYTES: (
        lambda: (ASTROCYTES, TAGGED_ASTROCYTES),
        lambda given: given in ("", ASTROCYTES, TAGGED_ASTROCYTES),
    ),
    "pathway": (_pathways, _is_pathway),
}


@dataclass(frozen=True)
class TargetedTool(Tool):
    """A tool of the circuit's mechanisms, and what it may be aimed at."""

    @property
    def targets(self) -> tuple[str, ...]:
        """What `target` may be; empty if nothing is to be named."""
        return _OPEN[self.target][0]()

    def accepts(self, target: str) -> bool:
        """Whether it can act on `target`; where that is `ASTROCYTES`, ``""`` means all of them."""
        return _OPEN[self.target][1](target)


INTERVENTIONS: dict[str, TargetedTool] = {
    tool.kind: TargetedTool(**vars(tool)) for tool in every_tool()
}
"""Interventions by kind."""

TAGGING = next(kind for kind, row in INTERVENTIONS.items() if row.labels)
"""What gives cells the labels that `TAGGED` and `TAGGED_ASTROCYTES` go by."""
