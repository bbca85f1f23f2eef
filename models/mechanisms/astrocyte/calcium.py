"""Cytosolic calcium: Li-Rinzel kinetics, deterministic and with channel noise.

Every part of an astrocyte is an equation string; `speed` scales all that is slower than about a
second and is 1 where clocks are not compressed (see `models.circuits.astrocyte.astrocyte_group`).
The variables that the parts share are C (calcium), h (IP3 receptors not inactivated) and I (IP3).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.mechanisms.mechanism import AWAKE, Mechanism, Record

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

# The same cell with store-operated entry J_S across its plasma membrane, beyond the fluxes that
# balance at rest (chosen: linear in what the cell lacks of its normal total C_T). C_tot is the
# total calcium of the cell; while nothing takes calcium away it stays C_T and J_S is zero.
OPEN_CALCIUM = (
    _FLUXES.format(open="h", total="C_tot", membrane=" + J_S{calcium_membrane}")
    + _INACTIVATION
    + """
dC_tot/dt = speed*(J_S{calcium_membrane}) : mmolar
J_S = Omega_S*(C_T - C_tot) : mmolar/second
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


def fastest_rate(value: Mapping[str, float], size: int = 60) -> float:
    """Largest eigenvalue modulus of the C-h Jacobian where trajectories can be, 1/s."""
    top = value["C_T"] / (1 + value["rho_A"])  # fluxes from the reticulum vanish here
    # The pump is steepest near its affinity, however low that is.
    levels = np.union1d(np.linspace(0, top, 4 * size)[1:], np.geomspace(top * 1e-6, top, size))
    calcium, h, ip3 = np.meshgrid(
        levels,
        np.linspace(0, 1, size // 4),
        np.geomspace(value["d_1"] / 100, value["d_1"] * 100, size // 4),
        indexing="ij",
    )
    slope = 1 + value["rho_A"]
    free = value["C_T"] - slope * calcium
    m = ip3 / (ip3 + value["d_1"]) * calcium / (calcium + value["d_5"])
    m_slope = ip3 / (ip3 + value["d_1"]) * value["d_5"] / (calcium + value["d_5"]) ** 2
    q_2 = value["d_2"] * (ip3 + value["d_1"]) / (ip3 + value["d_3"])
    pump = value["K_P"] ** 2 + calcium**2
    cc = (
        value["Omega_C"] * h**3 * (3 * m**2 * m_slope * free - slope * m**3)
        - slope * value["Omega_L"]
        - value["O_P"] * 2 * calcium * value["K_P"] ** 2 / pump**2
    )
    ch = value["Omega_C"] * 3 * h**2 * m**3 * free
    hc = -value["O_2"] * h
    hh = -value["O_2"] * (q_2 + calcium)
    half, product = (cc + hh) / 2, cc * hh - ch * hc
    root = np.sqrt((half**2 - product).astype(complex))
    return float(np.maximum(abs(half + root), abs(half - root)).max())


MECHANISM = Mechanism(
    name="calcium",
    cells=("astrocyte",),
    equations=OPEN_CALCIUM,
    clock=AWAKE,
    parameters=("calcium",),
    initial={"C": "calcium.C_0", "h": "calcium.h_0", "C_tot": "calcium.C_T"},
    records=(Record("calcium", "C", 1e3, "umol L-1", "cytosolic calcium of the astrocyte"),),
    rates={
        "C": lambda value: value["speed"] * fastest_rate(value),
        "C_tot": lambda value: value["speed"] * value["Omega_S"],
    },
)
