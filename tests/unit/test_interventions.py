"""Interventions: levels of the drug variables over time, and what is refused."""

import re

import numpy as np
import pytest

from models import astrocyte
from paradigms.interventions import INTERVENTIONS, InterventionError, drug_levels
from paradigms.protocol import parse_intervention
from paradigms.timeline import InterventionWindow, animal_timeline
from tests.support.circuit import blink

TIMES = np.arange(500) * 0.01


def refusal(*windows):
    with pytest.raises(InterventionError) as caught:
        drug_levels(windows, TIMES)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_without_interventions_every_level_is_zero():
    levels = drug_levels((), TIMES)
    assert set(levels) == {row.variable for row in INTERVENTIONS.values()}
    assert all(level.shape == TIMES.shape and not level.any() for level in levels.values())


def test_every_kind_moves_one_variable_of_the_equations_and_names_its_source():
    declared = set(re.findall(r"^(drug_\w+) : 1$", astrocyte.ASTROCYTE, re.MULTILINE))
    assert {row.variable for row in INTERVENTIONS.values()} == declared
    for kind, row in INTERVENTIONS.items():
        assert row.kind == kind
        assert row.highest > 0
        assert all((row.tool, row.equation, row.dose_unit, row.source))
        used = astrocyte.ASTROCYTE + astrocyte.RELEASE_RESET
        assert len(re.findall(rf"\b{row.variable}\b", used)) > 1, "declared but not used"


@pytest.mark.parametrize("kind", INTERVENTIONS)
def test_a_dose_is_on_from_start_to_stop(kind):
    window = InterventionWindow(kind, 0.7, 1.0, 2.5)
    levels = drug_levels((window,), TIMES)
    own = levels.pop(INTERVENTIONS[kind].variable)
    on = (TIMES > 0.995) & (TIMES < 2.495)
    assert np.all(own[on] == 0.7)
    assert np.all(own[~on] == 0)
    assert not any(level.any() for level in levels.values())


def test_doses_that_overlap_add_up():
    windows = (InterventionWindow("Gq", 1.0, 0.0, 2.0), InterventionWindow("Gq", 0.5, 1.0, 3.0))
    level = drug_levels(windows, TIMES)["drug_Gq"]
    assert level[[50, 150, 250, 350]].tolist() == [1.0, 1.5, 0.5, 0.0]


def test_rounding_of_a_step_does_not_shift_an_edge():
    times = np.arange(1000) * 0.1  # 0.1*3 is above 0.3
    level = drug_levels((InterventionWindow("Gi", 1.0, 0.3, 0.6),), times)["drug_Gi"]
    assert np.flatnonzero(level).tolist() == [3, 4, 5]


def test_the_largest_dose_is_allowed_and_more_is_not():
    for kind, row in INTERVENTIONS.items():
        window = InterventionWindow(kind, row.highest, 0.0, 1.0)
        assert drug_levels((window,), TIMES)[row.variable].max() == row.highest
        line = refusal(window, InterventionWindow(kind, 0.01, 0.0, 1.0))
        assert f"allowed: 0 to {row.highest:g} in total" in line


@pytest.mark.parametrize("dose", [-0.1, float("nan"), float("inf")])
def test_an_impossible_dose_is_refused(dose):
    assert "allowed: 0 to 10" in refusal(InterventionWindow("Gq", dose, 0.0, 1.0))


def test_an_unknown_kind_is_refused():
    line = refusal(InterventionWindow("alcohol", 1.0, 0.0, 1.0))
    assert "'alcohol'" in line
    assert all(kind in line for kind in INTERVENTIONS)


def test_a_protocol_gives_the_drug_in_the_phases_it_names():
    plan = blink()
    plan = plan.with_interventions([parse_intervention("Gi=0.5@night,test", plan)])
    timeline = animal_timeline(plan, None, 1)
    times = np.arange(0, timeline.duration, 0.01)
    level = drug_levels(timeline.interventions, times)["drug_Gi"]
    start = next(phase.start for phase in timeline.phases if phase.session == "night")
    assert np.all(level[times >= start - 0.005] == 0.5)
    assert np.all(level[times < start - 0.005] == 0)
