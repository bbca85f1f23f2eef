"""Paces: how fast each mechanism lives, awake and through the hours that a clock folds."""

import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import paced
from models.circuits.amygdala_paces import LARGEST_STEP, make_paces
from models.mechanisms.mechanism import AWAKE, SLOW
from models.parameters import load_parameters
from tests.support.night import SPEED, Fold, live, numbers, rest

PARAMETERS = load_parameters()
NIGHT = Fold(24, 40)
AWAKE_STEPS = 50


@pytest.fixture(scope="module", params=["cpp", "genn"])
def courses(request):
    """A while awake, a night and a while awake: tables by cells and pace."""
    clocks = NIGHT.clocks(PARAMETERS, request.param)
    night = NIGHT.slow_time(clocks)
    awake = np.arange(AWAKE_STEPS) * clocks.slow * SPEED
    slow_time = np.concatenate([awake, awake[-1] + clocks.slow * SPEED + night])
    slow_time = np.concatenate([slow_time, slow_time[-1] + awake + clocks.slow * SPEED])
    found, tables = make_paces(slow_time, clocks, numbers(PARAMETERS))
    assert {(each.cells, each.variable) for each in found} == set(paced())
    assert all(each.step == clocks.slow for each in found)
    by = {(one.cells, one.variable): tables[f"course.{one.cells}.{one.variable}"] for one in found}
    return clocks, slow_time, by


def test_awake_everything_lives_at_the_compression_of_the_clock(courses):
    _, _, by = courses
    for key, pace in by.items():
        for awake in (pace[: AWAKE_STEPS - 1], pace[-AWAKE_STEPS + 1 :]):
            assert awake == pytest.approx(SPEED, rel=1e-9), key


def test_at_night_what_is_slow_keeps_to_the_clock_and_nothing_overtakes_it(courses):
    clocks, slow_time, by = courses
    for key, pace in by.items():
        lived = np.concatenate([[0], np.cumsum(pace[:-1] * clocks.slow)])
        if paced()[key][0].clock == SLOW:
            assert lived == pytest.approx(slow_time, rel=1e-9, abs=1e-9), key
        else:
            assert np.all(lived <= slow_time * (1 + 1e-9)), key
            assert pace[AWAKE_STEPS + 5] >= SPEED, key


def test_at_night_what_is_fast_lives_as_much_as_its_steps_allow(courses):
    clocks, slow_time, by = courses
    constants = numbers(PARAMETERS)
    night = (slow_time[AWAKE_STEPS + 6] - slow_time[AWAKE_STEPS + 5]) / clocks.slow
    held = 0
    for (cells, name), mechanisms in paced().items():
        if mechanisms[0].clock != AWAKE:
            continue
        pace = by[cells, name][AWAKE_STEPS + 5]
        step = clocks.neuron if cells in ("principal", "other") else clocks.astrocyte
        own = max(
            rate({**constants, "speed": pace}) for mechanism in mechanisms
            for variable, rate in mechanism.rates.items()
            if f"d{variable}/dt" in mechanism.equations
        )  # fmt: skip
        assert step * own <= LARGEST_STEP[cells] * (1 + 1e-9), name
        if pace < night * (1 - 1e-9):
            held += 1
            assert step * own == pytest.approx(LARGEST_STEP[cells], rel=1e-6), name
    assert held > 3


def test_a_dose_that_makes_something_faster_slows_its_pace():
    clocks = NIGHT.clocks(PARAMETERS)
    slow_time = NIGHT.slow_time(clocks)
    name = "course.astrocyte.pace_D_serine"
    plain = make_paces(slow_time, clocks, numbers(PARAMETERS))[1]
    drugged = make_paces(slow_time, clocks, {**numbers(PARAMETERS), "drug_DAAO": 99.0})[1]
    assert plain[name][5] > drugged[name][5] > SPEED
    other = "course.astrocyte.pace_calcium"
    assert np.array_equal(plain[other], drugged[other])


@pytest.mark.parametrize("noradrenaline", [1e-3, 1e-2, 3e-2, 0.1])
def test_a_night_that_begins_in_alarm_takes_nothing_from_receptors(noradrenaline):
    """Cyclic AMP keeps to a faster pace than noradrenaline, and must not read it below zero."""
    start = {**rest(PARAMETERS), "N_A": noradrenaline}
    _, found = live(PARAMETERS, Fold(20, 40), start, ("cAMP", "N_A"), samples=1000)
    assert found["cAMP"].max() > 0
    assert found["cAMP"].min() >= 0
    assert found["N_A"].min() >= 0
