"""Synapses: fixed ones, and release from terminals that an astrocyte modulates.

Written so that Brian2's C++ and GeNN both take them: `on_pre` reads only variables of the synapse
and of its target and writes one target variable.
"""

from __future__ import annotations

from models.mechanisms.mechanism import PHYSICAL, Mechanism, Tool

# Fixed excitatory and inhibitory projections: a spike adds its conductance, which decays as
# `models.mechanisms.membrane` says (exponential synapses of Stimberg et al. 2019, eqs. 1-3).
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
RELEASE = """
U_0 = {available}*U_0_star{opened} + alpha*{bound}
u_S = u_S + U_0*(1 - u_S)
r_S = u_S*x_S
x_S = x_S - r_S
"""

# A synapse whose release the astrocyte of its target's domain modulates, without plasticity
# (Stimberg et al. 2019, eqs. 4-8, 17). `g` is the conductance of a full release.
MODULATED = RELEASE_STATE + STATIC
MODULATED_AMPA = (
    RELEASE.format(available="(1 - Gamma_post)", bound="Gamma_post", opened="")
    + "g_ampa_post += g*r_S\n"
)

# The same terminals as the astrocyte sees them (Stimberg et al. 2019, eqs. 4-8, 17, and the
# transmitter that they release, between eqs. 8 and 11): one row per pair of source and domain,
# `frac` the number of its synapses there over all synapses of the domain. The sum of exponential
# decays is one decay, so this is exact while the terminals of a domain share their parameters.
TERMINAL = RELEASE_STATE + "frac : 1 (constant)"
_TERMINAL_ON_PRE = (
    RELEASE.format(available="(1 - Gamma_S_post)", bound="Gamma_S_post", opened="{opened}")
    + """
Y_S_post += frac*rho_c*Y_T*r_S
"""
)
TERMINAL_ON_PRE = _TERMINAL_ON_PRE.replace("{opened}", "")

# Release of a tripartite synapse and what it adds to its cell; `w_0 + h_S + c_S + z_S + l_S` is the
# weight that learning gives it.
MECHANISM = Mechanism(
    name="release",
    cells=("tripartite",),
    equations=RELEASE_STATE + "g_max : siemens (constant)\n",
    clock=PHYSICAL,
    parameters=("synapse",),
    initial={"x_S": 1.0},
    on_pre=RELEASE.format(
        available="(1 - Gamma_post)", bound="Gamma_post", opened="{opened}"
    )
    + "g_ampa_post += g_max*(w_0 + h_S + c_S + z_S + l_S)*r_S\n",
    tools=(
        Tool(
            "lesion", "transection or ablation of a projection", "fibres of the target",
            "synapses of the pathway are not there", "share of its fibres that is cut", 1.0,
            "chosen: for good, and before the experiment", target="pathway", permanent=True,
        ),
    ),
)  # fmt: skip

# The terminal that the astrocyte hears.
TERMINAL_MECHANISM = Mechanism(
    name="terminal",
    cells=("terminal",),
    equations=TERMINAL,
    clock=PHYSICAL,
    parameters=("synapse",),
    initial={"x_S": 1.0},
    on_pre=_TERMINAL_ON_PRE,
)

# Chosen: release into a volume, a share of it for each target.
VARICOSITY = "frac : 1 (constant)"
