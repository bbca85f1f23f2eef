"""What is recorded of a run, and its assembly into the labelled dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import brian2 as b2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from analysis.freezing import Readout, score_freezing
from models.amygdala_prefrontal import AFFERENTS, POPULATIONS, PROJECTIONS, Tissue
from models.assembly import Circuit, Clocks
from models.parameters import ParameterSet
from paradigms.timeline import Timeline

# Dataset variable -> astrocyte variable and the factor from SI to the dataset's unit.
FIELDS = {
    "calcium": ("C", 1e3),  # mol m-3 to umol L-1
    "ip3": ("I", 1e3),
    "presynaptic_receptor": ("Gamma_S", 1.0),
    "gate": ("gate", 1.0),
    "noradrenaline": ("N_A", 1e3),
}


@dataclass(frozen=True)
class Recorder:
    """Monitors of one run; `arrays` reads them after it."""

    spikes: dict[str, b2.SpikeMonitor]
    astrocytes: b2.StateMonitor
    weights: dict[str, b2.StateMonitor]
    sampled: dict[str, NDArray[np.int64]]

    def arrays(self, tissue: Tissue) -> dict[str, Any]:
        """Return spikes, events, astrocyte traces and weights as variables of the dataset."""
        index, time = [], []
        for name, shift in (("principal", 0), ("other", tissue.n_principal)):
            monitor = self.spikes[name]
            index.append(np.asarray(monitor.i) + shift)
            time.append(np.asarray(monitor.t))
        order = np.lexsort((np.concatenate(index), np.concatenate(time)))
        events = self.spikes["astrocyte"]
        result: dict[str, Any] = {
            "spike_time": np.concatenate(time)[order],
            "spike_neuron": np.concatenate(index)[order],
            "event_time": np.asarray(events.t),
            "event_astrocyte": np.asarray(events.i),
            "time": np.asarray(self.astrocytes.t),
        }
        for name, (variable, factor) in FIELDS.items():
            result[name] = np.asarray(getattr(self.astrocytes, variable)) * factor
        return {**result, **self._weights(tissue)}

    def _weights(self, tissue: Tissue) -> dict[str, Any]:
        parts: dict[str, list] = {}
        for pre, monitor in self.weights.items():
            edges, chosen = tissue.tripartite[pre], self.sampled[pre]
            source = edges.source[chosen]
            if pre == "principal":
                pathway = np.full(len(chosen), "BLA_P")
                index = source
            else:
                starts = np.array([tissue.afferents[name].start for name in AFFERENTS])
                number = np.searchsorted(starts, source, side="right") - 1
                pathway = np.array(AFFERENTS)[number]
                index = source - starts[number]
            early, late = np.asarray(monitor.h_S), np.asarray(monitor.z_S)
            for name, values in (
                ("synapse_pathway", pathway),
                ("synapse_pre", index),
                ("synapse_post", edges.target[chosen]),
                ("weight", edges.weight[chosen][:, None] + early + late),
                ("weight_early", early),
                ("weight_late", late),
            ):
                parts.setdefault(name, []).append(values)
        joined: dict[str, Any] = {name: np.concatenate(part) for name, part in parts.items()}
        return {**joined, "weight_time": np.asarray(self.weights["afferent"].t)}


def record(
    circuit: Circuit, tissue: Tissue, parameters: ParameterSet, speed: float, clocks: Clocks,
    rng: Generator,
) -> Recorder:  # fmt: skip
    """Add monitors to the circuit's network.

    Parameters
    ----------
    circuit : Circuit
    tissue : Tissue
    parameters : ParameterSet
        Group ``recording``: sampling intervals in protocol time and number of synapses.
    speed : float
        Compression of the clock.
    clocks : Clocks
        Sampling intervals are whole multiples of the astrocyte's step.
    rng : numpy.random.Generator
        Chooses the synapses.

    Returns
    -------
    Recorder
    """

    def interval(name: str) -> b2.Quantity:
        wanted = float(parameters.quantity(f"recording.{name}")) / speed
        return max(1, round(wanted / clocks.astrocyte)) * clocks.astrocyte * b2.second

    spikes = {
        name: b2.SpikeMonitor(circuit.groups[name], name=f"spikes_{name}")
        for name in ("principal", "other", "astrocyte")
    }
    variables = [variable for variable, _ in FIELDS.values()]
    astrocytes = b2.StateMonitor(
        circuit.groups["astrocyte"], variables, record=True, dt=interval("dt_astrocyte"),
        name="astrocyte_traces",
    )  # fmt: skip
    weights, sampled = {}, {}
    total = sum(len(edges) for edges in tissue.tripartite.values())
    wanted = parameters.value("recording.n_synapses")
    for pre, link in circuit.tripartite.items():
        count = len(tissue.tripartite[pre])
        number = min(count, max(1, round(wanted * count / total)))
        sampled[pre] = np.sort(rng.choice(count, number, replace=False))
        weights[pre] = b2.StateMonitor(
            link, ["h_S", "z_S"], record=sampled[pre], dt=interval("dt_weight"),
            name=f"weights_{pre}",
        )  # fmt: skip
    circuit.network.add(*spikes.values(), astrocytes, *weights.values())
    return Recorder(spikes, astrocytes, weights, sampled)


def describe(tissue: Tissue, timeline: Timeline) -> dict[str, Any]:
    """Labels of cells, trials, phases and interventions as variables of the dataset."""
    trials, phases, doses = timeline.trials, timeline.phases, timeline.interventions
    return {
        "population": np.array(POPULATIONS)[tissue.population],
        "projection": np.array(PROJECTIONS)[tissue.projection],
        "neuron_position": tissue.position,
        "domain": tissue.domain,
        "astrocyte_position": tissue.astrocyte_position,
        "trial_start": [trial.start for trial in trials],
        "trial_stop": [trial.stop for trial in trials],
        "us_on": [trial.us_on for trial in trials],
        "us_off": [trial.us_off for trial in trials],
        "trial_cs": [trial.cs for trial in trials],
        "trial_context": [trial.context for trial in trials],
        "trial_stage": [trial.stage for trial in trials],
        "trial_session": [trial.session for trial in trials],
        "trial_block": [trial.block for trial in trials],
        "trial_index": [trial.index for trial in trials],
        "phase_start": [phase.start for phase in phases],
        "phase_stop": [phase.stop for phase in phases],
        "phase_name": [phase.name for phase in phases],
        "phase_session": [phase.session for phase in phases],
        "phase_context": [phase.context for phase in phases],
        "phase_stage": [phase.stage for phase in phases],
        "phase_dilation": [phase.dilation for phase in phases],
        "intervention_kind": np.array([dose.kind for dose in doses], dtype=str),
        "intervention_dose": [dose.dose for dose in doses],
        "intervention_start": [dose.start for dose in doses],
        "intervention_stop": [dose.stop for dose in doses],
    }


def score(
    parameters: ParameterSet, tissue: Tissue, timeline: Timeline, recorded: dict[str, Any]
) -> dict[str, Any]:
    """Freezing of every trial, by the read-out that `analysis` defines."""
    cem = tissue.cells("CeM")
    heard = np.isin(recorded["spike_neuron"], cem)
    readout = Readout(
        threshold=float(parameters.quantity("readout.cem_threshold")),
        bin=float(parameters.quantity("readout.bin")),
        sample=float(parameters.quantity("readout.sample")),
        tau=float(parameters.quantity("readout.tau")),
    )
    scored = score_freezing(
        recorded["spike_time"][heard], len(cem),
        [trial.start for trial in timeline.trials], [trial.stop for trial in timeline.trials],
        readout, timeline.speed,
    )  # fmt: skip
    return {
        "freezing": scored.percent,
        "freezing_bin": scored.bin_percent,
        "bin": scored.bin_start,
    }
