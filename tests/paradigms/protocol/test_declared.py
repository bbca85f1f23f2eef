"""Stimuli, contexts and boxes of a protocol's own: what is read, when it comes, what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from paradigms.protocol.files import (
    Intervention,
    ProtocolError,
    load_protocol,
    parse_intervention,
    parse_protocol,
)
from paradigms.protocol.plan import (
    APPETITIVE,
    AVERSIVE,
    CONDITIONED,
    PLACE,
    Context,
    Event,
    Stimulus,
)
from paradigms.protocol.timeline import animal_timeline
from tests.support.stimuli import STIMULI, WRONG, ZONE, wrong

PLAN = parse_protocol(STIMULI, "own.toml")


def test_stimuli_and_contexts_are_read_in_the_order_of_their_codes():
    assert PLAN.stimuli == (
        Stimulus("us", AVERSIVE),
        Stimulus("cs"),
        Stimulus("tone"),
        Stimulus("noise", CONDITIONED, 0.5, (("tone", 0.4),)),
        Stimulus("sugar", APPETITIVE, 2.0),
    )
    assert PLAN.contexts == (Context("A"), Context("C", (("A", 0.5),)))
    timeline = animal_timeline(PLAN, None, 1)
    assert (timeline.stimuli, timeline.contexts) == (PLAN.stimuli, PLAN.contexts)


def test_the_short_form_means_the_built_in_stimuli():
    plan = load_protocol("quick_conditioning")
    assert plan.stimuli == (Stimulus("cs"), Stimulus("us", AVERSIVE))
    assert plan.contexts == (Context("A"), Context("B"))


def test_what_resembles_comes_after_what_it_resembles():
    text = STIMULI.replace("[stimulus.tone]", "", 1).replace(
        "[context.C]", "[stimulus.tone]\n\n[context.C]"
    )
    names = [stimulus.name for stimulus in parse_protocol(text, "own.toml").stimuli]
    assert names == ["us", "cs", "sugar", "tone", "noise"]


def test_a_context_that_needs_no_table_may_have_one():
    text = STIMULI.replace("[context.C]", "[context.A]\n[context.C]", 1)
    assert parse_protocol(text, "own.toml").contexts == PLAN.contexts


def test_events_have_the_strength_of_both_and_a_valence():
    kind, old = PLAN.sessions[0].phases[0].kinds
    assert kind.events == (
        Event("tone", 1, 10), Event("noise", 2, 11, 2.0), Event("sugar", 15, 5, 6.0, APPETITIVE),
        Event("us", 18, 2, 1.0, AVERSIVE),
    )  # fmt: skip
    words = ("cs", "us", "tone", "noise", "sugar", "bell")
    assert [kind.length(word) for word in words] == [10, 5, 10, 11, 5, 0]
    assert [old.length(word) for word in words] == [20, 0, 0, 0, 0, 0]


def test_a_trial_finds_a_stimulus_by_name_or_as_the_first_of_its_sort():
    trial, _, last, *_ = animal_timeline(PLAN, None, 1).trials
    assert trial.event("cs") is trial.event("tone")
    assert trial.event("us") is trial.event("sugar")
    assert trial.event("us").valence == APPETITIVE
    assert trial.event("noise").strength == 2.0
    starts = [trial.times(word)[0] - trial.start for word in ("tone", "noise", "sugar")]
    assert starts == pytest.approx([0.1, 0.2, 1.5])
    assert last.event("cs").stimulus == "cs"
    assert last.event("us") is None
    assert np.isnan(last.times("tone")).all()


def test_a_shock_and_a_tone_may_begin_together():
    text = STIMULI.replace('events = [{ stimulus = "cs" }]',
                           'events = [{ stimulus = "us" }, { stimulus = "cs" }]')  # fmt: skip
    assert len(parse_protocol(text, "own.toml").sessions[0].phases[0].kinds[1].events) == 2


def test_a_us_before_the_cs_is_backward_pairing():
    events = 'events = [{ stimulus = "us" }, { stimulus = "cs", onset = "3 s" }]'
    text = STIMULI.replace('events = [{ stimulus = "cs" }]', events)
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, "own.toml")
    assert (
        "kind 'old': us begins at 0 s, before cs at 3 s; backward pairing is not allowed: let it "
        "begin with the CS or later" in str(caught.value)
    )


def test_a_box_is_a_session_of_silent_trials():
    day, box = PLAN.sessions
    assert (day.kind, box.kind, box.context) == ("", PLACE, "C")
    assert all(kind.events == () for phase in box.phases for kind in phase.kinds)
    timeline = animal_timeline(PLAN, None, 1)
    assert [phase.place for phase in timeline.phases] == [False, True, True]
    before, dark, lit = timeline.phases
    assert dark.stop - dark.start == pytest.approx(3)
    assert all(a.stop == b.start for a, b in pairwise((before, dark, lit)))


def test_light_follows_the_animal_in_the_box():
    (light,) = PLAN.interventions
    assert light == Intervention("opto_silence", 1.0, ("box.lit",), "IL_P", in_zone=True)
    assert light.label == "opto_silence@IL_P@zone"
    (window,) = animal_timeline(PLAN, None, 1).interventions
    assert window.in_zone
    assert window.label == light.label
    assert parse_intervention("opto_silence:IL_P@box.lit,in_zone=true", PLAN) == light
    longer = PLAN.with_interventions([light])
    assert parse_protocol(longer.text, "own.toml") == longer
    steady = parse_intervention("opto_silence:IL_P@box.lit,in_zone=false", PLAN)
    assert (steady.label, "in_zone" in steady.table()) == ("opto_silence@IL_P", False)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("opto_silence:IL_P@day,in_zone=true", "which is no box of two zones"),
        ("opto_silence:IL_P@box,in_zone=yes", "must be true or false"),
        ("Gq@box,in_zone=true", "Gq cannot come and go"),
        ("opto_silence:IL_P@box,in_zone=true,uptake=1 s", "leave it or in_zone out"),
        ("opto_silence:IL_P@box,in_zone=true,in_zone=true", "stands twice"),
    ],
)
def test_zones_are_checked_on_the_command_line_too(given, part):
    with pytest.raises(ProtocolError, match=part):
        parse_intervention(given, PLAN)


def test_light_is_locked_to_a_stimulus_by_name_or_sort():
    for word, onset in (("noise", 0.2), ("cs", 0.1), ("sugar", 1.5), ("us", 1.5)):
        text = STIMULI.replace(ZONE, f'locked = "{word}"').replace('"box.lit"', '"day"')
        timeline = animal_timeline(parse_protocol(text, "own.toml"), None, 1)
        trials = timeline.trials[: 3 if word == "cs" else 2]
        wanted = [trial.times(word)[0] for trial in trials]
        assert [window.start for window in timeline.interventions] == pytest.approx(wanted)
        assert wanted[0] == pytest.approx(trials[0].start + onset)


def test_light_in_a_box_is_not_locked():
    text = STIMULI.replace('["box.lit"]', '["day"]').replace(ZONE, f'{ZONE}\nlocked = "cs"')
    with pytest.raises(ProtocolError, match="locked = 'cs' is not for what follows the animal"):
        parse_protocol(text, "own.toml")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_in_one_line(name):
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(wrong(name), "own.toml")
    line = str(caught.value)
    assert line.startswith("own.toml")
    assert len(line.splitlines()) == 1
    assert len(line) < 500
    for part in WRONG[name][2]:
        assert part in line, line


def test_there_are_enough_faults():
    assert len(WRONG) >= 55
