"""Receptors for noradrenaline that grow over a day after an emotional event."""

from __future__ import annotations

from models.mechanisms.mechanism import SLOW, Mechanism, Record, Tool

# beta receptors that are bound while the cells of the domain are struck start the making of more
# of both kinds; what is made arrives over a day and is lost over the next ones (Dewa et al. 2025
# for the course: up within a day, peak at one day; chosen: a chain of two steps, whose peak lies at
# their common time constant). `density` is 0 at rest and at most 1.
RECEPTOR_DENSITY = """
dmade/dt = O_made*Gamma_B*struck*(1 - made) - speed*made/tau_made : 1
ddensity/dt = speed*(made - density)/tau_density : 1
beta1 = 1 + more_beta1*density + drug_beta1 : 1
alpha1 = 1 + more_alpha1*density : 1
drug_beta1 : 1
drug_uncoupling : 1
"""

MECHANISM = Mechanism(
    name="receptor density",
    cells=("astrocyte",),
    equations=RECEPTOR_DENSITY,
    clock=SLOW,
    parameters=("trace",),
    adds={"beta_coupled": "*beta1*(1 - drug_uncoupling)", "alpha1_density": "*alpha1"},
    scaled={"drug_beta1": "tag", "drug_uncoupling": "tag"},
    records=(
        Record(
            "receptor_density", "density", 1.0, "1",
            "up-regulation of the astrocyte's noradrenaline receptors, 0 at rest",
        ),
    ),
    rates={
        "made": lambda value: value["speed"] / value["tau_made"],
        "density": lambda value: value["speed"] / value["tau_density"],
    },
    tools=(
        Tool(
            "beta1_expression", "Adrb1 over-expressed in astrocytes", "astrocyte.drug_beta1",
            "beta1 = 1 + more_beta1*density + drug_beta1",
            "1 = as many again as at rest", 10.0, "Dewa et al. 2025; dose scale chosen",
            target="astrocytes",
        ),
        Tool(
            "beta_uncoupling", "iBARK2: beta receptors uncoupled from adenylyl cyclase",
            "astrocyte.drug_uncoupling", "O_cAMP*Gamma_B*beta1*(1 - drug_uncoupling)",
            "1 = uncoupled", 1.0, "Dewa et al. 2025; dose scale chosen", target="astrocytes",
        ),
    ),
)  # fmt: skip
