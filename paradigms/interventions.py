"""Interventions: each moves the quantity that the real tool moves, and nothing else.

A kind is a level of one ``drug_*`` variable of the astrocyte equations over a window of time; what
follows from it is the business of the equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paradigms.timeline import InterventionWindow


class InterventionError(ValueError):
    """An intervention that is unknown or has an impossible dose; the message is one line."""


@dataclass(frozen=True)
class Intervention:
    """One row of the table of interventions.

    Attributes
    ----------
    kind : str
        Name on the command line and in a protocol.
    tool : str
        What an experimenter would use.
    variable : str
        Variable of the astrocyte equations that carries the dose.
    equation : str
        Where it acts.
    dose_unit : str
        What a dose of one means.
    highest : float
        Largest dose with a meaning; the smallest is 0.
    source : str
    """

    kind: str
    tool: str
    variable: str
    equation: str
    dose_unit: str
    highest: float
    source: str


INTERVENTIONS: dict[str, Intervention] = {
    row.kind: row
    for row in (
        Intervention(
            "Gq", "hM3Dq in astrocytes with agonist", "drug_Gq",
            "J_beta + drug_Gq*O_Gq: phospholipase C makes IP3",
            "1 = receptor saturated (production O_Gq)", 10.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
        Intervention(
            "Gi", "hM4Di in astrocytes with agonist", "drug_Gi",
            "receptor-driven IP3 production*(1 - drug_Gi)",
            "1 = receptor-driven IP3 production abolished", 1.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
        Intervention(
            "gap_junction_block", "connexin 30/43 blocker", "drug_gap",
            "J_gap*(1 - drug_gap)", "1 = no IP3 passes", 1.0, "Stimberg et al. 2019, eq. 22",
        ),
        Intervention(
            "release_block", "clamp of vesicular and ATP release", "drug_release",
            "ATP and D-serine release*(1 - drug_release)", "1 = nothing is released", 1.0,
            "Stimberg et al. 2019, eqs. 18-21",
        ),
    )
}  # fmt: skip


def drug_levels(
    windows: Sequence[InterventionWindow], times: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Level of each drug variable over time.

    Parameters
    ----------
    windows : sequence of InterventionWindow
        Doses of the same variable add up.
    times : ndarray, shape (n_steps,)
        Start of each step, s of simulated time.

    Returns
    -------
    dict of str to ndarray, shape (n_steps,)
        One entry for every ``drug_*`` variable, all zero where nothing is given, so that a model
        is the same program with and without interventions.

    Raises
    ------
    InterventionError
        If a kind is unknown or a level leaves the range of its doses.
    """
    levels = {row.variable: np.zeros(len(times)) for row in INTERVENTIONS.values()}
    for window in windows:
        row = INTERVENTIONS.get(window.kind)
        if row is None:
            raise InterventionError(
                f"unknown intervention '{window.kind}'; allowed: {', '.join(INTERVENTIONS)}"
            )
        # Half a step ahead, so that rounding of a step's start never shifts an edge.
        half = 0.5 * (times[1] - times[0]) if len(times) > 1 else 0.0
        on = (times + half >= window.start) & (times + half < window.stop)
        levels[row.variable][on] += window.dose
        if not window.dose >= 0 or levels[row.variable].max() > row.highest:
            raise InterventionError(
                f"intervention {window.kind}={window.dose:g} leaves the range of doses; "
                f"allowed: 0 to {row.highest:g} in total ({row.dose_unit})"
            )
    return levels
