"""The three-layer dynamics as Brian2 equations, for small networks.

Neurons, pairs (a synapse and its process) and pools are groups; every sum of the equations is one
`Synapses` object. The same trajectories as `models.memory.network`, which is what to use for
more than about a hundred neurons.
"""

from __future__ import annotations

import brian2 as b2
import numpy as np

from models.checks import ModelError
from models.memory.network import Network, State
from models.memory.transport import PatternTransport

# Kozachkov, Slotine & Krotov 2025, PNAS, doi 10.1073/pnas.2417788122, the equations of neurons,
# synapses and processes (equation numbers not verified); the transport is factorised.
NEURON = """
dx/dt = (-leak_n*x + drive + b)/tau_n : 1
phi_x = {phi} : 1
drive : 1
b : 1 (constant)
"""

# Kozachkov, Slotine & Krotov 2025: a synapse and its process, one row for each pair.
PAIR = """
ds/dt = (-leak_s*s + phi_i*phi_j + {psi} + c)/tau_s : 1
dp/dt = (-leak_p*p + flow + {g} + d)/tau_p : 1
phi_i : 1
phi_j : 1
flow : 1
c : 1 (constant)
d : 1 (constant)
"""

# Chosen: T as a sum of outer products, one pool for each memory; the same flow, never formed.
POOL = "collected : 1"


def brian_network(
    network: Network, state: State
) -> tuple[b2.Network, b2.NeuronGroup, b2.NeuronGroup]:
    """One cue's network as Brian2 objects, integrated with Euler's method on the default clock.

    Parameters
    ----------
    network : Network
        With `PatternTransport` that is not balanced; time constants in seconds.
    state : State
        Of one cue, as `models.memory.network.at_rest` gives it.

    Returns
    -------
    net : brian2.Network
    neurons, pairs : brian2.NeuronGroup
        ``x`` by neuron; ``s`` and ``p`` by pair, row i*N + j.

    Raises
    ------
    ModelError
        For more than one cue, or another transport.
    """
    transport = network.transport
    if not isinstance(transport, PatternTransport) or transport.balanced:
        raise ModelError("Brian2 networks take PatternTransport without balance")
    if len(state.x) != 1:
        raise ModelError(f"a Brian2 network takes one cue, not {len(state.x)}")
    n, k = transport.n_neurons, len(transport.write)
    space = {
        "leak_n": network.leak_n, "leak_s": network.leak_s, "leak_p": network.leak_p,
        "tau_n": network.tau_n * b2.second, "tau_s": network.tau_s * b2.second,
        "tau_p": network.tau_p * b2.second,
    }  # fmt: skip
    neurons = b2.NeuronGroup(
        n, NEURON.format(phi=network.phi.text("x")), method="euler", namespace=space, name="neurons"
    )
    equations = PAIR.format(g=network.g.text("s"), psi=network.psi.text("p"))
    pairs = b2.NeuronGroup(n * n, equations, method="euler", namespace=space, name="pairs")
    pools = b2.NeuronGroup(k, POOL, namespace=space, name="pools")
    neurons.x, neurons.b = state.x[0], np.broadcast_to(network.b, (n,))
    pairs.s, pairs.p = state.s[0].ravel(), state.p[0].ravel()
    pairs.c = np.broadcast_to(network.c, (n, n)).ravel()
    pairs.d = np.broadcast_to(network.d, (n, n)).ravel()
    i, j = (index.ravel() for index in np.indices((n, n)))
    row = np.arange(n * n)
    at, source = (index.ravel() for index in np.indices((k, n * n)))
    first, second = i[source], j[source]
    read = transport.read[at, first] * transport.read[at, second]
    write = transport.write[at, first] * transport.write[at, second] * transport.strength / n**3
    # Activities reach the pairs, and pools fill, before what reads them is summed.
    links = [
        _link(neurons, pairs, "phi_i_post = phi_x_pre : 1 (summed)", i, row, -4, space),
        _link(neurons, pairs, "phi_j_post = phi_x_pre : 1 (summed)", j, row, -4, space),
        _link(pairs, pools, _weighted("collected", network.psi.text("p_pre")), source, at, -4,
              space, read),
        _link(pools, pairs, _weighted("flow", "collected_pre"), at, source, -2, space, write),
        _link(pairs, neurons, f"drive_post = {network.g.text('s_pre')}*phi_j_pre : 1 (summed)",
              row, i, -2, space),
    ]  # fmt: skip
    return b2.Network(neurons, pairs, pools, *links), neurons, pairs


def _weighted(target: str, source: str) -> str:
    return f"{target}_post = weight*({source}) : 1 (summed)\nweight : 1 (constant)"


def _link(
    source: b2.NeuronGroup, target: b2.NeuronGroup, model: str, i: np.ndarray, j: np.ndarray,
    order: int, space: dict, weight: np.ndarray | None = None,
) -> b2.Synapses:  # fmt: skip
    link = b2.Synapses(source, target, model, namespace=space, order=order)
    link.connect(i=i, j=j)
    if weight is not None:
        link.weight = weight
    return link
