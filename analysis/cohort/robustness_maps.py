"""The robustness maps that there are: of which experiment each is, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.design.contrasts import PUBLISHED


@dataclass(frozen=True)
class Map:
    """A robustness map of a published experiment.

    Attributes
    ----------
    protocol, groups : str
        What is run: a shipped protocol, and the file of groups whose decisive ones are.
    rows : str
        Table of ``tables/`` whose rows are the findings.
    share : float
        Share of draws in which all decisive findings together are to survive.
    file : str
        Name of its dataset and figure, without suffix.
    """

    protocol: str
    groups: str
    rows: str
    share: float
    file: str


FIRST = "amygdala_astrocytes"
MAPS = {
    FIRST: Map("fear_extinction", FIRST, PUBLISHED[0], 0.6, "robustness"),
    "astrocyte_trace": Map(
        "astrocyte_trace", "astrocyte_trace", PUBLISHED[1], 0.5, "robustness_trace"
    ),
}
"""By name; first the one that is made where none is named."""
