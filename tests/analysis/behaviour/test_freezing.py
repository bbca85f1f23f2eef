"""Planted freezing and approach are found in the spikes, each in those of its cells."""

import numpy as np
import pytest

from analysis.behaviour.freezing import approach_table, freezing_table, readout_of
from analysis.behaviour.scoring import Readout
from analysis.dataset.schema import DatasetError, labels
from tests.support.synthetic import synthetic
from tests.support.synthetic_stimuli import FREEZING, with_stimuli

READOUT = Readout(threshold=20.0, bin=5.0, sample=1.0, tau=0.05)


def test_planted_freezing_is_found():
    dataset, truth = synthetic(bla=20, astrocytes=2)
    score = freezing_table(dataset)
    assert readout_of(dataset) == READOUT
    np.testing.assert_allclose(score.percent, truth.freezing, atol=7)
    np.testing.assert_allclose(score.bin_start, dataset["bin"].values)
    assert score.rate[truth.freezing > 60].min() > score.rate[truth.freezing < 20].max()


def test_planted_approach_is_found():
    dataset = with_stimuli()
    score = approach_table(dataset)
    assert readout_of(dataset, "approach") == Readout(15.0, 5.0, 1.0, 0.05)
    np.testing.assert_allclose(score.percent, dataset["approach"].values, atol=4)
    planted = [FREEZING[name] for name in zip(
        labels(dataset["trial_stage"]), labels(dataset["trial_stimulus"]),
        labels(dataset["trial_context"]), strict=True)]  # fmt: skip
    np.testing.assert_allclose(freezing_table(dataset).percent, planted, atol=4)


def test_a_dataset_without_a_threshold_of_approach_says_so():
    with pytest.raises(DatasetError, match=r"'readout\.approach_threshold'"):
        approach_table(synthetic(bla=20, astrocytes=2)[0])
