"""The default fear circuit: one animal, drawn once and run for any stretch of the experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measure import Cost, children
from models.circuits.amygdala_prefrontal import Inputs
from models.machine.circuit import Circuit, Tables
from models.machine.clocks import Clocks, choose_clocks
from models.parameters import ParameterSet, load_parameters
from models.run import run_circuit
from models.tissue.cells import Tissue
from models.tissue.individual import individual
from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.animal import draw_animal

PROTOCOL = "fear_extinction"


@dataclass(frozen=True)
class AssembledAnimal:
    """One animal, drawn, recorded as by default, ready to run."""

    parameters: ParameterSet
    tissue: Tissue
    inputs: Inputs
    clocks: Clocks
    circuit: Circuit
    tables: Tables

    @property
    def n_synapses(self) -> int:
        """Synapses between cells, static and plastic; terminals on astrocytes are their shadows."""
        return self.n_plastic + sum(len(edges) for edges in self.tissue.static.values())

    @property
    def n_plastic(self) -> int:
        """Plastic synapses."""
        return sum(len(edges) for edges in self.tissue.tripartite.values())

    def run(self, duration: float, device: str = "cpp") -> Tables:
        """Run the first `duration` s (simulated) of the experiment; return the records."""
        return run_circuit(self.circuit, self.tables, duration, device).records

    def cost(self, duration: float) -> Cost:
        """Measure such a run of the compiled program, built before: see `ready`."""
        with children() as cost:
            self.run(duration)
        return cost

    def ready(self) -> None:
        """Have the program built, so that no later run does."""
        self.run(self.clocks.neuron)

    def marginal(self, duration: float) -> float:
        """Processor time of simulating alone, s per simulated s, without start and end of a run."""
        return (self.cost(duration).cpu - self.cost(self.clocks.neuron).cpu) / duration


def draw(
    size: int = 1000,
    seed: int = 1,
    overrides: Mapping[str, str] | None = None,
    device: str = "cpp",
) -> AssembledAnimal:
    """Draw the animal `seed`."""
    parameters = individual(load_parameters(overrides), seed)
    timeline = animal_timeline(load_protocol(PROTOCOL), None, seed)
    animal = draw_animal(parameters, timeline, size, seed)
    clocks = choose_clocks(parameters, timeline.speed, device)
    recorder, tables = animal.circuit(clocks)
    return AssembledAnimal(
        parameters, animal.tissue, animal.inputs, clocks, recorder.circuit, tables
    )
