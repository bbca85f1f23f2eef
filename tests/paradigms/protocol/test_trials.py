"""Trials of several kinds in one phase: their events, their order, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from paradigms.protocol.files import ProtocolError, parse_protocol
from paradigms.protocol.plan import Event
from paradigms.protocol.timeline import animal_timeline
from paradigms.run.stimuli import _codes, draw_inputs
from tests.support.circuit import draw

HEAD = """
name = "kinds"
title = "Paired, alone and unsignalled"
default_clock = "compressed"
[clock.compressed]
time_scale = 0.1
[[session]]
name = "day"
context = "A"
lead = "5 s"
[[session.phase]]
name = "mixed"
stage = "conditioning"
order = "blocked"
interval = ["5 s", "9 s"]
"""
PAIRED = """
[[session.phase.kind]]
name = "paired"
trials = 3
trial = "30 s"
events = [{ stimulus = "cs", duration = "20 s" }, { stimulus = "us", onset = "25 s" }]
"""
ALONE = """
[[session.phase.kind]]
name = "alone"
trials = 2
trial = "20 s"
events = [{ stimulus = "cs", onset = "4 s", duration = "10 s", strength = 0.5 }]
"""
SHOCK = """
[[session.phase.kind]]
name = "unsignalled"
trials = 1
trial = "10 s"
events = [{ stimulus = "us", duration = "2 s" }]
"""
PROBE = """
[[session.phase.kind]]
name = "probe"
trials = 1
trial = "30 s"
"""
ALL = HEAD + PAIRED + ALONE + SHOCK + PROBE


def timeline(order="blocked", seed=1, text=ALL):
    protocol = parse_protocol(text.replace('"blocked"', f'"{order}"'), "kinds.toml")
    return animal_timeline(protocol, None, seed)


def test_kinds_and_their_events_are_read():
    (session,) = parse_protocol(ALL, "kinds.toml").sessions
    (phase,) = session.phases
    assert phase.trials == 7
    assert [(kind.name, kind.trials, kind.trial) for kind in phase.kinds] == [
        ("paired", 3, 30), ("alone", 2, 20), ("unsignalled", 1, 10), ("probe", 1, 30)
    ]  # fmt: skip
    paired, alone, shock, probe = phase.kinds
    assert paired.events == (Event("cs", 0, 20), Event("us", 25, 5, valence="aversive"))
    assert alone.events == (Event("cs", 4, 10, 0.5),)
    assert shock.events == (Event("us", 0, 2, valence="aversive"),)
    assert probe.events == ()
    assert phase.lengths("cs") == [20, 10, 0, 0]


@pytest.mark.parametrize(
    ("order", "kinds"),
    [("blocked", "pppaaup".replace("up", "uo")), ("alternating", "pauopap")],
)
def test_trials_follow_in_their_order(order, kinds):
    names = {"p": "paired", "a": "alone", "u": "unsignalled", "o": "probe"}
    assert [trial.kind for trial in timeline(order).trials] == [names[kind] for kind in kinds]


def test_a_shuffled_order_is_the_animals_own():
    orders = [[trial.kind for trial in timeline("shuffled", seed).trials] for seed in range(20)]
    assert orders == [
        [trial.kind for trial in timeline("shuffled", seed).trials] for seed in range(20)
    ]
    assert len({tuple(order) for order in orders}) > 15
    blocked = sorted(trial.kind for trial in timeline().trials)
    assert all(sorted(order) == blocked for order in orders)


def test_pauses_are_the_same_in_every_order():
    def pauses(order):
        return [round(b.start - a.stop, 6) for a, b in pairwise(timeline(order, 3).trials)]

    assert pauses("blocked") == pauses("alternating") == pauses("shuffled")
    assert len(set(pauses("blocked"))) > 3


def test_events_are_on_when_they_should_be():
    paired, *_ = timeline().trials
    start = paired.start
    assert paired.times("cs") == (start, pytest.approx(start + 2.0))
    # a trace of half a second of simulated time
    assert paired.times("us") == (pytest.approx(start + 2.5), paired.stop)
    alone = timeline().trials[3]
    assert alone.times("cs") == (pytest.approx(alone.start + 0.4), pytest.approx(alone.start + 1.4))
    assert alone.event("cs").strength == 0.5
    assert alone.event("us") is None
    assert np.isnan(alone.times("us")).all()
    shock = timeline().trials[5]
    assert shock.times("us") == (shock.start, pytest.approx(shock.start + 0.2))
    assert timeline().trials[6].events == ()


def test_afferents_fire_by_the_strength_of_the_stimulus():
    protocol = parse_protocol(ALL, "kinds.toml")
    animal = draw(protocol)
    inputs = draw_inputs(animal.parameters, animal.tissue, animal.timeline, 1)
    (row,) = animal.tissue.anatomy.sources("afferent")
    own = _codes(1, row, 300, animal.parameters, animal.timeline)["cs"]
    times = inputs.afferent.time[np.isin(inputs.afferent.cell, own)]

    def rate(trials):
        windows = [trial.times("cs") for trial in trials]
        spikes = sum(((times >= a) & (times < b)).sum() for a, b in windows)
        return spikes / sum(b - a for a, b in windows) / len(own)

    trials = animal.timeline.trials
    full = rate([trial for trial in trials if trial.kind == "paired"])
    half = rate([trial for trial in trials if trial.kind == "alone"])
    assert full == pytest.approx(15, rel=0.1)
    assert half == pytest.approx(7.5, rel=0.15)


def test_light_is_locked_to_the_stimulus_and_not_to_the_trial():
    text = ALL + """
[[intervention]]
kind = "opto_silence"
target = "BLA_P"
during = ["day"]
locked = "cs"
onset = "1 s"
duration = "5 s"
"""
    found = timeline(text=text)
    starts = [window.start for window in found.interventions]
    heard = [trial.times("cs")[0] for trial in found.trials if trial.event("cs")]
    assert starts == pytest.approx([start + 0.1 for start in heard])
    assert len(starts) == 5


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('"blocked"', '"random"'), "order = 'random' is not known; allowed: blocked"),
        (('stimulus = "us", onset = "25 s"', 'stimulus = "light", onset = "25 s"'),
         "stimulus = 'light' is not known; allowed: cs, us"),
        (('onset = "25 s"', 'onset = "30 s"'), "is not within the trial of 30 s"),
        (('duration = "20 s"', 'duration = "31 s"'), "ends at 31 s, after the trial of 30 s"),
        (("strength = 0.5", "strength = 0"), "must be above 0 and at most 10"),
        (("strength = 0.5", "strength = 11"), "must be above 0 and at most 10"),
        (("strength = 0.5", "loud = 1"), "'loud' is not a key here"),
        (('name = "alone"', 'name = "paired"'), "kind 'paired' is given twice"),
        (('stimulus = "us", onset = "25 s"', 'stimulus = "cs", onset = "25 s"'),
         "the CS comes twice in a trial"),
        (('order = "blocked"', "cs = true"), "is of phases without [[session.phase.kind]]"),
        (('order = "blocked"', 'trial = "3 s"'), "is of phases without [[session.phase.kind]]"),
        (("trials = 3", "trials = 0"), "must be a whole number from 1"),
        (("trials = 3", "trials = 9999"), "10003 trials; allowed: at most 10000"),
        (("events = [{ stimulus", "events = [3, { stimulus"), "must be written as [[events]]"),
        (('trial = "20 s"', 'trial = "0 s"'), "must be longer than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(change, complaint):
    old, new = change
    assert old in ALL
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(ALL.replace(old, new, 1), "kinds.toml")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_order_needs_kinds():
    text = HEAD + 'trials = 3\ntrial = "30 s"\ncs = true\n'
    with pytest.raises(ProtocolError, match="'order' is not a key here"):
        parse_protocol(text, "kinds.toml")
