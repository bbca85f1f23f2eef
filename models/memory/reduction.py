"""The limit of fast astrocytes: neurons alone, with synapses and processes at their equilibrium.

Without leaks of synapses and processes the coupling is sum_kl T_ijkl phi_k phi_l: a dense
associative memory with quartic energy (Kozachkov, Slotine & Krotov 2025; Krotov & Hopfield 2016).
One step costs O(K N) for each cue. With binary neurons this is the network of the capacity study,
beside the pairwise one of Hopfield 1982.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.memory.activations import Activation
from models.memory.network import Network
from models.memory.transport import PatternTransport

Floats = NDArray[np.float64]
SWEEPS = 50


@dataclass(frozen=True)
class FastNetwork:
    """tau_n dx_i/dt = -lambda x_i + direct q phi_i + sum_m xi_mi M_m sum_l mix_ml M_l^2 + b_i.

    M = xi phi is the overlap with each memory and q the sum of phi_i^2.

    Attributes
    ----------
    patterns : ndarray, shape (K, N)
    phi : Activation
    tau_n, leak_n : float
    b : ndarray or float
    direct : float
        Coupling phi_i phi_j that synapses form by themselves: a self-coupling of the neurons.
    mix : ndarray, shape (K, K), or float
        Coupling between the pools; a number where pools do not mix.
    balance : float
        Coefficient of the mean of the terms with repeated indices.
    """

    patterns: Floats
    phi: Activation
    tau_n: float
    leak_n: float
    b: Floats | float
    direct: float
    mix: Floats | float
    balance: float

    def field(self, phi: Floats) -> Floats:
        """What the synapses give each neuron at activities `phi`, shape (cue, N)."""
        overlap = phi @ self.patterns.T
        square, q = overlap**2, np.sum(phi**2, axis=1, keepdims=True)
        mixed = square * self.mix if isinstance(self.mix, float) else square @ self.mix
        mean = 3 * q * phi - 2 * phi**3
        return (overlap * mixed) @ self.patterns + self.direct * q * phi - self.balance * mean

    def rate_of_change(self, x: Floats) -> Floats:
        """dx/dt, shape (cue, N)."""
        return (-self.leak_n * x + self.field(self.phi(x)) + self.b) / self.tau_n

    def energy(self, x: Floats) -> Floats:
        """Energy of each cue's neurons, shape (cue,)."""
        phi = self.phi(x)
        own = (self.leak_n * x - self.b) * phi - self.leak_n * self.phi.integral(x)
        return np.asarray(own.sum(axis=1) - 0.25 * np.sum(phi * self.field(phi), axis=1))


def reduce_network(network: Network) -> FastNetwork:
    """The limit of fast synapses and processes of `network`.

    With leaks the memories mix through the inverse of a K x K matrix: the coupling is f(T) with
    f(t) = g' (gamma/psi' - t)/(alpha (gamma/psi' - t) - g'), which saturates for large t, so that
    correlated memories are told apart as by a pseudo-inverse.

    Raises
    ------
    ModelError
        If synapses or processes are not linear, have inputs c or d, transport is not that of stored
        patterns, or it is balanced while synapses or processes leak.
    """
    transport = network.transport
    if not isinstance(transport, PatternTransport) or transport.write is not transport.read:
        raise ModelError("the reduction needs symmetric transport that stores patterns")
    if network.g.shape != "identity" or network.psi.shape != "identity":
        raise ModelError(
            f"the reduction needs linear synapses and processes, not {network.g.shape} and "
            f"{network.psi.shape}; use identity"
        )
    if np.any(network.c) or np.any(network.d):
        raise ModelError("the reduction knows no inputs c and d; leave them at 0")
    n, k = transport.n_neurons, len(transport.write)
    common = (transport.write, network.phi, network.tau_n, network.leak_n, network.b)
    unit = transport.strength / n**3
    if network.leak_s == network.leak_p == 0:
        return FastNetwork(*common, 0.0, float(unit), unit * k if transport.balanced else 0.0)
    if transport.balanced:
        raise ModelError("balanced transport reduces only without leaks; set alpha and gamma to 0")
    g, leak = network.g.gain * network.g.scale, network.leak_p
    slope = network.psi.gain * network.psi.scale

    def coupling(t: Floats) -> Floats:
        away = leak / slope - t
        return np.asarray(g * away / (network.leak_s * away - g))

    values, vectors = np.linalg.eigh((transport.write @ transport.write.T / n) ** 2)
    values = np.maximum(values, 1e-12)
    direct = float(coupling(np.zeros(())))
    weight = (coupling(transport.strength / n * values) - direct) / values / n**2
    return FastNetwork(*common, direct, (vectors * weight) @ vectors.T, 0.0)


def integrate_fast(network: FastNetwork, cues: NDArray, dt: float, steps: int) -> Floats:
    """Euler steps of `network` from `cues`, shape (cue, N); the last x."""
    x = np.asarray(cues, dtype=np.float64)
    for _ in range(steps):
        x = x + dt * network.rate_of_change(x)
    return x


def recall_signs(
    patterns: NDArray, cues: NDArray, kind: str, *, sweeps: int = SWEEPS
) -> NDArray[np.float32]:
    """Binary recall: every neuron takes the sign of its field, until nothing changes.

    Parameters
    ----------
    patterns : ndarray, shape (K, N)
        -1 and 1.
    cues : ndarray, shape (cue, N)
        -1 and 1.
    kind : str
        ``"astrocyte"``: sum_m xi_mi M_m^3; ``"balanced"``: less its mean self-coupling
        K (3 N - 2) phi_i; ``"pairwise"``: sum_m xi_mi M_m - K phi_i (Hopfield 1982, no
        self-connections).
    sweeps : int
        At most so many updates of all neurons.

    Returns
    -------
    ndarray, shape (cue, N)
    """
    if kind not in ("astrocyte", "balanced", "pairwise"):
        raise ModelError(f"unknown memory '{kind}'; allowed: astrocyte, balanced, pairwise")
    xi = np.ascontiguousarray(patterns, dtype=np.float32)
    k, n = xi.shape
    own = {"astrocyte": 0.0, "balanced": k * (3.0 * n - 2.0), "pairwise": float(k)}[kind]
    state = np.asarray(cues, dtype=np.float32).copy()
    moving = np.arange(len(state))
    for _ in range(sweeps):
        now = state[moving]
        field = np.zeros(now.shape, dtype=np.float32)
        for start in range(0, k, 16384):  # chunks that stay in the cache
            chunk = xi[start : start + 16384]
            overlap = now @ chunk.T
            if kind != "pairwise":
                overlap *= overlap * overlap
            field += overlap @ chunk
        field -= np.float32(own) * now
        then = np.where(field == 0, now, np.sign(field))
        state[moving] = then
        moving = moving[np.any(then != now, axis=1)]
        if not moving.size:
            break
    return state
