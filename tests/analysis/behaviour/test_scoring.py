"""The read-out of a behaviour: exact smoothing, bins, clocks."""

import numpy as np
import pytest

from analysis.behaviour.scoring import Readout, score_trials, smoothed_rate

READOUT = Readout(threshold=20.0, bin=5.0, sample=1.0, tau=0.05)


def test_smoothing_is_the_sum_of_exponentials():
    rng = np.random.default_rng(1)
    spikes = np.sort(rng.uniform(0, 10, 500))
    times = np.sort(rng.uniform(-1, 11, 200))
    lag = times[:, None] - spikes
    expected = np.where(lag >= 0, np.exp(-np.clip(lag, 0, None) / 0.2), 0).sum(1) / (0.2 * 7)
    np.testing.assert_allclose(smoothed_rate(spikes, 7, times, 0.2), expected, rtol=1e-10)


def test_smoothed_rate_of_regular_spikes_is_their_rate():
    spikes = np.arange(0, 20, 0.001)
    np.testing.assert_allclose(smoothed_rate(spikes, 100, [10.0], 0.5), 10.0, rtol=2e-3)


def test_nothing_to_hear():
    assert smoothed_rate([], 5, [1.0, 2.0], 0.1).tolist() == [0.0, 0.0]
    assert smoothed_rate([1.0], 0, [2.0], 0.1).tolist() == [0.0]
    assert smoothed_rate([1.0], 3, [], 0.1).size == 0


def test_half_a_trial_above_threshold():
    spikes = np.arange(0, 15, 0.002)  # 50 Hz from 10 cells, in the first half
    score = score_trials(spikes, 10, [0.0, 30.0], [30.0, 60.0], READOUT, speed=1.0)
    assert score.percent.tolist() == [50.0, 0.0]
    assert score.bin_percent.tolist() == [[100, 100, 100, 0, 0, 0], [0] * 6]
    assert score.bin_start.tolist() == [0, 5, 10, 15, 20, 25]
    np.testing.assert_allclose(score.rate, [25.0, 0.0], atol=0.1)


@pytest.mark.parametrize("speed", [1.0, 10.0, 20.0])
def test_clock_only_scales_the_windows(speed):
    spikes = np.arange(0, 15 / speed, 0.0005)
    score = score_trials(spikes, 40, [0.0], [30.0 / speed], READOUT, speed)
    assert score.bin_percent.shape == (1, 6)
    assert 50.0 <= score.percent[0] <= 60.0  # the tail of tau is not scaled


def test_trials_of_different_length():
    score = score_trials([], 5, [0.0, 40.0], [30.0, 52.0], READOUT, 1.0)
    assert score.bin_percent.shape == (2, 6)
    assert np.isnan(score.bin_percent[1]).tolist() == [False] * 3 + [True] * 3
