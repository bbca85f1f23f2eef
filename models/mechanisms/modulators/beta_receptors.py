"""Noradrenaline around principal cells, and beta receptors that wake them and ease learning."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism

# Noradrenaline around a cell, from volume release; chosen: first-order clearance, as in a domain.
NORADRENALINE = "dN_P/dt = -speed*Omega_NA*N_P : mmolar\n"
NORADRENALINE_RELEASE = "N_P_post += speed*frac*rho_NA"

# beta receptors, at equilibrium with noradrenaline, an antagonist that raises their apparent
# affinity constant (Gaddum 1957, Pharmacol Rev 9:211, number not verified) and an agonist that is
# counted in units of that constant.
BETA_DRUGS = """
drug_beta_agonist : 1
drug_beta_block : 1
"""
# The share of them that is bound, with the ending that variables of the cell have where it is read.
BETA_BOUND = """
N_bound = N_P{end} + drug_beta_agonist{end}*K_NB
beta_bound = N_bound/(N_bound + K_NB*(1 + drug_beta_block{end}))
"""

# What they do: less after-hyperpolarisation after a spike (Madison & Nicoll 1982, Nature 299:636,
# for hippocampal cells, direction), and a lower threshold of potentiation (chosen: a share of each).
LESS_ADAPTATION = BETA_BOUND.format(end="") + "g_ahp = g_ahp - beta_wakes*beta_bound*b_ahp\n"

MECHANISM = Mechanism(
    name="beta receptors of cells",
    cells=("principal",),
    equations=NORADRENALINE + BETA_DRUGS,
    clock=AWAKE,
    parameters=("noradrenaline", "salience"),
    reset=LESS_ADAPTATION,
    adds={
        "tripartite.modulators": BETA_BOUND.format(end="_post"),
        "tripartite.threshold": "*(1 - beta_lowers*beta_bound)",
        "principal.threshold": "*(1 - beta_lowers*beta_bound)",
    },
    volume={"noradrenaline": NORADRENALINE_RELEASE},
    rates={"N_P": lambda value: value["speed"] * value["Omega_NA"]},
)
