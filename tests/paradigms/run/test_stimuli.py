"""Host-drawn spikes: the rates of the table in the windows of the timeline, and nowhere else."""

import numpy as np
import pytest

from tests.support.circuit import blink, draw

SIGMAS = 5  # of the Poisson counts; the seed is fixed, so this never flickers


@pytest.fixture(scope="module")
def animal():
    # no shared fluctuation: every count below is Poisson
    return draw("quick_conditioning", seed=3, overrides={"afferent.fluctuation": "0"})


def seconds(windows):
    return sum(stop - start for start, stop in windows)


def inside(times, windows):
    result = np.zeros(len(times), bool)
    for start, stop in windows:
        result |= (times >= start) & (times < stop)
    return result


def count(spikes, where, windows):
    mine = (spikes.cell >= where.start) & (spikes.cell < where.stop)
    return np.count_nonzero(mine & inside(spikes.time, windows))


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


def test_the_cs_fires_in_its_trials_and_is_near_silent_outside(animal):
    where, spikes = animal.tissue.afferents["CS"], animal.inputs.afferent
    cells = where.stop - where.start
    trials = [(trial.start, trial.stop) for trial in animal.timeline.trials if trial.event("cs")]
    outside = cut(phases(animal, lambda phase: phase.stage), trials)
    silent = value(animal, "rate_silent")
    dt = float(animal.parameters.quantity("numerics.dt"))
    found = count(spikes, where, trials)
    check_rate(found, value(animal, "rate_CS") + silent, cells, trials, dt)
    check_rate(count(spikes, where, outside), silent, cells, outside)
    silent_trials = [trial for trial in animal.timeline.trials if not trial.event("cs")]
    unpaired = [(trial.start, trial.stop) for trial in silent_trials]
    assert unpaired
    check_rate(count(spikes, where, unpaired), silent, cells, unpaired)


@pytest.mark.parametrize("context", ["A", "B"])
def test_a_context_fires_where_the_animal_is(animal, context):
    where, spikes = animal.tissue.afferents[f"context_{context}"], animal.inputs.afferent
    cells = where.stop - where.start
    here = phases(animal, lambda phase: phase.context == context)
    elsewhere = phases(animal, lambda phase: phase.stage and phase.context != context)
    silent = value(animal, "rate_silent")
    dt = float(animal.parameters.quantity("numerics.dt"))
    trials = [(trial.start, trial.stop) for trial in animal.timeline.trials if trial.event("cs")]
    trials = [trial for trial in trials if inside(np.array([trial[0]]), here)[0]]
    assert trials
    rate = value(animal, "rate_context") + silent
    quiet = cut(here, trials)
    check_rate(count(spikes, where, quiet), rate, cells, quiet, dt)
    with_cs = rate + value(animal, "rate_context_CS")
    check_rate(count(spikes, where, trials), with_cs, cells, trials, dt)
    check_rate(count(spikes, where, elsewhere), silent, cells, elsewhere)


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
    assert animal.inputs.afferent.cell.max() < animal.tissue.afferents["context_B"].stop
    assert animal.inputs.drive.cell.max() < animal.tissue.drives["US"].stop


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


def test_the_astrocytes_dilation_is_the_slope_of_slow_time_as_far_as_a_step_bears(animal):
    clocks = animal.clocks("cpp")
    found = animal.circuit(clocks)[1]["course.astrocyte.dilation_cAMP"]
    true = np.diff(animal.inputs.slow_time) / clocks.slow
    assert found[:-1] == pytest.approx(true, rel=1e-12)
    assert found[0] == pytest.approx(animal.timeline.speed)
    assert found.max() > 1000 * found[0]
    short = draw(blink())  # a night so short that a step of the astrocyte would be unstable
    capped = short.circuit(short.clocks("cpp"))[1]["course.astrocyte.dilation_cAMP"]
    breakdown = float(short.parameters.quantity("noradrenaline.Omega_cAMP"))
    assert capped.max() * breakdown * short.clocks("cpp").astrocyte == pytest.approx(1)


def test_slow_time_and_drugs_share_a_step_that_is_a_multiple_of_the_neurons(animal):
    inputs, step = animal.inputs, animal.clocks("cpp").slow
    dt = float(animal.parameters.quantity("numerics.dt"))
    assert step / dt == pytest.approx(round(step / dt), abs=1e-9)
    assert len(inputs.slow_time) == pytest.approx(animal.timeline.duration / step, abs=2)
    assert all(len(levels) == len(inputs.slow_time) for levels in inputs.levels.values())


def test_a_seed_gives_its_spikes_and_another_seed_others(animal):
    again = draw("quick_conditioning", seed=3, overrides={"afferent.fluctuation": "0"})
    other = draw("quick_conditioning", seed=4, overrides={"afferent.fluctuation": "0"})
    for name in ("afferent", "drive"):
        ours, same, different = (getattr(a.inputs, name) for a in (animal, again, other))
        assert np.array_equal(ours.time, same.time)
        assert np.array_equal(ours.cell, same.cell)
        same_length = len(ours.time) == len(different.time)
        assert not (same_length and np.array_equal(ours.cell, different.cell))


def test_background_does_not_depend_on_the_size_of_the_network(animal):
    larger = draw("quick_conditioning", 3, 1000, {"afferent.fluctuation": "0"})
    assert np.array_equal(animal.inputs.drive.time, larger.inputs.drive.time)
