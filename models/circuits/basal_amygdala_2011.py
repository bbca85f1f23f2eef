"""The circuit `basal_amygdala_2011`: fear and extinction cells without astrocytes.

Vlachos, Herry, Lüthi, Aertsen & Kumar 2011, PLoS Comput Biol 7:e1001104. What the paper leaves
out is taken from its replication (Carvalho et al., ReScience) and from Kumar et al. 2008, Neural
Comput 20:1; the tables say which.

Any number of networks stand side by side in one run, so that seeds and conditions share one
compilation: cell ``i`` of an excitatory or inhibitory group belongs to network ``i // n``. Brian2
objects, not a `models.machine.circuit.Circuit`: background and afferents are drawn in every step,
and recurrent synapses have a delay, as published; a circuit has neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits.basal_amygdala_wiring import PATHWAYS, Wiring
from models.parameters import ParameterSet
from models.tissue.wiring import Edges, join_edges

# Membrane equation: Vlachos et al. 2011, eq. 5, in the form of Kumar et al. 2008, eq. 1.
# Conductances are alpha functions of time to peak tau_syn (Kumar et al. 2008, eq. 2): x is what a
# spike adds to, and e*w added to x makes a conductance whose peak is w.
CELL = """
dv/dt = (g_L*(E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v))/C_m : volt (unless refractory)
dg_exc/dt = (x_exc - g_exc)/tau_syn : siemens
dx_exc/dt = -x_exc/tau_syn : siemens
dg_inh/dt = (x_inh - g_inh)/tau_syn : siemens
dx_inh/dt = -x_inh/tau_syn : siemens
"""
# Spike and reset (Vlachos et al. 2011, Methods, unnumbered).
THRESHOLD = "v > V_th"
RESET = "v = E_L"

# An excitatory cell keeps the plastic conductances of its CS and context afferents, the traces c
# and h of their activity (Vlachos et al. 2011, eqs. 7-8) and the last spike of either.
LEARNER = """
dc/dt = -c/tau_c : 1
dh/dt = -h/tau_h : 1
t_cs : second
t_context : second
w_cs : siemens
w_context : siemens
learning : 1
network : integer (constant)
"""

# An inhibitory cell that is silenced neither fires nor acts (pharmacological block of Vlachos et
# al. 2011; chosen: the first of a random order).
SILENCEABLE = """
silenced : 1
rank : integer (constant)
network : integer (constant)
"""

# A Poisson train of its own for every cell (Vlachos et al. 2011, Methods, unnumbered).
AFFERENT = """
rate : hertz
row : integer (constant)
"""
AFFERENT_THRESHOLD = "rand() < rate*dt"

# Recurrent synapses, and the CS to inhibitory cells; `e_peak` is Euler's number
# (Kumar et al. 2008, eq. 2).
STATIC = "w : siemens (constant)"
STATIC_EXC = "x_exc_post += e_peak*w"
STATIC_INH = "x_inh_post += e_peak*w"

# Three-factor rule at a spike of either afferent (Vlachos et al. 2011, eq. 6): the modulator
# `learning` opens it, CS and context together potentiate both conductances, a CS without context
# depresses them. Both conductances change at both kinds of spike.
_RULE = """
together = int(abs(t_cs_post - t_context_post) < window)
up = learning_post*eta*c_post*h_post*together
down = learning_post*eta*c_post*(1 - together)
w_cs_post = w_cs_post + up*abs(w_max - w_cs_post) - down*abs(w_min - w_cs_post)
w_context_post = w_context_post + up*abs(w_max - w_context_post) - down*abs(w_min - w_context_post)
"""
CS_ON_PRE = "t_cs_post = t\nc_post += c_u" + _RULE + "x_exc_post += e_peak*w_cs_post"
CONTEXT_ON_PRE = "t_context_post = t\nh_post += h_u" + _RULE + "x_exc_post += e_peak*w_context_post"


@dataclass(frozen=True)
class InputTables:
    """What reaches one network, on a grid of `input.dt_input`.

    Attributes
    ----------
    cs : ndarray, shape (n_steps,)
        1 while the afferents fire at their rate, else 0.
    contexts : ndarray, shape (n_steps, 2)
        The same of the context that reaches each population: fear, extinction.
    learning, silenced : ndarray, shape (n_steps,)
        Modulator: 1 while the plastic conductances may change; share of the inhibitory cells that
        is silenced.
    """

    cs: NDArray[np.float64]
    contexts: NDArray[np.float64]
    learning: NDArray[np.float64]
    silenced: NDArray[np.float64]


@dataclass(frozen=True)
class BasalAmygdalaNetwork:
    """The Brian2 objects of one run; `network` holds them all."""

    network: b2.Network
    excitatory: b2.NeuronGroup
    inhibitory: b2.NeuronGroup


def _side_by_side(wirings: Sequence[Wiring], pre: str, post: str) -> Edges:
    """Edges of all networks as edges between the groups that hold them."""
    size = {"E": wirings[0].n_E, "I": wirings[0].n_I}
    parts = []
    for k, wiring in enumerate(wirings):
        own = wiring.edges[pre, post]
        source, target = own.source + k * size[pre], own.target + k * size[post]
        parts.append(Edges(source, target, own.weight))
    return join_edges(parts)


def _feed(group: b2.NeuronGroup, code: str, name: str, values: NDArray, dt: b2.Quantity) -> None:
    """Let ``code`` read the table `name` of shape (n_steps, n_columns) at every step `dt`."""
    table = b2.TimedArray(values, dt=dt, name=name)
    group.namespace[name] = table
    group.run_regularly(code, dt=dt)


def _static(
    source: b2.NeuronGroup,
    target: b2.NeuronGroup,
    edges: Edges,
    on_pre: str,
    name: str,
    space: dict,
    delay: b2.Quantity | None,
) -> b2.Synapses:
    link = b2.Synapses(
        source, target, model=STATIC, on_pre=on_pre, delay=delay, name=name, namespace=space
    )
    link.connect(i=edges.source, j=edges.target)
    link.w = edges.weight * b2.nsiemens
    return link


def assemble(
    parameters: ParameterSet, wirings: Sequence[Wiring], inputs: Sequence[InputTables]
) -> BasalAmygdalaNetwork:
    """Build the Brian2 objects of networks of equal size, side by side, on the active device.

    Background and afferent spikes are drawn by the device: call `brian2.seed` before.

    Parameters
    ----------
    parameters : ParameterSet
    wirings, inputs : sequence of Wiring and of InputTables, equally long

    Returns
    -------
    BasalAmygdalaNetwork
    """
    # Brian2 warns that the learning rule depends on the order of synapses; a cell has one of a
    # kind.
    b2.BrianLogger.suppress_hierarchy("brian2.codegen.generators.base")
    first, many = wirings[0], len(wirings)
    groups = ("cell", "input", "lif", "plasticity")
    space = {**parameters.group(*groups), "e_peak": np.e}
    # Names of cell variables: their start values are not constants of the equations.
    for name in ("w_cs", "w_context"):
        del space[name]
    dt, dt_input = parameters.quantity("numerics.dt"), parameters.quantity("numerics.dt_input")
    common = {"method": "rk4", "refractory": space["tau_ref"], "reset": RESET, "dt": dt}
    E = b2.NeuronGroup(
        many * first.n_E,
        CELL + LEARNER,
        threshold=THRESHOLD,
        name="excitatory",
        namespace=dict(space),
        **common,
    )
    I = b2.NeuronGroup(  # noqa: E741  (the symbol of the paper)
        many * first.n_I,
        CELL + SILENCEABLE,
        threshold=f"{THRESHOLD} and silenced < 0.5",
        name="inhibitory",
        namespace=dict(space),
        **common,
    )
    for group, name in ((E, "v_E"), (I, "v_I")):
        group.v = np.concatenate([getattr(wiring, name) for wiring in wirings]) * b2.volt
        group.network = np.repeat(np.arange(many), len(group) // many)
    for name in ("w_cs", "w_context"):
        setattr(E, name, np.concatenate([getattr(w, name) for w in wirings]) * b2.nsiemens)
    # No afferent has fired yet; far in the past and far apart, so that nothing counts as together.
    E.t_cs, E.t_context = -2e3 * b2.second, -1e3 * b2.second
    I.rank = np.concatenate([wiring.rank for wiring in wirings])

    def table(name: str) -> NDArray:
        return np.column_stack([getattr(given, name) for given in inputs])

    _feed(E, "learning = learning_table(t, network)", "learning_table", table("learning"), dt_input)
    silence = f"silenced = int(rank < silenced_table(t, network)*{first.n_I})"
    _feed(I, silence, "silenced_table", table("silenced"), dt_input)

    all_E, all_I = (np.arange(len(cells), dtype=np.int32) for cells in (E, I))
    reached = np.concatenate([first.fear, first.extinction])
    context_cells = np.concatenate([reached + k * first.n_E for k in range(many)])
    afferents = {
        "cs_E": (np.repeat(np.arange(many), first.n_E), "rate_cs", "cs"),
        "cs_I": (np.repeat(np.arange(many), first.n_I), "rate_cs", "cs"),
        "context": (
            np.repeat(np.arange(2 * many), first.n_population), "rate_context", "contexts"
        ),
    }
    trains = {}
    for name, (row, rate, levels) in afferents.items():
        train = b2.NeuronGroup(
            len(row),
            AFFERENT,
            threshold=AFFERENT_THRESHOLD,
            reset="",
            name=f"afferent_{name}",
            namespace=dict(space),
            dt=dt,
        )
        train.row = row
        _feed(
            train, f"rate = {rate}*{name}_table(t, row)", f"{name}_table", table(levels), dt_input
        )
        trains[name] = train

    delay = parameters.quantity("projection.delay")
    links = [
        _static(
            {"E": E, "I": I}[pre],
            {"E": E, "I": I}[post],
            _side_by_side(wirings, pre, post),
            STATIC_EXC if pre == "E" else STATIC_INH,
            f"{pre}_to_{post}",
            space,
            delay,
        )
        for pre, post in PATHWAYS
    ]
    own = Edges(all_I, all_I, np.concatenate([wiring.w_cs_I for wiring in wirings]))
    links.append(_static(trains["cs_I"], I, own, STATIC_EXC, "cs_to_I", space, None))
    for name, target, on_pre in (
        ("cs_E", all_E, CS_ON_PRE),
        ("context", context_cells, CONTEXT_ON_PRE),
    ):
        link = b2.Synapses(trains[name], E, on_pre=on_pre, name=f"{name}_plastic", namespace=space)
        link.connect(i=np.arange(len(target)), j=target)
        links.append(link)
    n_background = round(parameters.value("input.n_background"))
    weight = np.e * parameters.quantity("input.w_background")
    background = [
        b2.PoissonInput(group, "x_exc", n_background, space[f"rate_background_{kind}"], weight)
        for kind, group in (("E", E), ("I", I))
    ]
    network = b2.Network(E, I, *trains.values(), *links, *background)
    return BasalAmygdalaNetwork(network, E, I)
