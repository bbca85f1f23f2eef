"""What is recorded of a run, and its assembly into the labelled dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from analysis.dataset.table import BY_NAME
from models.circuits.amygdala_mechanisms import MECHANISMS
from models.compose import records
from models.machine.circuit import Circuit, SpikeRecord, Tables, TraceRecord
from models.machine.clocks import Clocks
from models.machine.scratch import scratch
from models.parameters import ParameterSet
from models.streams import stream
from models.tissue.anatomy import by_class
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.cells import Tissue
from models.tissue.fibres import total_indegree

RECORDS = records(MECHANISMS, "astrocyte")
"""Traces of astrocytes."""
CELL_RECORDS = records(MECHANISMS, "principal")
"""Traces of memory cells."""
WEIGHTS = "h_S", "c_S", "z_S", "l_S"
"""What a weight has gained: early phase, untagged and tagged, and late phase, stable and labile."""


@dataclass(frozen=True)
class Recorder:
    """What of one run is recorded; `arrays` reads it.

    Attributes
    ----------
    circuit : Circuit
        With the records in it.
    tables : Tables
        Indices of what is recorded.
    sampled : dict of source group to ndarray
        Indices of the synapses whose weights are recorded.
    """

    circuit: Circuit
    tables: Tables
    sampled: dict[str, NDArray[np.int64]]

    def arrays(self, read: Tables, tissue: Tissue) -> dict[str, Any]:
        """Return spikes, events, astrocyte traces and weights as variables of the dataset.

        And ``path`` (m) at ``path_time`` (s): how far the body has gone, which
        `paradigms.run.behaviour` folds into the box.
        """
        time, neuron = merge_spikes(
            [
                (read[f"spikes_{name}.t"], read[f"spikes_{name}.i"], where.start)
                for name, where in tissue.groups.items()
            ]
        )
        result: dict[str, Any] = {
            "spike_time": time,
            "spike_neuron": neuron,
            "event_time": read["spikes_astrocyte.t"],
            "event_astrocyte": read["spikes_astrocyte.i"],
            "time": read["astrocyte_traces.t"],
        }
        for row in RECORDS:
            trace = read[f"astrocyte_traces.{row.variable}"]
            # The file holds single precision, and that is enough here too
            values = np.multiply(trace, row.factor, out=scratch(trace.shape, np.float32),
                                 casting="same_kind")  # fmt: skip
            result[row.name] = values
            if row.name not in BY_NAME:  # what the schema does not list says itself what it is
                attributes = {"units": row.unit, "long_name": row.meaning}
                result[row.name] = xr.Variable(("astrocyte", "time"), values, attributes)
        for row in CELL_RECORDS:
            trace = read[f"cell_traces.{row.variable}"]
            result[row.name] = np.asarray(trace * row.factor, np.float32)
        result["memory_cell"] = np.arange(tissue.n_principal)
        result["cell_time"] = read["cell_traces.t"]
        path = read["position.path"][0]
        return {**result, "path_time": read["position.t"], "path": path,
                **self._weights(read, tissue)}  # fmt: skip

    def _weights(self, read: Tables, tissue: Tissue) -> dict[str, Any]:
        arrays: dict[str, list] = {}
        for pre, chosen in self.sampled.items():
            edges = tissue.tripartite[pre]
            source = edges.source[chosen]
            pathway, index = np.empty(len(chosen), object), np.empty(len(chosen), np.int64)
            for row in tissue.anatomy.plastic:
                group, sources = tissue.members(row.source)
                mine = np.isin(source, sources) if group == pre else np.zeros(len(chosen), bool)
                pathway[mine], index[mine] = row.source, source[mine] - sources[0]
            # of a pathway that is cut whole, a program writes nothing
            shape = len(chosen), len(read[f"weights_{pre}.t"])
            untagged, tagged, stable, labile = (
                read[f"weights_{pre}.{name}"].reshape(shape) for name in WEIGHTS
            )
            early, late = untagged + tagged, stable + labile
            for name, values in (
                ("synapse_pathway", pathway),
                ("synapse_pre", index),
                ("synapse_post", edges.target[chosen]),
                ("weight", edges.weight[chosen][:, None] + early + late),
                ("weight_early", early),
                ("weight_tagged", tagged),
                ("weight_late", late),
                ("weight_labile", labile),
            ):
                arrays.setdefault(name, []).append(values)
        joined: dict[str, Any] = {name: np.concatenate(values) for name, values in arrays.items()}
        return {**joined, "weight_time": read["weights_afferent.t"]}


def record(
    circuit: Circuit, tissue: Tissue, parameters: ParameterSet, speed: float, clocks: Clocks,
    seed: int,
) -> Recorder:  # fmt: skip
    """Choose what is recorded of `circuit`.

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
    seed : int
        The animal; which of its synapses are recorded is drawn.

    Returns
    -------
    Recorder
    """

    def interval(name: str) -> float:
        wanted = float(parameters.quantity(f"recording.{name}")) / speed
        return max(1, round(wanted / clocks.astrocyte)) * clocks.astrocyte

    sampled = {}
    shares = _shares(parameters)
    for pre, edges in tissue.tripartite.items():
        wanted = max(1, round(parameters.value("recording.n_synapses") * shares[pre]))
        rng = stream(seed, f"recording/{pre}")
        sampled[pre] = np.sort(rng.choice(len(edges), min(len(edges), wanted), replace=False))
    tables: Tables = {f"indices.weights_{pre}": chosen for pre, chosen in sampled.items()}
    tables["indices.position"] = np.zeros(1, np.int32)
    tables["indices.cell_traces"] = np.arange(tissue.n_principal)
    tables["indices.astrocyte_traces"] = np.arange(tissue.n_astrocytes)
    traced = tuple(row.variable for row in RECORDS)
    recorded = replace(
        circuit,
        spikes=tuple(
            SpikeRecord(f"spikes_{name}", name) for name in ("principal", "other", "astrocyte")
        ),
        traces=(
            TraceRecord(
                "astrocyte_traces", "astrocyte", traced, tissue.n_astrocytes,
                interval("dt_astrocyte"),
            ),
            TraceRecord(
                "cell_traces", "principal", tuple(row.variable for row in CELL_RECORDS),
                tissue.n_principal, interval("dt_cell"),
            ),
            TraceRecord("position", "body", ("path",), 1, interval("dt_position")),
            *(
                TraceRecord(
                    f"weights_{pre}", f"tripartite_{pre}", WEIGHTS, len(chosen),
                    interval("dt_weight"),
                )
                for pre, chosen in sampled.items()
            ),
        ),
    )  # fmt: skip
    return Recorder(recorded, tables, sampled)


def merge_spikes(
    groups: Sequence[tuple[NDArray, NDArray, int]], chunk: int = 2**20
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Join spikes of several groups in order of time and cell, a stretch of time after the other.

    Parameters
    ----------
    groups : sequence of (times, cells, shift)
        Sorted by time and cell; `shift` is the number of a group's first cell. Groups come in
        order of their cells.
    chunk : int
        Spikes of one group that are in memory at a time, about.

    Returns
    -------
    time, neuron : ndarray, shape (n_spikes,)
        On disk if large.
    """
    total = sum(len(times) for times, _, _ in groups)
    time, neuron = scratch((total,), np.float64), scratch((total,), np.int32)
    start, done = [0] * len(groups), 0
    while done < total:
        ahead = [times[k + chunk] for k, (times, _, _) in zip(start, groups, strict=True)
                 if k + chunk < len(times)]  # fmt: skip
        edge = min(ahead, default=np.inf)
        stop = [k + int(np.searchsorted(times[k : k + chunk + 1], edge))
                for k, (times, _, _) in zip(start, groups, strict=True)]  # fmt: skip
        if stop == start:  # more than a chunk at one time
            chunk *= 2
            continue
        here = [slice(*ends) for ends in zip(start, stop, strict=True)]
        times = np.concatenate([group[0][where] for group, where in zip(groups, here, strict=True)])
        cells = np.concatenate(
            [group[1][where] + group[2] for group, where in zip(groups, here, strict=True)]
        )
        order = np.argsort(times, kind="stable")  # sorted runs: one pass
        time[done : done + len(order)] = times[order]
        neuron[done : done + len(order)] = cells[order]
        start, done = stop, done + len(order)
    return time, neuron


def _shares(parameters: ParameterSet) -> dict[str, float]:
    """Share of afferents and recurrent synapses in what is sampled, by their in-degrees.

    Not by the number that one animal happens to have: what is recorded is part of the program,
    and all animals share one.
    """
    anatomy = load_anatomy()
    synapses: dict[str, float] = {}
    for row in anatomy.plastic:
        reached = 1.0
        if row.recipients:
            shares = by_class(parameters, anatomy, f"afferent.{row.recipients}_share")
            reached = sum(shares) / len(shares)
        group = anatomy.group(row.source)
        indegree = total_indegree(parameters, anatomy, row)
        synapses[group] = synapses.get(group, 0.0) + indegree * reached
    total = sum(synapses.values())
    return {group: count / total for group, count in synapses.items()}
