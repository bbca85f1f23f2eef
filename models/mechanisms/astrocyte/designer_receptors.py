"""Designer receptors in astrocytes: hM3Dq, hM4Di and receptors that drive Gs."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool

# What they are: Gq drives phospholipase C, Gi takes away from the receptor-driven share of it and,
# chosen, from adenylyl cyclase by the same share (Bukalo et al. 2026 for the tools), Gs drives
# adenylyl cyclase (chosen: as much as all beta receptors at dose 1).
DESIGNER_RECEPTORS = """
drug_Gq : 1
drug_Gi : 1
drug_Gs : 1
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
        "camp_direct": " + drug_Gs",
    },
    scaled={"drug_Gq": "tag", "drug_Gi": "tag", "drug_Gs": "tag"},
    tools=(
        Tool(
            "Gq", "hM3Dq in astrocytes with agonist", "astrocyte.drug_Gq",
            "J_beta + drug_Gq*O_Gq: phospholipase C makes IP3",
            "1 = receptor saturated (production O_Gq)", 10.0,
            "Bukalo et al. 2026; dose scale chosen", target="astrocytes",
        ),
        Tool(
            "Gi", "hM4Di in astrocytes with agonist", "astrocyte.drug_Gi",
            "receptor-driven production of IP3 and of cAMP*(1 - drug_Gi)",
            "1 = receptor-driven production abolished", 1.0,
            "Bukalo et al. 2026; dose scale chosen", target="astrocytes",
        ),
        Tool(
            "Gs", "receptors that drive Gs in astrocytes, by light or agonist",
            "astrocyte.drug_Gs",
            "O_cAMP*(Gamma_B + drug_Gs): adenylyl cyclase makes cyclic AMP",
            "1 = as much as all beta receptors bound", 10.0,
            "chosen: Dewa et al. 2025 for what it stands for", target="astrocytes",
        ),
    ),
)  # fmt: skip
