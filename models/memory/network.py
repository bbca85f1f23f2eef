"""Neuron-astrocyte associative memory: neurons, synapses and astrocyte processes as rate equations.

    tau_n dx_i/dt  = -lambda x_i + sum_j g(s_ij) phi(x_j) + b_i
    tau_s ds_ij/dt = -alpha s_ij + phi(x_i) phi(x_j) + psi(p_ij) + c_ij
    tau_p dp_ij/dt = -gamma p_ij + sum_kl T_ijkl psi(p_kl) + g(s_ij) + d_ij

Kozachkov, Slotine & Krotov 2025, PNAS, doi 10.1073/pnas.2417788122 (arXiv 2311.08135), with
f = phi phi + psi and kappa = g, the choice that has an energy (`models.memory.energy`).
All arrays have the cue as first axis, so that many cues are recalled at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.checks import ModelError
from models.memory.activations import Activation
from models.memory.transport import Transport
from models.parameters import ParameterSet

Floats = NDArray[np.float64]
POWER = 30
SAFE = 1.0
"""Step times fastest rate; Euler's method is stable below 2."""


@dataclass(frozen=True)
class Network:
    """A network of N neurons, N x N synapses and as many processes.

    Attributes
    ----------
    transport : Transport
        T, factorised.
    phi, g, psi : Activation
        Of neurons, synapses and processes.
    tau_n, tau_s, tau_p : float
        Time constants, all in the same unit as the time step.
    leak_n, leak_s, leak_p : float
        lambda, alpha and gamma, dimensionless.
    b, c, d : ndarray or float
        Constant inputs, broadcast to (N,) and (N, N).
    """

    transport: Transport
    phi: Activation
    g: Activation
    psi: Activation
    tau_n: float = 1.0
    tau_s: float = 1.0
    tau_p: float = 1.0
    leak_n: float = 1.0
    leak_s: float = 1.0
    leak_p: float = 1.0
    b: Floats | float = 0.0
    c: Floats | float = 0.0
    d: Floats | float = 0.0

    def __post_init__(self) -> None:
        for name in ("tau_n", "tau_s", "tau_p"):
            if not getattr(self, name) > 0:
                raise ModelError(f"{name} = {getattr(self, name)}; allowed: more than 0")
        for name in ("leak_n", "leak_s", "leak_p"):
            if not getattr(self, name) >= 0:
                raise ModelError(f"{name} = {getattr(self, name)}; allowed: 0 or more")

    @property
    def n_neurons(self) -> int:
        """Number of neurons N."""
        return self.transport.n_neurons


@dataclass(frozen=True)
class State:
    """One state for each cue: x (cue, N), s and p (cue, N, N)."""

    x: Floats
    s: Floats
    p: Floats

    def moved(self, rate: State, step: float) -> State:
        """Return the state after `step` at `rate`."""
        return State(self.x + step * rate.x, self.s + step * rate.s, self.p + step * rate.p)


def memory_network(
    parameters: ParameterSet, transport: Transport, group: str = "recall"
) -> Network:
    """Network with the constants of one group of the circuit ``associative_memory``.

    Synapses and processes are scaled by N: g(s) = g_gain s/N and psi(p) = psi_gain N p, so that s
    and N p are of order 1 at any size.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``associative_memory``.
    transport : Transport
    group : str
        ``"recall"``: calcium in a process weakens its synapse, the stable form of the limit of fast
        astrocytes. ``"gradient"``: it strengthens it, all activations rise and an energy exists.
    """
    n = transport.n_neurons

    def value(name: str) -> float:
        return parameters.value(f"{group}.{name}")

    def seconds(name: str) -> float:
        return float(parameters.quantity(f"{group}.{name}"))

    return Network(
        transport,
        Activation("tanh", value("beta")),
        Activation("identity", value("g_gain"), 1 / n),
        Activation("identity", value("psi_gain") * n),
        tau_n=seconds("tau_n"),
        tau_s=seconds("tau_s"),
        tau_p=seconds("tau_p"),
        leak_n=value("lambda"),
        leak_s=value("alpha"),
        leak_p=value("gamma"),
    )


def rates_of_change(network: Network, state: State) -> State:
    """Right-hand sides of the three equations; O(K N^2) for each cue with factorised transport."""
    phi, g, psi = network.phi(state.x), network.g(state.s), network.psi(state.p)
    x = -network.leak_n * state.x + np.matmul(g, phi[:, :, np.newaxis])[:, :, 0] + network.b
    s = -network.leak_s * state.s + phi[:, :, np.newaxis] * phi[:, np.newaxis] + psi + network.c
    p = -network.leak_p * state.p + network.transport.flow(psi) + g + network.d
    return State(x / network.tau_n, s / network.tau_s, p / network.tau_p)


def at_rest(network: Network, cues: NDArray) -> State:
    """State that starts from `cues`, shape (cue, N), with synapses and processes at 0.

    Raises
    ------
    ModelError
        If the cues have another number of neurons or hold values that are not finite.
    """
    x = np.asarray(cues)
    if x.ndim != 2 or x.shape[1] != network.n_neurons:
        raise ModelError(
            f"cues have shape {x.shape}; allowed: (cues, neurons) with {network.n_neurons} neurons"
        )
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64)
    if not np.isfinite(x).all():
        raise ModelError("cues hold values that are not finite; give numbers")
    pairs = (*x.shape, x.shape[1])
    return State(x, np.zeros(pairs, x.dtype), np.zeros(pairs, x.dtype))


def fast_equilibrium(network: Network, cues: NDArray) -> State:
    """State where synapses and processes are at their equilibrium without leaks, at `cues`.

    psi = -phi phi and g = -T psi (Kozachkov et al. 2025; the start that the authors' tutorial uses,
    which needs activations that can be inverted: tanh or identity).
    """
    state = at_rest(network, cues)
    phi = network.phi(state.x)
    psi = -phi[:, :, np.newaxis] * phi[:, np.newaxis]
    g = -network.transport.flow(psi)
    return State(state.x, _inverse(network.g, g), _inverse(network.psi, psi))


def _inverse(activation: Activation, value: Floats) -> Floats:
    inner = value / activation.scale
    if activation.shape == "tanh":
        inner = np.arctanh(inner)
    elif activation.shape != "identity":
        raise ModelError(f"activation {activation.shape} has no inverse; use tanh or identity")
    return inner / activation.gain


def integrate(
    network: Network,
    state: State,
    dt: float,
    steps: int,
    *,
    method: str = "euler",
    observe: Callable[[int, State], None] | None = None,
) -> State:
    """Integrate `steps` steps of `dt` and return the last state.

    Parameters
    ----------
    network : Network
    state : State
    dt : float
        In the unit of the time constants.
    steps : int
    method : str
        ``"euler"``, or ``"rk4"``: Runge-Kutta of fourth order.
    observe : callable, optional
        Called with the number of steps done and the state, from 0 on.

    Raises
    ------
    ModelError
        For an unknown method, or if the state is no longer finite.
    """
    if method not in ("euler", "rk4"):
        raise ModelError(f"unknown method '{method}'; allowed: euler, rk4")
    advance = _euler if method == "euler" else _runge_kutta
    with np.errstate(over="ignore", invalid="ignore"):  # checked below
        for step in range(steps):
            if observe is not None:
                observe(step, state)
            state = advance(network, state, dt)
        if observe is not None:
            observe(steps, state)
    if not all(np.isfinite(values).all() for values in (state.x, state.s, state.p)):
        raise ModelError(
            f"the network left all bounds within {steps} steps of {dt:g}; lower the time step or "
            "the strength of transport"
        )
    return state


def refinement(network: Network, dt: float) -> int:
    """Into how many steps `dt` must be cut so that Euler's method follows the processes.

    Memories that resemble each other add up, so the fastest process mode depends on the patterns:
    its rate is (gamma + psi' t)/tau_p with t the largest eigenvalue of T, found by power iteration.
    """
    n = network.n_neurons
    mode = np.random.default_rng(0).standard_normal((1, n, n))
    mode += mode.swapaxes(1, 2)
    size = 0.0
    for _ in range(POWER):
        mode /= np.linalg.norm(mode)
        mode = network.transport.flow(mode)
        size = float(np.linalg.norm(mode))
        if size == 0:
            break
    rate = (network.leak_p + size * network.psi.steepest) / network.tau_p
    return max(1, int(np.ceil(dt * rate / SAFE)))


def _euler(network: Network, state: State, dt: float) -> State:
    return state.moved(rates_of_change(network, state), dt)


def _runge_kutta(network: Network, state: State, dt: float) -> State:
    first = rates_of_change(network, state)
    second = rates_of_change(network, state.moved(first, dt / 2))
    third = rates_of_change(network, state.moved(second, dt / 2))
    fourth = rates_of_change(network, state.moved(third, dt))
    moved = state.moved(first, dt / 6).moved(second, dt / 3)
    return moved.moved(third, dt / 3).moved(fourth, dt / 6)


def clamped(network: Network) -> Network:
    """The same network with neurons that stay where the cue puts them."""
    return replace(network, tau_n=np.inf)
