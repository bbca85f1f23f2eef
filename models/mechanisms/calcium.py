"""Cytosolic calcium: Li-Rinzel kinetics, deterministic and with channel noise.

Every part of an astrocyte is an equation string; `speed` scales all that is slower than about a
second and is 1 where clocks are not compressed (see `models.mechanisms.astrocyte.astrocyte_group`).
The variables that the parts share are C (calcium), h (IP3 receptors not inactivated) and I (IP3).
"""

# Fluxes between endoplasmic reticulum and cytosol: channels J_r, leak J_l, pumps J_p (Li & Rinzel
# 1994, J Theor Biol 166:461; numbers of Stimberg et al. 2019, eq. 11 and the fluxes below eq. 12).
_FLUXES = """
dC/dt = speed*(J_r + J_l - J_p{membrane}) : mmolar
Q_2 = d_2*(I + d_1)/(I + d_3) : mmolar
m_inf = I/(I + d_1)*C/(C + d_5) : 1
J_r = Omega_C*(m_inf*{open})**3*({total} - (1 + rho_A)*C) : mmolar/second
J_l = Omega_L*({total} - (1 + rho_A)*C) : mmolar/second
J_p = O_P*C*C/(C*C + K_P*K_P) : mmolar/second
"""

# Receptor inactivation (Li & Rinzel 1994; Stimberg et al. 2019, eq. 12), multiplied out.
_INACTIVATION = "dh/dt = speed*O_2*(Q_2 - (Q_2 + C)*h) : 1\n"
CALCIUM = _FLUXES.format(open="h", total="C_T", membrane="") + _INACTIVATION

# The same cell with two fluxes across its plasma membrane, beyond those that balance at rest:
# expressed pumps J_X (Yu et al. 2018, Neuron 99:1170, for the tool; chosen: first order, saturating
# above K_X) and store-operated entry J_S (chosen: linear in what the cell lacks of its normal total
# C_T). C_tot is the total calcium of the cell; without pumps it stays C_T and both fluxes are zero.
OPEN_CALCIUM = (
    _FLUXES.format(open="h", total="C_tot", membrane=" + J_S - J_X")
    + _INACTIVATION
    + """
dC_tot/dt = speed*(J_S - J_X) : mmolar
J_S = Omega_S*(C_T - C_tot) : mmolar/second
J_X = drug_CalEx*O_X*C/(C + K_X) : mmolar/second
drug_CalEx : 1
"""
)

# Langevin form for a cluster of N_IP3R channels (Shuai & Jung 2002, Biophys J 83:87,
# Theoretical Methods; number not verified): the variance is the sum of both transition rates over
# N_IP3R, so noise falls as 1/sqrt(N_IP3R); Stimberg et al. 2019, eq. 13, has noise of a fixed
# strength in its place (`CALCIUM_FIXED_NOISE`). Noise can carry h out of 0..1, where the channels
# are shut or all open. It is multiplicative and read in the Ito sense: integrate with
# method="milstein".
CALCIUM_NOISE = (
    _FLUXES.format(open="h_open", total="C_T", membrane="")
    + """
dh/dt = speed*O_2*(Q_2 - (Q_2 + C)*h) +
        sqrt(speed*O_2*(Q_2*(1 - h_open) + C*h_open)/N_IP3R)*xi : 1
h_open = clip(h, 0, 1) : 1
"""
)

# Noise of a fixed strength noise_h, whatever the number of channels: the rate of h times
# 1 + noise_h*xi*sqrt(tau_h), so that h does not fluctuate where it is at equilibrium (Stimberg et
# al. 2019, eq. 13, as in their program of the stochastic astrocyte, which has noise_h = 1). For
# "milstein", too.
CALCIUM_FIXED_NOISE = (
    _FLUXES.format(open="h_open", total="C_T", membrane="")
    + """
dh/dt = speed*O_2*(Q_2 - (Q_2 + C)*h_open)*
        (1 + noise_h*xi/sqrt(speed*O_2*(Q_2 + C))) : 1
h_open = clip(h, 0, 1) : 1
"""
)

# IP3 held at a given level: with `CALCIUM` the two-variable model of Li & Rinzel 1994.
GIVEN_IP3 = "I : mmolar\n"
