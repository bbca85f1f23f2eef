"""Properties that every timeline has, whatever the protocol."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paradigms.protocol.files import Clock, Phase, Protocol, Session
from paradigms.protocol.plan import ORDERS, Event, TrialKind
from paradigms.protocol.timeline import BLOCK_TRIALS, build_timeline

seconds = st.floats(0, 200, allow_nan=False)


@st.composite
def kinds(draw, number, trial):
    events = [Event("cs", 0.0, trial)] * draw(st.integers(0, 1))
    events += [Event("us", trial / 2, trial / 2, valence="aversive")] * draw(st.integers(0, 1))
    return TrialKind(f"kind_{number}", draw(st.integers(1, 12)), trial, tuple(events))


@st.composite
def phases(draw, number):
    trial = draw(st.floats(0.5, 100))
    low, high = sorted((draw(seconds), draw(seconds)))
    return Phase(
        name=f"phase_{number}",
        stage=draw(st.sampled_from(["first", "second", "third"])),
        kinds=tuple(draw(kinds(n, trial)) for n in range(draw(st.integers(1, 3)))),
        order=draw(st.sampled_from(ORDERS)),
        interval=(low, high),
    )


@st.composite
def protocols(draw):
    sessions = []
    for number in range(draw(st.integers(1, 4))):
        awake = tuple(draw(phases(n)) for n in range(draw(st.integers(1, 3))))
        times = [draw(st.sampled_from([0.0, 5.0, 61.3])) for _ in range(2)]
        context = draw(st.sampled_from(["A", "B", ""]))
        sessions.append(Session(f"day_{number}", context, times[0], times[1], awake))
        if draw(st.booleans()):
            sessions.append(
                Session(f"night_{number}", "", 0, 0, (), 86400.0, draw(st.floats(1, 99)))
            )
    clock = Clock("only", draw(st.sampled_from([1.0, 0.5, 0.1, 0.07])))
    return Protocol("p", "t", "r", (clock,), "only", tuple(sessions), (), "")


def on_grid(time):
    return time == round(time * 1000) / 1000


@given(protocols(), st.integers(0, 99))
def test_phases_tile_the_run_and_hold_their_trials(protocol, seed):
    timeline = build_timeline(protocol, None, np.random.default_rng(seed))
    assert timeline.phases[0].start == 0
    assert timeline.phases[-1].stop == timeline.duration
    for before, after in pairwise(timeline.phases):
        assert before.stop == after.start
    assert all(phase.stop > phase.start and phase.dilation > 0 for phase in timeline.phases)
    for trial in timeline.trials:
        window = timeline.phase_at(trial.start)
        assert window.start <= trial.start < trial.stop <= window.stop
        assert (window.session, window.stage, window.context) == (
            trial.session, trial.stage, trial.context,
        )  # fmt: skip


@given(protocols(), st.integers(0, 99))
def test_trials_are_in_order_and_on_the_grid(protocol, seed):
    timeline = build_timeline(protocol, None, np.random.default_rng(seed))
    for before, after in pairwise(timeline.trials):
        assert before.stop <= after.start
    for trial in timeline.trials:
        assert on_grid(trial.start)
        assert on_grid(trial.stop)
        if us := trial.event("us"):
            assert trial.start < us.start < us.stop == trial.stop
    assert len(timeline.trials) == sum(p.trials for s in protocol.sessions for p in s.phases)


@given(protocols(), st.integers(0, 99))
def test_trials_of_a_stage_are_counted_without_gaps(protocol, seed):
    timeline = build_timeline(protocol, None, np.random.default_rng(seed))
    for stage in timeline.stages:
        trials = [trial for trial in timeline.trials if trial.stage == stage]
        assert [trial.index for trial in trials] == list(range(len(trials)))
        assert all(trial.block == trial.index // BLOCK_TRIALS for trial in trials)
