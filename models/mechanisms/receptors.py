"""Transmitters around an astrocyte and its receptors: glutamate, noradrenaline alpha1 and beta.

All synapses of a domain share their transmitter, so it is a variable of the astrocyte. Clearance of
glutamate takes tens of milliseconds and is never scaled by `speed`.
"""

# Synaptic glutamate in the domain (Stimberg et al. 2019, "Synaptically activated astrocytes",
# between eqs. 8 and 11).
GLUTAMATE = "dY_S/dt = -Omega_c*Y_S : mmolar\n"

# Metabotropic glutamate receptors, desensitised by calcium through protein kinase C (Wallach et al.
# 2014, PLoS Comput Biol 10:e1003964; Stimberg et al. 2019, eq. 15).
MGLUR = """
dGamma_A/dt = speed*(O_N*Y_S*(1 - Gamma_A) - Omega_N*(1 + zeta*C/(C + K_KC))*Gamma_A) : 1
"""

# Noradrenaline in the domain, from volume release; chosen: first-order clearance.
NORADRENALINE = "dN_A/dt = -speed*Omega_NA*N_A : mmolar\n"

# alpha1 receptors; chosen: at equilibrium with noradrenaline, two sites. They act through IP3,
# alone (`models.mechanisms.ip3.PLC_BETA_ALPHA1`) or as gain on glutamate (Paukert et al. 2014,
# Neuron 82:1263).
ALPHA1 = "Gamma_N = N_A*N_A/(N_A*N_A + K_NA*K_NA) : 1\n"

# The same receptors with a competitive antagonist, which raises their apparent affinity constant
# (Gaddum 1957, Pharmacol Rev 9:211, number not verified), and an agonist counted in units of that
# constant; endogenous noradrenaline stays what it is.
ALPHA1_DRUGS = """
N_alpha1 = N_A + drug_alpha1_agonist*K_NA : mmolar
K_alpha1 = K_NA*(1 + drug_alpha1_block) : mmolar
Gamma_N = N_alpha1*N_alpha1/(N_alpha1*N_alpha1 + K_alpha1*K_alpha1) : 1
drug_alpha1_agonist : 1
drug_alpha1_block : 1
"""

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
