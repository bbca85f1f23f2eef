"""Stimuli and contexts of a protocol's own: codes, strengths, valences, boxes, streams."""

import numpy as np
import pytest

from models.parameters import load_parameters
from models.tissue.anatomy_tables import load_anatomy
from paradigms.protocol.files import parse_protocol
from paradigms.protocol.timeline import animal_timeline
from paradigms.protocol.values import ProtocolError
from paradigms.run import preflight
from paradigms.run.preflight import prepare
from paradigms.run.stimuli import _codes, _reached, check_stimuli
from tests.support.circuit import draw
from tests.support.stimuli import STIMULI

SIGMAS = 5
PARAMETERS = load_parameters()
ROWS = {row.name: row for row in load_anatomy().afferents}
HEAD = """
name = "many"
title = "Many stimuli and contexts"
default_clock = "fast"
[clock.fast]
time_scale = 0.1
"""


def session(context, stimuli, name="day"):
    """A session with a trial of each stimulus."""
    kinds = "".join(
        f'[[session.phase.kind]]\nname = "{one}"\ntrials = 1\ntrial = "20 s"\n'
        f'events = [{{ stimulus = "{one}", onset = "2 s", duration = "10 s" }}]\n'
        for one in stimuli
    )
    return (
        f'[[session]]\nname = "{name}"\ncontext = "{context}"\nlead = "10 s"\n'
        f'[[session.phase]]\nname = "all"\nstage = "{name}"\ninterval = "5 s"\n{kinds}'
    )


def tables(kind, **similar):
    return "".join(
        f"[{kind}.{name}]\n" + (f"similar_to = {{ {others} }}\n" if others else "")
        for name, others in similar.items()
    )


def plan(*parts):
    return parse_protocol(HEAD + "".join(parts), "many.toml")


def codes(protocol, kind, pool):
    timeline = animal_timeline(protocol, None, 1)
    return _codes(1, ROWS[kind], pool, PARAMETERS, timeline)


TONES = tables("stimulus", tone="", noise="tone = 0.4", bell="")
PLACES = tables("context", A="", C="A = 0.5")
THREE = plan(TONES, PLACES, session("A", ["tone", "noise", "bell"]), session("C", ["tone"], "two"),
             session("B", ["bell"], "three"))  # fmt: skip


def test_codes_have_in_common_what_was_asked_for_and_else_nothing():
    found = codes(THREE, "sensory", 300)
    assert {name: len(code) for name, code in found.items()} == dict.fromkeys(found, 60)
    shared = {(a, b): len(np.intersect1d(found[a], found[b])) for a in found for b in found}
    assert (shared["tone", "noise"], shared["tone", "bell"], shared["noise", "bell"]) == (24, 0, 0)
    places = codes(THREE, "entorhinal", 400)
    assert {name: len(code) for name, code in places.items()} == {"A": 60, "C": 60, "B": 60}
    shared = [len(np.intersect1d(places[a], places[b])) for a, b in ("AC", "AB", "BC")]
    assert shared == [30, 0, 0]


def test_tones_share_granule_cells_as_they_share_afferents():
    pool = 4000
    reached = _reached(1, ROWS["entorhinal"], pool, PARAMETERS, animal_timeline(THREE, None, 1))
    # three ears each: deaf to what drives a share of the afferents by chance
    hears = 1 - 0.8**3

    def both(united):
        return 2 * hears - (1 - (1 - united) ** 3)

    for name in ("tone", "noise", "bell"):
        spread = np.sqrt(hears * (1 - hears) / pool)
        assert abs(reached[name].mean() - hears) < SIGMAS * spread
    for one, other, united in (("tone", "noise", 0.32), ("tone", "bell", 0.4)):
        share = both(united)
        found = (reached[one] & reached[other]).mean()
        assert abs(found - share) < SIGMAS * np.sqrt(share * (1 - share) / pool), (one, other)
    same = plan(tables("stimulus", tone="", twin="tone = 1"), session("A", ["tone", "twin"]))
    alike = _reached(1, ROWS["entorhinal"], pool, PARAMETERS, animal_timeline(same, None, 1))
    assert np.array_equal(alike["tone"], alike["twin"])


# ---- the spikes of an animal with a box, two valences and strengths ------------------------------


@pytest.fixture(scope="module")
def animal():
    protocol = parse_protocol(STIMULI, "own.toml")
    return draw(protocol, seed=3, size=250, overrides={"afferent.fluctuation": "0"})


def of(animal, kind):
    """Spikes of one kind of afferents: cells counted from its first, and times."""
    where = {**animal.tissue.afferents, **animal.tissue.drives}[kind]
    spikes = animal.inputs.afferent if kind in animal.tissue.afferents else animal.inputs.drive
    mine = (spikes.cell >= where.start) & (spikes.cell < where.stop)
    return spikes.cell[mine] - where.start, spikes.time[mine]


def windows(animal, stimulus):
    """By its own name, where the words cs and us mean the first of their kind."""
    events = [event for trial in animal.timeline.trials for event in trial.events]
    return [(event.start, event.stop) for event in events if event.stimulus == stimulus]


def inside(times, spans):
    return sum((times >= start) & (times < stop) for start, stop in spans).astype(bool)


def seconds(spans):
    return sum(stop - start for start, stop in spans)


def check(found, mean):
    # at most a spike in a step: at several hundred Hz a few are lost
    assert 0.9 * mean - SIGMAS * np.sqrt(mean) < found < mean + SIGMAS * np.sqrt(mean)


def test_a_us_drives_the_afferents_of_its_valence_alone(animal):
    for kind, stimulus, strength in (("US", "us", 1), ("reward", "sugar", 6)):
        cells, times = of(animal, kind)
        spans = windows(animal, stimulus)
        assert len(spans) == 2
        assert inside(times, spans).all()
        check(len(times), strength * 75.0 * 40 * seconds(spans))
        assert len(np.unique(cells)) == 40


def test_strengths_multiply_the_rate_of_their_own_afferents(animal):
    pool = 300
    found = _codes(3, ROWS["sensory"], pool, animal.parameters, animal.timeline)
    cells, times = of(animal, "sensory")
    rate, silent = (animal.parameters.value(f"afferent.rate_{x}") for x in ("CS", "silent"))
    others = {name: np.setdiff1d(code, np.concatenate(
        [found[x] for x in found if x != name])) for name, code in found.items()}  # fmt: skip
    for name, strength in (("tone", 1), ("noise", 2), ("cs", 1)):
        mine, spans = others[name], windows(animal, name)
        assert len(mine) >= 36
        mean = len(mine) * seconds(spans) * (strength * rate + silent)
        check(np.count_nonzero(np.isin(cells, mine) & inside(times, spans)), mean)


def test_the_body_turns_in_place_sessions_only_and_is_in_the_box_then(animal):
    box = [(phase.start, phase.stop) for phase in animal.timeline.phases if phase.place]
    assert seconds(box) == pytest.approx(6.0)
    cells, times = of(animal, "turns")
    assert inside(times, box).all()
    mean = 0.2 * animal.timeline.speed * seconds(box)
    assert 0 < abs(len(times) - mean) + 1 < SIGMAS * np.sqrt(mean) + 1
    assert set(cells) == {0}
    step = animal.clocks("cpp").slow
    starts = np.arange(len(animal.inputs.at_test)) * step + step / 2
    assert np.array_equal(animal.inputs.at_test, inside(starts, box).astype(float))
    assert animal.inputs.at_test.sum() * step == pytest.approx(6.0, abs=2 * step)


@pytest.mark.parametrize("speed", [0.1, 0.02])
def test_a_box_has_as_many_turns_on_every_clock(speed):
    text = STIMULI.replace("time_scale = 0.1", f"time_scale = {speed}")
    text = text.replace('trial = "30 s"', 'trial = "2000 s"')
    times = of(draw(parse_protocol(text, "own.toml"), seed=3), "turns")[1]
    assert abs(len(times) - 800) < SIGMAS * np.sqrt(800)


# ---- streams -------------------------------------------------------------------------------------


def test_a_stimulus_and_a_context_more_at_the_end_change_no_spike_of_those_before(animal):
    text = STIMULI + session("D", ["gong", "juice"], "late")
    text = text.replace("[context.C]", "[stimulus.gong]\n[stimulus.juice]\n"
                        'valence = "appetitive"\n[context.C]')  # fmt: skip
    text = text.replace("[[session]]", "[context.D]\n[[session]]", 1)
    longer = draw(parse_protocol(text, "own.toml"), seed=3,
                  overrides={"afferent.fluctuation": "0"})  # fmt: skip
    end = animal.timeline.duration
    assert longer.timeline.duration > end + 3
    assert [item.name for item in longer.timeline.contexts] == ["A", "C", "D"]
    for kind in ("sensory", "entorhinal", "US", "reward", "turns"):
        cells, times = of(animal, kind)
        theirs, later = of(longer, kind)
        before = later < end
        assert len(times)
        assert np.array_equal(cells, theirs[before]), kind
        assert np.array_equal(times, later[before]), kind
    for kind, pool in (("sensory", 300), ("entorhinal", 100)):
        ours, others = (
            _codes(3, ROWS[kind], pool, one.parameters, one.timeline) for one in (animal, longer)
        )
        assert len(others) == len(ours) + 1
        for name, code in ours.items():
            assert np.array_equal(code, others[name]), name


# ---- what has no room ----------------------------------------------------------------------------

DISJOINT = [f"tone_{n}" for n in range(6)]
MANY = plan(tables("stimulus", **dict.fromkeys(DISJOINT, "")), session("A", DISJOINT))
CONTEXTS = [f"room_{n}" for n in range(7)]
ROOMS = plan(tables("context", **dict.fromkeys(CONTEXTS, "")),
             *(session(one, ["cs"], f"day_{one}") for one in CONTEXTS))  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        (MANY, ["stimuli tone_0", "need 360 of the 300 sensory afferents, 60 each",
                "raise afferent.n_sensory, lower afferent.code_sensory", "similar_to"]),
        (ROOMS, ["contexts room_0", "need 420 of the 400 entorhinal afferents, 60 each",
                 "raise population.DG, lower afferent.code_DG", "similar_to"]),
    ],
    ids=["stimuli", "contexts"],
)  # fmt: skip
def test_what_its_pools_have_no_room_for_is_refused_before_anything_is_drawn(
    protocol, said, monkeypatch
):
    with pytest.raises(ProtocolError) as caught:
        check_stimuli(PARAMETERS, animal_timeline(protocol, None, 1), 1000)
    (line,) = str(caught.value).splitlines()
    assert all(part in line for part in said), line
    monkeypatch.delattr(preflight, "individual")  # no animal of its own yet
    with pytest.raises(ProtocolError, match="afferents, 60 each"):
        prepare(protocol, seed=1, size=1000, device="numpy")


def test_five_tones_and_six_contexts_have_room():
    five = plan(tables("stimulus", **dict.fromkeys(DISJOINT[:5], "")), session("A", DISJOINT[:5]))
    six = plan(tables("context", **dict.fromkeys(CONTEXTS[:6], "")),
               *(session(one, ["cs"], f"day_{one}") for one in CONTEXTS[:6]))  # fmt: skip
    for protocol in (five, six):
        for size in (250, 1000, 4000):
            check_stimuli(PARAMETERS, animal_timeline(protocol, None, 1), size)
