"""The reference for `neuron_glia_2019`: the paper's formulation, with its states on every synapse.

Written from the equations of Stimberg et al. 2019 and not from the strings of `models`: transmitter
Y_S and bound receptors Gamma_S are clock-driven variables of each excitatory synapse, and synapses
are linked with astrocytes by synapses onto synapses, which GeNN refuses. Wiring, initial values and
current are those of `models.circuits.neuron_glia_2019`, so that spikes can be compared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits import neuron_glia_2019 as circuit_module
from models.circuits.neuron_glia_2019 import NeuronGliaNetwork, connect, make_cells
from models.circuits.neuron_glia_wiring import Wiring, side_by_side
from models.machine.clocks import Clocks
from models.parameters import ParameterSet

SYNAPSE = """
dY_S/dt = -Omega_c*Y_S : mmolar (clock-driven)
dGamma_S/dt = O_G*G_A*(1 - Gamma_S) - Omega_G*Gamma_S : 1 (clock-driven)
du_S/dt = -Omega_f*u_S : 1 (event-driven)
dx_S/dt = Omega_d*(1 - x_S) : 1 (event-driven)
G_A : mmolar
"""
ON_PRE = """
p_release = U_0_star - (U_0_star - alpha)*Gamma_S
u_S = u_S + p_release*(1 - u_S)
released = u_S*x_S
x_S = x_S - released
Y_S = Y_S + rho_c*Y_T*released
g_ampa_post += w_E*released
"""
INHIBITORY_SYNAPSE = """
du_S/dt = -Omega_f*u_S : 1 (event-driven)
dx_S/dt = Omega_d*(1 - x_S) : 1 (event-driven)
"""
INHIBITORY_ON_PRE = """
u_S = u_S + U_0_star*(1 - u_S)
released = u_S*x_S
x_S = x_S - released
g_gaba_post += w_I*released
"""
ASTROCYTE = """
dGamma_A/dt = O_N*Y_S*(1 - clip(Gamma_A, 0, 1)) - Omega_N*(1 + zeta*C/(C + K_KC))*clip(Gamma_A, 0, 1) : 1
dI/dt = O_beta*Gamma_A + production - degradation + J_gap : mmolar
production = O_delta*kappa_delta/(kappa_delta + I)*C**2/(C**2 + K_delta**2) : mmolar/second
degradation = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) + Omega_5P*I : mmolar/second
dC/dt = (Omega_C*(I/(I + d_1))**3*(C/(C + d_5))**3*h**3 + Omega_L)*(C_T - (1 + rho_A)*C) - O_P*C**2/(C**2 + K_P**2) : mmolar
dh/dt = (h_inf - h)/tau_h : 1
h_inf = Q/(Q + C) : 1
tau_h = 1/(O_2*(Q + C)) : second
Q = d_2*(I + d_1)/(I + d_3) : mmolar
dx_A/dt = Omega_A*(1 - x_A) : 1
dG_A/dt = -Omega_e*G_A : mmolar
Y_S : mmolar
J_gap : mmolar/second
"""  # noqa: E501
DIFFUSION = """
J_gap_post = F/2*(1 + tanh((abs(I_pre - I_post) - I_theta)/omega_I))*sign(I_pre - I_post) : mmolar/second (summed)
"""  # noqa: E501
HETEROGENEOUS = ("U_0_star", "Omega_f", "Omega_d", "Omega_c", "O_G")


def assemble(
    parameters: ParameterSet,
    wirings: Sequence[Wiring],
    clocks: Clocks,
    own_values: Mapping[str, NDArray] | None = None,
) -> NeuronGliaNetwork:
    """Build the reference network, as `models.circuits.neuron_glia_2019.assemble` builds ours.

    Parameters
    ----------
    parameters, wirings, clocks
        The `slow` clock is not used: the synapses step with the neurons.
    own_values : mapping of str to ndarray, shape (n_excitatory_synapses,)
        Values of its own for each synapse, for parameters of `HETEROGENEOUS`: relative to the
        table, in the order of the joined excitatory edges.

    Returns
    -------
    NeuronGliaNetwork
    """
    wiring, space = side_by_side(wirings), circuit_module.namespace(parameters)
    n_A = len(wirings) * wiring.n_A
    own_values = own_values or {}
    cells = make_cells(parameters, wiring, clocks.neuron)
    astrocytes = b2.NeuronGroup(
        n_A,
        ASTROCYTE,
        threshold="C > C_theta",
        refractory="C > C_theta",
        reset="G_A += rho_e*G_T*U_A*x_A\nx_A -= U_A*x_A",
        method="rk4",
        namespace=space,
        dt=clocks.astrocyte * b2.second,
        name="astrocytes",
    )
    astrocytes.C, astrocytes.h, astrocytes.I = (space[name] for name in ("C_0", "h_0", "I_0"))
    astrocytes.x_A = 1
    unit = {name: ("1" if name == "U_0_star" else "hertz") for name in HETEROGENEOUS}
    unit["O_G"] = "hertz/mmolar"
    model = SYNAPSE + "".join(f"{name} : {unit[name]} (constant)\n" for name in own_values)
    local = {name: value for name, value in space.items() if name not in own_values}
    dt = clocks.neuron
    excitatory = connect(
        cells,
        cells,
        wiring.excitatory,
        local,
        dt,
        model=model,
        on_pre=ON_PRE,
        method="exact",
        name="excitatory",
    )
    for name, values in own_values.items():
        setattr(excitatory, name, values * space[name])
    inhibitory = connect(
        cells,
        cells,
        wiring.inhibitory,
        space,
        dt,
        model=INHIBITORY_SYNAPSE,
        on_pre=INHIBITORY_ON_PRE,
        method="exact",
        name="inhibitory",
    )
    of_synapse = wiring.domain[wiring.excitatory.target]
    synapse = np.flatnonzero(of_synapse >= 0)
    to_synapse = b2.Synapses(
        astrocytes, excitatory, "G_A_post = G_A_pre : mmolar (summed)", name="gliotransmitter"
    )
    to_synapse.connect(i=of_synapse[synapse], j=synapse)
    to_astrocyte = b2.Synapses(
        excitatory,
        astrocytes,
        "Y_S_post = share*Y_S_pre : mmolar (summed)\nshare : 1 (constant)",
        name="transmitter",
    )
    to_astrocyte.connect(i=synapse, j=of_synapse[synapse])
    to_astrocyte.share = 1 / np.bincount(of_synapse[synapse], minlength=n_A)[of_synapse[synapse]]
    junctions = connect(
        astrocytes,
        astrocytes,
        wiring.gap_junctions,
        space,
        clocks.astrocyte,
        model=DIFFUSION,
        name="diffusion",
    )
    network = b2.Network(
        cells, astrocytes, excitatory, inhibitory, to_synapse, to_astrocyte, junctions
    )
    return NeuronGliaNetwork(network, cells, excitatory, astrocytes)
