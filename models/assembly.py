"""From a drawn tissue to Brian2 objects, the same for every device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models import astrocyte, neuron, synapse
from models.amygdala_prefrontal import POPULATIONS, Tissue
from models.parameters import ParameterSet
from models.wiring import Edges, sort_edges


@dataclass(frozen=True)
class Spikes:
    """Host-drawn spikes of one source: `cell` fires at `time` (s), sorted by time."""

    cell: NDArray[np.int32]
    time: NDArray[np.float64]


@dataclass(frozen=True)
class Inputs:
    """What reaches the tissue in one run.

    Attributes
    ----------
    afferent, drive : Spikes
        Spikes of the plastic afferents, and of background and US.
    step : float
        Time step of the two tables below, s.
    slow_time : ndarray, shape (n_steps,)
        Slow clock at each step: protocol seconds, folded hours included.
    drugs : mapping of str to ndarray, shape (n_steps,)
        Level of each astrocyte variable ``drug_*`` at each step.
    speed : float
        Compression of the clock.
    """

    afferent: Spikes
    drive: Spikes
    step: float
    slow_time: NDArray[np.float64]
    drugs: Mapping[str, NDArray[np.float64]]
    speed: float


@dataclass(frozen=True)
class Clocks:
    """Time steps, s: neurons and synapses (the default clock), astrocytes, slow clock and drugs."""

    neuron: float
    astrocyte: float
    slow: float

    def keywords(self, step: float) -> dict[str, b2.Quantity]:
        """Return ``dt`` of an object that steps by `step`; nothing where the default clock does.

        GeNN refuses any object with a clock of its own, even one of the same step.
        """
        return {} if step == self.neuron else {"dt": step * b2.second}


@dataclass(frozen=True)
class Circuit:
    """The Brian2 objects of one run, by name; `network` holds them all."""

    network: b2.Network
    groups: dict[str, b2.Group]
    tripartite: dict[str, b2.Synapses]


def namespace(parameters: ParameterSet, speed: float) -> dict[str, object]:
    """Every constant of the equation strings, by the name it has there."""
    values: dict[str, object] = parameters.group(
        "lif", "synapse", "plasticity", "astrocyte", "noradrenaline", "dopamine", "gliotransmission"
    )
    own = {"E_L", "V_th"}  # these differ from cell to cell and live in the group
    constants = {key: val for key, val in values.items() if key.isidentifier() and key not in own}
    return {**constants, "speed": speed}


def _neurons(parameters: ParameterSet, tissue: Tissue, space: dict) -> dict[str, b2.Group]:
    n_principal = tissue.n_principal
    common = {
        "threshold": neuron.LIF_THRESHOLD,
        "refractory": parameters.quantity("lif.tau_ref"),
        "method": "euler",
        "namespace": space,
    }
    principal = b2.NeuronGroup(
        n_principal,
        neuron.LIF + neuron.PLASTIC_CELL,
        reset=neuron.LIF_RESET + neuron.PLASTIC_RESET,
        name="principal",
        **common,
    )
    principal.theta = parameters.quantity("plasticity.theta_0")
    other = b2.NeuronGroup(
        tissue.n_neurons - n_principal,
        neuron.LIF,
        reset=neuron.LIF_RESET,
        name="other",
        **common,
    )
    excitatory = [index for index, name in enumerate(POPULATIONS) if name.endswith("_P")]
    adapting = np.isin(tissue.population, excitatory)
    per_spike = np.where(
        adapting,
        float(parameters.quantity("lif.b_ahp_principal")),
        float(parameters.quantity("lif.b_ahp_other")),
    )
    for group, part in ((principal, slice(0, n_principal)), (other, slice(n_principal, None))):
        group.E_L = tissue.E_L[part] * b2.volt
        group.v = tissue.E_L[part] * b2.volt
        group.V_th = parameters.quantity("lif.V_th")
        group.b_ahp = per_spike[part] * b2.siemens
    return {"principal": principal, "other": other}


def _astrocytes(
    parameters: ParameterSet, tissue: Tissue, space: dict, clocks: Clocks
) -> b2.NeuronGroup:
    group = b2.NeuronGroup(
        tissue.n_astrocytes,
        astrocyte.ASTROCYTE,
        threshold=astrocyte.RELEASE_THRESHOLD,
        refractory=astrocyte.RELEASE_THRESHOLD,
        reset=astrocyte.RELEASE_RESET,
        method="rk4",
        name="astrocyte",
        namespace=space,
        **clocks.keywords(clocks.astrocyte),
    )
    group.C = parameters.quantity("astrocyte.C_0")
    group.h = parameters.quantity("astrocyte.h_0")
    group.I = parameters.quantity("astrocyte.I_0")
    group.x_A = 1
    group.gain = tissue.gain
    return group


def _connect(
    source: b2.Group, target: b2.Group, edges: Edges, name: str, space: dict, **keywords: object
) -> b2.Synapses:
    result = b2.Synapses(source, target, name=name, namespace=space, **keywords)
    result.connect(i=edges.source, j=edges.target)
    return result


def assemble(parameters: ParameterSet, tissue: Tissue, inputs: Inputs, clocks: Clocks) -> Circuit:
    """Build the Brian2 objects of one run on the active device.

    Parameters
    ----------
    parameters : ParameterSet
    tissue : Tissue
    inputs : Inputs
    clocks : Clocks
        Chosen by `models.devices`, never here: GeNN knows a single clock.

    Returns
    -------
    Circuit
    """
    space = namespace(parameters, inputs.speed)
    b2.defaultclock.dt = clocks.neuron * b2.second
    groups = _neurons(parameters, tissue, space)
    groups["astrocyte"] = _astrocytes(parameters, tissue, space, clocks)
    for name, slices, spikes in (
        ("afferent", tissue.afferents, inputs.afferent),
        ("drive", tissue.drives, inputs.drive),
    ):
        size = max(where.stop for where in slices.values())
        groups[name] = b2.SpikeGeneratorGroup(size, spikes.cell, spikes.time * b2.second, name=name)
    links: list[b2.Synapses] = []

    for (pre, post, receptor), edges in tissue.static.items():
        on_pre = synapse.STATIC_AMPA if receptor == "ampa" else synapse.STATIC_GABA
        link = _connect(
            groups[pre], groups[post], edges, f"{receptor}_{pre}_{post}", space,
            model=synapse.STATIC, on_pre=on_pre,
        )  # fmt: skip
        link.g = edges.weight * b2.nsiemens
        links.append(link)

    tripartite = {}
    for pre, edges in tissue.tripartite.items():
        link = _connect(
            groups[pre], groups["principal"], edges, f"tripartite_{pre}", space,
            model=synapse.TRIPARTITE, on_pre=synapse.TRIPARTITE_ON_PRE,
            method="exact",
        )  # fmt: skip
        link.w_0 = edges.weight
        link.x_S = 1
        link.g_max = _g_max(parameters, tissue, pre, edges) * b2.siemens
        tripartite[pre] = link

    for pre, edges in tissue.terminals.items():
        link = _connect(
            groups[pre], groups["astrocyte"], edges, f"terminal_{pre}", space,
            model=synapse.TERMINAL, on_pre=synapse.TERMINAL_ON_PRE, method="exact",
        )  # fmt: skip
        link.frac = edges.weight
        link.x_S = 1
        links.append(link)

    for name, target, edges, on_pre in (
        ("noradrenaline", "astrocyte", tissue.noradrenaline, synapse.NORADRENALINE_ON_PRE),
        ("dopamine", "principal", tissue.dopamine, synapse.DOPAMINE_ON_PRE),
    ):
        link = _connect(
            groups["other"], groups[target], edges, name, space,
            model=synapse.VARICOSITY, on_pre=on_pre,
        )  # fmt: skip
        link.frac = edges.weight
        # After the synapses that read the level in the same step: as GeNN does, and not by name.
        link.pre.order = 0
        links.append(link)
    gap = _connect(
        groups["astrocyte"], groups["astrocyte"], tissue.gap_junctions, "gap_junction", space,
        model=astrocyte.GAP_JUNCTION,
    )  # fmt: skip
    domain = tissue.domain[: tissue.n_principal]
    own = sort_edges(domain, np.arange(tissue.n_principal), np.ones(len(domain)))
    links.append(gap)
    for name, model in (
        ("hand_over_receptor", synapse.HAND_OVER_RECEPTOR),
        ("hand_over_gate", synapse.HAND_OVER_GATE),
    ):
        links.append(
            _connect(groups["astrocyte"], groups["principal"], own, name, space, model=model)
        )

    _feed(groups["principal"], "T_slow", inputs.slow_time * b2.second, inputs.step, clocks)
    for name, levels in inputs.drugs.items():
        _feed(groups["astrocyte"], name, levels, inputs.step, clocks)
    network = b2.Network(*groups.values(), *tripartite.values(), *links)
    return Circuit(network, groups, tripartite)


def _g_max(parameters: ParameterSet, tissue: Tissue, pre: str, edges: Edges) -> NDArray:
    """Conductance (S) of weight one for every tripartite synapse, by its pathway."""
    if pre == "principal":
        return np.full(len(edges), float(parameters.quantity("plasticity.g_max_BLA_P")))
    result = np.empty(len(edges))
    for name, where in tissue.afferents.items():
        mine = (edges.source >= where.start) & (edges.source < where.stop)
        result[mine] = float(parameters.quantity(f"plasticity.g_max_{name.split('_')[0]}"))
    return result


def _feed(group: b2.Group, variable: str, values: object, step: float, clocks: Clocks) -> None:
    """Make `variable` of `group` follow a table in time."""
    table = b2.TimedArray(values, dt=step * b2.second, name=f"{variable}_table")
    group.namespace[table.name] = table
    group.run_regularly(f"{variable} = {table.name}(t)", dt=clocks.slow * b2.second)
