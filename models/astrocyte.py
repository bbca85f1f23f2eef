"""Astrocyte calcium: G-ChI kinetics with noradrenaline, gap junctions and gliotransmission.

`speed` scales every process slower than about a second, so that a protocol whose trial times are
compressed by 1/speed meets the same astrocyte; transmitter clearance (25 ms) is never scaled.
"""

# Synaptic glutamate in the domain (Stimberg et al. 2019, eq. 9) and metabotropic receptors
# (De Pitta & Berry 2019, ch. 5; Stimberg et al. 2019, eq. 14).
GLUTAMATE = """
dY_S/dt = -Omega_c*Y_S : mmolar
dGamma_A/dt = speed*(O_N*Y_S*(1 - Gamma_A) - Omega_N*(1 + zeta*C/(C + K_KC))*Gamma_A) : 1
"""

# Noradrenaline in the domain and its alpha1 receptors. The receptors multiply the glutamate term:
# noradrenaline is a gain on the astrocyte's response to glutamate (Paukert et al. 2014).
NORADRENALINE = """
dN_A/dt = -speed*Omega_NA*N_A : mmolar
Gamma_N = N_A*N_A/(N_A*N_A + K_NA*K_NA) : 1
"""

# IP3 production and degradation (Stimberg et al. 2019, eqs. 10-13), with the designer receptors as
# what they are: Gq drives phospholipase C, Gi takes away from the receptor-driven share of it.
IP3 = """
J_beta = (gain*O_beta*Gamma_A*Gamma_N + O_alpha*Gamma_N + O_basal)*(1 - drug_Gi)
    + drug_Gq*O_Gq : mmolar/second
J_delta = O_delta/(1 + I/kappa_delta)*C*C/(C*C + K_delta*K_delta) : mmolar/second
J_3K = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) : mmolar/second
J_5P = Omega_5P*I : mmolar/second
dI/dt = speed*(J_beta + J_delta - J_3K - J_5P + J_gap*(1 - drug_gap)) : mmolar
J_gap : mmolar/second
gain : 1 (constant)
drug_Gq : 1
drug_Gi : 1
drug_gap : 1
"""

# Li-Rinzel calcium with IP3 receptor inactivation (Li & Rinzel 1994; Stimberg et al. 2019,
# eqs. 5-8).
CALCIUM = """
dC/dt = speed*(J_r + J_l - J_p) : mmolar
dh/dt = speed*O_2*(Q_2 - (Q_2 + C)*h) : 1
Q_2 = d_2*(I + d_1)/(I + d_3) : mmolar
m_inf = I/(I + d_1)*C/(C + d_5) : 1
J_r = Omega_C*(m_inf*h)**3*(C_T - (1 + rho_A)*C) : mmolar/second
J_l = Omega_L*(C_T - (1 + rho_A)*C) : mmolar/second
J_p = O_P*C*C/(C*C + K_P*K_P) : mmolar/second
"""

# Two outputs. Tonic: ATP, hydrolysed to adenosine (A_d), follows calcium and binds presynaptic
# receptors (Gamma_S; Stimberg et al. 2019, eq. 20, Martin-Fernandez et al. 2017 for the
# transmitter).
# Phasic: each upward crossing of C_theta releases D-serine (Ser) from a depleting store x_A
# (Stimberg et al. 2019, eqs. 16-19); its occupancy of the NMDA glycine site is the plasticity gate.
GLIOTRANSMISSION = """
dA_d/dt = speed*(O_ATP*C*C/(C*C + K_ATP*K_ATP)*(1 - drug_release) - Omega_ado*A_d) : mmolar
dGamma_S/dt = speed*(O_G*A_d*(1 - Gamma_S) - Omega_G*Gamma_S) : 1
dx_A/dt = speed*Omega_A*(1 - x_A) : 1
dSer/dt = -speed*Omega_ser*Ser : mmolar
gate = Ser*Ser/(Ser*Ser + K_ser*K_ser) : 1
dgate_integral/dt = speed*gate : second
drug_release : 1
"""

ASTROCYTE = GLUTAMATE + NORADRENALINE + IP3 + CALCIUM + GLIOTRANSMISSION

RELEASE_THRESHOLD = "C > C_theta"
RELEASE_RESET = """
Ser += rho_e*G_T*U_A*x_A*(1 - drug_release)
x_A -= U_A*x_A
"""

# IP3 diffusion through gap junctions, threshold form (Lallouette et al. 2014; Stimberg et al. 2019,
# eq. 15): below I_theta almost nothing flows, above it the flux saturates at F.
GAP_JUNCTION = """
J_gap_post = -F/2*(1 + tanh((abs(I_post - I_pre) - I_theta)/omega_I))*sign(I_post - I_pre)
    : mmolar/second (summed)
"""
