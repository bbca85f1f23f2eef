"""Granule cells of a bad or a good place, lit in one zone of a box: the animal leaves or stays."""

import pytest

from paradigms.protocol.files import load_protocol
from tests.cohorts.conftest import interval

pytestmark = pytest.mark.slow
FEAR = load_protocol("place_preference").text
SHOCK = 'events = [{ stimulus = "us", onset = "28 s" }]'
LIGHT = 'kind = "opto_excite"'


def reward():
    assert SHOCK in FEAR
    text = FEAR.replace(SHOCK, 'events = [{ stimulus = "food", onset = "28 s" }]')
    return text.replace("[context.box]", '[context.box]\n\n[stimulus.food]\nvalence = "appetitive"')


def unlit(text):
    assert LIGHT in text
    return text.replace(LIGHT, f"{LIGHT}\ndose = 0.0")


def moved(found):
    """Change of the time in the target zone from before light to light, points, by animal."""
    lit = (found["light_1"]["time_in_zone"] + found["light_2"]["time_in_zone"]) / 2
    return lit - found["before_light"]["time_in_zone"]


@pytest.mark.parametrize(("text", "sign"), [(FEAR, -1), (reward(), 1)], ids=["fear", "reward"])
def test_light_on_cells_of_the_place_moves_the_animal_as_the_place_does(cohort, text, sign):
    lit, dark = moved(cohort(text)), moved(cohort(unlit(text)))
    assert min(sign * end for end in interval(lit)) > 0
    assert abs(dark.mean()) < 10
    assert interval(sign * (lit - dark))[0] > 0
