"""A population that is silent, too fast or saturated is told; a sound one is not."""

import json

import numpy as np
import pytest

from analysis.activity.regime import cautions_of, judge_populations
from analysis.cohort.summary import summarise
from analysis.dataset.schema import labels
from analysis.packaged import read_table
from models.parameters import load_parameters
from tests.support.anatomy import POPULATIONS
from tests.support.synthetic import synthetic

SOUND, _ = synthetic(1)


def awake():
    """Return start and stop of each awake phase."""
    lived = labels(SOUND["phase_stage"]) != "none"
    return np.stack([SOUND["phase_start"].values[lived], SOUND["phase_stop"].values[lived]], axis=1)


def fired(population, rate, *, regular=False, share=1.0, parameters=True):
    """Return the sound dataset in which a population fires at `rate` while awake, and else never.

    `regular`: at equal intervals; `share`: of the awake time.
    """
    rng = np.random.default_rng(1)
    cells = np.flatnonzero(labels(SOUND["population"]) == population)
    when, who = SOUND["spike_time"].values, SOUND["spike_neuron"].values
    others = ~np.isin(who, cells)
    times, neurons = [when[others]], [who[others]]
    for start, stop in awake():
        end = start + share * (stop - start)
        for cell in cells:
            if regular:
                own = np.arange(start, end, 1 / rate)
            else:
                own = rng.uniform(start, end, rng.poisson(rate * (end - start)))
            times.append(own)
            neurons.append(np.full(own.size, cell, who.dtype))
    time, neuron = np.concatenate(times), np.concatenate(neurons)
    order = np.argsort(time, kind="stable")
    left = SOUND.drop_vars(["spike_time", "spike_neuron"])
    result = left.assign(
        spike_time=SOUND["spike_time"].variable._replace(data=time[order]),
        spike_neuron=SOUND["spike_neuron"].variable._replace(data=neuron[order]),
    )
    own = json.loads(SOUND.attrs["parameters"])
    if parameters:
        own |= json.loads(load_parameters().to_json())
    return result.assign_attrs(parameters=json.dumps(own))


def test_a_sound_animal_has_no_caution():
    assert cautions_of(SOUND) == []
    assert cautions_of(fired("IL_P", 12.0)) == []


@pytest.mark.parametrize(
    ("population", "rate", "words"),
    [
        ("CeM", 94.0, "CeM fires at 94"),
        ("CeM", 45.0, "above 40 Hz"),
        ("LC", 30.0, "LC fires at 30"),
        ("BLA_P", 25.0, "above 20 Hz"),
        ("CeM", 0.0, "CeM is silent: no spike, where it fires at 4.8 Hz at rest"),
        ("BLA_PV", 0.0, "BLA_PV is silent"),
    ],
)
def test_a_population_out_of_its_regime_is_told(population, rate, words):
    dataset = fired(population, rate)
    (line,) = cautions_of(dataset)
    assert words in line
    (found,) = judge_populations(dataset)
    assert found.population == population
    assert found.rate == pytest.approx(rate, rel=0.05)


def test_the_summary_names_it():
    dataset = fired("CeM", 94.0)
    (found,) = judge_populations(dataset)
    rows = [row for row in summarise(dataset) if row["quantity"] == "regime"]
    assert rows == [{"quantity": "regime", "stage": "CeM", "value": found.rate, "unit": "Hz"}]


def test_bursts_at_the_refractory_limit_are_told_though_the_mean_is_sound():
    (line,) = cautions_of(fired("CeM", 400.0, regular=True, share=0.06))
    assert "CeM is saturated: 6 % of its time" in line
    assert cautions_of(fired("CeM", 400.0, regular=True, share=0.01)) == []


def test_a_shock_may_drive_cells_as_fast_as_they_can():
    on, off = SOUND["trial_start"].values, SOUND["trial_stop"].values
    cells = np.flatnonzero(labels(SOUND["population"]) == "LC")
    times = np.concatenate([np.arange(a, b, 2.5e-3) for a, b in zip(on, off, strict=True)])
    other = ~np.isin(SOUND["spike_neuron"].values, cells)
    when = np.concatenate([SOUND["spike_time"].values[other], np.repeat(times, cells.size)])
    who = np.concatenate([SOUND["spike_neuron"].values[other], np.tile(cells, times.size)])
    order = np.argsort(when, kind="stable")
    driven = SOUND.drop_vars(["spike_time", "spike_neuron"]).assign(
        spike_time=SOUND["spike_time"].variable._replace(data=when[order]),
        spike_neuron=SOUND["spike_neuron"].variable._replace(data=who[order]),
    )
    shocks = {"us_on": driven["trial_start"].variable, "us_off": driven["trial_stop"].variable}
    assert cautions_of(driven.assign(shocks)) == []
    (line,) = cautions_of(driven)
    assert line.startswith("LC fires at 1")


def test_a_population_without_a_resting_rate_may_be_silent():
    assert cautions_of(fired("LC", 0.0)) == []
    assert cautions_of(fired("CeM", 0.0, parameters=False)) == []


def test_every_population_has_a_highest_rate_above_rest_and_says_why():
    rows = read_table("regime")
    assert {row["population"] for row in rows} >= set(POPULATIONS)
    rest = {row.name: row.value for row in load_parameters().rows() if row.group == "resting"}
    for row in rows:
        assert float(row["highest"]) > 5 * rest.get(row["population"], 1.0)
        assert row["source"].startswith("chosen: ")
