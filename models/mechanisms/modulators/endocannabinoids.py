"""Endocannabinoids of active principal cells, which silence the terminals that inhibit them."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Tool
from models.mechanisms.synapse import STATIC

# A principal cell at work makes anandamide, and the terminals of cholecystokinin cells on it carry
# CB1 receptors (Azad et al. 2004, J Neurosci 24:9953, abstract: afferents at 1 Hz depress the
# inhibition of principal cells for long by way of CB1, more so without the hydrolase FAAH). Chosen:
# made by the rate of the cell, steeply, degraded within minutes by FAAH; a competitive antagonist
# (Gaddum 1957, Pharmacol Rev 9:211, number not verified) and an agonist counted by its potency.
ENDOCANNABINOID = """
deCB/dt = speed*(O_eCB*y*y/(y*y + r_eCB*r_eCB){eCB_made} -
                 Omega_eCB*(1 - drug_FAAH_block)*eCB) : mmolar
drug_FAAH_block : 1
drug_CB1_agonist : 1
drug_CB1_block : 1
"""

# A spike of a terminal that they silence (chosen: up to a share of its release).
SILENCED = """
eCB_S = eCB_post + drug_CB1_agonist_post*K_CB1
g_gaba_post += g*(1 - CB1_silences*eCB_S/(eCB_S + K_CB1*(1 + drug_CB1_block_post)))
"""

MECHANISM = Mechanism(
    name="endocannabinoids",
    cells=("principal",),
    equations=ENDOCANNABINOID,
    clock=AWAKE,
    parameters=("plasticity", "endocannabinoid"),
    rates={"eCB": lambda value: value["speed"] * value["Omega_eCB"]},
    tools=(
        Tool(
            "CB1_antagonist", "rimonabant", "principal.drug_CB1_block",
            "eCB/(eCB + K_CB1*(1 + drug_CB1_block)): release that is lost",
            "concentration over its dissociation constant",
            1000.0, "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "CB1_agonist", "WIN 55,212-2", "principal.drug_CB1_agonist",
            "eCB + drug_CB1_agonist*K_CB1: release that is lost",
            "1 = half of the receptors bound without endocannabinoids", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
        Tool(
            "FAAH_block", "URB597", "principal.drug_FAAH_block",
            "deCB/dt: -Omega_eCB*(1 - drug_FAAH_block)*eCB", "share of degradation blocked", 0.95,
            "chosen: of the hydrolase of anandamide",
        ),
    ),
)  # fmt: skip

TERMINAL = Mechanism(
    name="cannabinoid terminal",
    cells=("cannabinoid",),
    equations=STATIC + "\n",
    clock=AWAKE,
    parameters=("endocannabinoid",),
    on_pre=SILENCED,
)
