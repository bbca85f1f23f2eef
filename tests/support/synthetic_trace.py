"""A small dataset of days whose truth is known: receptors grow, recalls recruit astrocytes."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from analysis.dataset.schema import assemble
from tests.support.synthetic import READOUT, SPEED

SIDE, SPACING = 6, 50.0  # astrocytes on a square, um
TRIAL, GAP, NIGHT = 3.0, 0.5, 4.0  # s, simulated
HOUR, DAY = 3600.0, 86400.0
RISE = 200.0  # s of life in which recruitment rises
#: session, days since the one before, stages of (name, context, trials, shocked), freezing
SESSIONS = (
    ("conditioning", 0.0, (("before_conditioning", "A", 5, False), ("conditioning", "A", 3, True))),
    ("recall_1", 1.0, (("recall_1", "A", 10, False),)),
    ("neutral", 1.0, (("neutral", "B", 10, False),)),
    ("recall_2", 1.0, (("recall_2", "A", 10, False),)),
    ("recall_3", 4.0, (("recall_3", "A", 10, False),)),
    ("neutral_2", 1.0, (("neutral_2", "B", 10, False),)),
)  # fmt: skip
#: planted percent, by stage
FREEZING = {
    "before_conditioning": 4.0, "conditioning": 30.0, "recall_1": 60.0, "neutral": 15.0,
    "recall_2": 60.0, "recall_3": 50.0, "neutral_2": 20.0,
}  # fmt: skip
ENGRAM = (14, 15, 20, 21)
"""Domains that hold the engram: a square in the middle."""
#: planted astrocytes, by session
RECRUITED = {
    "conditioning": (14,), "recall_1": ENGRAM, "neutral": (0, 35),
    "recall_2": (14, 15, 20, 33), "recall_3": (14, 15), "neutral_2": (),
}  # fmt: skip
DENSE = range(SIDE * SIDE // 2)
"""Astrocytes whose receptors become many, a day after learning."""
MANY, FEW = 0.9, 0.1
"""Density of those and of the others then."""
PER_DOMAIN = 2


def density(day):
    """Planted course of density: 1 after one day, and less before and after."""
    day = np.maximum(day, 0.0)
    return day * np.exp(1.0 - day)


def with_trace(seed: int = 1, freezing: dict[str, float] | None = None) -> xr.Dataset:
    """Build the dataset; `freezing` of some stages takes the place of what is planted."""
    rng = np.random.default_rng(seed)
    planted = FREEZING | (freezing or {})
    trials, phases, born = [], [], {}
    clock = age = 0.0
    for session, days, stages in SESSIONS:
        if days:
            phases.append(("offline", f"night_{session}", "none", "none", clock, clock + NIGHT,
                           days * DAY / NIGHT))  # fmt: skip
            clock, age = clock + NIGHT, age + days * DAY
        born[session] = age
        begin = clock
        for stage, context, count, shocked in stages:
            for index in range(count):
                clock += GAP
                trials.append((clock, context, stage, session, index, shocked))
                clock += TRIAL
        phases.append((session, session, stages[0][1], stages[-1][0], begin, clock, SPEED))
        age += (clock - begin) * SPEED
    learned = (phases[0][5] - phases[0][4]) * SPEED
    start, context, stage, session, index, shocked = map(np.array, zip(*trials, strict=True))
    phase = list(zip(*phases, strict=True))
    ends = np.array(phase[5])

    time = np.arange(0.0, clock, 0.05)
    dilation = np.array(phase[6])[np.minimum(np.searchsorted(ends, time, "right"), ends.size - 1)]
    ages = np.concatenate([[0.0], np.cumsum(dilation[:-1] * np.diff(time))])
    astrocytes = SIDE * SIDE
    dense = np.full(astrocytes, FEW)
    dense[list(DENSE)] = MANY
    receptors = dense[:, None] * density((ages - learned) / DAY)
    recruitment = np.zeros((astrocytes, time.size))
    for name, chosen in RECRUITED.items():
        since = ages - born[name]
        rise, fall = (since / RISE).clip(0, 1), np.exp(-np.maximum(since - RISE, 0) / (2 * HOUR))
        pulse = 0.9 * rise * fall
        recruitment[list(chosen)] = np.maximum(recruitment[list(chosen)], pulse)
    line, column = np.divmod(np.arange(astrocytes), SIDE)

    memory = PER_DOMAIN * astrocytes
    population = np.repeat(["BLA_P", "CeM"], [memory, 4])
    domain = np.concatenate([np.repeat(np.arange(astrocytes), PER_DOMAIN), np.full(4, -1)])
    rate = np.where(np.isin(domain, ENGRAM), 30.0, 2.0)
    count = rng.poisson(rate * clock)
    who, when = np.repeat(np.arange(population.size), count), rng.uniform(0, clock, count.sum())
    order = np.argsort(when)
    return assemble(
        {
            "spike_time": when[order], "spike_neuron": who[order], "population": population,
            "region": np.where(population == "CeM", "CeM", "BLA"),
            "role": np.where(population == "CeM", "output", "memory"),
            "transmitter": np.where(population == "CeM", "GABA", "glutamate"), "domain": domain,
            "astrocyte_position": SPACING * (np.stack([column, line], axis=1) + 0.5),
            "time": time, "calcium": 0.1 + 0.01 * rng.random((astrocytes, time.size)),
            "cAMP": 0.2 + recruitment, "receptor_density": receptors.clip(0, 1),
            "recruitment": recruitment, "factor": 0.5 * recruitment,
            "trial_start": start, "trial_stop": start + TRIAL, "trial_cs": np.zeros(start.size),
            "us_on": np.where(shocked, start + TRIAL - 0.2, np.nan),
            "us_off": np.where(shocked, start + TRIAL, np.nan),
            "trial_us": np.where(shocked, "us", "none"),
            "trial_valence": np.where(shocked, "aversive", "none"), "trial_context": context,
            "trial_stage": stage, "trial_session": session, "trial_block": index // 5,
            "trial_index": index, "freezing": [planted[name] for name in stage],
            "phase_name": phase[0], "phase_session": phase[1], "phase_context": phase[2],
            "phase_stage": phase[3], "phase_start": phase[4], "phase_stop": phase[5],
            "phase_dilation": phase[6],
        },
        {
            "title": "Synthetic days", "protocol": "days", "clock": "compressed", "speed": SPEED,
            "seed": seed, "size": population.size, "device": "none",
            "versions": json.dumps({"numpy": np.__version__}), "git_commit": "0" * 40,
            "created": "2026-01-01T00:00:00Z", "wall_time_s": 0.0,
            "parameters": json.dumps(READOUT), "parameters_hash": "0" * 16,
            "protocol_toml": "name = 'days'", "summary": "planted ensembles",
        },
    )  # fmt: skip
