"""Stimuli: tones that are told apart, shocks that nothing announces, and a tone that means food."""

import pytest

from paradigms.protocol.files import load_protocol
from tests.cohorts.conftest import interval

pytestmark = pytest.mark.slow
TONES = load_protocol("discrimination").text
ALIKE = "similar_to = { plus = 0.25 }"
REMINDED = load_protocol("unsignalled_us").text
REWARD = load_protocol("reward_conditioning").text


def similar(share):
    assert ALIKE in TONES
    return TONES.replace(ALIKE, f"similar_to = {{ plus = {share} }}")


def told_apart(found):
    return found["test/plus"]["freezing"] - found["test/minus"]["freezing"]


def test_a_tone_that_announces_the_shock_is_feared_more_than_one_that_does_not(cohort):
    apart, alike = told_apart(cohort(similar(0))), told_apart(cohort(similar(0.5)))
    between = told_apart(cohort(TONES))
    assert apart.mean() >= 20
    assert interval(apart)[0] > 0
    assert alike.mean() < between.mean() < apart.mean()


def test_a_tone_alone_leaves_no_memory(cohort):
    """Never a shock: the tone that was heard is as the tone that is new in the test."""
    alone = TONES.replace(', { stimulus = "us", onset = "28 s" }', "")
    assert alone != TONES
    found = cohort(alone)
    rise = found["test/minus"]["freezing"] - found["conditioning/minus"]["freezing"]
    assert interval(rise)[1] < 10


def test_shocks_bring_back_fear_where_they_were_and_not_elsewhere(cohort):
    where = 'context = "B"'
    assert REMINDED.count(where) == 3  # extinction, reminder, test
    elsewhere = "[context.C]\n\n[[session]]".join(REMINDED.split("[[session]]", 1))
    parts = elsewhere.split(where)
    elsewhere = parts[0] + where + parts[1] + 'context = "C"' + parts[2] + where + parts[3]
    never = REMINDED.replace('events = [{ stimulus = "us", onset = "28 s" }]', "")
    texts = {"here": REMINDED, "elsewhere": elsewhere, "never": never}
    found = {name: cohort(text)["test"]["freezing"] for name, text in texts.items()}
    assert interval(found["here"] - found["never"])[0] > 0
    assert interval(found["here"] - found["elsewhere"])[0] > 0
    assert interval(found["elsewhere"] - found["never"])[1] < 10


def test_a_tone_that_means_food_is_approached_and_not_feared(cohort):
    found = cohort(REWARD)
    naive, trained = found["before_training"], found["test"]
    up = trained["approach"] - naive["approach"]
    over = trained["approach"] - found["before_test"]["approach"]
    fear = trained["freezing"] - naive["freezing"]
    assert interval(up)[0] > 20
    assert interval(over)[0] > 20
    assert interval(fear)[1] < 5
