"""Contexts: shocks without a cue make an animal afraid of the place, and of places like it."""

import numpy as np
import pytest

from paradigms.protocol.files import load_protocol
from tests.cohorts.conftest import interval

pytestmark = pytest.mark.slow
TEXT = load_protocol("contextual_fear").text
SHOCKS = 'name = "shock"\ntrials = 3'
ALIKE = "similar_to = { A = 0.5 }"


def shocks(number):
    assert SHOCKS in TEXT
    return TEXT.replace(SHOCKS, f'name = "shock"\ntrials = {number}')


def similar(share):
    assert ALIKE in TEXT
    return TEXT.replace(ALIKE, f"similar_to = {{ A = {share} }}")


def risen(found, stage="recall_A"):
    return found[stage]["freezing"] - found["before_conditioning"]["freezing"]


def test_fear_of_the_place_grows_with_shocks(cohort):
    one, three = risen(cohort(shocks(1))), risen(cohort(TEXT))
    assert interval(one)[0] > 0
    assert interval(three)[0] > 10
    assert interval(three - one)[0] > 0


def test_a_similar_place_is_feared_less_and_a_new_one_hardly(cohort):
    found = cohort(TEXT)
    a, b, c = (found[f"recall_{name}"]["freezing"] for name in "ABC")
    assert interval(a - b)[0] > 0
    assert interval(b - c)[0] > 0
    assert interval(risen(found, "recall_C"))[1] < 10


def test_fear_of_another_place_grows_with_what_it_has_in_common(cohort):
    found = [cohort(similar(share))["recall_B"] for share in (0, 0.25, 0.5, 0.75)]
    means = [each["freezing"].mean() for each in found]
    assert np.all(np.diff(means) > 0)


def test_without_plasticity_there_is_none_of_it(cohort):
    found = cohort(TEXT, {"plasticity.eta": "0"})
    for stage in ("recall_A", "recall_B", "recall_C"):
        low, high = interval(risen(found, stage))
        assert low < 5
        assert high < 5
