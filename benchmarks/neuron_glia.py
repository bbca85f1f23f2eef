"""The published network of neurons and astrocytes in two formulations, and NEST's nearest one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import brian2 as b2

from benchmarks.measure import Cost, children
from models.circuits import neuron_glia_2019
from models.circuits.neuron_glia_wiring import draw_wiring
from models.machine.clocks import choose_clocks
from models.machine.compiling import compile_program
from models.machine.session import device_session
from models.parameters import load_parameters
from paradigms.references import per_synapse as reference_per_synapse
from paradigms.references.neuron_glia_2019 import CIRCUIT

BUILDERS = {
    "domain": neuron_glia_2019.assemble,
    "per synapse": reference_per_synapse.assemble,
}
SCRIPT = Path(__file__).with_name("nest_network.py")


@dataclass(frozen=True)
class Network:
    """A compiled network that simulates `duration` s at every run."""

    folder: Path
    duration: float
    cells: int
    synapses: int
    astrocytes: int

    def cost(self) -> Cost:
        """Processor time of the time steps alone (Brian2's own figure), s per simulated s."""
        with children() as cost, (self.folder / "said.txt").open("w") as said:
            subprocess.run(["./main"], cwd=self.folder, check=True, stdout=said)
        info = (self.folder / "results" / "last_run_info.txt").read_text()
        loop, completed = (float(word) for word in info.split())
        if completed < 1:
            raise RuntimeError(f"the network in {self.folder} stopped after {completed:.0%}")
        return Cost(loop / self.duration, cost.wall / self.duration, cost.peak)

    def rate(self) -> float:
        """Mean rate of the cells in the last run, Hz."""
        (spikes,) = (self.folder / "results").glob("_dynamic_array_counted_i_*")
        return spikes.stat().st_size / 4 / self.cells / self.duration


def build(formulation: str, size: int, duration: float, folder: Path) -> Network:
    """Compile a network of `BUILDERS` with wiring of seed 1 into `folder`."""
    parameters = load_parameters(circuit=CIRCUIT)
    wiring = draw_wiring(parameters, 1, size)
    shutil.rmtree(folder, ignore_errors=True)
    with device_session("cpp", directory=folder) as session:
        circuit = BUILDERS[formulation](parameters, [wiring], choose_clocks(parameters, 1.0, "cpp"))
        circuit.network.add(b2.SpikeMonitor(circuit.cells, name="counted"))
        session.generate(circuit.network, duration)
    compile_program(folder)
    synapses = len(wiring.excitatory) + len(wiring.inhibitory)
    return Network(folder, duration, wiring.n_cells, synapses, wiring.n_A)


def nest_python() -> str | None:
    """Return a Python that has NEST: this one, or the one that NEST_PYTHON names."""
    for python in (os.environ.get("NEST_PYTHON"), sys.executable):
        if python and shutil.which(python):
            done = subprocess.run([python, "-c", "import nest"], capture_output=True)
            if done.returncode == 0:
                return python
    return None


def nest_cost(python: str, milliseconds: float) -> Callable[[], tuple[Cost, dict]]:
    """Return a call that runs NEST's network, with the time of the simulation per simulated s."""

    def work() -> tuple[Cost, dict]:
        with children("python") as cost:
            done = subprocess.run(
                [python, str(SCRIPT), str(milliseconds), "1"],
                check=True, capture_output=True, text=True,
            )
        (line,) = (text for text in done.stdout.splitlines() if text.startswith("RESULT "))
        found = json.loads(line.removeprefix("RESULT "))
        seconds = milliseconds / 1e3
        return Cost(found["cpu_s"] / seconds, cost.wall / seconds, cost.peak), found

    return work


def spread(values: list[float]) -> str:
    """Return the range of repeated figures, for a note."""
    return f"{min(values):.3g} to {max(values):.3g} in {len(values)}" if len(values) > 1 else ""
