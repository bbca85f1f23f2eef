"""The circuit `neuron_glia_2019`: a recurrent network whose synapses astrocytes listen and speak to.

Stimberg, Goodman, Brette & De Pittà 2019, in: Computational Glioscience, ch. 18: the network of its
last example, 3200 excitatory and 800 inhibitory cells and 3200 astrocytes, put together from the
parts of this package. What the published program keeps on every excitatory synapse, the transmitter
Y_S and the bound receptors Gamma_S, stands here once for each astrocyte's domain.

Any number of networks of one size stand side by side in one run, so that seeds share a compilation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.assembly import Clocks
from models.calcium import CALCIUM
from models.checks import check_parameters
from models.gap_junction import COUPLED, gap_junctions, graph_edges
from models.gliotransmission import (
    GLUTAMATE_RELEASED,
    RELEASE_THRESHOLD,
    STORE,
    presynaptic_receptor,
    release,
)
from models.ip3 import DEGRADATION, PLC_BETA, PLC_DELTA, ip3_balance
from models.parameters import ParameterError, ParameterSet
from models.receptors import GLUTAMATE, MGLUR
from models.streams import stream
from models.synapse import RELEASE_STATE, TERMINAL, TERMINAL_ON_PRE
from models.wiring import Edges, domain_terminals, draw_edges, join_edges

# Conductance-based cell with a driving current (Stimberg et al. 2019, eqs. 1-4).
CELL = """
dv/dt = (g_L*(E_L - v) + g_ampa*(E_ampa - v) + g_gaba*(E_gaba - v) + drive)/C_m : volt (unless refractory)
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
drive : amp (shared)
Gamma : 1
"""
THRESHOLD = "v > V_th"
RESET = "v = E_L"

# One release (Stimberg et al. 2019, eqs. 5-7, 17), `bound` being the share of bound presynaptic receptors.
_RELEASE = """
U_0 = (1 - {bound})*U_0_star + alpha*{bound}
u_S = u_S + U_0*(1 - u_S)
r_S = u_S*x_S
x_S = x_S - r_S
"""

# Release at excitatory synapses, which the astrocyte of the target's domain modulates, and at
# inhibitory ones, which none does.
EXCITATORY_ON_PRE = _RELEASE.format(bound="Gamma_post") + "g_ampa_post += w_E*r_S\n"
INHIBITORY_ON_PRE = _RELEASE.format(bound="0") + "g_gaba_post += w_I*r_S\n"

# Linear variables of a domain, and its astrocyte. They are two groups because the first follow spikes and
# the second takes longer steps; what they share is handed over.
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

PARTS = ("cell", "projection", "synapse", "receptors", "calcium", "ip3", "gap_junction", "gliotransmission")  # fmt: skip
REFERENCE_SIZE = 4000
PLACEMENTS = ("tissue", "published")


@dataclass(frozen=True)
class Wiring:
    """One network as host arrays.

    Attributes
    ----------
    n_E, n_I, n_A : int
        Excitatory cells, inhibitory cells (they follow the excitatory ones) and astrocytes.
    excitatory, inhibitory : Edges
        From excitatory and from inhibitory cells to all cells; weight 1.
    domain : ndarray of int, shape (n_E + n_I,)
        Astrocyte whose domain holds the excitatory synapses onto a cell, -1 for none.
    gap_junctions : Edges
    v, g_ampa, g_gaba : ndarray, shape (n_E + n_I,)
        Initial state of the cells: V, and conductances relative to one full release.
    """

    n_E: int
    n_I: int
    n_A: int
    excitatory: Edges
    inhibitory: Edges
    domain: NDArray[np.int64]
    gap_junctions: Edges
    v: NDArray[np.float64]
    g_ampa: NDArray[np.float64]
    g_gaba: NDArray[np.float64]

    @property
    def n_cells(self) -> int:
        return self.n_E + self.n_I


@dataclass(frozen=True)
class Circuit:
    """The Brian2 objects of one run; `network` holds them all, `carrier` has Y_S and Gamma_S."""

    network: b2.Network
    cells: b2.NeuronGroup
    carrier: b2.Group
    astrocytes: b2.NeuronGroup


def _place(
    n_E: int, n_I: int, n_A: int, side: float, placement: str, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Domain of every cell.

    Excitatory cells stand on a grid. In ``"tissue"`` inhibitory cells stand anywhere, and a cell
    belongs to the astrocyte nearest to its corner of the square. ``"published"`` follows the published
    program, which centres the grid on 0 and numbers astrocytes as if it began there: fewer than half
    of the astrocytes have any synapse (how many hangs on rounding), and all inhibitory cells, which it
    does not place, belong to the first one.
    """
    rows, rows_A = int(np.sqrt(n_E)), int(np.sqrt(n_A))
    columns = n_E // rows
    step, step_A = side / columns, side / rows_A
    cell = np.arange(n_E)
    x, y = (cell // rows) * step, (cell % rows) * step
    if placement == "published":
        x = np.concatenate([x - rows / 2 * step, np.zeros(n_I)])
        y = np.concatenate([y - columns / 2 * step, np.zeros(n_I)])
        index = np.trunc(np.trunc(x / step_A) + n_A / rows_A * np.trunc(y / step_A)).astype(int)
        return np.where((index >= 0) & (index < n_A), index, -1)
    x = np.concatenate([x, rng.uniform(0, side, n_I)])
    y = np.concatenate([y, rng.uniform(0, side, n_I)])
    column, row = np.floor(x / step_A).astype(int), np.floor(y / step_A).astype(int)
    return np.minimum(column * rows_A + np.minimum(row, rows_A - 1), n_A - 1)


def _gap_junctions(n_A: int, side: float, reach: float) -> Edges:
    """Couple astrocytes of the grid that are less than `reach` apart."""
    rows = int(np.sqrt(n_A))
    step = side / rows
    cell = np.arange(n_A)
    far = int(reach // step)
    pairs = []
    for right in range(far + 1):
        for down in range(-far, far + 1):
            if (right, down) > (0, 0) and np.hypot(right, down) * step < reach:
                row = cell % rows + down
                other = cell + right * rows + down
                keep = (row >= 0) & (row < rows) & (other < n_A)
                pairs.append(np.stack([cell[keep], other[keep]], axis=1))
    return graph_edges(np.concatenate(pairs), n_A)


def draw_wiring(
    parameters: ParameterSet, seed: int, size: int = REFERENCE_SIZE, placement: str = "tissue"
) -> Wiring:
    """Draw one network.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``neuron_glia_2019``.
    seed : int
    size : int
        Number of cells, about; in-degrees and distances stay those of the tables.
    placement : str
        One of `PLACEMENTS`: where cells stand among astrocytes, see `_place`.

    Returns
    -------
    Wiring

    Raises
    ------
    ParameterError
        For a `size` at which there are fewer cells than a cell has synapses, or an unknown
        placement.
    """
    if placement not in PLACEMENTS:
        raise ParameterError(
            f"unknown placement '{placement}'; allowed: {', '.join(PLACEMENTS)}"
        )
    full = {name: round(parameters.value(f"population.n_{name}")) for name in "EIA"}
    scale = size / (full["E"] + full["I"])
    least = round((full["E"] + full["I"]) * max(parameters.value(f"projection.p_{k}") for k in "EI"))
    if size < max(least, 20):
        raise ParameterError(
            f"size = {size} cells; allowed: at least {max(least, 20)}, so that in-degrees stay"
        )
    n_E, n_I, n_A = (round(full[name] * scale) for name in "EIA")
    side = parameters.value("population.side") * np.sqrt(scale)
    everyone = np.arange(n_E + n_I)

    def edges(name: str, count: int) -> Edges:
        indegree = parameters.value(f"projection.p_{name}") * full[name]
        return draw_edges(stream(seed, f"wiring/{name}"), np.arange(count), everyone, indegree, 1.0, 0.0)

    rng = stream(seed, "initial")
    E_L, V_th = parameters.value("cell.E_L"), parameters.value("cell.V_th")
    return Wiring(
        n_E=n_E,
        n_I=n_I,
        n_A=n_A,
        excitatory=edges("E", n_E),
        inhibitory=edges("I", n_I),
        domain=_place(n_E, n_I, n_A, side, placement, stream(seed, "layout")),
        gap_junctions=_gap_junctions(n_A, side, parameters.value("population.reach")),
        v=1e-3 * rng.uniform(E_L, V_th, len(everyone)),
        g_ampa=rng.uniform(size=len(everyone)),
        g_gaba=rng.uniform(size=len(everyone)),
    )


def side_by_side(wirings: Sequence[Wiring]) -> Wiring:
    """One wiring that holds all `wirings`, of equal size, without links between them.

    Cells are ordered by network, so excitatory cells of the second follow inhibitory ones of the
    first; `n_E`, `n_I` and `n_A` count one network.
    """
    first = wirings[0]

    def joined(name: str, pre: int, post: int, start: int = 0) -> Edges:
        parts = []
        for k, wiring in enumerate(wirings):
            own = getattr(wiring, name)
            source, target = own.source + start + k * pre, own.target + k * post
            parts.append(Edges(source, target, own.weight))
        return join_edges(parts)

    n, n_A = first.n_cells, first.n_A
    domain = [np.where(w.domain < 0, -1, w.domain + k * n_A) for k, w in enumerate(wirings)]
    return Wiring(
        n_E=first.n_E,
        n_I=first.n_I,
        n_A=n_A,
        excitatory=joined("excitatory", n, n),
        inhibitory=joined("inhibitory", n, n, start=first.n_E),
        domain=np.concatenate(domain),
        gap_junctions=joined("gap_junctions", n_A, n_A),
        **{
            name: np.concatenate([getattr(w, name) for w in wirings])
            for name in ("v", "g_ampa", "g_gaba")
        },
    )


def namespace(parameters: ParameterSet) -> dict[str, object]:
    """Every constant of the equation strings, by the name it has there."""
    return {**parameters.group(*PARTS), "speed": 1.0}


def make_cells(parameters: ParameterSet, wiring: Wiring, dt: float) -> b2.NeuronGroup:
    """The neurons of `side_by_side` networks, in their initial state, with the step of current."""
    space = namespace(parameters)
    cells = b2.NeuronGroup(
        len(wiring.v), CELL, threshold=THRESHOLD, reset=RESET, refractory=space["tau_ref"],
        method="euler", name="cells", namespace=space, dt=dt * b2.second,
        # After the domains, so that a presynaptic spike finds the receptors as they are in its step.
        order=2,
    )  # fmt: skip
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
    # Not `astrocyte_group`: that refuses the published step of 10 ms, which would be too coarse if all
    # synapses of a domain released at once; a domain has hundreds and they never do.
    space = namespace(parameters)
    groups = ("calcium", "ip3", "receptors", "gap_junction", "gliotransmission")
    check_parameters(parameters.group(*groups))
    group = b2.NeuronGroup(
        n, ASTROCYTE, threshold=RELEASE_THRESHOLD, refractory=RELEASE_THRESHOLD, reset=release("G_A"),
        method="rk4", name="astrocytes", namespace=space, dt=dt * b2.second,
    )  # fmt: skip
    group.C, group.h, group.I = (space[name] for name in ("C_0", "h_0", "I_0"))
    group.x_A = 1
    return group, gap_junctions(group, wiring.gap_junctions, "threshold")


def connect(source, target, edges: Edges, space: dict, dt: float, **keywords) -> b2.Synapses:
    """Synapses along `edges`, with full stores where they release."""
    link = b2.Synapses(source, target, namespace=space, dt=dt * b2.second, **keywords)
    link.connect(i=edges.source, j=edges.target)
    if "x_S" in link.variables:
        link.x_S = 1
    return link


def assemble(parameters: ParameterSet, wirings: Sequence[Wiring], clocks: Clocks) -> Circuit:
    """Build the Brian2 objects of networks of equal size, side by side, on the active device.

    Parameters
    ----------
    parameters : ParameterSet
    wirings : sequence of Wiring
    clocks : Clocks
        `neuron`, `astrocyte`, and `slow` for the linear variables of the domains.

    Returns
    -------
    Circuit
    """
    wiring, space = side_by_side(wirings), namespace(parameters)
    n_A = len(wirings) * wiring.n_A
    cells = make_cells(parameters, wiring, clocks.neuron)
    astrocytes, junctions = make_astrocytes(parameters, wiring, n_A, clocks.astrocyte)
    domains = b2.NeuronGroup(
        n_A, DOMAIN, method="exact", name="domains", namespace=space, dt=clocks.slow * b2.second
    )
    inside = wiring.domain[wiring.excitatory.target] >= 0
    covered = Edges(*(getattr(wiring.excitatory, name)[inside] for name in ("source", "target", "weight")))  # fmt: skip
    in_domain = np.bincount(wiring.domain[covered.target], minlength=n_A)
    terminals = domain_terminals(covered, wiring.domain, in_domain)
    one_to_one = Edges(np.arange(n_A), np.arange(n_A), np.ones(n_A))
    held = np.flatnonzero(wiring.domain >= 0)
    to_cells = Edges(wiring.domain[held], held, np.ones(len(held)))

    dt = clocks.neuron
    links = [
        connect(
            cells, cells, edges, space, dt, model=RELEASE_STATE, on_pre=on_pre, method="exact", name=name
        )
        for name, edges, on_pre in (
            ("excitatory", wiring.excitatory, EXCITATORY_ON_PRE),
            ("inhibitory", wiring.inhibitory, INHIBITORY_ON_PRE),
        )
    ]
    terminal = connect(
        cells, domains, terminals, space, dt, model=TERMINAL, on_pre=TERMINAL_ON_PRE, method="exact",
        name="terminals",
    )  # fmt: skip
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
    return Circuit(network, cells, domains, astrocytes)
