"""Storage as learning: conduits between processes and branches grow with the calcium they carry.

A branch m of the astrocyte is open to all processes. While a pattern is presented, the processes
of its synapses fill with calcium, psi_ij, and transport carries its magnitude into the branch:

    tau_c dc/dt = -c + open mean_ij |psi_ij|

The conduit between process ij and the branch grows where both hold calcium, towards the level of
the process,

    dW_ij/dt = eta c (psi_ij - W_ij),

a Hebbian rule that runs on transported calcium: without transport c stays at 0 and nothing is
stored. In recall branch m collects W_m,ij psi_ij and gives it back: T = sum_m W_m W_m^T. Conduits
that have learned a pattern equal xi_i xi_j, and T is that of
`models.memory.transport.PatternTransport`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.memory.network import Network, State, at_rest, clamped, rates_of_change

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ConduitTransport:
    """T_ijkl = open strength/N^3 sum_m W_m,ij W_m,kl.

    Attributes
    ----------
    conduits : ndarray, shape (K, N, N)
    strength : float
        Gain of a memory whose conduits are 1 in size.
    open_share : float
        Share of transport that is not blocked, 0 to 1.
    """

    conduits: Floats
    strength: float
    open_share: float = 1.0

    def __post_init__(self) -> None:
        shape = self.conduits.shape
        if len(shape) != 3 or shape[1] != shape[2]:
            raise ModelError(f"conduits have shape {shape}; allowed: (memories, N, N)")
        if not 0 <= self.open_share <= 1:
            raise ModelError(f"open share {self.open_share:g} of transport; allowed: 0 to 1")

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return int(self.conduits.shape[1])

    def flow(self, psi: Floats) -> Floats:
        """See `models.memory.transport.Transport`; K N^2 products for each cue."""
        k, n, _ = self.conduits.shape
        flat = self.conduits.reshape(k, n * n)
        collected = psi.reshape(len(psi), n * n) @ flat.T
        scale = self.open_share * self.strength / n**3
        return np.asarray(scale * (collected @ flat).reshape(psi.shape))

    def interaction(self, psi: Floats) -> Floats:
        """See `models.memory.transport.Transport`."""
        return np.einsum("bij,bij->b", psi, self.flow(psi))


def store(
    network: Network, pattern: NDArray, *, eta: float, tau_c: float, open_share: float,
    dt: float, steps: int,
) -> Floats:  # fmt: skip
    """Present one pattern to a branch without conduits; what its conduits have become.

    Parameters
    ----------
    network : Network
        What the synapses and processes do; its transport is not used, as nothing is stored yet.
    pattern : ndarray, shape (N,)
        -1 and 1; holds the neurons.
    eta : float
        Growth rate, 1 over the unit of time.
    tau_c : float
        Time constant of the branch's calcium.
    open_share : float
        Share of transport that is not blocked.
    dt, steps : float, int
        Euler steps.

    Returns
    -------
    ndarray, shape (N, N)
        Conduits.
    """
    still = clamped(network)
    state = at_rest(still, np.asarray(pattern, dtype=np.float64)[np.newaxis])
    conduits, calcium = np.zeros(state.p.shape[1:]), 0.0
    for _ in range(steps):
        psi = _unit(network.psi(state.p))[0]
        rate = rates_of_change(still, state)
        state = State(state.x, state.s + dt * rate.s, state.p + dt * rate.p)
        conduits = conduits + dt * eta * calcium * (psi - conduits)
        calcium += dt / tau_c * (open_share * float(np.mean(np.abs(psi))) - calcium)
    return conduits


def _unit(psi: Floats) -> Floats:
    """Calcium of a process above (1) and below (-1) rest, as far as a conduit can tell."""
    return np.asarray(np.tanh(2 * psi))


def lose(conduits: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Conduits of which a random share is lost, as when gap junctions along a branch close.

    A conduit that is lost carries calcium neither in nor out.

    Raises
    ------
    ModelError
        If the share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ModelError(f"share {share:g} of conduits lost; allowed: 0 to 1")
    return np.where(rng.random(conduits.shape) < share, 0.0, conduits)
