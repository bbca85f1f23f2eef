"""What the animal did, by the rules that `analysis` has: freezing, approach, place in a box."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.behaviour.place import time_in_zone
from analysis.behaviour.scoring import Readout, Score, score_trials
from models.parameters import ParameterSet
from models.tissue.cells import Tissue
from paradigms.protocol.timeline import Timeline


def score(
    parameters: ParameterSet, tissue: Tissue, timeline: Timeline, recorded: dict[str, Any]
) -> dict[str, Any]:
    """Score every trial, as variables of the dataset.

    Parameters
    ----------
    parameters : ParameterSet
        Groups ``readout`` and ``body``.
    tissue : Tissue
    timeline : Timeline
    recorded : dict
        What `paradigms.run.recording.Recorder.arrays` returns.

    Returns
    -------
    dict
        Freezing (percent, in bins too), approach (percent) and, where there is a place test, the
        body's place and the time in the target zone (percent).
    """

    def of(role: str, threshold: str) -> Score:
        (population,) = tissue.anatomy.of_role(role)
        cells = tissue.cells(population.name)
        heard = np.zeros(tissue.n_neurons, bool)
        heard[cells] = True
        readout = Readout(
            threshold=float(parameters.quantity(f"readout.{threshold}")),
            bin=float(parameters.quantity("readout.bin")),
            sample=float(parameters.quantity("readout.sample")),
            tau=float(parameters.quantity("readout.tau")),
        )
        return score_trials(
            recorded["spike_time"][heard[recorded["spike_neuron"]]], len(cells),
            [trial.start for trial in timeline.trials], [trial.stop for trial in timeline.trials],
            readout, timeline.speed,
        )  # fmt: skip

    freezing = of("output", "cem_threshold")
    return {
        "freezing": freezing.percent,
        "freezing_bin": freezing.bin_percent,
        "bin": freezing.bin_start,
        "approach": of("approach", "approach_threshold").percent,
        **_place(parameters, timeline, recorded),
    }


def _place(
    parameters: ParameterSet, timeline: Timeline, recorded: dict[str, Any]
) -> dict[str, Any]:
    """Place in the box, 0 where the body starts and 1 at the other end, and time beyond half."""
    tests = [phase for phase in timeline.phases if phase.place]
    if not tests:
        return {}
    when = recorded["path_time"]
    lengths = recorded["path"] / float(parameters.quantity("body.box"))
    position = np.full(len(when), np.nan)
    inside = np.zeros(len(timeline.trials), bool)
    for test in tests:
        here = (when >= test.start) & (when < test.stop)
        # the walls fold the way into the box, as in `models.mechanisms.body`
        position[here] = np.abs(lengths[here] - 2 * np.floor(lengths[here] / 2 + 0.5))
        inside |= [test.start <= trial.start < test.stop for trial in timeline.trials]
    start, stop = (np.array([getattr(trial, end) for trial in timeline.trials])
                   for end in ("start", "stop"))  # fmt: skip
    percent = np.full(len(start), np.nan)
    percent[inside] = time_in_zone(when, position, start[inside], stop[inside])
    return {"position_time": when, "position": position, "time_in_zone": percent}
