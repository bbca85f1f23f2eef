"""Decoders carry over where the code does, and only there."""

import numpy as np
import pytest

from analysis.activity.cells import cells_of
from analysis.activity.transfer import cs_transfer, state_transfer, track_state
from analysis.design.windows import epoch_trials
from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def planted():
    return synthetic(seed=4, bla=80, astrocytes=2)[0]


@pytest.fixture(scope="module")
def silenced(planted):
    """The same animals with all BLA cells that answer the stimulus in any way taken away."""
    who = planted["spike_neuron"].values
    bla = cells_of(planted, "BLA_P")
    moved = np.where(np.isin(who, bla[:32]), bla[32] + who % 48, who)  # 4 x 8 planted cells
    rng = np.random.default_rng(3)
    when = planted["spike_time"].values.copy()
    own = np.isin(moved, bla)
    when[own] = rng.uniform(0, when.max(), own.sum())
    order = np.argsort(when)
    return planted.assign(
        spike_time=("spike", when[order]), spike_neuron=("spike", moved[order])
    )


def test_the_code_of_the_stimulus_carries_over(planted):
    found = cs_transfer(planted, shuffles=40)
    assert found.names == ("early_extinction", "late_extinction", "retrieval", "renewal")
    assert found.accuracy.shape == (4, 4)
    assert np.diag(found.accuracy).min() >= 0.9
    early, late, retrieval, renewal = range(4)
    # Fear returns at renewal, so the decoder of early extinction answers most strongly there.
    assert found.accuracy[early, renewal] == 1.0
    assert found.output[early, renewal] > 1.15 * found.output[early, late]
    # Inhibited and always excited cells keep the answer up; the shift to extinction cells shows
    # beside the decoder of early extinction.
    gain = found.output[late] / found.output[early]
    assert gain[retrieval] > 1.15 * gain[renewal]
    assert found.shuffled.shape == (40, 4, 4)
    assert found.shuffled.mean() == pytest.approx(0.5, abs=0.05)


def test_state_carries_over_to_renewal(planted):
    found = state_transfer(planted, shuffles=40)
    assert found.names == (
        "early_extinction - late_extinction", "early_extinction - retrieval",
        "renewal - retrieval",
    )  # fmt: skip
    assert found.accuracy.min() == 1.0  # the planted cells are the same in all three
    assert found.output.min() > 0
    assert found.shuffled.mean() == pytest.approx(0.5, abs=0.1)


def test_state_output_follows_freezing_it_was_not_trained_on(planted):
    found = track_state(planted, shuffles=50)
    assert found.trials.size == 60
    assert found.trained.sum() == 10
    pair = ("early_extinction", "late_extinction")
    trained = np.concatenate([epoch_trials(planted, name) for name in pair])
    assert sorted(found.trials[found.trained]) == sorted(trained)
    assert found.r > 0.9
    assert found.p < 0.05
    # Any direction sees a signal that so many cells share: shuffles have either sign.
    assert 0.25 < (found.shuffled > 0).mean() < 0.75
    mean = found.output.mean(axis=1)
    freezing = planted["freezing"].values[found.trials]
    expected = np.corrcoef(mean[~found.trained], freezing[~found.trained])[0, 1]
    assert found.r == pytest.approx(expected)
    # Planted rates do not change within a trial.
    assert abs(found.r_parts) < 0.2


def test_output_within_trials(planted):
    """Fear cells that fire in frozen bins only are followed within the trial."""
    dataset = planted.copy(deep=True)
    found = track_state(dataset, shuffles=0)
    low, high = found.output < np.median(found.output, axis=1, keepdims=True), found.output
    dataset["freezing_bin"].values[found.trials] = np.where(low, 0.0, 100.0)
    assert track_state(dataset, shuffles=0).r_parts > 0.6
    dataset["freezing_bin"].values[found.trials, -1] = np.nan
    assert np.isnan(track_state(dataset, shuffles=0).r_parts)
    assert high.shape == (60, 6)


def test_nothing_where_there_is_no_code(silenced):
    cs, state = cs_transfer(silenced), state_transfer(silenced)
    assert cs.accuracy.mean() == pytest.approx(0.5, abs=0.1)
    assert state.accuracy[0, 2] == pytest.approx(0.5, abs=0.35)
    found = track_state(silenced, shuffles=50)
    assert abs(found.r) < 0.3
    assert found.p > 0.02


def test_held_out_trials_are_not_trained_on(silenced):
    # 80 cells tell any 10 trials apart, so decoders that had seen them would be right throughout.
    assert np.diag(cs_transfer(silenced).accuracy).max() < 1.0


def test_too_few_trials(planted):
    short = planted.isel(trial=slice(0, 8))
    assert cs_transfer(short).names == ()
    assert state_transfer(short).names == ()
    assert track_state(short) is None
