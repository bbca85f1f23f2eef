"""beta1 receptors of astrocytes and the cyclic AMP that they raise."""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism, Record, Tool

# beta receptors, at equilibrium with noradrenaline, and the cyclic AMP that they raise. It builds
# up and is broken down within minutes, so that single events leave little of it and repeated ones
# add up (Oe et al. 2020, Nat Commun 11:471, for the behaviour; first-order kinetics are chosen).
BETA = """
Gamma_B = N_A/(N_A + K_NB) : 1
dcAMP/dt = speed*(O_cAMP*Gamma_B - Omega_cAMP*cAMP) : mmolar
"""

# The same receptors with drugs, as for alpha1: a competitive antagonist (Gaddum 1957) and, chosen,
# an agonist that is counted by its potency.
BETA_DRUGS = """
N_beta = N_A + drug_beta_agonist*K_NB : mmolar
K_beta = K_NB*(1 + drug_beta_block) : mmolar
Gamma_B = N_beta/(N_beta + K_beta) : 1
drug_beta_agonist : 1
drug_beta_block : 1
"""

# First order as in `BETA` (behaviour after Oe et al. 2020); receptors that others make more of or
# uncouple, and what else drives adenylyl cyclase.
CAMP = """
dcAMP/dt = speed*(J_cyclase - Omega_cAMP*cAMP) : mmolar
J_cyclase = O_cAMP*(Gamma_B{beta_coupled}{camp_direct}){camp_scale} : mmolar/second
"""

MECHANISM = Mechanism(
    name="cyclic AMP",
    cells=("astrocyte",),
    equations=BETA_DRUGS + CAMP,
    clock=AWAKE,
    parameters=("noradrenaline",),
    records=(Record("cAMP", "cAMP", 1e3, "umol L-1", "cyclic AMP of the astrocyte"),),
    rates={"cAMP": lambda value: value["speed"] * value["Omega_cAMP"]},
    tools=(
        Tool(
            "beta_antagonist", "propranolol",
            "astrocyte.drug_beta_block",
            "Gamma_B: K_NB*(1 + drug_beta_block)",
            "concentration over its dissociation constant", 1000.0,
            "Gaddum 1957: competitive antagonist (number not verified)",
        ),
        Tool(
            "beta_agonist", "isoproterenol",
            "astrocyte.drug_beta_agonist",
            "Gamma_B: N_A + drug_beta_agonist*K_NB",
            "1 = half of the receptors bound without noradrenaline", 1000.0,
            "chosen: a full agonist, counted by its potency",
        ),
    ),
)  # fmt: skip
