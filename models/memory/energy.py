"""Energy of the neuron-astrocyte network, term by term.

Each layer contributes its Legendre term, and the couplings one term each:

    E = sum_i [(lambda x_i - b_i) phi_i - lambda L(x_i)]
      + 1/2 sum_ij [(alpha s_ij - c_ij) g_ij - alpha L(s_ij)]
      + 1/2 sum_ij [(gamma p_ij - d_ij) psi_ij - gamma L(p_ij)]
      - 1/2 sum_ij g_ij phi_i phi_j - 1/2 sum_ij psi_ij g_ij - 1/4 sum_ijkl T_ijkl psi_ij psi_kl

with L the integral of the activation (Kozachkov, Slotine & Krotov 2025, PNAS, energy function).
With T_ijkl = T_klij = T_jikl = T_ijlk and symmetric s, p, c, d,

    dE/dt = - tau_n sum phi' (dx/dt)^2 - tau_s/2 sum g' (ds/dt)^2 - tau_p/2 sum psi' (dp/dt)^2,

so E cannot rise while the activations rise. The half is there because every pair stands twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.memory.network import Network, State

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Energy:
    """Terms of the energy, each of shape (cue,), dimensionless.

    Attributes
    ----------
    neurons, synapses, processes : ndarray
        Legendre terms of the layers.
    neuron_synapse, synapse_process, transport : ndarray
        Couplings.
    """

    neurons: Floats
    synapses: Floats
    processes: Floats
    neuron_synapse: Floats
    synapse_process: Floats
    transport: Floats

    @property
    def total(self) -> Floats:
        """Sum of all terms."""
        return np.sum(list(vars(self).values()), axis=0)

    @property
    def size(self) -> Floats:
        """Sum of the terms' absolute values: what rounding is relative to."""
        return np.sum(np.abs(list(vars(self).values())), axis=0)


def energy(network: Network, state: State) -> Energy:
    """Energy of each cue's state; see the head of this module.

    Parameters
    ----------
    network : Network
    state : State
        x of shape (cue, N), s and p of shape (cue, N, N).

    Returns
    -------
    Energy
        Six terms of shape (cue,).
    """
    phi, g, psi = network.phi(state.x), network.g(state.s), network.psi(state.p)

    def layer(
        u: Floats, value: Floats, leak: float, given: Floats | float, integral: Floats
    ) -> Floats:
        terms = (leak * u - given) * value - leak * integral
        return terms.reshape(len(u), -1).sum(axis=1)

    return Energy(
        neurons=layer(state.x, phi, network.leak_n, network.b, network.phi.integral(state.x)),
        synapses=0.5 * layer(state.s, g, network.leak_s, network.c, network.g.integral(state.s)),
        processes=0.5
        * layer(state.p, psi, network.leak_p, network.d, network.psi.integral(state.p)),
        neuron_synapse=-0.5 * np.einsum("bi,bij,bj->b", phi, g, phi, optimize=True),
        synapse_process=-0.5 * np.einsum("bij,bij->b", psi, g),
        transport=-0.25 * network.transport.interaction(psi),
    )
