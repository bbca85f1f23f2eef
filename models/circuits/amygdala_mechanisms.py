"""The mechanisms of the circuit `amygdala_prefrontal`, and what is collected from them.

A mechanism more is a line here. Nothing else lists what a mechanism has: constants, initial values,
interventions, records, checks and docs are collected from this list.
"""

from __future__ import annotations

from functools import cache

from models.compose import check_mechanisms, compose, groups, tools
from models.mechanisms import (
    body,
    learning,
    light,
    membrane,
    novelty,
    protein,
    synapse,
    tagging,
)
from models.mechanisms.astrocyte import (
    adenosine,
    calcium,
    calcium_pumps,
    camp,
    d_serine,
    designer_receptors,
    gap_junction,
    gliotransmission,
    glutamate,
    ip3,
    ip3_tools,
)
from models.mechanisms.mechanism import Mechanism, Tool
from models.mechanisms.modulators import (
    acetylcholine,
    beta_receptors,
    corticosterone,
    dopamine,
    endocannabinoids,
    noradrenaline,
    serotonin,
)
from models.mechanisms.trace import lability, local_activity, receptor_density, recruitment
from models.parameters import load_parameters

CIRCUIT = "amygdala_prefrontal"

MECHANISMS = (
    # cells; the label takes the rate as it was before the spike
    membrane.MECHANISM, light.MECHANISM, tagging.MECHANISM, learning.CELL, dopamine.MECHANISM,
    beta_receptors.MECHANISM, acetylcholine.MECHANISM, serotonin.MECHANISM,
    corticosterone.MECHANISM, endocannabinoids.MECHANISM, protein.MECHANISM,
    lability.CELL, serotonin.INTERNEURONS, novelty.CELLS,
    # synapses; the weight is brought up to date before they release
    learning.MECHANISM, synapse.MECHANISM, synapse.TERMINAL_MECHANISM,
    endocannabinoids.TERMINAL, novelty.TERMINAL,
    # astrocytes; pumps after calcium, whose rates they raise
    designer_receptors.MECHANISM, calcium.MECHANISM, calcium_pumps.MECHANISM, ip3.MECHANISM,
    ip3_tools.MECHANISM, gap_junction.MECHANISM, glutamate.MECHANISM, noradrenaline.MECHANISM,
    camp.MECHANISM, beta_receptors.DOMAIN, acetylcholine.DOMAIN, serotonin.DOMAIN,
    gliotransmission.MECHANISM, adenosine.MECHANISM, d_serine.MECHANISM,
    # what astrocytes do over days
    local_activity.MECHANISM, receptor_density.MECHANISM, recruitment.MECHANISM,
    lability.UNSTABLE, lability.MECHANISM,
    # what the animal does in a place test
    body.MECHANISM,
)  # fmt: skip
"""In the order of their equations and statements."""


@cache
def composed(cells: str, kind: str = "equations") -> str:
    """Equations, ``"reset"`` or ``"on_pre"`` of a group of cells or kind of synapses."""
    return compose(MECHANISMS, cells, kind)


def paced() -> dict[tuple[str, str], list[Mechanism]]:
    """Mechanisms by cells and the variable that is their pace."""
    found: dict[tuple[str, str], list[Mechanism]] = {}
    for mechanism in MECHANISMS:
        for cells in mechanism.cells if mechanism.pace else ():
            found.setdefault((cells, mechanism.pace), []).append(mechanism)
    return found


def parameter_groups() -> tuple[str, ...]:
    """Groups of parameters that the constants of the equations stand in."""
    return groups(MECHANISMS)


def every_tool() -> tuple[Tool, ...]:
    """Drugs, lights and lesions that can be given."""
    return tools(MECHANISMS)


@cache
def check() -> None:
    """Refuse a list that lacks what one of its mechanisms needs.

    Raises
    ------
    ModelError
        See `models.mechanisms.mechanism.check_mechanisms`.
    """
    check_mechanisms(
        CIRCUIT, MECHANISMS, frozenset(load_parameters().group(*parameter_groups()))
    )
