"""Leaky integrate-and-fire neurons with conductance synapses, as equation strings."""

# Conductance-based leaky integrate-and-fire cell with an after-hyperpolarisation conductance:
# Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, eq. 5 (membrane); the after-hyperpolarisation
# follows Treves 1993, Network 4:259 (number not verified); chosen: exponential conductances.
LIF = """
dv/dt = (g_L*(E_L - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) + g_ahp*(E_ahp - v))/C_m
    : volt (unless refractory)
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
dg_ahp/dt = -g_ahp/tau_ahp : siemens
E_L : volt (constant)
V_th : volt (constant)
b_ahp : siemens (constant)
"""

# Spike and reset (Vlachos et al. 2011, Methods, unnumbered); a spike adds to the
# after-hyperpolarisation (Treves 1993).
LIF_THRESHOLD = "v > V_th"
LIF_RESET = """
v = V_reset
g_ahp += b_ahp
"""

# What a principal cell adds: the running rate estimate y and the sliding modification threshold
# theta (after Bienenstock, Cooper & Munro 1982, J Neurosci 2:32, numbers not verified; chosen: the
# threshold relaxes to the mean square of the rate), dopamine D (it lowers the
# threshold where it is released), and what its astrocyte hands over. T_slow is the slow clock:
# protocol seconds lived so far, offline hours included.
PLASTIC_CELL = """
dy/dt = -y/tau_y : hertz
dtheta/dt = speed*(theta_0 + y*y/y_0 - theta)/tau_theta : hertz
dD/dt = -speed*Omega_DA*D : mmolar
Gamma : 1
gate_time : second
T_slow : second
"""

# A spike enters the rate estimate (chosen: so that its time mean is the rate).
PLASTIC_RESET = """
y += 1/tau_y
"""
