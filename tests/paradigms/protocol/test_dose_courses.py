"""Levels in time: uptake, washout, and what is locked to trials."""

import numpy as np
import pytest

from paradigms.protocol.files import ProtocolError, parse_protocol
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.protocol.timeline import InterventionWindow
from tests.support.circuit import blink, draw
from tests.support.doses import SLOW, TIMES


def test_a_level_follows_its_dose_with_its_time_constants(levels):
    window = InterventionWindow("Gq", 2.0, 1.0, 3.0, uptake=4.0, washout=8.0)
    level = levels(window)["astrocyte.drug_Gq"]
    rising = 2 * (1 - np.exp(-SLOW * (TIMES[100:300] - 1) / 4))
    assert np.all(level[:100] == 0)
    assert level[100:300] == pytest.approx(rising, abs=1e-12)
    top = 2 * (1 - np.exp(-SLOW * 2 / 4))
    assert level[300:] == pytest.approx(top * np.exp(-SLOW * (TIMES[300:] - 3) / 8), rel=1e-9)


def test_a_second_dose_adds_to_what_is_left_of_the_first_and_never_exceeds_the_dose(levels):
    windows = [InterventionWindow("Gi", 1.0, start, start + 1, washout=20.0) for start in (0, 2)]
    level = levels(*windows)["astrocyte.drug_Gi"]
    assert np.all(level[:100] == 1)
    assert level[199] == pytest.approx(np.exp(-SLOW * 0.99 / 20))
    assert np.all(level[200:300] == 1)
    slow = [InterventionWindow("Gi", 1.0, s, s + 1, uptake=20.0, washout=20.0) for s in (0, 2)]
    level = levels(*slow)["astrocyte.drug_Gi"]
    assert level[299] > level[99] > level[199] > 0
    assert level.max() < 1


def test_overlapping_doses_with_one_time_constant_rise_to_their_sum(levels):
    windows = [InterventionWindow("Gq", 1.0, start, 5.0, uptake=0.1) for start in (0.0, 2.0)]
    level = levels(*windows)["astrocyte.drug_Gq"]
    assert level[[199, 499]] == pytest.approx([1, 2])


def test_a_drug_washes_out_over_a_night():
    plan = parse_protocol(
        blink("24 h").text + '[[intervention]]\nkind = "Gi"\nduring = "pairing"\nwashout = "3 h"\n',
        "blink.toml",
    )
    animal = draw(plan)
    level = animal.inputs.levels["astrocyte.drug_Gi"]
    night = next(phase for phase in animal.timeline.phases if phase.session == "night")
    after = np.searchsorted(np.arange(len(level)) * animal.clocks("cpp").slow, night.stop + 1e-9)
    before = np.flatnonzero(level >= 1)[-1]
    assert level[after + 1] == pytest.approx(np.exp(-24 / 3), rel=0.02)
    assert np.all(np.diff(level[before:-1]) < 0)


@pytest.mark.parametrize("kind", ["Gq", "opto_excite", "tagging"])
def test_what_is_on_for_less_than_a_step_is_refused(kind, refusal):
    target = "" if INTERVENTIONS[kind].accepts("") else "IL_P"
    line = refusal(InterventionWindow(kind, 0.5, 1.001, 1.004, target))
    assert "on for 0.003 s of simulated time, less than a step of its level (0.01 s)" in line


def test_light_locked_to_trials_is_on_in_them_alone():
    text = '[[intervention]]\nkind = "opto_silence"\ntarget = "IL_P"\nlocked = "us"\n'
    animal = draw(parse_protocol(blink().text + text + 'during = "pairing"\n', "blink.toml"))
    (trial, _) = animal.timeline.trials
    on = np.flatnonzero(animal.inputs.levels["other.g_light"].max(axis=1))
    times = np.arange(len(animal.inputs.slow_time)) * animal.clocks("cpp").slow
    us_on, us_off = trial.times("us")
    assert times[on[[0, -1]]] == pytest.approx([us_on, us_off - times[1]])
    assert len(on) == round((us_off - us_on) / times[1])


@pytest.mark.parametrize("line", ['uptake = "1 h"', 'washout = "1 h"', 'locked = "cs"'])
def test_what_is_for_good_has_no_course(line):
    lesion = '[[intervention]]\nkind = "lesion"\ntarget = "sensory-BLA_P"\nduring = "always"\n'
    with pytest.raises(ProtocolError, match="which is for good; leave it out"):
        parse_protocol(f"{blink().text}{lesion}{line}\n", "blink.toml")
