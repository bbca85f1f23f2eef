"""Small cohorts through a protocol: what the animals did in each kind of trial.

Seeds 1-12 are for tuning, so that nothing reported is looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from analysis.statistics import bootstrap_interval
from models.run import run_circuit
from paradigms.protocol.files import parse_protocol
from paradigms.run.animal import draw_animal
from paradigms.run.behaviour import score
from paradigms.run.preflight import prepare

SEEDS = range(1, 13)
Cohort = dict[str, dict[str, np.ndarray]]


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean over animals."""
    return bootstrap_interval(values)


@cache
def _animal(
    text: str, seed: int, overrides: tuple[tuple[str, str], ...]
) -> dict[str, dict[str, float]]:
    protocol = parse_protocol(text, "cohort.toml")
    animal = prepare(protocol, seed=seed, overrides=dict(overrides))
    drawn = draw_animal(animal.parameters, animal.timeline, animal.size, seed)
    recorder, tables = drawn.circuit(animal.clocks)
    run = run_circuit(recorder.circuit, tables, animal.timeline.duration)
    arrays = recorder.arrays(run.records, drawn.tissue)
    scored = score(animal.parameters, drawn.tissue, animal.timeline, arrays)
    found: dict[str, dict[str, list[float]]] = {}
    for number, trial in enumerate(animal.timeline.trials):
        for name in (trial.stage, f"{trial.stage}/{trial.kind}"):
            for behaviour in ("freezing", "approach", "time_in_zone"):
                if behaviour in scored:
                    row = found.setdefault(name, {}).setdefault(behaviour, [])
                    row.append(float(scored[behaviour][number]))
    return {
        name: {behaviour: float(np.mean(values)) for behaviour, values in row.items()}
        for name, row in found.items()
    }


@pytest.fixture(scope="session")
def cohort():
    """Run seeds through a protocol: by stage and ``stage/kind``, behaviour of each animal."""

    def run(text: str, overrides: Mapping[str, str] | None = None, seeds: range = SEEDS) -> Cohort:
        given = tuple(sorted((overrides or {}).items()))
        animals = [_animal(text, seed, given) for seed in seeds]
        return {
            name: {behaviour: np.array([animal[name][behaviour] for animal in animals])
                   for behaviour in animals[0][name]}
            for name in animals[0]
        }  # fmt: skip

    return run
