"""One animal before its run: its parameters, timeline, tissue and inputs, drawn from its seed."""

from __future__ import annotations

from dataclasses import dataclass

from models.circuits.amygdala_prefrontal import Inputs, assemble
from models.machine.circuit import Tables
from models.machine.clocks import Clocks
from models.parameters import ParameterSet
from models.tissue.cells import Tissue
from models.tissue.drawing import draw_tissue
from models.tissue.lesion import cut
from paradigms.protocol.doses import lesions
from paradigms.protocol.timeline import Timeline
from paradigms.run.recording import Recorder, record
from paradigms.run.stimuli import draw_inputs


@dataclass(frozen=True)
class Animal:
    """One animal, as it was drawn."""

    parameters: ParameterSet
    timeline: Timeline
    tissue: Tissue
    inputs: Inputs
    seed: int

    def circuit(self, clocks: Clocks) -> tuple[Recorder, Tables]:
        """Describe its circuit with all that is recorded, and fill the tables.

        Returns
        -------
        recorder : Recorder
            Holds the circuit.
        tables : Tables
        """
        circuit, tables = assemble(self.parameters, self.tissue, self.inputs, clocks)
        recorder = record(
            circuit, self.tissue, self.parameters, self.timeline.speed, clocks, self.seed
        )
        return recorder, {**tables, **recorder.tables}


def draw_animal(parameters: ParameterSet, timeline: Timeline, size: int, seed: int) -> Animal:
    """Draw the animal `seed`: the one way in which runs, tests and benchmarks come to one.

    Parameters
    ----------
    parameters : ParameterSet
        Its own (`models.tissue.individual`).
    timeline : Timeline
    size : int
        Number of neurons, about, beside granule cells and accumbens.
    seed : int

    Returns
    -------
    Animal

    Raises
    ------
    AstrogramError
        For what cannot be drawn, or a dose that is out of range.
    """
    tissue = draw_tissue(parameters, size, seed)
    tissue = cut(tissue, lesions(timeline.interventions), seed)
    inputs = draw_inputs(parameters, tissue, timeline, seed)
    return Animal(parameters, timeline, tissue, inputs, seed)
