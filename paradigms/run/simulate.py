"""One simulated animal through one protocol: parameters in, labelled dataset out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

import xarray as xr

from analysis.activity.regime import cautions_of
from analysis.dataset.schema import assemble as assemble_dataset
from models.machine.circuit import Tables
from models.parameters import ParameterSet, Value
from models.run import run_circuit
from paradigms.protocol.files import Protocol
from paradigms.run.animal import Animal, draw_animal
from paradigms.run.behaviour import score
from paradigms.run.labels import describe
from paradigms.run.preflight import Prepared, check_room, needed, prepare
from paradigms.run.provenance import provenance
from paradigms.run.recording import Recorder

Progress = Callable[[float, float], None]


def simulate(
    protocol: Protocol,
    *,
    seed: int,
    size: int | None = None,
    clock: str | None = None,
    overrides: Mapping[str, Value] | None = None,
    device: str = "cpp",
    gpu: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run the animal `seed` through `protocol` in the circuit `amygdala_prefrontal`.

    Parameters
    ----------
    protocol : Protocol
    seed : int
        Wiring, individual parameters, afferent spikes and pauses follow from it: the same seed
        gives the same dataset (but for its time stamps) on the same device and versions.
    size : int, optional
        Number of neurons, about, beside granule cells and accumbens; default 1000.
    clock : str, optional
        Clock of the protocol; default the protocol's own.
    overrides : mapping, optional
        ``{"group.name": "value unit"}``; see `models.parameters.ParameterSet.with_values`.
    device : str
        See `models.machine.devices.DEVICES`.
    gpu : bool
        For the device ``"genn"``: on a GPU.
    progress : callable, optional
        Called with the completed fraction and the simulated time in s.

    Returns
    -------
    xarray.Dataset
        Valid by `analysis.dataset.schema`. Its attribute ``cautions`` is a JSON list of sentences
        about populations that left the regime of such cells; see `analysis.activity.regime`.

    Raises
    ------
    AstrogramError
        Before the run (see `paradigms.run.preflight.prepare`) or, for a failing device, during it;
        nothing is left behind.
    RegimeError
        If the run leaves the regime of the model.
    """
    animal = prepare(
        protocol, seed=seed, size=size, clock=clock, overrides=overrides, device=device, gpu=gpu
    )
    check_room(needed(animal))
    timeline = animal.timeline
    drawn = draw_animal(animal.parameters, timeline, animal.size, seed)
    began = time.perf_counter()

    def report(fraction: float) -> None:
        if progress is not None:
            progress(fraction, fraction * timeline.duration)

    recorder, tables = drawn.circuit(animal.clocks)
    run = run_circuit(
        recorder.circuit, tables, timeline.duration, device, gpu=gpu, progress=report
    )
    return dataset_of(
        protocol, animal, drawn, recorder, run.records, build_seconds=run.build_seconds,
        seconds=time.perf_counter() - began,
    )  # fmt: skip


def dataset_of(
    protocol: Protocol, animal: Prepared, drawn: Animal, recorder: Recorder, records: Tables, *,
    seconds: float, build_seconds: float,
) -> xr.Dataset:  # fmt: skip
    """Label what a run has recorded.

    Parameters
    ----------
    protocol, animal, drawn, recorder
        What was run.
    records : Tables
        What came back.
    seconds, build_seconds : float
        What it took, in all and of that to build the program.

    Returns
    -------
    xarray.Dataset
        As `simulate`.
    """
    parameters, timeline, tissue = animal.parameters, animal.timeline, drawn.tissue
    recorded = recorder.arrays(records, tissue)
    behaviour = score(parameters, tissue, timeline, recorded)
    for name in ("path_time", "path"):
        del recorded[name]
    dataset = assemble_dataset(
        {**recorded, **describe(tissue, timeline), **behaviour},
        {
            "title": protocol.title,
            "protocol": protocol.name,
            "speed": timeline.speed,
            "wall_time_s": seconds,
            "build_time_s": build_seconds,
            **provenance(animal.mean),
            **{name: value for name, value in animal.asked.items() if value is not None},
            "individual": json.dumps(_own(animal.mean, parameters), sort_keys=True),
            "summary": (
                f"{protocol.name}, seed {animal.seed}: spikes of {tissue.n_neurons} neurons, "
                f"traces of {tissue.n_astrocytes} astrocytes, weights, trials and freezing"
            ),
        },
    )
    dataset.attrs["cautions"] = json.dumps(cautions_of(dataset))
    return dataset


def _own(mean: ParameterSet, own: ParameterSet) -> dict[str, float]:
    """Values of the parameters in which this animal differs from the mean one."""
    return {row.key: row.value for row in own.rows() if row != mean[row.key]}
