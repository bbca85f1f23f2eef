"""The circuit `neuron_glia_2019`: a recurrent network in dialogue with astrocytes.

Stimberg, Goodman, Brette & De Pittà 2019, in: Computational Glioscience, ch. 18: the network of its
last example, 3200 excitatory and 800 inhibitory cells and 3200 astrocytes, put together from the
parts of this package. What the published program keeps on every excitatory synapse, the transmitter
Y_S and the bound receptors Gamma_S, stands here once for each astrocyte's domain.

Any number of networks of one size stand side by side in one run, so that seeds share a compilation.
Brian2 objects, not a `models.machine.circuit.Circuit`: the reference that it is held against, the
published formulation, has synapses onto synapses, which no circuit has, and shares its cells,
connections and run with it; with a circuit there would be two of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np

from models.circuits.astrocyte import astrocyte_group
from models.circuits.neuron_glia_wiring import Wiring, side_by_side
from models.machine.clocks import Clocks
from models.mechanisms.astrocyte.calcium import CALCIUM
from models.mechanisms.astrocyte.gap_junction import COUPLED, gap_junctions
from models.mechanisms.astrocyte.gliotransmission import (
    GLUTAMATE_RELEASED,
    STORE,
    presynaptic_receptor,
    release,
)
from models.mechanisms.astrocyte.glutamate import GLUTAMATE, MGLUR
from models.mechanisms.astrocyte.ip3 import DEGRADATION, PLC_BETA, PLC_DELTA, ip3_balance
from models.mechanisms.synapse import (
    MODULATED,
    MODULATED_AMPA,
    RELEASE_STATE,
    STATIC,
    TERMINAL,
    TERMINAL_ON_PRE,
)
from models.parameters import ParameterSet
from models.tissue.wiring import Edges, domain_terminals, sort_edges

# Conductance-based cell with a driving current (Stimberg et al. 2019, eqs. 1-3).
CELL = """
dv/dt = (g_L*(E_L - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) +
        drive)/C_m : volt (unless refractory)
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
drive : amp (shared)
Gamma : 1
"""
# Spike and reset (Stimberg et al. 2019, unnumbered).
THRESHOLD = "v > V_th"
RESET = "v = E_L"

# Excitatory synapses are `models.mechanisms.synapse.MODULATED`. No astrocyte modulates inhibitory
# ones, which release as if no receptor were ever bound (Stimberg et al. 2019, eqs. 4-8).
INHIBITORY = RELEASE_STATE + STATIC
INHIBITORY_GABA = """
u_S = u_S + U_0_star*(1 - u_S)
r_S = u_S*x_S
x_S = x_S - r_S
g_gaba_post += g*r_S
"""

# Linear variables of a domain, and its astrocyte (Stimberg et al. 2019, eqs. 11-22). They are two
# groups because the first follow spikes and the second takes longer steps; what they share is
# handed over.
DOMAIN = GLUTAMATE + presynaptic_receptor("G_A") + "G_A : mmolar\n"
ASTROCYTE = (
    "Y_S : mmolar\n"
    + MGLUR
    + PLC_BETA
    + PLC_DELTA
    + DEGRADATION
    + COUPLED
    + ip3_balance("J_beta", "J_delta", "J_gap")
    + CALCIUM
    + STORE
    + GLUTAMATE_RELEASED
)
HAND_OVER = {
    "transmitter": "Y_S_post = Y_S_pre : mmolar (summed)",
    "gliotransmitter": "G_A_post = G_A_pre : mmolar (summed)",
    "receptor": "Gamma_post = Gamma_S_pre : 1 (summed)",
}

PARTS = (
    "cell",
    "lif",
    "projection",
    "synapse",
    "receptors",
    "calcium",
    "ip3",
    "gap_junction",
    "gliotransmission",
)


@dataclass(frozen=True)
class NeuronGliaNetwork:
    """The Brian2 objects of one run; `network` holds them all, `carrier` has Y_S and Gamma_S."""

    network: b2.Network
    cells: b2.NeuronGroup
    carrier: b2.Group
    astrocytes: b2.NeuronGroup


def namespace(parameters: ParameterSet) -> dict[str, object]:
    """Every constant of the equation strings, by the name it has there."""
    return {**parameters.group(*PARTS), "speed": 1.0}


def make_cells(parameters: ParameterSet, wiring: Wiring, dt: float) -> b2.NeuronGroup:
    """The neurons of `side_by_side` networks, in their initial state, with the step of current."""
    space = namespace(parameters)
    cells = b2.NeuronGroup(
        len(wiring.v),
        CELL,
        threshold=THRESHOLD,
        reset=RESET,
        refractory=space["tau_ref"],
        method="euler",
        name="cells",
        namespace=space,
        dt=dt * b2.second,
        # After the domains, so that a presynaptic spike finds the receptors as they are in its
        # step.
        order=2,
    )
    cells.v = wiring.v * b2.volt
    cells.g_ampa = wiring.g_ampa * parameters.quantity("projection.w_E")
    cells.g_gaba = wiring.g_gaba * parameters.quantity("projection.w_I")
    start, stop = (parameters.value(f"stimulus.{name}") for name in ("start", "stop"))
    grid = 0.1
    now = grid * (np.arange(round(parameters.value("stimulus.duration") / grid) + 1) + 0.5)
    factor = np.where((now > start) & (now < stop), parameters.value("stimulus.factor"), 1.0)
    table = b2.TimedArray(factor, dt=grid * b2.second, name="stimulus_table")
    cells.namespace["stimulus_table"] = table
    cells.run_regularly("drive = I_ex*stimulus_table(t)", dt=grid * b2.second)
    return cells


def make_astrocytes(
    parameters: ParameterSet, wiring: Wiring, n: int, dt: float
) -> tuple[b2.NeuronGroup, b2.Synapses]:
    """`n` coupled astrocytes, which release gliotransmitter at every upward crossing of C_theta."""
    # The published step of 10 ms would be too coarse if all synapses of a domain released at once;
    # a domain has hundreds and they never do.
    group = astrocyte_group(
        n,
        ASTROCYTE,
        namespace(parameters),
        reset=release("G_A"),
        dt=dt * b2.second,
        name="astrocytes",
        check_step=False,
    )
    return group, gap_junctions(group, wiring.gap_junctions, "threshold")


def connect(
    source: b2.Group, target: b2.Group, edges: Edges, space: dict, dt: float, **keywords: object
) -> b2.Synapses:
    """Synapses along `edges`, with full stores where they release."""
    link = b2.Synapses(source, target, namespace=space, dt=dt * b2.second, **keywords)
    link.connect(i=edges.source, j=edges.target)
    if "x_S" in link.variables:
        link.x_S = 1
    return link


def assemble(
    parameters: ParameterSet, wirings: Sequence[Wiring], clocks: Clocks
) -> NeuronGliaNetwork:
    """Build the Brian2 objects of networks of equal size, side by side, on the active device.

    Parameters
    ----------
    parameters : ParameterSet
    wirings : sequence of Wiring
    clocks : Clocks
        `neuron`, `astrocyte`, and `slow` for the linear variables of the domains.

    Returns
    -------
    NeuronGliaNetwork
    """
    wiring, space = side_by_side(wirings), namespace(parameters)
    n_A = len(wirings) * wiring.n_A
    cells = make_cells(parameters, wiring, clocks.neuron)
    astrocytes, junctions = make_astrocytes(parameters, wiring, n_A, clocks.astrocyte)
    domains = b2.NeuronGroup(
        n_A, DOMAIN, method="exact", name="domains", namespace=space, dt=clocks.slow * b2.second
    )
    inside = wiring.domain[wiring.excitatory.target] >= 0
    every = wiring.excitatory
    covered = Edges(every.source[inside], every.target[inside], every.weight[inside])
    in_domain = np.bincount(wiring.domain[covered.target], minlength=n_A)
    terminals = domain_terminals(covered, wiring.domain, in_domain)
    everyone, served = np.arange(n_A), np.flatnonzero(wiring.domain >= 0)
    one_to_one = sort_edges(everyone, everyone, np.ones(n_A))
    to_cells = sort_edges(wiring.domain[served], served, np.ones(len(served)))

    dt = clocks.neuron
    links = [
        connect(
            cells, cells, edges, space, dt, model=model, on_pre=on_pre, method="exact", name=name
        )
        for name, edges, model, on_pre in (
            ("excitatory", wiring.excitatory, MODULATED, MODULATED_AMPA),
            ("inhibitory", wiring.inhibitory, INHIBITORY, INHIBITORY_GABA),
        )
    ]
    for link, weight in zip(links, ("w_E", "w_I"), strict=True):
        link.g = space[weight]
    terminal = connect(
        cells,
        domains,
        terminals,
        space,
        dt,
        model=TERMINAL,
        on_pre=TERMINAL_ON_PRE,
        method="exact",
        name="terminals",
    )
    terminal.frac = terminals.weight
    hand_over = [
        connect(source, target, edges, space, step, model=HAND_OVER[name], name=name)
        for name, source, target, edges, step in (
            ("transmitter", domains, astrocytes, one_to_one, clocks.astrocyte),
            ("gliotransmitter", astrocytes, domains, one_to_one, clocks.slow),
            ("receptor", domains, cells, to_cells, dt),
        )
    ]
    network = b2.Network(cells, domains, astrocytes, junctions, *links, terminal, *hand_over)
    return NeuronGliaNetwork(network, cells, domains, astrocytes)
