"""From a drawn tissue and its inputs to a circuit and its tables, the same for every device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits.amygdala_checks import check_constants, check_membranes, check_weights, guards
from models.machine.circuit import Cells, Circuit, Course, Links, Source, Tables
from models.machine.clocks import Clocks
from models.mechanisms import astrocyte, neuron, synapse
from models.parameters import ParameterSet
from models.tissue.anatomy import Pathway
from models.tissue.cells import Tissue
from models.tissue.wiring import Edges, sort_edges
from models.units import base_unit


@dataclass(frozen=True)
class Spikes:
    """Host-drawn spikes of one source: `cell` fires in step `step` of `dt` s, sorted by step."""

    cell: NDArray[np.int32]
    step: NDArray[np.int32]
    dt: float

    @property
    def time(self) -> NDArray[np.float64]:
        """Start of each spike's step, s."""
        return np.asarray(self.step * self.dt, np.float64)


@dataclass(frozen=True)
class Inputs:
    """What reaches the tissue in one run.

    Attributes
    ----------
    afferent, drive : Spikes
        Spikes of the plastic afferents, and of background and US.
    slow_time : ndarray, shape (n_steps,)
        Slow clock at each slow step: protocol seconds, folded hours included.
    levels : mapping of str to ndarray, shape (n_steps,) or (n_steps, n_fibres)
        Level of each variable ``CELLS.VARIABLE`` at each slow step that interventions set; those
        with a column for each fibre differ between cells.
    fibre : mapping of str to ndarray of int32, shape (n_cells,)
        Optic fibre of each neuron of ``principal`` and ``other``.
    speed : float
        Compression of the clock.
    """

    afferent: Spikes
    drive: Spikes
    slow_time: NDArray[np.float64]
    levels: Mapping[str, NDArray[np.float64]]
    fibre: Mapping[str, NDArray[np.int32]]
    speed: float


def namespace(parameters: ParameterSet, speed: float) -> dict[str, b2.Quantity]:
    """Every constant of the equation strings, by the name it has there."""
    values = parameters.group(
        "lif", "synapse", "plasticity", "astrocyte", "noradrenaline", "dopamine",
        "gliotransmission", "optogenetics",
    )  # fmt: skip
    own = {"E_L", "V_th"}  # these differ from cell to cell and live in the group
    kept = {key: value for key, value in values.items() if key.isidentifier() and key not in own}
    return {**kept, "speed": b2.Quantity(speed)}


def check_regime(parameters: ParameterSet, speed: float, clocks: Clocks) -> None:
    """Check what can be checked of one animal before it is drawn; `assemble` does it, too.

    Raises
    ------
    ModelError
        If a constant, an initial value or a time step lies outside the regime of the model.
    """
    space = namespace(parameters, speed)
    check_constants(parameters, space, {}, cell=clocks.neuron, astrocyte=clocks.astrocyte)


def assemble(
    parameters: ParameterSet, tissue: Tissue, inputs: Inputs, clocks: Clocks
) -> tuple[Circuit, Tables]:
    """Describe one animal's circuit and fill its tables.

    Parameters
    ----------
    parameters : ParameterSet
    tissue : Tissue
    inputs : Inputs
    clocks : Clocks
        Chosen by `models.machine.clocks`, never here: GeNN knows a single clock.

    Returns
    -------
    circuit : Circuit
        Without records; the same for all animals of one size and clock.
    tables : Tables

    Raises
    ------
    ModelError
        If a constant, an initial value or a time step lies outside the regime of the model.
    """
    space = namespace(parameters, inputs.speed)
    check_constants(
        parameters, space, inputs.levels, cell=clocks.neuron, astrocyte=clocks.astrocyte
    )
    check_membranes(parameters, tissue, inputs.levels, clocks.neuron)
    check_weights(parameters, tissue)

    tables: Tables = {f"constant.{key}": np.array(float(value)) for key, value in space.items()}
    links = _links(tissue, clocks, tables)
    _initial_neurons(parameters, tissue, tables)
    _initial_astrocytes(parameters, tissue, tables)
    for pre, edges in tissue.tripartite.items():
        tables[f"initial.tripartite_{pre}.g_max"] = _g_max(parameters, tissue, pre, edges)
    for name, spikes in (("afferent", inputs.afferent), ("drive", inputs.drive)):
        tables[f"spikes.{name}.cell"] = spikes.cell
        tables[f"spikes.{name}.step"] = spikes.step
    tables["course.principal.T_slow"] = inputs.slow_time
    tables["course.astrocyte.dilation"] = _dilation(
        inputs.slow_time, clocks, float(space["Omega_cAMP"])
    )
    tables |= {f"course.{name}": levels for name, levels in inputs.levels.items()}
    tables |= {f"rows.{name}.fibre": fibre for name, fibre in inputs.fibre.items()}
    circuit = Circuit(
        name="amygdala_prefrontal",
        step=clocks.neuron,
        constants={key: base_unit(value) for key, value in space.items()},
        cells=_cells(tissue, clocks),
        sources=tuple(
            Source(name, max(where.stop for where in slices.values()))
            for name, slices in (("afferent", tissue.afferents), ("drive", tissue.drives))
        ),
        links=links,
        initial=tuple(sorted(name for name in tables if name.startswith("initial."))),
        courses=(
            Course("principal", "T_slow", clocks.slow),
            Course("astrocyte", "dilation", clocks.slow),
            *(
                Course(cells, variable, clocks.slow, "fibre" if levels.ndim > 1 else "")
                for name, levels in inputs.levels.items()
                for cells, variable in [name.split(".")]
            ),
        ),
        guards=guards(),
    )
    return circuit, tables


def _dilation(
    slow_time: NDArray[np.float64], clocks: Clocks, breakdown: float
) -> NDArray[np.float64]:
    """Seconds of the slow clock per simulated second, at each slow step.

    At most what lets cAMP fall at the rate of one in a step of the astrocyte: faster, the step
    would be unstable, and of what falls so fast nothing is left after a night anyway.
    """
    rate = np.diff(slow_time) / clocks.slow
    rate = np.append(rate, rate[-1])
    return np.minimum(rate, 1 / (breakdown * clocks.astrocyte)) if breakdown else rate


def _cells(tissue: Tissue, clocks: Clocks) -> tuple[Cells, ...]:
    common = {
        "step": clocks.neuron,
        "method": "euler",
        "threshold": neuron.LIF_THRESHOLD,
        "refractory": "tau_ref",
    }
    return (
        Cells(
            "principal", tissue.n_principal, neuron.LIF_TAGGED + neuron.PLASTIC_CELL,
            reset=neuron.LIF_RESET + neuron.PLASTIC_RESET, **common,  # type: ignore[arg-type]
        ),
        Cells(
            "other", tissue.n_neurons - tissue.n_principal, neuron.LIF,
            reset=neuron.LIF_RESET, **common,  # type: ignore[arg-type]
        ),
        Cells(
            "astrocyte", tissue.n_astrocytes, astrocyte.ASTROCYTE, clocks.astrocyte, "rk4",
            threshold=astrocyte.RELEASE_THRESHOLD, reset=astrocyte.RELEASE_RESET,
            refractory=astrocyte.RELEASE_THRESHOLD,
        ),
    )  # fmt: skip


def _initial_neurons(parameters: ParameterSet, tissue: Tissue, tables: Tables) -> None:
    adaptation = [
        float(parameters.quantity(row.adaptation)) for row in tissue.anatomy.populations
    ]
    per_spike = np.array(adaptation)[tissue.population]
    for name, part in tissue.groups.items():
        tables[f"initial.{name}.E_L"] = tissue.E_L[part]
        tables[f"initial.{name}.v"] = tissue.E_L[part]
        tables[f"initial.{name}.V_th"] = np.array(float(parameters.quantity("lif.V_th")))
        tables[f"initial.{name}.b_ahp"] = per_spike[part]
    tables["initial.principal.theta"] = np.array(float(parameters.quantity("plasticity.theta_0")))


def _initial_astrocytes(parameters: ParameterSet, tissue: Tissue, tables: Tables) -> None:
    for name, start in (("C", "C_0"), ("h", "h_0"), ("I", "I_0"), ("C_tot", "C_T")):
        value = float(parameters.quantity(f"astrocyte.{start}"))
        tables[f"initial.astrocyte.{name}"] = np.array(value)
    tables["initial.astrocyte.x_A"] = np.array(1.0)
    tables["initial.astrocyte.gain"] = tissue.gain


def _links(tissue: Tissue, clocks: Clocks, tables: Tables) -> tuple[Links, ...]:
    """All links in the order in which they act; their wiring and weights go into `tables`."""
    result: list[Links] = []

    def link(
        edges: Edges, weight: str, name: str, ends: tuple[str, str], model: str, on_pre: str = "",
        *, step: float = clocks.neuron, order: int = -1, scale: float = 1.0,
    ) -> None:  # fmt: skip
        new = Links(name, *ends, step, model, on_pre, order)
        tables[f"edges.{new.name}.source"] = edges.source
        tables[f"edges.{new.name}.target"] = edges.target
        if weight:
            tables[f"initial.{new.name}.{weight}"] = edges.weight * scale
        result.append(new)

    for (pre, post, receptor), edges in tissue.static.items():
        on_pre = synapse.STATIC_AMPA if receptor == "ampa" else synapse.STATIC_GABA
        name = f"{receptor}_{pre}_{post}"
        link(edges, "g", name, (pre, post), synapse.STATIC, on_pre, scale=1e-9)  # nS
    for pre, edges in tissue.tripartite.items():
        name = f"tripartite_{pre}"
        ends = (pre, "principal")
        link(edges, "w_0", name, ends, synapse.TRIPARTITE, synapse.TRIPARTITE_ON_PRE)
        tables[f"initial.{name}.x_S"] = np.array(1.0)
    for pre, edges in tissue.terminals.items():
        name = f"terminal_{pre}"
        link(edges, "frac", name, (pre, "astrocyte"), synapse.TERMINAL, synapse.TERMINAL_ON_PRE)
        tables[f"initial.{name}.x_S"] = np.array(1.0)
    for row in tissue.anatomy.modulators:
        # After the synapses that read the level in the same step: as GeNN does, and not by name.
        ends = tissue.anatomy.group(row.source), tissue.anatomy.group(row.target)
        on_pre = synapse.VOLUME_RELEASE[row.transmitter]
        edges = tissue.volume[row.transmitter]
        link(edges, "frac", row.transmitter, ends, synapse.VARICOSITY, on_pre, order=0)
    slow = clocks.astrocyte  # what these read changes at the astrocytes' steps only
    gap, ends = tissue.gap_junctions, ("astrocyte", "astrocyte")
    link(gap, "", "gap_junction", ends, astrocyte.GAP_JUNCTION, step=slow)
    domain = tissue.domain[: tissue.n_principal]
    own = sort_edges(domain, np.arange(tissue.n_principal), np.ones(len(domain)))
    ends = ("astrocyte", "principal")
    link(own, "", "hand_over_receptor", ends, synapse.HAND_OVER_RECEPTOR, step=slow)
    link(own, "", "hand_over_gate", ends, synapse.HAND_OVER_GATE, step=slow)
    return tuple(result)


def _g_max(parameters: ParameterSet, tissue: Tissue, pre: str, edges: Edges) -> NDArray:
    """Conductance (S) of weight one for every tripartite synapse, by its pathway."""

    def of_one(row: Pathway) -> float:
        indegree = parameters.value(row.indegree)
        return float(parameters.quantity(row.conductance)) / indegree if indegree else 0.0

    result = np.empty(len(edges))
    for row in tissue.anatomy.plastic:
        group, sources = tissue.members(row.source)
        if group == pre:
            result[np.isin(edges.source, sources)] = of_one(row)
    return result
