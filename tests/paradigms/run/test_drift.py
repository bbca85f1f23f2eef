"""Codes that drift: other cells in later sessions, as many, with everything of a context."""

import numpy as np
import pytest

from paradigms.protocol.files import parse_protocol
from paradigms.run.stimuli import _coded, _codes, _spikes
from tests.support.circuit import draw

HEAD = """
name = "weeks"
title = "The same place and one that resembles it, over weeks"
default_clock = "compressed"
[clock.compressed]
time_scale = 0.1
[clock.slower]
time_scale = 0.2
[context.B]
similar_to = { A = 0.5 }
"""
SESSION = """
[[session]]
name = "%s"
context = "%s"
[[session.phase]]
name = "alone"
stage = "%s"
trials = 1
trial = "30 s"
cs = false
interval = "5 s"
[[session.phase]]
name = "paired"
stage = "%s"
trials = 2
trial = "30 s"
cs = true
us = "5 s"
interval = "5 s"
"""
NIGHT = '[[session]]\nname = "%s"\noffline = "%s"\nsimulated = "10 s"\n'


def session(name, context):
    return SESSION % (name, context, name, name)


SHORT = (
    HEAD + session("day_0", "A") + NIGHT % ("two", "2 days") + session("day_2", "A")
    + session("near", "B")
)  # fmt: skip
LONG = SHORT + NIGHT % ("three", "3 weeks") + session("day_23", "A") + session("last", "B")


def animal(text=LONG, drift="0.03", seed=3):
    return draw(parse_protocol(text, "weeks.toml"), seed=seed, overrides={"afferent.drift": drift})


def volleys(drawn):
    """Granule cells, and when volleys come to them."""
    where = drawn.tissue.drives["entorhinal"]
    spikes = drawn.inputs.drive
    mine = (spikes.cell >= where.start) & (spikes.cell < where.stop)
    return spikes.cell[mine] - where.start, spikes.time[mine]


def reached(drawn, name):
    """Cells that volleys reach in a session, and how often each."""
    cell, time = volleys(drawn)
    phases = [phase for phase in drawn.timeline.phases if phase.session == name]
    inside = (time >= phases[0].start) & (time < phases[-1].stop)
    return np.bincount(cell[inside], minlength=100)


@pytest.fixture(scope="module")
def still():
    return animal(drift="0")


@pytest.fixture(scope="module")
def drifting():
    return animal()


def entorhinal(drawn):
    (row,) = (row for row in drawn.tissue.anatomy.afferents if row.name == "entorhinal")
    return row


def test_those_that_code_contexts_drift_and_nobody_else(still):
    drift = {row.name: row.drift for row in still.tissue.anatomy.afferents if row.drift}
    assert drift == {"entorhinal": "afferent.drift"}
    assert still.parameters.quantity("afferent.drift") == 0


def test_without_drift_spikes_are_those_of_the_codes_as_they_were_drawn(still):
    row, where = entorhinal(still), still.tissue.drives["entorhinal"]
    cells = np.arange(where.start, where.stop)
    plain = list(_coded(3, row, cells, still.parameters, still.timeline))
    found = list(_spikes(3, row, where, still.parameters, still.timeline, np.zeros(1)))
    assert len(found) == len(plain) == 6  # two contexts, and the CS and the US in each
    for (cell, time), (wanted, when) in zip(found, plain, strict=True):
        assert cell.dtype == wanted.dtype
        assert np.array_equal(cell, wanted)
        assert np.array_equal(time, when)


def test_other_cells_answer_as_often_and_at_the_same_times(still, drifting):
    cell, time = volleys(still)
    now, when = volleys(drifting)
    assert np.array_equal(np.sort(time), np.sort(when))
    second = next(phase.start for phase in still.timeline.phases if phase.session == "day_2")
    assert np.array_equal(now[when < second], cell[time < second])
    for name in ("day_2", "near", "day_23", "last"):
        one, other = reached(still, name), reached(drifting, name)
        assert not np.array_equal(one, other)
        assert np.array_equal(np.sort(one), np.sort(other)), name


def test_a_session_has_one_code_for_the_place_the_cs_and_the_us():
    fast = animal(drift="10")  # a day's drift leaves little
    codes = _codes(3, entorhinal(fast), 100, fast.parameters, fast.timeline)
    assert {name: len(code) for name, code in codes.items()} == {"A": 15, "B": 15}
    found = {name: np.flatnonzero(reached(fast, name)) for name in
             ("day_0", "day_2", "near", "day_23", "last")}  # fmt: skip
    assert {name: len(cells) for name, cells in found.items()} == dict.fromkeys(found, 15)
    assert np.array_equal(found["day_0"], codes["A"])
    assert len(np.intersect1d(found["day_0"], found["day_2"])) < 8
    assert len(np.intersect1d(found["day_2"], found["day_23"])) < 8


def test_places_drift_together(drifting):
    """What was in common in one hour is; B, met later, is near the A of then, not that of day 0."""
    codes = _codes(3, entorhinal(drifting), 100, drifting.parameters, drifting.timeline)
    both = len(np.intersect1d(codes["A"], codes["B"]))
    assert both == 8  # half of 15
    for one, other in (("day_2", "near"), ("day_23", "last")):
        pair = [np.flatnonzero(reached(drifting, name)) for name in (one, other)]
        assert len(np.intersect1d(*pair)) == pytest.approx(both, abs=1)  # minutes pass between


def test_the_share_that_is_kept_falls_with_the_days():
    kept = {"day_2": [], "day_23": []}
    for seed in range(1, 21):
        drawn = animal(seed=seed)
        first = np.flatnonzero(reached(drawn, "day_0"))
        for name, shares in kept.items():
            shares.append(np.isin(np.flatnonzero(reached(drawn, name)), first).mean())
    for name, days in (("day_2", 2), ("day_23", 23)):
        wanted = 0.15 + 0.85 * np.exp(-0.03 * days * 100 / 99)
        error = np.sqrt(wanted * (1 - wanted) / (15 * 20))
        assert abs(np.mean(kept[name]) - wanted) < 4 * error


def test_sessions_to_come_change_nothing_of_those_before(drifting):
    short = animal(SHORT)
    end = short.timeline.duration
    cell, time = volleys(short)
    longer, when = volleys(drifting)
    assert np.array_equal(cell, longer[when < end])
    assert np.array_equal(time, when[when < end])


def test_days_are_those_of_the_experiment_on_every_clock():
    def cells(clock):
        drawn = animal(LONG.replace('default_clock = "compressed"', f'default_clock = "{clock}"'))
        return [np.flatnonzero(reached(drawn, name)) for name in ("day_2", "day_23")]

    for one, other in zip(cells("compressed"), cells("slower"), strict=True):
        assert np.array_equal(one, other)
