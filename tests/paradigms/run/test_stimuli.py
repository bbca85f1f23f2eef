"""Host-drawn spikes: the rates of the table in the windows of the timeline, and nowhere else."""

import numpy as np
import pytest

from models.circuits.amygdala_paces import LARGEST_STEP
from paradigms.run.stimuli import _codes, _reached
from tests.support.circuit import blink, draw

STILL = {"afferent.fluctuation": "0", "afferent.drift": "0"}
SIGMAS = 5  # of the Poisson counts; the seed is fixed, so this never flickers


@pytest.fixture(scope="module")
def animal():
    # no shared fluctuation: every count below is Poisson, and codes are those of the first day
    return draw("quick_conditioning", seed=3, overrides=STILL)


def seconds(windows):
    return sum(stop - start for start, stop in windows)


def inside(times, windows):
    result = np.zeros(len(times), bool)
    for start, stop in windows:
        result |= (times >= start) & (times < stop)
    return result


def count(spikes, where, windows):
    cells = np.arange(where.start, where.stop) if isinstance(where, slice) else where
    return np.count_nonzero(np.isin(spikes.cell, cells) & inside(spikes.time, windows))


def check_rate(found, rate, cells, windows, dt=None):
    mean = rate * cells * seconds(windows)
    # at most one spike per cell and step: a few are lost at high rates
    lost = mean * rate * dt / 2 if dt else 0
    assert abs(found - mean + lost) < SIGMAS * np.sqrt(mean) + 2 * lost + 1


def cut(windows, others):
    """Parts of `windows` outside `others`, which lie inside them and in order."""
    result = []
    for start, stop in windows:
        for begin, end in others:
            if start <= begin and end <= stop:
                result.append((start, begin))
                start = end
        result.append((start, stop))
    return [(start, stop) for start, stop in result if stop > start]


def phases(animal, keep):
    return [(phase.start, phase.stop) for phase in animal.timeline.phases if keep(phase)]


def value(animal, name):
    return animal.parameters.value(f"afferent.{name}")


def coded(animal, kind, name):
    """Afferents of a kind that a stimulus or context drives, and all others."""
    where = {**animal.tissue.afferents, **animal.tissue.drives}[kind]
    (row,) = (one for one in animal.tissue.anatomy.afferents if one.name == kind)
    codes = _codes(animal.seed, row, where.stop - where.start, animal.parameters, animal.timeline)
    own = where.start + codes[name]
    return own, np.setdiff1d(np.arange(where.start, where.stop), own)


def test_a_cs_drives_its_own_in_its_trials_and_nobody_fires_much_outside(animal):
    spikes, silent = animal.inputs.afferent, value(animal, "rate_silent")
    trials = [(trial.start, trial.stop) for trial in animal.timeline.trials if trial.event("cs")]
    outside = cut(phases(animal, lambda phase: phase.stage), trials)
    dt = float(animal.parameters.quantity("numerics.dt"))
    own, others = coded(animal, "sensory", "cs")
    assert (len(own), len(others)) == (60, 240)
    check_rate(
        count(spikes, own, trials), value(animal, "rate_CS") + silent, len(own), trials, dt
    )
    check_rate(count(spikes, own, outside), silent, len(own), outside)
    awake = phases(animal, lambda phase: phase.stage)
    check_rate(count(spikes, others, awake), silent, len(others), awake)
    silent_trials = [trial for trial in animal.timeline.trials if not trial.event("cs")]
    unpaired = [(trial.start, trial.stop) for trial in silent_trials]
    assert unpaired
    check_rate(count(spikes, own, unpaired), silent, len(own), unpaired)


@pytest.mark.parametrize("context", ["A", "B"])
def test_volleys_come_to_the_code_of_the_context_where_the_animal_is(animal, context):
    spikes = animal.inputs.drive
    own, _ = coded(animal, "entorhinal", context)
    assert len(own) == round(0.15 * len(animal.tissue.cells("DG")))
    here = phases(animal, lambda phase: phase.context == context)
    elsewhere = phases(animal, lambda phase: phase.context != context)
    assert count(spikes, own, here) > 100
    shared = np.intersect1d(own, coded(animal, "entorhinal", "BA"["AB".index(context)])[0])
    assert len(shared) == 0  # the other context, and all folded nights, leave them silent
    assert count(spikes, own, elsewhere) == 0
    dt = float(animal.parameters.quantity("numerics.dt"))
    events = {word: [trial.times(word) for trial in animal.timeline.trials if trial.event(word)
                     and trial.context == context] for word in ("cs", "us")}  # fmt: skip
    assert events["cs"]
    assert bool(events["us"]) == (context == "A")
    rate, with_cs = value(animal, "rate_context"), value(animal, "rate_context_CS")
    quiet = cut(here, events["cs"])
    check_rate(count(spikes, own, quiet), rate, len(own), quiet, dt)
    row = next(one for one in animal.tissue.anatomy.afferents if one.name == "entorhinal")
    start, pool = animal.tissue.drives["entorhinal"].start, len(animal.tissue.cells("DG"))
    hears = _reached(animal.seed, row, pool, animal.parameters, animal.timeline)["cs"]
    hearing, deaf = own[hears[own - start]], own[~hears[own - start]]
    assert min(len(hearing), len(deaf)) > 2
    tones = cut(events["cs"], events["us"])
    check_rate(count(spikes, hearing, tones), rate + with_cs, len(hearing), tones, dt)
    check_rate(count(spikes, deaf, tones), rate, len(deaf), tones, dt)
    with_us = rate + value(animal, "rate_context_US")
    if events["us"]:  # which comes to all that code where it happens
        check_rate(count(spikes, deaf, events["us"]), with_us, len(deaf), events["us"], dt)
        both = with_us + with_cs
        check_rate(count(spikes, hearing, events["us"]), both, len(hearing), events["us"], dt)


def test_volleys_of_no_context_come_to_nobody(animal):
    where = animal.tissue.drives["entorhinal"]
    codes = [coded(animal, "entorhinal", name)[0] for name in "AB"]
    nobody = np.setdiff1d(np.arange(where.start, where.stop), np.concatenate(codes))
    assert len(nobody) == 70
    assert count(animal.inputs.drive, nobody, [(0, animal.timeline.duration)]) == 0


def test_the_us_fires_in_its_windows_only(animal):
    where, spikes = animal.tissue.drives["US"], animal.inputs.drive
    windows = [t.times("us") for t in animal.timeline.trials if t.event("us")]
    assert len(windows) == 2
    dt = float(animal.parameters.quantity("numerics.dt"))
    found = count(spikes, where, windows)
    check_rate(found, value(animal, "rate_US"), where.stop - where.start, windows, dt)
    mine = (spikes.cell >= where.start) & (spikes.cell < where.stop)
    assert found == mine.sum()


def test_the_background_fires_whenever_the_animal_is_awake(animal):
    where, spikes = animal.tissue.drives["background"], animal.inputs.drive
    awake = phases(animal, lambda phase: phase.stage)
    rate, cells = value(animal, "rate_background"), where.stop - where.start
    check_rate(count(spikes, where, awake), rate, cells, awake)
    for window in awake:
        check_rate(count(spikes, where, [window]), rate, cells, [window])


def test_the_shared_background_fluctuates_as_asked():
    # counts of all background afferents in 50-ms bins: Poisson and the shared fluctuation
    wanted = {"afferent.fluctuation": "0.3", "afferent.tau_fluctuation": "3 s"}
    animal = draw("fear_extinction", seed=1, overrides=wanted)
    where = animal.tissue.drives["background"]
    spikes = animal.inputs.drive
    times = spikes.time[(spikes.cell >= where.start) & (spikes.cell < where.stop)]
    width, relative, shot = 0.05, [], []
    mean = value(animal, "rate_background") * (where.stop - where.start) * width
    for phase in animal.timeline.phases:
        if phase.stage:
            bins = np.arange(phase.start, phase.stop, width)
            relative.append(np.histogram(times, bins)[0] / mean - 1)
    relative = np.concatenate(relative)
    shot = 1 / mean
    # slow against a bin (0.3 s): its variance is that of the process, within its few hundred
    # independent stretches
    stretches = len(relative) * width / (2 * 0.3)
    assert relative.var() - shot == pytest.approx(0.3**2, rel=5 * np.sqrt(2 / stretches))
    step = round(0.3 / width)
    lagged = np.mean(relative[:-step] * relative[step:])
    assert lagged == pytest.approx(0.3**2 / np.e, rel=0.5)


def test_folded_intervals_are_silent(animal):
    offline = phases(animal, lambda phase: not phase.stage)
    assert seconds(offline) > 0
    for spikes in (animal.inputs.afferent, animal.inputs.drive):
        assert not np.any(inside(spikes.time, offline))


def test_spikes_are_on_the_grid_in_order_and_once_per_step(animal):
    dt = float(animal.parameters.quantity("numerics.dt"))
    for spikes in (animal.inputs.afferent, animal.inputs.drive):
        steps = np.rint(spikes.time / dt).astype(np.int64)
        assert np.allclose(steps * dt, spikes.time, rtol=0, atol=1e-12)
        key = steps * 100_000 + spikes.cell
        assert np.all(np.diff(key) > 0)
        assert spikes.cell.min() >= 0
        assert 0 <= spikes.time.min() <= spikes.time.max() < animal.timeline.duration
    assert animal.inputs.afferent.cell.max() < animal.tissue.afferents["sensory"].stop
    assert animal.inputs.drive.cell.max() < animal.tissue.drives["turns"].stop


def test_at_extreme_rates_a_cell_still_fires_once_per_step():
    animal = draw(blink(), overrides={"afferent.rate_CS": "200", "numerics.dt": "0.25 ms"})
    spikes = animal.inputs.afferent
    key = np.rint(spikes.time / 0.25e-3).astype(np.int64) * 1000 + spikes.cell
    assert len(np.unique(key)) == len(key)


def test_slow_time_counts_awake_seconds_and_offline_hours(animal):
    inputs, timeline = animal.inputs, animal.timeline
    awake = seconds(phases(animal, lambda phase: phase.stage)) * timeline.speed
    offline = 24 * 3600
    step = animal.clocks("cpp").slow
    steps = np.arange(len(inputs.slow_time)) * step
    assert steps[-1] >= timeline.duration
    assert inputs.slow_time[-1] == pytest.approx(awake + offline, rel=1e-12)
    assert inputs.slow_time[0] == 0
    rates = np.diff(inputs.slow_time)[:-2] / step
    assert np.all(rates > 0)
    night = next(phase for phase in timeline.phases if not phase.stage)
    middle = (steps[:-3] > night.start) & (steps[1:-2] < night.stop)
    assert rates[middle] == pytest.approx(night.dilation, rel=1e-9)
    before = steps[1:-2] < night.start
    assert rates[before] == pytest.approx(timeline.speed, rel=1e-9)


def test_paces_are_the_slope_of_slow_time_as_far_as_a_step_bears(animal):
    clocks = animal.clocks("cpp")
    tables = animal.circuit(clocks)[1]
    slow, fast = (tables[f"course.astrocyte.pace_{name}"] for name in ("slow", "noradrenaline"))
    true = np.diff(animal.inputs.slow_time) / clocks.slow
    assert slow[:-1] == pytest.approx(true, rel=1e-12)
    assert slow[0] == pytest.approx(animal.timeline.speed)
    assert slow.max() > 1000 * slow[0]
    clearance = float(animal.parameters.quantity("noradrenaline.Omega_NA"))
    most = LARGEST_STEP["astrocyte"] / (clearance * clocks.astrocyte)
    assert slow[0] < most < slow.max()  # so that a night holds it up
    assert fast == pytest.approx(np.minimum(slow, most), rel=1e-12)


def test_slow_time_and_drugs_share_a_step_that_is_a_multiple_of_the_neurons(animal):
    inputs, step = animal.inputs, animal.clocks("cpp").slow
    dt = float(animal.parameters.quantity("numerics.dt"))
    assert step / dt == pytest.approx(round(step / dt), abs=1e-9)
    assert len(inputs.slow_time) == pytest.approx(animal.timeline.duration / step, abs=2)
    assert all(len(levels) == len(inputs.slow_time) for levels in inputs.levels.values())


def test_a_seed_gives_its_spikes_and_another_seed_others(animal):
    again, other = (draw("quick_conditioning", seed=seed, overrides=STILL) for seed in (3, 4))
    for name in ("afferent", "drive"):
        ours, same, different = (getattr(a.inputs, name) for a in (animal, again, other))
        assert np.array_equal(ours.time, same.time)
        assert np.array_equal(ours.cell, same.cell)
        same_length = len(ours.time) == len(different.time)
        assert not (same_length and np.array_equal(ours.cell, different.cell))


def of(animal, kind):
    """Spikes of one kind of afferents, cells counted from its first."""
    where = {**animal.tissue.afferents, **animal.tissue.drives}[kind]
    spikes = animal.inputs.afferent if kind in animal.tissue.afferents else animal.inputs.drive
    mine = (spikes.cell >= where.start) & (spikes.cell < where.stop)
    return spikes.cell[mine] - where.start, spikes.step[mine]


def test_only_what_codes_contexts_depends_on_the_size_of_the_network(animal):
    larger = draw("quick_conditioning", 3, 1000, {"afferent.fluctuation": "0"})
    for kind in ("sensory", "background", "US"):
        for ours, theirs in zip(of(animal, kind), of(larger, kind), strict=True):
            assert len(ours) > 100
            assert np.array_equal(ours, theirs), kind
    # as many more volleys as there are more granule cells; their number is Poisson
    small, big = (len(of(one, "entorhinal")[0]) for one in (animal, larger))
    assert abs(big - 4 * small) < SIGMAS * np.sqrt(big + 16 * small) + 0.1 * big
