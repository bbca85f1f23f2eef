"""The protocols that ship beside fear_extinction: what is done, where, for how long."""

import pytest

from paradigms.protocol.files import load_protocol
from paradigms.protocol.timeline import animal_timeline


def stages(name):
    """Trials of each stage, with contexts and what comes in them."""
    found = {}
    for trial in animal_timeline(load_protocol(name), None, 1).trials:
        events = tuple(event.stimulus for event in trial.events)
        found.setdefault(trial.stage, []).append((trial.context, events))
    return found


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("discrimination", 120), ("contextual_fear", 111), ("unsignalled_us", 148),
     ("reward_conditioning", 101), ("place_preference", 121)],
)  # fmt: skip
def test_they_are_short_on_the_compressed_clock_and_as_long_as_an_experiment(name, seconds):
    plan = load_protocol(name)
    fast, real = (animal_timeline(plan, clock, 1) for clock in ("compressed", "published"))
    assert fast.duration == pytest.approx(seconds, abs=3)
    assert real.duration == pytest.approx(10 * fast.duration, abs=0.1)
    assert plan.default_clock == "compressed"
    assert "doi 10." in plan.reference


def test_discrimination_has_both_cs_shuffled_in_a_and_in_turn_in_b():
    found = stages("discrimination")
    assert sorted(found["conditioning"]) == 5 * [("A", ("minus",))] + 5 * [("A", ("plus", "us"))]
    assert found["test"] == 5 * [("B", ("plus",)), ("B", ("minus",))]
    assert dict(load_protocol("discrimination").stimuli[-1].similar_to) == {"plus": 0.25}


def test_contextual_fear_has_shocks_after_three_minutes_and_three_recalls():
    found = stages("contextual_fear")
    assert found["before_conditioning"] == 5 * [("A", ())]
    assert found["conditioning"] == 3 * [("A", ("us",))]
    assert [found[f"recall_{name}"] for name in "ABC"] == [5 * [(name, ())] for name in "ABC"]
    plan = load_protocol("contextual_fear")
    assert [(item.name, item.similar_to) for item in plan.contexts] == [
        ("A", ()), ("B", (("A", 0.5),)), ("C", ()),
    ]  # fmt: skip
    shock = animal_timeline(plan, "published", 1).trials[5]
    assert shock.start == 180
    assert shock.times("us") == (208, 210)


def test_unsignalled_us_reminds_in_the_context_of_extinction():
    found = stages("unsignalled_us")
    assert found["conditioning"] == 3 * [("A", ("cs", "us"))]
    assert found["extinction"] == 16 * [("B", ("cs",))]
    assert found["reminder"] == 2 * [("B", ("us",))]
    assert found["test"] == 3 * [("B", ("cs",))]


def test_reward_conditioning_pairs_a_tone_with_sucrose():
    found = stages("reward_conditioning")
    assert found["day_1"] == found["day_2"] == 10 * [("A", ("tone", "sucrose"))]
    assert found["test"] == 5 * [("A", ("tone",))]
    plan = load_protocol("reward_conditioning")
    assert [(item.name, item.valence) for item in plan.stimuli] == [
        ("tone", ""), ("sucrose", "appetitive"),
    ]  # fmt: skip


def test_place_preference_labels_and_lights_one_zone():
    found = stages("place_preference")
    assert found["conditioning"] == 3 * [("A", ("us",))]
    for stage in ("before_light", "light_1", "between", "light_2"):
        assert found[stage] == [("box", ())]
    timeline = animal_timeline(load_protocol("place_preference"), "published", 1)
    label, *light = timeline.interventions
    assert label.target == "DG"
    assert [item.label for item in light] == 2 * ["opto_excite@tagged@zone"]
    assert [item.stop - item.start for item in light] == [180, 180]
    assert [phase.name for phase in timeline.phases if phase.place] == [
        "baseline", "on_1", "off", "on_2",
    ]  # fmt: skip
