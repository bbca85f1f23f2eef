"""Plasma-membrane calcium pumps expressed in astrocytes (CalEx)."""

from __future__ import annotations

from collections.abc import Mapping

from models.mechanisms.astrocyte import calcium
from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# Expressed pumps J_X (Yu et al. 2018, Neuron 99:1170, for the tool; chosen: first order, saturating
# above K_X).
PUMPS = """
J_X = drug_CalEx*O_X*C/(C + K_X) : mmolar/second
drug_CalEx : 1
"""


def _pumps(value: Mapping[str, float]) -> float:
    return value.get("drug_CalEx", 0.0) * value["O_X"] / value["K_X"]


MECHANISM = Mechanism(
    name="calcium pumps",
    cells=("astrocyte",),
    equations=PUMPS,
    clock=AWAKE,
    parameters=("calcium_pumps",),
    adds={"calcium_membrane": " - J_X"},
    rates={
        "C": lambda value: value["speed"] * (calcium.fastest_rate(value) + _pumps(value)),
        "C_tot": lambda value: value["speed"] * (value["Omega_S"] + _pumps(value)),
    },
    tools=(
        Tool(
            "CalEx", "plasma-membrane calcium pump hPMCA2w/b in astrocytes", "astrocyte.drug_CalEx",
            "dC/dt - J_X and dC_tot/dt - J_X, J_X = drug_CalEx*O_X*C/(C + K_X)",
            "1 = pumps of maximal rate O_X", 10.0,
            "Yu et al. 2018 (number not verified); rate chosen",
        ),
    ),
)  # fmt: skip
