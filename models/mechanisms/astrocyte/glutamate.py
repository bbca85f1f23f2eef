"""Glutamate around an astrocyte and its metabotropic receptors.

All synapses of a domain share their transmitter, so it is a variable of the astrocyte. Clearance of
glutamate takes tens of milliseconds and is never scaled by `speed`.
"""

from __future__ import annotations

from models.mechanisms.mechanism import AWAKE, Mechanism

# Synaptic glutamate in the domain (Stimberg et al. 2019, "Synaptically activated astrocytes",
# between eqs. 8 and 11).
GLUTAMATE = "dY_S/dt = -Omega_c*Y_S : mmolar\n"

# Metabotropic glutamate receptors, desensitised by calcium through protein kinase C (Wallach et al.
# 2014, PLoS Comput Biol 10:e1003964; Stimberg et al. 2019, eq. 15).
MGLUR = """
dGamma_A/dt = speed*(O_N*Y_S*(1 - Gamma_A) - Omega_N*(1 + zeta*C/(C + K_KC))*Gamma_A) : 1
"""

# How much phospholipase C an astrocyte has behind them, each its own (chosen: log-normal), and what
# noradrenaline does to that.
MGLUR_PLC = " + gain*O_beta*Gamma_A{glutamate_gain}"

MECHANISM = Mechanism(
    name="glutamate",
    cells=("astrocyte",),
    equations=GLUTAMATE + MGLUR + "gain : 1 (constant)\n",
    clock=AWAKE,
    parameters=("receptors", "ip3", "synapse"),
    adds={"ip3_receptors": MGLUR_PLC},
    rates={
        "Y_S": lambda value: value["Omega_c"],
        "Gamma_A": lambda value: (
            value["speed"] * value["O_N"] * value.get("rho_c", 0) * value.get("Y_T", 0)
            + value["speed"] * value["Omega_N"] * (1 + value["zeta"])
        ),
    },
)
