"""The one check before anything is simulated: what can be refused is refused here, at once.

No worker, compiler or output exists yet when it speaks. It holds no rules of its own where another
module has them: it calls those, in one place and order, for one animal and for whole cohorts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from analysis.dataset.schema import flag_variable
from analysis.dataset.table import BY_NAME
from astrogram.environment import temporary_folder
from astrogram.errors import AstrogramError
from astrogram.text import shown
from models.circuits.amygdala_prefrontal import check_regime
from models.machine.clocks import Clocks, choose_clocks
from models.machine.devices import check_device
from models.parameters import ParameterSet, Value, load_parameters
from models.tissue.anatomy_tables import load_anatomy
from models.tissue.cells import REFERENCE_SIZE
from models.tissue.drawing import check_layout
from models.tissue.individual import individual
from paradigms.protocol.doses import check_doses, slow_steps
from paradigms.protocol.files import Protocol
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.protocol.timeline import Timeline, animal_timeline
from paradigms.run.labels import describe_timeline
from paradigms.run.output import ASKED, check_place, existing, unlike
from paradigms.run.recording import RECORDS
from paradigms.run.stimuli import check_stimuli

HIGHEST_SEED = 2**32 - 1
MOST_STEPS = 2**31 - 1
"""Time steps of one run: they are counted in 32 bits."""
TYPICAL_RATE = 5.0
"""Spikes per second of simulated time and cell, for the estimate of what a run writes."""


class RequestError(AstrogramError, ValueError):
    """Something that was asked for and cannot be simulated; one line."""


@dataclass(frozen=True)
class Prepared:
    """One animal before it is drawn: what was asked for, found possible.

    Attributes
    ----------
    mean, parameters : ParameterSet
        Of the mean animal, and its own.
    timeline : Timeline
    clocks : Clocks
    size, seed : int
    asked : dict
        The attributes `paradigms.run.output.ASKED` that its dataset will have.
    """

    mean: ParameterSet
    parameters: ParameterSet
    timeline: Timeline
    clocks: Clocks
    size: int
    seed: int
    asked: dict[str, Any]


@dataclass(frozen=True)
class Needs:
    """What one run takes, roughly, in bytes: its dataset, and in TMPDIR and memory meanwhile."""

    dataset: float
    temporary: float
    memory: float


def prepare(
    protocol: Protocol, *, seed: int, size: int | None = None, clock: str | None = None,
    overrides: Mapping[str, Value] | None = None, device: str = "cpp", gpu: bool = False,
    elsewhere: bool = False,
) -> Prepared:  # fmt: skip
    """Check everything about one animal that can be known before it is drawn.

    Parameters
    ----------
    protocol, seed, size, clock, overrides, device, gpu
        As in `paradigms.run.simulate.simulate`.
    elsewhere : bool
        Whether another machine runs it, so that this one need not have the device.

    Returns
    -------
    Prepared

    Raises
    ------
    AstrogramError
        Of the module whose rule is broken; one line.
    """
    if not elsewhere:
        check_device(device, gpu=gpu)
    check_seeds([seed])
    size = REFERENCE_SIZE if size is None else size
    mean = load_parameters({**protocol.overrides, **(overrides or {})})
    check_layout(mean, size)
    timeline = animal_timeline(protocol, clock, seed)
    check_stimuli(mean, timeline, size)
    for name, values in describe_timeline(timeline).items():
        if BY_NAME[name].flags is not None:
            flag_variable(name, values)
    own = individual(mean, seed)
    check_doses(own, timeline)
    clocks = choose_clocks(own, timeline.speed, device)
    steps = timeline.duration / clocks.neuron
    if steps > MOST_STEPS:
        raise RequestError(
            f"protocol {protocol.name} takes {timeline.duration:.4g} s of simulated time on the "
            f"clock {timeline.clock}, {steps:.3g} steps; allowed: {MOST_STEPS:.3g}; shorten it or "
            "choose a faster clock"
        )
    check_regime(own, timeline.speed, clocks, slow_steps(own, timeline)[1])
    asked = dict.fromkeys(ASKED) | {
        "protocol_toml": protocol.text, "seed": int(seed), "size": int(size),
        "clock": timeline.clock, "parameters": mean.to_json(), "device": device,
    }  # fmt: skip
    return Prepared(mean, own, timeline, clocks, int(size), int(seed), asked)


def check_run(
    path: Path, protocol: Protocol, *, overwrite: bool, **options: Any
) -> Prepared:
    """Check one animal that is to be written to `path`; `options` as in `prepare`.

    Raises
    ------
    AstrogramError
        As `prepare`; or if the dataset cannot be written there, disk or memory will not do, or,
        unless it may be overwritten, a result of other settings is there.
    """
    animal = prepare(protocol, **options)
    check_place(path, unlike(animal.asked), overwrite=overwrite)
    check_room(needed(animal), path)
    return animal


def check_seeds(seeds: Sequence[int]) -> None:
    """Refuse seeds that are no whole number from 0 to `HIGHEST_SEED`, or stand twice.

    Raises
    ------
    RequestError
    """
    # Of a range its ends say it all, however many there are
    for seed in (seeds[0], seeds[-1]) if isinstance(seeds, range) and seeds else seeds:
        whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
        if not whole or not 0 <= seed <= HIGHEST_SEED:
            raise RequestError(
                f"seed {shown(seed)} is not allowed; give whole numbers from 0 to {HIGHEST_SEED}"
            )
    if not isinstance(seeds, range) and len(set(seeds)) < len(seeds):
        raise RequestError("a seed stands twice; give each animal its own")


def needed(animal: Prepared) -> Needs:
    """Estimate what a run takes, from what is recorded how often and what arrives."""
    parameters, duration = animal.parameters, animal.timeline.duration
    scale = animal.size / REFERENCE_SIZE
    anatomy = load_anatomy()
    cells = scale * sum(parameters.value(row.count) for row in anatomy.populations)
    memory = scale * parameters.value(anatomy.memory.count)
    astrocytes = memory / parameters.value("population.cells_per_astrocyte")

    def samples(interval: str) -> float:
        wanted = float(parameters.quantity(f"recording.{interval}")) / animal.timeline.speed
        return duration / max(wanted, animal.clocks.neuron)

    spikes = TYPICAL_RATE * cells * duration
    traces = len(RECORDS) * astrocytes * samples("dt_astrocyte")
    weights = 3 * parameters.value("recording.n_synapses") * samples("dt_weight")
    arriving = parameters.value("afferent.n_background") * parameters.value(
        "afferent.rate_background"
    )
    arriving *= (1 + 3 * parameters.value("afferent.fluctuation")) * duration
    levels = 8 * len(INTERVENTIONS) * duration / animal.clocks.slow
    return Needs(
        dataset=12 * spikes + 4 * (traces + weights),
        temporary=8 * arriving + levels + 24 * spikes + 12 * (traces + weights),
        memory=60 * arriving + 2 * levels,
    )


def check_room(needs: Needs, path: Path | None = None) -> None:
    """Refuse what the disks of TMPDIR and of `path`, or memory, have no room for.

    Raises
    ------
    RequestError
    EnvironmentFault
        If TMPDIR cannot be used at all.
    """
    temporary = temporary_folder()
    out = temporary if path is None else existing(path)
    wanted = [
        ("the folder of the results", out, needs.dataset), ("TMPDIR", temporary, needs.temporary)
    ]  # fmt: skip
    if os.stat(out).st_dev == os.stat(temporary).st_dev:
        wanted = [("the disk of results and TMPDIR", out, needs.dataset + needs.temporary)]
    rooms = [(what, size, shutil.disk_usage(folder).free) for what, folder, size in wanted]
    rooms.append(("memory", needs.memory, psutil.virtual_memory().available))
    for what, size, free in rooms:
        if size > free:
            raise RequestError(
                f"about {_bytes(size)} are needed in {what}, where {_bytes(free)} are free; make "
                "room, or ask for fewer, smaller or shorter runs"
            )


def _bytes(number: float) -> str:
    return f"{number / 1e9:.3g} GB" if number >= 1e8 else f"{number / 1e6:.3g} MB"
