"""Inositol trisphosphate (IP3): production, degradation and their balance.

A balance is put together from terms: ``PLC_BETA + PLC_DELTA + DEGRADATION +
ip3_balance("J_beta", "J_delta")`` is IP3 in the G-ChI model. Gap junctions add the term ``J_gap``.
"""

from __future__ import annotations

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
EXOGENOUS = """
J_ex = -stimulated*F_ex/2*(1 + tanh((abs(I - I_bias) - I_theta)/omega_I))*
       sign(I - I_bias) : mmolar/second
I_bias : mmolar
stimulated : 1
"""

# Without enzymes: IP3 relaxes to a resting level and synaptic input adds to it (Nadkarni & Jung
# 2003, Phys Rev Lett 91:268101, number not verified; NEST's astrocyte_lr_1994).
RELAXATION = "dI/dt = speed*(I_rest - I)/tau_I : mmolar\n"


# Tools that take IP3 away (chosen: as what they are made of). An expressed 5-phosphatase adds to
# the cell's own; a sponge is a fast buffer that holds drug_IP3_sponge molecules for each free one,
# so that every flux moves free IP3 by so much less (`ip3_balance` divides by IP3_capacity).
IP3_TOOLS = """
J_5P_tool = drug_IP3_phosphatase*J_5P : mmolar/second
IP3_capacity = 1 + drug_IP3_sponge : 1
drug_IP3_phosphatase : 1
drug_IP3_sponge : 1
"""


def ip3_balance(*production: str, loss: str = "", capacity: str = "") -> str:
    """Rate of change of IP3: the sum of the `production` terms less the two of `DEGRADATION`.

    Parameters
    ----------
    production : str
        Terms in mmolar/second, such as ``"J_beta"``, ``"J_delta"``, ``"J_ex"``, ``"J_gap"``.
    loss : str, optional
        A further term to subtract, such as ``"J_5P_tool"``.
    capacity : str, optional
        Buffer capacity that divides the sum, such as ``"IP3_capacity"``.

    Returns
    -------
    str
        The equation of I (Stimberg et al. 2019, eq. 14).
    """
    less = f" - {loss}" if loss else ""
    divided = f"/{capacity}" if capacity else ""
    terms = " + ".join(production)
    return f"dI/dt = speed*({terms} - J_3K - J_5P{less}){divided} : mmolar\n"
