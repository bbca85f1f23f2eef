"""The timeline: the published times, the folded nights, the same events on every clock."""

import re
from itertools import pairwise

import numpy as np
import pytest

from paradigms.protocol.files import Intervention, ProtocolError, load_protocol, parse_protocol
from paradigms.protocol.timeline import animal_timeline, build_timeline


def built(name="fear_extinction", clock=None, seed=1):
    return build_timeline(load_protocol(name), clock, np.random.default_rng(seed))


def test_published_clock_has_the_published_times():
    timeline = built(clock="published")
    assert timeline.speed == 1
    conditioning = [trial for trial in timeline.trials if trial.session == "conditioning"]
    baseline, pairings = conditioning[:5], conditioning[5:]
    assert all(trial.events == () for trial in baseline)
    assert [trial.start for trial in baseline] == [5, 40, 75, 110, 145]
    assert pairings[0].start == 180
    for trial in pairings:
        assert trial.stop - trial.start == pytest.approx(30)
        us_on, us_off = trial.times("us")
        assert us_off == trial.stop
        assert us_off - us_on == pytest.approx(2)
    pauses = [b.start - a.stop for a, b in pairwise(pairings)]
    assert len(pauses) == 2
    assert all(60 <= pause <= 90 for pause in pauses)
    extinction = [trial for trial in timeline.trials if trial.stage == "extinction_1"]
    pauses = {round(b.start - a.stop, 3) for a, b in pairwise(extinction)}
    assert pauses == {60.0}


def test_stages_blocks_and_contexts():
    timeline = built()
    assert timeline.stages == (
        "before_conditioning",
        "conditioning",
        "extinction_1",
        "extinction_2",
        "retrieval",
        "renewal",
    )
    counts = {stage: sum(t.stage == stage for t in timeline.trials) for stage in timeline.stages}
    assert list(counts.values()) == [5, 3, 25, 25, 5, 5]
    blocks = [trial.block for trial in timeline.trials if trial.stage == "extinction_2"]
    assert blocks == [number for number in range(5) for _ in range(5)]
    assert {t.context for t in timeline.trials if t.stage == "renewal"} == {"A"}
    assert {t.context for t in timeline.trials if t.stage == "retrieval"} == {"B"}


def test_a_folded_night_lasts_its_real_time_on_the_slow_clock():
    for clock in ("published", "compressed"):
        nights = [phase for phase in built(clock=clock).phases if not phase.stage]
        assert len(nights) == 4
        for night in nights:
            assert night.dilation * (night.stop - night.start) == pytest.approx(24 * 3600)
            assert night.context == ""


def test_awake_slow_time_is_the_same_on_both_clocks():
    slow = [
        sum((p.stop - p.start) * p.dilation for p in built(clock=clock).phases)
        for clock in ("published", "compressed")
    ]
    assert slow[0] == pytest.approx(slow[1], abs=0.05)


def test_both_clocks_draw_the_same_pauses():
    published, compressed = built(clock="published"), built(clock="compressed")
    for real, fast in zip(published.trials, compressed.trials, strict=True):
        assert fast.start * 10 == pytest.approx(real.start, abs=0.05)


def test_same_seed_same_timeline_other_seed_other_pauses():
    protocol = load_protocol("fear_extinction")
    # As text: no NaN equals another
    first, again, other = (repr(animal_timeline(protocol, None, seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_lead_and_tail_belong_to_the_outer_phases():
    timeline = built("quick_conditioning", "published")
    extinction = [phase for phase in timeline.phases if phase.session == "extinction"]
    trials = [trial for trial in timeline.trials if trial.session == "extinction"]
    assert trials[0].start - extinction[0].start == pytest.approx(5)
    assert extinction[-1].stop - trials[-1].stop == pytest.approx(5)


def test_phase_at():
    timeline = built()
    for phase in timeline.phases:
        assert timeline.phase_at(phase.start) is phase
        assert timeline.phase_at((phase.start + phase.stop) / 2) is phase
    assert timeline.phase_at(-1) is timeline.phases[0]
    assert timeline.phase_at(timeline.duration + 1) is timeline.phases[-1]


def test_interventions_span_their_sessions_and_phases():
    protocol = load_protocol("quick_conditioning").with_interventions(
        [Intervention("tool", 0.5, ("extinction", "night", "conditioning.pairings"))]
    )
    timeline = build_timeline(protocol, None, np.random.default_rng(0))
    whole, night, part = timeline.interventions
    extinction = [phase for phase in timeline.phases if phase.session == "extinction"]
    assert (whole.kind, whole.dose) == ("tool", 0.5)
    assert (whole.start, whole.stop) == (extinction[0].start, extinction[-1].stop)
    window = timeline.phases[1]
    assert window.name == "pairings"
    assert (part.start, part.stop) == (window.start, window.stop)
    assert (night.start, night.stop) == (timeline.phases[2].start, timeline.phases[2].stop)


def test_what_is_shorter_than_the_grid_is_refused(tmp_path):
    text = load_protocol("quick_conditioning").text.replace('us = "2 s"', 'us = "2 ms"')
    path = tmp_path / "short.toml"
    path.write_text(text, encoding="utf-8")
    protocol = load_protocol(path)
    build_timeline(protocol, "published", np.random.default_rng(0))
    with pytest.raises(ProtocolError, match="phase 'pairings' us = 0.002 s is shorter than 1 ms"):
        build_timeline(protocol, "compressed", np.random.default_rng(0))


def test_unknown_clock_is_refused():
    with pytest.raises(ProtocolError, match="did you mean 'published'"):
        built(clock="publishd")


def refusal(text, clock=None):
    protocol = parse_protocol(text, "mine.toml")
    with pytest.raises(ProtocolError) as caught:
        build_timeline(protocol, clock, np.random.default_rng(0))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "total", "longest"),
    [
        ({'trial = "10 s"': 'trial = "10000 h"'}, 39_600_014, "'conditioning' with 14,400,003 s"),
        ({"trials = 2": "trials = 9000", '"10 s"': '"100 s"'}, 94_523, "'conditioning' with 94,50"),
        ({'lead = "5 s"': 'lead = "400 days"'}, 3_456_024, "'conditioning' with 3,456,00"),
        ({'"24 h"': '"52 weeks"', '"50 s"': '"20 weeks"'}, 1_209_621, "'night' with 1,209,600 s"),
    ],
)
def test_a_run_of_no_end_is_refused_with_the_time_it_would_take(changes, total, longest):
    text = load_protocol("quick_conditioning").text
    for old, new in changes.items():
        text = text.replace(old, new, -1 if "10000 h" in new else 1)
    line = refusal(text)
    (found,) = re.findall(r"would take ([0-9,]+) s of simulated time on clock compressed", line)
    assert int(found.replace(",", "")) == pytest.approx(total, abs=2)
    assert "(time_scale 0.1); allowed: at most 50,000 s" in line
    assert longest in line


def test_weeks_pass_in_a_folded_interval():
    text = load_protocol("quick_conditioning").text
    timeline = animal_timeline(
        parse_protocol(text.replace('"24 h"', '"4 weeks"'), "mine.toml"), None, 1
    )
    (night,) = [phase for phase in timeline.phases if not phase.stage]
    assert night.dilation * (night.stop - night.start) == pytest.approx(28 * 86400)
    assert night.stop - night.start == pytest.approx(5)
    slow = timeline.slow_time(np.array([night.start, (night.start + night.stop) / 2, night.stop]))
    assert np.diff(slow) == pytest.approx([14 * 86400, 14 * 86400])


def locked(name, clock="published", **given):
    protocol = load_protocol("quick_conditioning").with_interventions(
        [Intervention("Gq", 0.5, (name,), **given)]
    )
    return build_timeline(protocol, clock, np.random.default_rng(0))


@pytest.mark.parametrize("clock", ["published", "compressed"])
def test_light_is_locked_to_the_cs_of_every_trial(clock):
    scale = 1 if clock == "published" else 0.1
    timeline = locked("conditioning", clock, locked="cs", onset=2.0, duration=3.0)
    trials = [t for t in timeline.trials if t.stage == "conditioning"]  # and no silent window
    assert [w.start for w in timeline.interventions] == pytest.approx(
        [t.start + 2 * scale for t in trials]
    )
    assert [w.stop for w in timeline.interventions] == pytest.approx(
        [t.start + 5 * scale for t in trials]
    )
    timeline = locked("always", clock, locked="cs")
    assert [(w.start, w.stop) for w in timeline.interventions] == [
        (t.start, t.stop) for t in timeline.trials if t.event("cs")
    ]


def test_light_is_locked_to_the_us():
    timeline = locked("conditioning.pairings", locked="us", onset=0.5)
    trials = [t for t in timeline.trials if t.event("us")]
    assert len(trials) == 2
    assert [(w.start, w.stop) for w in timeline.interventions] == [
        (t.times("us")[0] + 0.5, t.times("us")[1]) for t in trials
    ]


def test_what_is_locked_stands_in_the_text():
    item = Intervention("Gq", 0.5, ("conditioning",), "", "cs", 2.0, 3.0, 600.0, 7200.5)
    protocol = load_protocol("quick_conditioning").with_interventions([item])
    again = parse_protocol(protocol.text, "mine.toml")
    assert again.interventions == (item,)
    (first, *_) = animal_timeline(again, None, 1).interventions
    assert (first.uptake, first.washout) == (600.0, 7200.5)


def test_locked_light_that_is_on_too_often_is_refused():
    text = load_protocol("quick_conditioning").text.replace("trials = 1\n", "trials = 2001\n")
    lock = '[[intervention]]\nkind = "Gi"\nduring = "always"\ndose = 0\nlocked = "cs"\n'
    assert "are on 20090 times; allowed: at most 20,000" in refusal(text + 10 * lock)


def test_locked_light_that_vanishes_on_the_grid_is_refused():
    with pytest.raises(ProtocolError, match="Gq duration = 0.002 s is shorter than 1 ms"):
        locked("conditioning", "compressed", locked="cs", duration=0.002)
