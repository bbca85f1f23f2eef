"""Designer receptors in astrocytes: hM3Dq and hM4Di."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# What they are: Gq drives phospholipase C, Gi takes away from the receptor-driven share of it and,
# chosen, from adenylyl cyclase by the same share (Bukalo et al. 2026 for the tools).
DESIGNER_RECEPTORS = """
drug_Gq : 1
drug_Gi : 1
"""

MECHANISM = Mechanism(
    name="designer receptors",
    cells=("astrocyte",),
    equations=DESIGNER_RECEPTORS,
    clock=AWAKE,
    parameters=("designer_receptors",),
    adds={
        "ip3_receptor_scale": "*(1 - drug_Gi)",
        "ip3_direct": " + drug_Gq*O_Gq",
        "camp_scale": "*(1 - drug_Gi)",
    },
    tools=(
        Tool(
            "Gq", "hM3Dq in astrocytes with agonist", "astrocyte.drug_Gq",
            "J_beta + drug_Gq*O_Gq: phospholipase C makes IP3",
            "1 = receptor saturated (production O_Gq)", 10.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
        Tool(
            "Gi", "hM4Di in astrocytes with agonist", "astrocyte.drug_Gi",
            "receptor-driven production of IP3 and of cAMP*(1 - drug_Gi)",
            "1 = receptor-driven production abolished", 1.0,
            "Bukalo et al. 2026; dose scale chosen",
        ),
    ),
)  # fmt: skip
