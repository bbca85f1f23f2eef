"""Noradrenaline in an astrocyte's domain, and alpha1 receptors."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# Noradrenaline in the domain, from volume release; chosen: first-order clearance. `speed` keeps the
# level while clearance runs on the compressed clock.
NORADRENALINE = "dN_A/dt = -speed*Omega_NA*N_A : mmolar\n"
NORADRENALINE_RELEASE = "N_A_post += speed*frac*rho_NA"

# alpha1 receptors; chosen: at equilibrium with noradrenaline, two sites. They act through IP3,
# alone (`models.mechanisms.astrocyte.ip3.PLC_BETA_ALPHA1`) or as gain on glutamate (Paukert et al.
# 2014, Neuron 82:1263).
ALPHA1 = "Gamma_N = N_A*N_A/(N_A*N_A + K_NA*K_NA) : 1\n"

# The same receptors with a competitive antagonist, which raises their apparent affinity constant
# (Gaddum 1957, Pharmacol Rev 9:211, number not verified), and an agonist counted in units of that
# constant; endogenous noradrenaline stays what it is.
ALPHA1_DRUGS = """
N_alpha1 = N_A + drug_alpha1_agonist*K_NA : mmolar
K_alpha1 = K_NA*(1 + drug_alpha1_block) : mmolar
Gamma_N = N_alpha1*N_alpha1/(N_alpha1*N_alpha1 + K_alpha1*K_alpha1){alpha1_density} : 1
drug_alpha1_agonist : 1
drug_alpha1_block : 1
drug_NET_block : 1
"""

MECHANISM = Mechanism(
    name="noradrenaline",
    cells=("astrocyte",),
    equations=NORADRENALINE.replace("*N_A ", "*(1 - drug_NET_block)*N_A ") + ALPHA1_DRUGS,
    clock=AWAKE,
    parameters=("noradrenaline", "ip3"),
    adds={"glutamate_gain": "*Gamma_N", "ip3_receptors": " + O_alpha*Gamma_N"},
    volume={"noradrenaline": NORADRENALINE_RELEASE},
    records=(
        Record("noradrenaline", "N_A", 1e3, "umol L-1", "noradrenaline in the domain"),
    ),
    rates={"N_A": lambda value: value["speed"] * value["Omega_NA"]},
    tools=(
        Tool(
            "NET_block", "reboxetine", "astrocyte.drug_NET_block",
            "dN_A/dt: -Omega_NA*(1 - drug_NET_block)*N_A", "share of reuptake blocked", 0.95,
            "chosen: of the noradrenaline transporter",
        ),
        Tool(
            "alpha1_antagonist", "prazosin", "astrocyte.drug_alpha1_block",
            "Gamma_N: K_NA*(1 + drug_alpha1_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "alpha1_agonist", "phenylephrine", "astrocyte.drug_alpha1_agonist",
            "Gamma_N: N_A + drug_alpha1_agonist*K_NA",
            "1 = half of the receptors bound without noradrenaline", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip
