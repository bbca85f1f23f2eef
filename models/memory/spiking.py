"""Spiking neuron-astrocyte memory: LIF cells, tripartite synapses, processes, pools.

Every synapse from cell i to cell j is one row of a group that holds what is local to it: glutamate
in its cleft (`models.mechanisms.glutamate.GLUTAMATE`), calcium of the astrocyte process around it,
and the receptors by which the process changes release of the terminal
(`models.mechanisms.gliotransmission.presynaptic_receptor`, `models.mechanisms.synapse.TERMINAL`).
Perisynaptic processes are too thin for endoplasmic reticulum, so their calcium comes through the
membrane: here when glutamate of the terminal and a retrograde signal of the postsynaptic cell
coincide (endocannabinoids: Navarrete & Araque 2008, Neuron 57:883).

Processes exchange calcium through K pools, branches of the astrocyte that memory m has claimed:
pool m collects xi_i xi_j (C_ij - C_rest) and gives xi_i xi_j back. This is T factorised, memory by
memory; K N^2 links stand for N^4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.mechanisms import membrane, synapse
from models.mechanisms.gliotransmission import presynaptic_receptor
from models.mechanisms.glutamate import GLUTAMATE
from models.parameters import ParameterSet

# The cell of `models.mechanisms.membrane` (Vlachos et al. 2011) with an injected current; the rate
# y that its processes sense is chosen, as a retrograde signal must outlast a spike.
CELL = (
    membrane.LIF.replace("dv/dt = (", "dv/dt = (I_given + ")
    + """
dy/dt = -y/tau_y : hertz
I_given = I_rec + I_bg + I_cue*cued*int(t + dt/2 < cue_time) : amp
I_rec : amp
cued : 1 (constant)
"""
)
# Vlachos et al. 2011 and the rate, as above.
CELL_RESET = membrane.LIF_RESET + "y += 1/tau_y\n"

# One tripartite synapse and its process: transport as in Kozachkov, Slotine & Krotov 2025, influx
# chosen. Membrane influx: coincidence of glutamate and retrograde
# signal. `given` comes from the pools, which cannot take more than a process holds at rest;
# `open_share` is the gain of transport.
PROCESS = (
    GLUTAMATE
    + presynaptic_receptor("C")
    + """
dC/dt = (C_set + k_syn*C_rest*Y_S/Y_ref*y_cell/y_ref +
         C_rest*clip(open_share*given, -1, most) - C)/tau_C : mmolar
excess = (C - C_rest)/C_rest : 1
y_cell : hertz
given : 1
open_share : 1 (constant)
C_set : mmolar (constant)
"""
)

# A pool: a branch compartment that relaxes to what its processes send (chosen, after the
# factorised T of Kozachkov, Slotine & Krotov 2025).
POOL = """
dc_pool/dt = (sent - c_pool)/tau_pool : 1
sent : 1
"""

# Chosen: links, one object for each quantity carried.
RETROGRADE = "y_cell_post = y_pre : hertz (summed)"
CURRENT = "I_rec_post = I_max*Y_S_pre/mmolar : amp (summed)"
COLLECT = """
sent_post = w_in*excess_pre : 1 (summed)
w_in : 1 (constant)
"""
GIVE_BACK = """
given_post = w_out*c_pool_pre : 1 (summed)
w_out : 1 (constant)
"""


@dataclass(frozen=True)
class Wiring:
    """Networks side by side, without links between them.

    Attributes
    ----------
    patterns : ndarray of int8, shape (network, K, N)
        -1 and 1.
    cued : ndarray of int8, shape (network, N)
        1 for cells that the cue drives.
    open_share : ndarray, shape (network,)
        Share of transport that is open.
    static : ndarray, shape (network,)
        Pairwise memory: resting calcium of process ij is C_rest (1 + static sum_m xi_i xi_j).
    E_L : ndarray, shape (network, N)
        Leak reversal, V.
    v_0 : ndarray, shape (network, N)
        Initial potential, V.
    """

    patterns: NDArray[np.int8]
    cued: NDArray[np.int8]
    open_share: NDArray[np.float64]
    static: NDArray[np.float64]
    E_L: NDArray[np.float64]
    v_0: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Networks, memories, cells of each network."""
        networks, memories, cells = self.patterns.shape
        return networks, memories, cells


def pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Presynaptic and postsynaptic cell of each row of one network: all pairs but i = i."""
    pre, post = np.nonzero(~np.eye(n, dtype=bool))
    return pre, post


def constants(parameters: ParameterSet) -> dict[str, object]:
    """Namespace of the equations."""
    space: dict[str, object] = {
        name: value
        for name, value in parameters.group("spiking").items()
        if name not in ("E_L", "V_th", "b_ahp", "n_neurons", "n_inhibitory", "n_patterns", "dt")
    }
    rate, clearance = parameters.quantity("spiking.y_ref"), parameters.quantity("spiking.Omega_c")
    # mean glutamate of a terminal that fires at y_ref and releases a fifth each time
    space["Y_ref"] = (
        0.2 * parameters.quantity("spiking.rho_c") * parameters.quantity("spiking.Y_T")
        * rate / clearance
    )  # fmt: skip
    return space


def build_spiking(parameters: ParameterSet, wiring: Wiring) -> dict[str, b2.BrianObject]:
    """All Brian2 objects by name; the default clock steps them all.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``associative_memory``.
    wiring : Wiring

    Returns
    -------
    dict
        Groups ``cell``, ``inhibitory``, ``process``, ``pool`` and the links between them.
    """
    space = constants(parameters)
    networks, memories, n = wiring.shape
    pre, post = pairs(n)
    net = np.repeat(np.arange(networks), len(pre))
    pre, post = np.tile(pre, networks), np.tile(post, networks)
    row = np.arange(len(net))
    parts = _cells(parameters, wiring, space)
    cell = parts["cell"]
    process = b2.NeuronGroup(len(net), PROCESS, method="euler", namespace=space, name="process")
    outer = np.einsum("bmi,bmj->bij", wiring.patterns.astype(float), wiring.patterns.astype(float))
    rest = parameters.quantity("spiking.C_rest")
    process.C_set = rest * np.maximum(0, 1 + wiring.static[net] * outer[net, pre, post])
    process.C = process.C_set[:]
    unbinding = parameters.quantity("spiking.Omega_G")
    bound = float(parameters.quantity("spiking.O_G") * rest / unbinding)
    process.Gamma_S = bound / (1 + bound)
    process.open_share = wiring.open_share[net] * parameters.value("spiking.transport")
    pool = b2.NeuronGroup(networks * memories, POOL, method="euler", namespace=space, name="pool")
    terminal = b2.Synapses(
        cell, process, synapse.TERMINAL, on_pre=synapse.TERMINAL_ON_PRE,
        namespace=space, method="exact", name="terminal",
    )  # fmt: skip
    terminal.connect(i=net * n + pre, j=row)
    terminal.frac, terminal.x_S = 1, 1
    parts |= {
        "process": process,
        "pool": pool,
        "terminal": terminal,
        "retrograde": _link(cell, process, RETROGRADE, net * n + post, row, "retrograde", space),
        "current": _link(process, cell, CURRENT, row, net * n + post, "current", space),
    }
    carried = row[wiring.open_share[net] > 0]  # nothing is carried where transport is shut
    net, pre, post = net[carried], pre[carried], post[carried]
    sign = (wiring.patterns[net, :, pre] * wiring.patterns[net, :, post]).astype(float)
    at = net[:, np.newaxis] * memories + np.arange(memories)
    source = np.repeat(carried, memories)
    collect = _link(process, pool, COLLECT, source, at.ravel(), "collect", space)
    collect.w_in = sign.ravel() / (n * (n - 1))  # a pool holds the mean over its processes
    order = np.lexsort((source, at.ravel()))  # GeNN sorts by source
    back = _link(pool, process, GIVE_BACK, at.ravel()[order], source[order], "give_back", space)
    back.w_out = sign.ravel()[order]
    return parts | {"collect": collect, "give_back": back}


def _link(
    source: b2.NeuronGroup, target: b2.NeuronGroup, model: str,
    i: NDArray, j: NDArray, name: str, space: Mapping[str, object],
) -> b2.Synapses:  # fmt: skip
    link = b2.Synapses(source, target, model, namespace=dict(space), name=name)
    link.connect(i=i, j=j)
    return link


def _cells(
    parameters: ParameterSet, wiring: Wiring, space: dict[str, object]
) -> dict[str, b2.BrianObject]:
    """Excitatory and inhibitory cells and the synapses between them."""
    networks, _, n = wiring.shape
    few = int(parameters.value("spiking.n_inhibitory"))
    common = {
        "threshold": membrane.LIF_THRESHOLD,
        "refractory": parameters.quantity("spiking.tau_ref"),
        "method": "euler",
        "namespace": space,
    }
    cell = b2.NeuronGroup(networks * n, CELL, reset=CELL_RESET, name="cell", **common)
    inhibitory = b2.NeuronGroup(
        networks * few, membrane.LIF, reset=membrane.LIF_RESET, name="inhibitory", **common
    )
    cell.E_L, cell.v = wiring.E_L.ravel() * b2.volt, wiring.v_0.ravel() * b2.volt
    inhibitory.E_L = inhibitory.v = parameters.quantity("spiking.E_L")
    cell.V_th = inhibitory.V_th = parameters.quantity("spiking.V_th")
    cell.b_ahp = parameters.quantity("spiking.b_ahp")
    cell.cued = wiring.cued.ravel()
    net = np.repeat(np.arange(networks), n * few)
    one = np.tile(np.repeat(np.arange(n), few), networks) + net * n
    other = np.tile(np.tile(np.arange(few), n), networks) + net * few
    excite = b2.Synapses(
        cell, inhibitory, synapse.STATIC, on_pre=synapse.STATIC_AMPA, name="excite"
    )
    excite.connect(i=one, j=other)
    excite.g = parameters.quantity("spiking.g_exc")
    inhibit = b2.Synapses(
        inhibitory, cell, synapse.STATIC, on_pre=synapse.STATIC_GABA, name="inhibit"
    )
    order = np.lexsort((one, other))
    inhibit.connect(i=other[order], j=one[order])
    inhibit.g = parameters.quantity("spiking.g_inh")
    return {"cell": cell, "inhibitory": inhibitory, "excite": excite, "inhibit": inhibit}
