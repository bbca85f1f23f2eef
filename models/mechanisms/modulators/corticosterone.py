"""Corticosterone: it rises with a threat, for hours shifts what the others do, and leaves a trace.

It comes with the blood and is one for all cells; principal cells carry it, as theirs are the
receptors, and their step is fine enough for a night of it (`models.circuits.amygdala_paces`).
"""

from __future__ import annotations

from models.mechanisms.mechanism import SLOW, Mechanism, Record, Tool

# Corticotropin-releasing cells raise corticosterone (chosen: at once and to first order; the
# minutes of ACTH between them are left out), and what the glucocorticoid receptor has bound acts
# on cells within an hour or two (Duvarci & Pare 2007, J Neurosci 27:4482, abstract). Antagonist
# (Gaddum 1957, Pharmacol Rev 9:211, number not verified) and agonists counted by their potency.
STRESS_AXIS = """
dcort/dt = -speed*cort/tau_cort : mmolar
cort_all = cort + (drug_corticosterone + drug_GR_agonist)*K_GR : mmolar
dGR/dt = speed*(cort_all/(cort_all + K_GR*(1 + drug_GR_block)) - GR)/tau_GR : 1
dprimed/dt = speed*(GR - primed)/tau_primed : 1
drug_synthesis_block : 1
drug_corticosterone : 1
drug_GR_agonist : 1
drug_GR_block : 1
"""
CRH_RELEASE = "cort_post += speed*frac*rho_CRH*(1 - drug_synthesis_block_post)"

# What it does: less spike-frequency adaptation of principal cells (Duvarci & Pare 2007, abstract;
# the shift of the reversal of inhibition and of rest is left out), and more endocannabinoids
# (Atsak et al. 2015, Neuropsychopharmacology 40:1485: its main way in basolateral amygdala,
# abstract).
LESS_ADAPTATION = "*(1 - GR_wakes*GR)"
MORE_ECB = "*(1 + GR_makes*GR)"

# What days of it leave: amygdala cells express more of the genes that a memory needs (Arc, Egr-1),
# weeks after it is gone, and keep more of a lesson, not learn more (Monsey et al. 2014, PLoS One
# 9:e91530, abstract; chosen: first order, and a lower threshold of protein).
MORE_PROTEIN = "*(1 + GR_primes*primed)"

MECHANISM = Mechanism(
    name="corticosterone",
    cells=("principal",),
    equations=STRESS_AXIS,
    clock=SLOW,
    parameters=("corticosterone",),
    volume={"CRH": CRH_RELEASE},
    adds={"principal.adaptation": LESS_ADAPTATION, "eCB_made": MORE_ECB,
          "protein_stirred": MORE_PROTEIN},
    records=(
        Record("corticosterone", "cort", 1e3, "umol L-1", "corticosterone beyond that of rest"),
    ),
    rates={
        "cort": lambda value: value["speed"] / value["tau_cort"],
        "GR": lambda value: value["speed"] / value["tau_GR"],
        "primed": lambda value: value["speed"] / value["tau_primed"],
    },
    tools=(
        Tool(
            "exogenous_corticosterone", "corticosterone", "principal.drug_corticosterone",
            "GR: cort + drug_corticosterone*K_GR", "1 = half of the receptors bound by it alone",
            1000.0, "chosen: counted by its potency",
        ),
        Tool(
            "GR_agonist", "dexamethasone, RU28362", "principal.drug_GR_agonist",
            "GR: cort + drug_GR_agonist*K_GR", "1 = half of the receptors bound by it alone",
            1000.0, "chosen: a full agonist, counted by its potency",
        ),
        Tool(
            "GR_antagonist", "mifepristone", "principal.drug_GR_block",
            "GR: K_GR*(1 + drug_GR_block)", "concentration over its dissociation constant",
            1000.0, "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "corticosterone_synthesis_block", "metyrapone", "principal.drug_synthesis_block",
            "cort: rho_CRH*(1 - drug_synthesis_block) by a spike",
            "share of synthesis that is blocked", 1.0, "chosen: of 11-beta-hydroxylase",
        ),
    ),
)  # fmt: skip
