"""Spike counts, windows and the blind search for planted cells."""

import numpy as np
import pytest

from analysis.activity.cells import cells_of
from analysis.activity.ensembles import (
    cs_responses,
    find_ensembles,
    overlap,
    rise_p,
    sign_flip_p,
)
from analysis.activity.information import cs_information
from analysis.activity.spikes import binned_rate, counts, population_rates, rates
from analysis.design.windows import (
    Windows,
    baseline_windows,
    cs_windows,
    design_of,
    epoch_trials,
    role_trials,
    us_windows,
)
from tests.support.synthetic import CS, US, synthetic


@pytest.fixture(scope="module")
def planted():
    return synthetic(seed=3, bla=120, astrocytes=4)


def test_counts_are_those_of_a_plain_loop(planted):
    dataset, _ = planted
    rng = np.random.default_rng(0)
    starts = rng.uniform(0, 600, (5, 2))
    stops = starts + rng.uniform(0, 20, (5, 2))
    neurons = np.array([7, 3, 150])
    found = counts(dataset, starts, stops, neurons)
    assert found.shape == (5, 2, 3)
    when, who = dataset["spike_time"].values, dataset["spike_neuron"].values
    for place in np.ndindex(5, 2):
        inside = (when >= starts[place]) & (when < stops[place])
        expected = [(who[inside] == neuron).sum() for neuron in neurons]
        assert found[place].tolist() == expected


def test_rates(planted):
    dataset, _ = planted
    neurons = cells_of(dataset, "BLA_PV")
    whole = rates(dataset, [0.0], [600.0], neurons)
    assert whole.mean() == pytest.approx(5.0, rel=0.05)
    assert population_rates(dataset)["BLA_PV"] == pytest.approx(5.0, rel=0.05)
    assert np.isnan(rates(dataset, [1.0], [1.0], neurons)).all()
    edges = np.linspace(0, 600, 7)
    assert binned_rate(dataset, neurons, edges).mean() == pytest.approx(whole.mean())


def test_epochs_are_found_in_the_table(planted):
    dataset, _ = planted
    sizes = [epoch_trials(dataset, epoch.name).size for epoch in design_of(dataset)]
    assert sizes == [5, 1, 1, 5, 5, 5, 5, 5]
    assert epoch_trials(dataset, "late_extinction").tolist() == [53, 54, 55, 56, 57]
    assert role_trials(dataset, "fear").tolist() == [8, 9, 10, 11, 12]
    assert role_trials(dataset, "safe", "test").tolist() == list(range(53, 63))
    short = dataset.isel(trial=slice(0, 8))
    assert epoch_trials(short, "renewal").size == 0


def test_windows(planted):
    dataset, _ = planted
    cs, us, before = cs_windows(dataset), us_windows(dataset), baseline_windows(dataset)
    assert cs.length[[5, 8]].tolist() == pytest.approx([CS - US, CS])
    assert np.isnan(us.length[0])
    assert us.length[5] == pytest.approx(CS)
    np.testing.assert_allclose(before.stop, cs.start)
    np.testing.assert_allclose(before.length, CS)
    parts = cs.take(np.array([8])).split(6)
    assert parts.start.shape == (1, 6)
    np.testing.assert_allclose(parts.length, CS / 6)


def test_baseline_never_reaches_into_the_trial_before(planted):
    dataset, _ = planted
    close = dataset.copy(deep=True)
    close["trial_stop"].values[10] = close["trial_start"].values[11] - 1.0
    before = baseline_windows(close)
    assert before.length[11] == pytest.approx(1.0)
    session = Windows(close["phase_start"].values, close["phase_stop"].values)
    assert (before.start >= session.start[0]).all()


def test_sign_flips_hold_their_level_and_find_what_is_there():
    rng = np.random.default_rng(2)
    null = rng.poisson(2.0, (30, 2000)) - rng.poisson(2.0, (30, 2000))
    assert (sign_flip_p(null.astype(float)) <= 0.05).mean() == pytest.approx(0.05, abs=0.015)
    assert sign_flip_p(null[:, :1] + 3.0)[0] < 0.001
    assert sign_flip_p(np.zeros((30, 1)))[0] == 1.0


def test_rise_is_one_sided():
    rng = np.random.default_rng(2)
    low, high = rng.normal(0, 1, (5, 1000)), rng.normal(0, 1, (10, 1000))
    assert (rise_p(low, high) <= 0.05).mean() == pytest.approx(0.05, abs=0.02)
    assert rise_p(low, high + 9).max() < 0.002
    assert rise_p(low, high - 9).min() > 0.99
    assert rise_p(low[:0], high).min() == 1.0


def test_planted_cells_are_found_and_no_others(planted):
    dataset, truth = planted
    found = cs_responses(dataset, epoch_trials(dataset, "early_extinction"))
    excited = set(np.flatnonzero(found.excited))
    assert {*truth.fear, *truth.always} <= excited
    assert len(excited) <= truth.fear.size + truth.always.size + 3
    inhibited = set(np.flatnonzero(found.inhibited))
    assert set(truth.inhibited) <= inhibited
    assert len(inhibited) <= truth.inhibited.size + 3
    assert (found.q[truth.plain] <= 0.05).mean() < 0.05


def test_nothing_is_found_without_a_stimulus(planted):
    dataset, _ = planted
    found = cs_responses(dataset, epoch_trials(dataset, "before_conditioning"))
    assert found.excited.sum() + found.inhibited.sum() <= 1
    none = cs_responses(dataset, np.array([], dtype=int))
    assert not none.excited.any()


def test_planted_ensembles_are_found(planted):
    dataset, truth = planted
    found = find_ensembles(dataset)
    n = truth.fear.size
    assert np.isin(truth.extinction, np.flatnonzero(found.extinction)).all()
    assert not np.isin(truth.always, np.flatnonzero(found.extinction)).any()
    assert np.isin(truth.fear, np.flatnonzero(found.fear_cells)).mean() >= 0.75
    assert np.isin(truth.extinction, np.flatnonzero(found.extinction_cells)).mean() >= 0.75
    assert found.fear_cells.sum() <= n + 1
    assert found.extinction_cells.sum() <= n + 1
    assert not (found.fear_cells & found.extinction_cells).any()
    assert found.overlap.shared >= truth.always.size  # always excited: in both
    assert found.overlap.p_more < 0.001


def test_ensembles_of_a_protocol_without_extinction(planted):
    dataset, _ = planted
    found = find_ensembles(dataset.isel(trial=slice(0, 8)))
    for mask in (found.retrieval, found.extinction, found.fear_cells, found.extinction_cells):
        assert mask.size == 0  # not "0 percent"
    assert found.overlap is None


def test_overlap_against_chance():
    one = np.arange(100) < 20
    assert overlap(one, one).p_more < 1e-10
    assert overlap(one, ~one).p_fewer < 1e-10
    half = overlap(one, np.arange(100) % 5 == 0)
    assert (half.shared, half.expected) == (4, 4.0)
    assert min(half.p_more, half.p_fewer) > 0.3
    assert overlap(one[:0], one[:0]).shared == 0


def test_information(planted):
    dataset, truth = planted
    bits = cs_information(dataset, epoch_trials(dataset, "early_extinction"))
    assert bits[truth.plain].mean() == pytest.approx(0.0, abs=0.02)
    assert bits[truth.fear].mean() > 0.2
    assert bits.max() < 1.0
