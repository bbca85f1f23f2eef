"""Dopamine around principal cells, and D1 receptors that lower the threshold of learning."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# Dopamine around a cell; chosen: first-order clearance.
DOPAMINE = """
dD/dt = -speed*Omega_DA*(1 - drug_DAT_block)*D : mmolar
drug_DAT_block : 1
drug_D1_block : 1
drug_D1_agonist : 1
"""

# Chosen: `speed` keeps the level while clearance runs on the compressed clock.
DOPAMINE_RELEASE = "D_post += speed*frac*rho_DA"

# The modification threshold falls where dopamine is (chosen: by half at K_DA), through D1 receptors
# with a competitive antagonist (Gaddum 1957, Pharmacol Rev 9:211, number not verified) and an
# agonist that is counted in units of their affinity constant. `end` is the ending that variables of
# the cell have where it is read.
D1_AFFINITY = "K_S = K_DA*(1 + drug_D1_block{end})\n"
D1_THRESHOLD = "*K_S/(K_S + D{end} + drug_D1_agonist{end}*K_DA)"

MECHANISM = Mechanism(
    name="dopamine",
    cells=("principal",),
    equations=DOPAMINE,
    clock=AWAKE,
    parameters=("dopamine",),
    adds={
        "tripartite.modulators": D1_AFFINITY.format(end="_post"),
        "tripartite.threshold": D1_THRESHOLD.format(end="_post"),
        "principal.modulators": D1_AFFINITY.format(end=""),
        "principal.threshold": D1_THRESHOLD.format(end=""),
    },
    volume={"dopamine": DOPAMINE_RELEASE},
    rates={"D": lambda value: value["speed"] * value["Omega_DA"]},
    tools=(
        Tool(
            "DAT_block", "GBR 12909", "principal.drug_DAT_block astrocyte.drug_DAT_block",
            "dD/dt: -Omega_DA*(1 - drug_DAT_block)*D", "share of reuptake blocked", 0.95,
            "chosen: of the dopamine transporter",
        ),
        Tool(
            "D1_antagonist", "SCH 23390", "principal.drug_D1_block",
            "theta*K/(K + D), K = K_DA*(1 + drug_D1_block): the modification threshold",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "D1_agonist", "SKF 38393", "principal.drug_D1_agonist",
            "theta*K/(K + D + drug_D1_agonist*K_DA): the modification threshold",
            "1 = modification threshold halved without dopamine", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip
