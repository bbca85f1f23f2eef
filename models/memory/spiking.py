"""Spiking neuron-astrocyte memory: LIF cells, tripartite synapses, processes, pools.

Every synapse from cell i to cell j is one row of a group that holds what is local to it: glutamate
in its cleft (`models.mechanisms.astrocyte.glutamate.GLUTAMATE`), calcium of the astrocyte process
around it, and the receptors by which the process changes release of the terminal
(`models.mechanisms.astrocyte.gliotransmission.presynaptic_receptor`,
`models.mechanisms.synapse.TERMINAL`).
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

from models.machine.circuit import (
    Cells,
    Circuit,
    Links,
    SpikeRecord,
    Tables,
    TraceRecord,
    constants,
    starts,
)
from models.machine.guards import guards
from models.mechanisms import membrane, synapse
from models.mechanisms.astrocyte.gliotransmission import presynaptic_receptor
from models.mechanisms.astrocyte.glutamate import GLUTAMATE
from models.parameters import ParameterSet

# The cell of `models.mechanisms.membrane` (Vlachos et al. 2011) with an injected current; the rate
# y that its processes sense is chosen, as a retrograde signal must outlast a spike.
CELL = (
    membrane.LIF.replace("(g_L*", "(I_given + g_L*")
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
sent_post = w_in*((C_pre - C_rest)/C_rest) : 1 (summed)
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


def spiking_circuit(parameters: ParameterSet, wiring: Wiring) -> tuple[Circuit, Tables]:
    """Describe all networks; spikes of excitatory cells and calcium of pools are recorded.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``associative_memory``.
    wiring : Wiring

    Returns
    -------
    circuit : Circuit
        Cells ``cell``, ``inhibitory``, ``process`` and ``pool``, and the links between them.
    tables : Tables
    """
    space = parameters.group("spiking", "lif")
    # mean glutamate of a terminal that fires at y_ref and releases a fifth each time
    space["Y_ref"] = 0.2 * space["rho_c"] * space["Y_T"] * space["y_ref"] / space["Omega_c"]
    step, sample = float(space.pop("dt")), float(space["sample"])
    rest, fire, adapt = (float(space.pop(name)) for name in ("E_L", "V_th", "b_ahp"))
    networks, memories, n = wiring.shape
    few = int(space["n_inhibitory"])
    units, tables = constants(space)
    spiking = (membrane.LIF_THRESHOLD, membrane.LIF_RESET)
    cells = (
        Cells("cell", networks * n, CELL, step, "euler", spiking[0], CELL_RESET),
        Cells("inhibitory", networks * few, membrane.LIF, step, "euler", *spiking),
        Cells("process", networks * n * (n - 1), PROCESS, step, "euler"),
        Cells("pool", networks * memories, POOL, step, "euler"),
    )
    start = {
        "cell.E_L": wiring.E_L.ravel(),
        "cell.v": wiring.v_0.ravel(),
        "cell.V_th": fire,
        "cell.b_ahp": adapt,
        "cell.cued": wiring.cued.ravel(),
        "inhibitory.E_L": rest,
        "inhibitory.v": rest,
        "inhibitory.V_th": fire,
        **_process(parameters, wiring),
    }
    tables |= {f"initial.{name}": np.array(value, float) for name, value in start.items()}
    links = _links(wiring, few, step, space, tables)
    tables["indices.pools"] = np.arange(networks * memories)
    return Circuit(
        name="spiking_memory",
        step=step,
        constants=units,
        cells=cells,
        sources=(),
        links=links,
        initial=starts(tables),
        spikes=(SpikeRecord("spikes", "cell"),),
        traces=(TraceRecord("pools", "pool", ("c_pool",), networks * memories, sample),),
        guards=tuple(item for group in cells for item in guards(group, {})),
        mend="spiking.dt",
    ), tables


def _process(parameters: ParameterSet, wiring: Wiring) -> dict[str, NDArray | float]:
    """Start of all processes: resting calcium, and receptors as it binds them."""
    patterns = wiring.patterns.astype(float)
    pre, post = pairs(patterns.shape[2])
    outer = np.einsum("bmi,bmj->bij", patterns, patterns)[:, pre, post]
    rest = parameters.quantity("spiking.C_rest")
    calcium = float(rest) * np.maximum(0, 1 + wiring.static[:, np.newaxis] * outer).ravel()
    bound = float(
        parameters.quantity("spiking.O_G") * rest / parameters.quantity("spiking.Omega_G")
    )
    opened = wiring.open_share * parameters.value("spiking.transport")
    return {
        "process.C_set": calcium,
        "process.C": calcium,
        "process.Gamma_S": bound / (1 + bound),
        "process.open_share": np.repeat(opened, len(pre)),
    }


def _links(
    wiring: Wiring, few: int, step: float, space: Mapping[str, b2.Quantity], tables: Tables
) -> tuple[Links, ...]:
    """All links; their wiring and weights go into `tables`."""
    result = []

    def link(
        name: str, ends: tuple[str, str], i: NDArray, j: NDArray, model: str, on_pre: str = "",
        **start: NDArray | float,
    ) -> None:  # fmt: skip
        order = np.lexsort((j, i))
        tables[f"edges.{name}.source"], tables[f"edges.{name}.target"] = i[order], j[order]
        for variable, given in start.items():
            value = np.asarray(given, float)
            tables[f"initial.{name}.{variable}"] = value[order] if value.ndim else value
        result.append(Links(name, *ends, step, model, on_pre))

    networks, memories, n = wiring.shape
    pre, post = (np.tile(end, networks) for end in pairs(n))
    net = np.repeat(np.arange(networks), n * (n - 1))
    row = np.arange(len(net))
    link(
        "terminal", ("cell", "process"), net * n + pre, row, synapse.TERMINAL,
        synapse.TERMINAL_ON_PRE, frac=1.0, x_S=1.0,
    )  # fmt: skip
    link("retrograde", ("cell", "process"), net * n + post, row, RETROGRADE)
    link("current", ("process", "cell"), row, net * n + post, CURRENT)
    carried = row[wiring.open_share[net] > 0]  # nothing is carried where transport is shut
    net, pre, post = net[carried], pre[carried], post[carried]
    sign = (wiring.patterns[net, :, pre] * wiring.patterns[net, :, post]).astype(float).ravel()
    pool = (net[:, np.newaxis] * memories + np.arange(memories)).ravel()
    process = np.repeat(carried, memories)
    # a pool holds the mean over its processes
    link("collect", ("process", "pool"), process, pool, COLLECT, w_in=sign / (n * (n - 1)))
    link("give_back", ("pool", "process"), pool, process, GIVE_BACK, w_out=sign)
    cell = np.repeat(np.arange(networks * n), few)
    inhibitory = cell // n * few + np.tile(np.arange(few), networks * n)
    for name, ends, i, j, on_pre, weight in (
        ("excite", ("cell", "inhibitory"), cell, inhibitory, synapse.STATIC_AMPA, "g_exc"),
        ("inhibit", ("inhibitory", "cell"), inhibitory, cell, synapse.STATIC_GABA, "g_inh"),
    ):
        link(name, ends, i, j, synapse.STATIC, on_pre, g=float(space[weight]))
    return tuple(result)
