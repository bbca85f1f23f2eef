"""Leaky integrate-and-fire neurons with conductance synapses and light-driven conductances."""

# Conductance-based leaky integrate-and-fire cell with an after-hyperpolarisation conductance:
# Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, eq. 5 (membrane); the after-hyperpolarisation
# follows Treves 1993, Network 4:259 (number not verified); chosen: exponential conductances.
_MEMBRANE = """
dv/dt = (g_L*(E_L - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) + g_ahp*(E_ahp - v) +
         {light})/C_m : volt (unless refractory)
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
dg_ahp/dt = -g_ahp/tau_ahp : siemens
E_L : volt (constant)
V_th : volt (constant)
b_ahp : siemens (constant)
I_light : amp
g_light : siemens
fibre : integer (constant)
"""

# Light opens conductances g with reversals E (channelrhodopsin, chloride channels; chosen: steady
# light, steady conductance): g_light is their sum, I_light that of g*E. What reaches a cell follows
# from its optic fibre.
LIF = _MEMBRANE.format(light="I_light - g_light*v")

# Principal cells also carry an opsin behind a label of activity (Reijmers et al. 2007, Science
# 317:1230, for the tool; chosen: as many channels as there is label).
LIF_TAGGED = _MEMBRANE.format(light="I_light + tag*I_tag - (g_light + tag*g_tag)*v")

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
drug_D1_block : 1
drug_D1_agonist : 1
tag : 1
tagging : 1
I_tag : amp
g_tag : siemens
"""

# A spike enters the rate estimate (chosen: so that its time mean is the rate) and, while tagging is
# on, the label: by the rate so far, as expression of immediate early genes follows bursts and
# hardly single spikes (Reijmers et al. 2007 for the tool; chosen: a saturating integral of the
# rate squared, as there is a spike at the rate itself).
PLASTIC_RESET = """
tag = 1 - (1 - tag)*exp(-tagging*speed*y/y_tag)
y += 1/tau_y
"""
