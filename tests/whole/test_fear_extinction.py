"""The default animal over seeds, and the two clocks: what the model must show in the mean.

The seeds are the reported ones, which no tuning has seen. The bounds are those asked of the default
animal, wider than the model's own spread, so that a change of mechanism is caught and a change of
rounding is not.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import xarray as xr

from analysis.activity.decoding import decode_state
from analysis.activity.spikes import population_rates
from analysis.cohort.measures import measure
from analysis.cohort.summary import weights_at_bounds
from paradigms.protocol.files import load_protocol
from paradigms.run.simulate import simulate

pytestmark = pytest.mark.slow

SEEDS = range(1080, 1088)
STAGES = (
    "before_conditioning", "conditioning_last", "early_extinction", "late_extinction",
    "retrieval", "renewal",
)  # fmt: skip


def animal(seed: int, clock: str = "compressed", **overrides: str) -> xr.Dataset:
    plan = load_protocol("fear_extinction")
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return simulate(plan, seed=seed, clock=clock, overrides=named)


@cache
def cohort() -> list[dict]:
    """Measures of the eight animals; datasets are dropped one by one."""
    rows = []
    for seed in SEEDS:
        dataset = animal(seed)
        state = decode_state(dataset)
        rows.append(
            {
                **measure(dataset).values,
                "decoded": state.accuracy > state.chance_95,
                "rates": population_rates(dataset),
                "pinned": max(weights_at_bounds(dataset).values()),
            }
        )
    return rows


def mean(quantity: str, epoch: str) -> float:
    return float(np.mean([row[quantity, epoch] for row in cohort()]))


def test_fear_is_learned_extinguished_and_renewed() -> None:
    freezing = {stage: mean("freezing", stage) for stage in STAGES}
    assert freezing["before_conditioning"] < 20
    assert freezing["early_extinction"] - freezing["late_extinction"] >= 25
    assert freezing["retrieval"] < freezing["early_extinction"]
    assert freezing["renewal"] - freezing["retrieval"] >= 20


def test_astrocytes_follow_the_fear_state() -> None:
    late = mean("calcium_cs", "late_extinction")
    assert mean("calcium_cs", "early_extinction") > 1.5 * late  # paper 1.5
    assert mean("calcium_cs", "renewal") > 1.3 * late


def test_astrocytes_answer_the_shock_five_times_as_much_as_the_tone() -> None:
    assert mean("calcium_us", "conditioning_first") > 5 * mean("calcium_cs", "conditioning_first")


def test_the_state_is_decoded_in_all_but_one() -> None:
    assert sum(row["decoded"] for row in cohort()) >= 7


@pytest.mark.xfail(strict=True, reason="IL_P of seed 1082 fires 11.5 Hz, extinction included")
def test_no_population_is_silent_or_saturated() -> None:
    for row in cohort():
        for name in ("BLA_P", "PL_P", "IL_P"):
            assert 0.1 < row["rates"][name] < 10


def test_no_weight_is_pinned() -> None:
    for row in cohort():
        assert row["pinned"] < 1  # percent of any pathway


@pytest.mark.xfail(strict=True, reason="naive freezing to the tone: up to 33 % (paper 34)")
def test_no_memory_without_plasticity() -> None:
    values = measure(animal(1080, plasticity__eta="0")).values
    assert max(values["freezing", stage] for stage in STAGES) < 30


def test_no_lasting_memory_without_astrocyte_coupling() -> None:
    values = measure(animal(1080, gliotransmission__O_G="0", plasticity__kappa="0")).values
    assert values["freezing", "conditioning_last"] > 60
    assert values["freezing", "early_extinction"] < 40


def test_both_clocks_tell_the_same_story() -> None:
    """The published clock takes ten times as long; stages agree within the scatter of an animal.

    Scaled are the trials and every process slower than a second; membranes and synapses are not,
    so the two are alike, not equal.
    """
    short = measure(animal(1, "compressed")).values
    full = measure(animal(1, "published")).values
    for stage in STAGES:
        assert abs(short["freezing", stage] - full["freezing", stage]) < 30
    assert full["freezing", "early_extinction"] - full["freezing", "late_extinction"] > 20
    assert full["freezing", "renewal"] - full["freezing", "retrieval"] > 20
