"""Whole animals at rest, run as every animal is, fire at the rates of the table `resting`.

Seeds 1-4 are for tuning, so that nothing reported is looked at here.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.tissue.homeostasis import resting_rates
from paradigms.run.stimuli import draw_inputs
from tests.support.anatomy import POPULATIONS
from tests.support.circuit import draw

pytestmark = pytest.mark.slow
SECONDS, SETTLED = 30.0, 2.0


def rates(seed, overrides=None):
    """Rate (Hz) of every population of an awake animal that is in no context and hears nothing."""
    animal = draw("fear_extinction", seed, 1000, overrides)
    rest = replace(animal.timeline.phases[0], start=0.0, stop=SECONDS, context="none")
    timeline = replace(animal.timeline, phases=(rest,), trials=(), duration=SECONDS)
    inputs = draw_inputs(animal.parameters, animal.tissue, timeline, seed)
    found = replace(animal, timeline=timeline, inputs=inputs).run("cpp")
    late = found["spike_neuron"][np.asarray(found["spike_time"]) > SETTLED]
    per_cell = np.bincount(late, minlength=animal.tissue.n_neurons) / (SECONDS - SETTLED)
    return {name: per_cell[animal.tissue.population == number].mean()
            for number, name in enumerate(POPULATIONS)}  # fmt: skip


DEFAULT: dict[str, str] = {}
VARIED = {
    "lif.tau_ampa": "6 ms", "lif.E_L_sd": "1.8 mV", "projection.BLA_CeA_to_CeM.total": "200 nS",
    "projection.background_to_BLA_P.indegree": "33", "resting.ITC": "2.5 Hz",
}  # fmt: skip


@cache
def mean_rates(varied):
    """Wanted and found rate of every population, the found one in the mean of four animals."""
    overrides = VARIED if varied else DEFAULT
    animals = [rates(seed, overrides) for seed in (1, 2, 3, 4)]
    found = {name: np.mean([animal[name] for animal in animals]) for name in POPULATIONS}
    return resting_rates(draw(overrides=overrides).parameters), found


@pytest.mark.parametrize("varied", [False, True])
def test_animals_at_rest_fire_at_their_resting_rates(varied):
    wanted, found = mean_rates(varied)
    for name in wanted.keys() - {"VTA", "ITC"}:
        assert found[name] == pytest.approx(wanted[name], rel=0.35), name
    assert found["LC"] < 0.3


@pytest.mark.parametrize("varied", [
    False,
    pytest.param(True, marks=pytest.mark.xfail(
        strict=True, reason="3.7 Hz, 2.5 wanted: with what granule cells and sensory afferents "
        "fire at rest, which settling leaves out, IL_P is above its rate, and ITC follows it")),
])  # fmt: skip
def test_intercalated_cells_at_rest_fire_at_their_resting_rate(varied):
    wanted, found = mean_rates(varied)
    assert found["ITC"] == pytest.approx(wanted["ITC"], rel=0.35)


@pytest.mark.parametrize("varied", [False, True])
def test_dopamine_cells_at_rest_fire_at_their_resting_rate(varied):
    """They follow CeM so steeply that their rate differs twofold between animals."""
    wanted, found = mean_rates(varied)
    assert found["VTA"] == pytest.approx(wanted["VTA"], rel=0.7)
