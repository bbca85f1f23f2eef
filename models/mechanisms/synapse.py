"""Synapses: static projections, tripartite synapses with plasticity, and links with astrocytes.

Written so that Brian2's C++ and GeNN both take them: `on_pre` reads only variables of the synapse
and of its target and writes one target variable.
"""

# Fixed excitatory and inhibitory projections: a spike adds its conductance, which decays as
# `models.mechanisms.neuron` says (exponential synapses of Stimberg et al. 2019, eqs. 1-3).
STATIC = "g : siemens (constant)"
STATIC_AMPA = "g_ampa_post += g"
STATIC_GABA = "g_gaba_post += g"

# Release between spikes: facilitation u_S and resources x_S (Tsodyks, Pawelzik & Markram 1998,
# Neural Comput 10:821, in the form of Stimberg et al. 2019, eqs. 4-5).
RELEASE_STATE = """
du_S/dt = -Omega_f*u_S : 1 (event-driven)
dx_S/dt = Omega_d*(1 - x_S) : 1 (event-driven)
"""

# To be added to any synapse that releases, so that r_S, which is otherwise gone when the spike has
# passed, stays until the next one and can be recorded (Stimberg et al. 2019, eq. 7).
RELEASE_RECORD = "r_S : 1\n"

# Release at a spike (Stimberg et al. 2019, eqs. 6-8) with the resting probability U_0 that bound
# presynaptic receptors set (De Pitta et al. 2011; Stimberg et al. 2019, eq. 17).
_RELEASE = """
U_0 = {available}*U_0_star + alpha*{bound}
u_S = u_S + U_0*(1 - u_S)
r_S = u_S*x_S
x_S = x_S - r_S
"""

# A synapse whose release the astrocyte of its target's domain modulates, without plasticity
# (Stimberg et al. 2019, eqs. 4-8, 17). `g` is the conductance of a full release.
MODULATED = RELEASE_STATE + STATIC
MODULATED_AMPA = (
    _RELEASE.format(available="(1 - Gamma_post)", bound="Gamma_post") + "g_ampa_post += g*r_S\n"
)

# Tripartite synapse: release as above and a weight in two phases (Luboeinski & Tetzlaff 2021,
# Commun Biol 4:275, Methods): w_0 naive weight, h_S early phase, z_S late phase (all relative to
# g_max). gate_S and T_S, chosen, remember the target's gate integral and slow clock at the last
# presynaptic spike.
TRIPARTITE = (
    RELEASE_STATE
    + """
w_0 : 1 (constant)
g_max : siemens (constant)
h_S : 1
z_S : 1
gate_S : second
T_S : second
"""
)

# One presynaptic spike. First the slow story since the last one, solved exactly: the open gate
# turns early into late phase (rate kappa), then the rest of the early phase decays with the slow
# clock (early and late phase after Luboeinski & Tetzlaff 2021, Methods; number not verified;
# chosen: capture as first-order kinetics). Then the step of Bienenstock, Cooper & Munro 1982 (see
# `models.mechanisms.neuron.PLASTIC_CELL`) on the early phase, in a chosen form: their y*(y -
# theta), which at high rates saturates at one (so that the pace of learning is eta's alone), times
# a share of the distance to the bound, below one at any rate (upwards the share falls with that
# distance, so that no weight runs into its bound); dopamine lowers the threshold through D1
# receptors, whose drugs act as those of `models.mechanisms.receptors.ALPHA1_DRUGS`; then release.
TRIPARTITE_ON_PRE = (
    """
kept = exp(-kappa*(gate_time_post - gate_S))
z_S = z_S + h_S*(1 - kept)
h_S = h_S*kept*exp(-(T_slow_post - T_S)/tau_h)
gate_S = gate_time_post
T_S = T_slow_post
w_S = w_0 + h_S + z_S
K_S = K_DA*(1 + drug_D1_block_post)
theta_S = theta_post*K_S/(K_S + D_post + drug_D1_agonist_post*K_DA)
phi = y_post*(y_post - theta_S)/(y_post*y_post + theta_0*theta_0)
up_S = 1 - exp(-eta*speed*phi*int(phi > 0)*(w_max - w_S)/(w_max - w_min))
down_S = 1 - exp(eta*speed*phi*int(phi <= 0)*ltd)
h_S = h_S + up_S*(w_max - w_S) - down_S*(w_S - w_min)
"""
    + _RELEASE.format(available="(1 - Gamma_post)", bound="Gamma_post")
    + """
g_ampa_post += g_max*(w_0 + h_S + z_S)*r_S
"""
)

# The same terminals as the astrocyte sees them (Stimberg et al. 2019, eqs. 4-8, 17, and the
# transmitter that they release, between eqs. 8 and 11): one row per pair of source and domain,
# `frac` the number of its synapses there over all synapses of the domain. The sum of exponential
# decays is one decay, so this is exact while the terminals of a domain share their parameters.
TERMINAL = RELEASE_STATE + "frac : 1 (constant)"
TERMINAL_ON_PRE = (
    _RELEASE.format(available="(1 - Gamma_S_post)", bound="Gamma_S_post")
    + """
Y_S_post += frac*rho_c*Y_T*r_S
"""
)

# Chosen: volume release of locus coeruleus cells into every domain, and of dopamine cells onto the
# principal cells that they reach. `speed` keeps the level while clearance runs on the compressed
# clock.
VARICOSITY = "frac : 1 (constant)"
NORADRENALINE_ON_PRE = "N_A_post += speed*frac*rho_NA"
DOPAMINE_ON_PRE = "D_post += speed*frac*rho_DA"
VOLUME_RELEASE = {"noradrenaline": NORADRENALINE_ON_PRE, "dopamine": DOPAMINE_ON_PRE}

# What the astrocyte of its domain hands to a principal cell, one object for each quantity; chosen:
# all synapses of a domain share it (docs/references.md measures what that costs).
HAND_OVER_RECEPTOR = "Gamma_post = Gamma_S_pre : 1 (summed)"
HAND_OVER_GATE = "gate_time_post = gate_integral_pre : second (summed)"
