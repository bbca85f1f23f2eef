"""A small dataset of several stimuli, contexts and a place test, whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from analysis.behaviour.place import time_in_zone
from analysis.dataset.schema import assemble
from tests.support.synthetic import READOUT, SPEED

TRIAL, GAP = 3.0, 3.0
STEP = 0.05  # s between samples of position
#: session, stage, context, (stimulus, unconditioned stimulus, valence) of each trial
_TONE, _LIGHT = ("tone", "shock", "aversive"), ("light", "none", "none")
_TREAT, _SILENT = ("chirp", "sucrose", "appetitive"), ("none", "none", "none")
_TONE_ALONE = ("tone", "none", "none")
SESSIONS = (
    ("day_1", "lesson", "A", [_TONE, _LIGHT] * 4),
    ("day_2", "reward", "C", [_TREAT] * 4),
    ("day_3", "recall", "B", [_TONE_ALONE, _LIGHT] * 3),
    ("day_4", "places", "A", [_SILENT] * 3),
    ("day_5", "places", "B", [_SILENT] * 3),
    ("day_6", "box_before", "box", [_SILENT] * 2),
    ("day_7", "box_light", "box", [_SILENT] * 2),
)
#: planted percent of the samples, by stage, stimulus and context
FREEZING = {
    ("lesson", "tone", "A"): 60.0, ("lesson", "light", "A"): 30.0,
    ("reward", "chirp", "C"): 0.0,
    ("recall", "tone", "B"): 80.0, ("recall", "light", "B"): 20.0,
    ("places", "none", "A"): 60.0, ("places", "none", "B"): 15.0,
    ("box_before", "none", "box"): 10.0, ("box_light", "none", "box"): 10.0,
}  # fmt: skip
APPROACH = {"chirp": 70.0}
#: planted percent of the time in the target zone
ZONE = {"box_before": 40.0, "box_light": 75.0}
CELLS = {"BLA_P": 20, "CeM": 10, "NAc": 10, "DG": 10}
ROLE = {"BLA_P": "memory", "CeM": "output", "NAc": "approach", "DG": "code"}
RATE = {"BLA_P": 3.0, "CeM": 1.0, "NAc": 1.0, "DG": 0.2}
HEARD = 100.0  # Hz of the cells while the animal freezes or approaches


def with_stimuli(seed: int = 1) -> xr.Dataset:
    """Build the dataset.

    Within a trial the animal first freezes (or approaches), then does not; in the box it is in the
    target zone first, which a light accompanies in the second session.
    """
    rng = np.random.default_rng(seed)
    population = np.repeat(list(CELLS), list(CELLS.values()))
    first = dict(zip(CELLS, np.cumsum([0, *CELLS.values()])[:-1].tolist(), strict=True))
    trials, phases, lights, times, places = [], [], [], [], []
    counted: dict[str, int] = {}
    clock = 0.0
    for session, stage, context, kinds in SESSIONS:
        begin = clock
        clock += GAP
        for stimulus, us, valence in kinds:
            index = counted.setdefault(stage, 0)
            counted[stage] += 1
            trials.append((clock, stimulus, us, valence, context, stage, session, index))
            if stage in ZONE:
                when = clock + STEP * (np.arange(round(TRIAL / STEP)) + 0.5)
                edge = clock + TRIAL * ZONE[stage] / 100.0
                times.append(when)
                places.append(np.where(when < edge, 0.8, 0.2) + rng.uniform(-0.15, 0.15, when.size))
                if stage == "box_light":
                    lights.append((clock, edge))
            clock += TRIAL + GAP
        phases.append((stage, session, context, begin, clock))
    start, stimulus, us, valence, context, stage, session, index = map(
        np.array, zip(*trials, strict=True)
    )
    freezing = np.array([FREEZING[key] for key in zip(stage, stimulus, context, strict=True)])
    approach = np.array([APPROACH.get(str(name), 0.0) for name in stimulus])
    spikes, who = [], []
    for name, count in CELLS.items():
        number = rng.poisson(RATE[name] * count * clock)
        spikes.append(rng.uniform(0, clock, number))
        who.append(first[name] + rng.integers(0, count, number))
    for name, percent in (("CeM", freezing), ("NAc", approach)):
        # Ends a little before, as the smoothed rate outlasts the last spike
        length = np.clip(TRIAL * percent / 100.0 - 0.08, 0.0, None)
        for begin, lasts in zip(start, length, strict=True):
            many = round(HEARD * CELLS[name] * lasts)
            spikes.append(begin + lasts * (np.arange(many) + 0.5) / max(many, 1))
            who.append(first[name] + np.arange(many) % CELLS[name])
    when, which = np.concatenate(spikes), np.concatenate(who)
    order = np.argsort(when)
    position_time, position = np.concatenate(times), np.concatenate(places)
    shocked = us != "none"
    us_on = np.where(shocked, start + TRIAL - 0.2, np.nan)
    astrocyte_time = np.arange(0.0, clock, 0.25)
    ends = np.array([row[4] for row in phases])
    phase = list(zip(*phases, strict=True))
    pathway = np.repeat(["sensory", "DG", "BLA_P"], 5)
    return assemble(
        {
            "spike_time": when[order], "spike_neuron": which[order], "population": population,
            "region": [name.partition("_")[0] for name in population],
            "role": [ROLE[name] for name in population],
            "transmitter": np.where(np.isin(population, ["CeM", "NAc"]), "GABA", "glutamate"),
            "time": astrocyte_time, "calcium": 0.1 + 0.01 * rng.random((4, astrocyte_time.size)),
            "synapse_pathway": pathway, "weight_time": ends,
            "weight": 0.5 + 0.1 * rng.random((pathway.size, ends.size)),
            "trial_start": start, "trial_stop": start + TRIAL,
            "trial_cs": stimulus != "none", "us_on": us_on, "us_off": us_on + 0.2,
            "trial_stimulus": stimulus, "trial_us": us, "trial_valence": valence,
            "trial_kind": np.char.add(np.char.add(stimulus, "_"), us), "trial_context": context,
            "trial_stage": stage, "trial_session": session, "trial_block": index // 5,
            "trial_index": index, "freezing": freezing, "approach": approach,
            "position_time": position_time, "position": position,
            "time_in_zone": time_in_zone(position_time, position, start, start + TRIAL),
            "phase_name": phase[0], "phase_session": phase[1], "phase_context": phase[2],
            "phase_stage": phase[0], "phase_start": phase[3], "phase_stop": phase[4],
            "phase_dilation": np.full(len(phases), SPEED),
            "intervention_kind": ["excite@DG"] * len(lights),
            "intervention_dose": np.ones(len(lights)),
            "intervention_start": [on for on, _ in lights],
            "intervention_stop": [off for _, off in lights],
        },
        {
            "title": "Synthetic discrimination, reward and place test", "protocol": "stimuli",
            "clock": "compressed", "speed": SPEED, "seed": seed, "size": population.size,
            "device": "none", "versions": json.dumps({"numpy": np.__version__}),
            "git_commit": "0" * 40, "created": "2026-01-01T00:00:00Z", "wall_time_s": 0.0,
            "parameters": json.dumps(
                {**READOUT, "readout.approach_threshold": {"value": 15.0, "unit": "Hz"}}
            ),
            "parameters_hash": "0" * 16, "protocol_toml": "name = 'stimuli'",
            "summary": "planted behaviour",
        },
    )  # fmt: skip
