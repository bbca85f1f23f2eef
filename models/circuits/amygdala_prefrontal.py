"""From a drawn tissue and its inputs to a circuit and its tables, the same for every device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits.amygdala_checks import (
    POSSIBLE,
    check_constants,
    check_membranes,
    check_weights,
    highest_doses,
)
from models.circuits.amygdala_links import g_max, make_links
from models.circuits.amygdala_mechanisms import CIRCUIT, MECHANISMS, composed, parameter_groups
from models.circuits.amygdala_paces import check_folds, make_paces
from models.circuits.amygdala_rest import at_rest
from models.compose import initial
from models.machine.circuit import (
    Cells,
    Circuit,
    Course,
    Source,
    Tables,
    constants,
    starts,
)
from models.machine.clocks import Clocks
from models.machine.guards import guards
from models.mechanisms.astrocyte.gliotransmission import RELEASE_THRESHOLD
from models.mechanisms.body import BODY_THRESHOLD
from models.mechanisms.membrane import LIF_THRESHOLD
from models.parameters import ParameterSet
from models.tissue.anatomy import OTHER
from models.tissue.cells import Tissue


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
        Spikes of afferents that end at plastic synapses, and of those that end at fixed ones.
    slow_time : ndarray, shape (n_steps,)
        Slow clock at each slow step: protocol seconds, folded hours included.
    levels : mapping of str to ndarray, shape (n_steps,), (n_steps, n_fibres) or twice as many
        Level of each variable ``CELLS.VARIABLE`` at each slow step that interventions set; those
        with a column for each fibre differ between cells, and where a mechanism gates it a fibre
        has one for each zone of the box that the body is in.
    scaled : mapping of str to ndarray, as those of `levels`
        The same of what the label of each cell scales.
    fibre : mapping of str to ndarray of int32, shape (n_cells,)
        Optic fibre of each neuron of ``principal`` and ``other``; 0 of each astrocyte.
    at_test : ndarray, shape (n_steps,)
        1 at each slow step in which the body is in a place test, 0 otherwise.
    speed : float
        Compression of the clock.
    """

    afferent: Spikes
    drive: Spikes
    slow_time: NDArray[np.float64]
    levels: Mapping[str, NDArray[np.float64]]
    scaled: Mapping[str, NDArray[np.float64]]
    fibre: Mapping[str, NDArray[np.int32]]
    at_test: NDArray[np.float64]
    speed: float


def namespace(parameters: ParameterSet, speed: float) -> dict[str, b2.Quantity]:
    """Every constant of the equation strings, by the name it has there."""
    values = parameters.group(*parameter_groups())
    own = {"E_L", "V_th"}  # these differ from cell to cell and live in the group
    kept = {key: value for key, value in values.items() if key.isidentifier() and key not in own}
    return {**kept, "speed": b2.Quantity(speed)}


def _numbers(space: Mapping[str, b2.Quantity]) -> dict[str, float]:
    return {name: float(quantity) for name, quantity in space.items()}


def check_regime(
    parameters: ParameterSet, speed: float, clocks: Clocks, slow_time: NDArray[np.float64]
) -> None:
    """Check what can be checked of one animal before it is drawn.

    Parameters
    ----------
    parameters : ParameterSet
    speed : float
        Compression of the clock.
    clocks : Clocks
    slow_time : ndarray, shape (n_steps,)
        As `Inputs.slow_time`.

    Raises
    ------
    ModelError
        If a constant, an initial value or a time step lies outside the regime of the model, or a
        fold is too short or too coarse.
    """
    space = namespace(parameters, speed)
    check_constants(parameters, space, {}, cell=clocks.neuron, astrocyte=clocks.astrocyte)
    check_folds(parameters, slow_time, clocks, _numbers(space))


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
    # a label at its full lets through all of what it scales
    highest = {name: level + inputs.scaled.get(name, 0.0) for name, level in inputs.levels.items()}
    check_constants(parameters, space, highest, cell=clocks.neuron, astrocyte=clocks.astrocyte)
    check_membranes(parameters, tissue, (inputs.levels, inputs.scaled), clocks.neuron)
    check_weights(parameters, tissue)

    units, tables = constants(space)
    cells = _cells(tissue, clocks)
    links = make_links(tissue, clocks, tables)
    _initial(parameters, tissue, tables)
    tables |= at_rest(parameters, _numbers(space), inputs.levels)
    for pre, edges in tissue.tripartite.items():
        tables[f"initial.tripartite_{pre}.g_max"] = g_max(parameters, tissue, pre, edges)
    for name, spikes in (("afferent", inputs.afferent), ("drive", inputs.drive)):
        tables[f"spikes.{name}.cell"] = spikes.cell
        tables[f"spikes.{name}.step"] = spikes.step
    for name in tissue.groups:
        tables[f"course.{name}.T_slow"] = inputs.slow_time
    tables["course.body.at_test"] = inputs.at_test
    dosed = {**_numbers(space), **highest_doses(highest)}
    paces, more = make_paces(inputs.slow_time, clocks, dosed)
    tables |= more
    tables |= {f"course.{name}": _shortest(levels) for name, levels in inputs.levels.items()}
    tables |= {f"scaled.{name}": _shortest(levels) for name, levels in inputs.scaled.items()}
    tables |= {f"rows.{name}.fibre": fibre for name, fibre in inputs.fibre.items()}
    circuit = Circuit(
        name=CIRCUIT,
        step=clocks.neuron,
        constants=units,
        cells=cells,
        sources=tuple(
            Source(name, max(where.stop for where in slices.values()))
            for name, slices in (("afferent", tissue.afferents), ("drive", tissue.drives))
        ),
        links=links,
        initial=starts(tables),
        courses=(
            *(Course(name, "T_slow", clocks.slow) for name in tissue.groups),
            Course("body", "at_test", clocks.slow),
            *paces,
            *(
                _course(cells, variable, clocks.slow, levels)
                for name, levels in inputs.levels.items()
                for cells, variable in [name.split(".")]
            ),
        ),
        # astrocytes first: what they hand over reaches cells in the same step
        guards=tuple(
            item
            for group in sorted(cells, key=lambda cells: cells.name != "astrocyte")
            for item in guards(group, POSSIBLE)
        ),
        mend="numerics.dt or numerics.dt_astrocyte",
    )
    return circuit, tables


def _shortest(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave one level of a tool that nobody uses, or that stays as it is: it holds throughout."""
    return levels[:1] if (levels == levels[:1]).all() else levels


def _course(cells: str, variable: str, step: float, levels: NDArray[np.float64]) -> Course:
    """A level that interventions set: one for all cells, or for each by its fibre and zone."""
    row = "fibre" if levels.ndim > 1 else ""
    own = [mechanism for mechanism in MECHANISMS if cells in mechanism.cells]
    gate = "crossings" if any(variable in mechanism.gated for mechanism in own) else ""
    scales = [mechanism.scaled.get(variable, "") for mechanism in own]
    return Course(cells, variable, step, row, gate, "".join(scales))


def _cells(tissue: Tissue, clocks: Clocks) -> tuple[Cells, ...]:
    neurons = (
        Cells(
            name, where.stop - where.start, composed(name), clocks.neuron, "euler",
            threshold=LIF_THRESHOLD, reset=composed(name, "reset"),
        )
        for name, where in tissue.groups.items()
    )  # fmt: skip
    return (
        *neurons,
        Cells(
            "astrocyte", tissue.n_astrocytes, composed("astrocyte"), clocks.astrocyte, "rk4",
            threshold=RELEASE_THRESHOLD, reset=composed("astrocyte", "reset"),
            refractory="tau_event/speed",
        ),
        Cells(
            "body", 1, composed("body"), clocks.astrocyte, "euler",
            threshold=BODY_THRESHOLD, reset=composed("body", "reset"),
        ),
    )  # fmt: skip


def _initial(parameters: ParameterSet, tissue: Tissue, tables: Tables) -> None:
    """Values at the start: of the mechanisms, then what differs from cell to cell."""
    for name in (*tissue.groups, "astrocyte", "body"):
        for variable, value in initial(MECHANISMS, name).items():
            start = float(parameters.quantity(value)) if isinstance(value, str) else value
            tables[f"initial.{name}.{variable}"] = np.array(start)
    adaptation = [
        float(parameters.quantity(row.adaptation)) for row in tissue.anatomy.populations
    ]
    per_spike = np.array(adaptation)[tissue.population]
    for name, cells in tissue.groups.items():
        tables[f"initial.{name}.E_L"] = tissue.E_L[cells]
        tables[f"initial.{name}.v"] = tissue.E_L[cells]
        tables[f"initial.{name}.b_ahp"] = per_spike[cells]
    for row in tissue.anatomy.modulators:
        if (name := tissue.anatomy.group(row.target)) == OTHER:
            where = tissue.groups[name]
            ends = np.zeros(where.stop - where.start)
            ends[tissue.volume[row.transmitter, row.target].target] = 1
            tables[f"initial.{name}.ends_{row.transmitter}"] = ends
    tables["initial.astrocyte.gain"] = tissue.gain
