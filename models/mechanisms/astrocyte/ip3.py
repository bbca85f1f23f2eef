"""Inositol trisphosphate (IP3): production, degradation and their balance.

A balance is put together from terms: ``PLC_BETA + PLC_DELTA + DEGRADATION +
ip3_balance("J_beta", "J_delta")`` is IP3 in the G-ChI model. Gap junctions add the term ``J_gap``.
"""

from __future__ import annotations

import brian2 as b2
import numpy as np
from numpy.typing import ArrayLike

from models.checks import ModelError
from models.mechanisms.mechanism import AWAKE, Mechanism, Record

# Phospholipase C-beta behind metabotropic glutamate receptors, and behind alpha1 receptors alone
# (De Pitta et al. 2009, J Biol Phys 35:383; Stimberg et al. 2019, terms of eq. 14; chosen: alpha1
# as a term of the same form).
PLC_BETA = "J_beta = O_beta*Gamma_A : mmolar/second\n"
PLC_BETA_ALPHA1 = "J_alpha = O_alpha*Gamma_N : mmolar/second\n"

# Phospholipase C-delta, driven by calcium (De Pitta et al. 2009; Stimberg et al. 2019, eq. 14).
PLC_DELTA = "J_delta = O_delta/(1 + I/kappa_delta)*C*C/(C*C + K_delta*K_delta) : mmolar/second\n"

# Degradation by 3-kinase and 5-phosphatase (De Pitta et al. 2009; Stimberg et al. 2019, eq. 14).
DEGRADATION = """
J_3K = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) : mmolar/second
J_5P = Omega_5P*I : mmolar/second
"""

# Exchange with a large outside pool at I_bias, such as a pipette or uncaging: a gap junction to a
# cell that never changes (Goldberg et al. 2010, PLoS Comput Biol 6:e1000909; flux of Stimberg et
# al. 2019, eq. 22, in its eq. 14). `stimulated` switches it, 0 or 1.
_EXCHANGE = """
J_ex = -stimulated*F_ex/2*(1 + tanh((abs(I - I_bias) - I_theta)/omega_I))*
       sign(I - I_bias) : mmolar/second
{level}
stimulated : 1
"""
EXOGENOUS = _EXCHANGE.format(level="I_bias : mmolar")

# The same with a pool that changes in time: `pool` of the namespace is a table over time and cells
# from `pool_in_time` (Stimberg et al. 2019, ring of astrocytes, pulses its pool).
EXOGENOUS_IN_TIME = _EXCHANGE.format(level="I_bias = pool(t, i) : mmolar")

# Cells whose IP3 is held where it is, by what a balance made with ``held="held"`` leaves of all
# fluxes (chosen: an ideal clamp); 0 free, 1 held.
IP3_CLAMP = "held : 1\n"

# Without enzymes: IP3 relaxes to a resting level and synaptic input adds to it (Nadkarni & Jung
# 2003, Phys Rev Lett 91:268101, number not verified; NEST's astrocyte_lr_1994).
RELAXATION = "dI/dt = speed*(I_rest - I)/tau_I : mmolar\n"


# IP3 in the amygdala: receptors multiply, as noradrenaline is a gain on the response to glutamate
# (Paukert et al. 2014), and other receptors make a little at rest (chosen); the terms and the
# balance are those of Stimberg et al. 2019, eq. 14.
RECEPTOR_IP3 = """
J_beta = (O_basal{ip3_receptors}){ip3_receptor_scale}{ip3_direct} : mmolar/second
dI/dt = speed*(J_beta + J_delta{ip3_made} - J_3K - J_5P{ip3_lost}){ip3_buffered} : mmolar
"""

MECHANISM = Mechanism(
    name="IP3",
    cells=("astrocyte",),
    equations=PLC_DELTA + DEGRADATION + RECEPTOR_IP3,
    clock=AWAKE,
    parameters=("ip3",),
    initial={"I": "ip3.I_0"},
    records=(Record("ip3", "I", 1e3, "umol L-1", "IP3 of the astrocyte"),),
    rates={
        "I": lambda value: (
            value["speed"] * (value["O_3K"] / value["K_3K"]
                     + value["Omega_5P"] * (1 + value.get("drug_IP3_phosphatase", 0.0)))
        ),
    },
)  # fmt: skip


def pool_in_time(levels: ArrayLike, step: b2.Quantity) -> b2.TimedArray:
    """Table of a pool that changes in time, to stand as ``pool`` in a namespace.

    Parameters
    ----------
    levels : array_like of mmolar, shape (n_times, n_cells)
        Level from ``k*step`` to ``(k + 1)*step`` for each cell; the last one stays.
    step : brian2.Quantity

    Raises
    ------
    ModelError
        If a level is negative or not finite, is no concentration, or there are no cells.
    """
    if b2.get_dimensions(levels) != b2.mmolar.dim:
        raise ModelError(
            f"levels of a pool have the unit {b2.get_unit(b2.get_dimensions(levels))!r}; "
            "allowed: a concentration, such as values*umolar"
        )
    values = np.asarray(levels, dtype=float)
    if values.ndim != 2 or 0 in values.shape:
        raise ModelError(f"levels of a pool have shape {values.shape}; allowed: (times, cells)")
    wrong = np.argwhere(~np.isfinite(values) | (values < 0))
    if len(wrong):
        at, cell = wrong[0]
        raise ModelError(
            f"level {at} of cell {cell} of a pool is {values[at, cell]:g} mM; allowed: 0 or more"
        )
    return b2.TimedArray(values * b2.mmolar, dt=step)


def ip3_balance(*production: str, loss: str = "", capacity: str = "", held: str = "") -> str:
    """Rate of change of IP3: the sum of the `production` terms less the two of `DEGRADATION`.

    Parameters
    ----------
    production : str
        Terms in mmolar/second, such as ``"J_beta"``, ``"J_delta"``, ``"J_ex"``, ``"J_gap"``.
    loss : str, optional
        A further term to subtract, such as ``"J_5P_tool"``.
    capacity : str, optional
        Buffer capacity that divides the sum, such as ``"IP3_capacity"``.
    held : str, optional
        Variable that stops every flux where it is 1, such as that of `IP3_CLAMP`.

    Returns
    -------
    str
        The equation of I (Stimberg et al. 2019, eq. 14).
    """
    less = f" - {loss}" if loss else ""
    divided = f"/{capacity}" if capacity else ""
    terms = " + ".join(production)
    free = f"(1 - {held})*" if held else ""
    return f"dI/dt = speed*{free}({terms} - J_3K - J_5P{less}){divided} : mmolar\n"
