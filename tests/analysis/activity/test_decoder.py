"""The shared decoder is scikit-learn's, and nothing is decided by what saw it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from analysis.activity.decoder import FOLDS, SOFT, dealt, decisions, fit, stratified


def pipeline():
    margin = SVC(kernel="linear", C=SOFT, class_weight="balanced")
    return make_pipeline(StandardScaler(), margin)


@pytest.mark.parametrize(("samples", "cells", "ones"), [(96, 400, 48), (30, 7, 4), (5, 60, 2)])
def test_a_fit_is_that_of_the_pipeline_to_rounding(samples, cells, ones):
    rng = np.random.default_rng(samples)
    features = np.sqrt(rng.poisson(2.0, (samples, cells)) / 3.0)
    features[:, 3] = 0.7  # a cell that does not vary
    label = (np.arange(samples) < ones).astype(int)
    other = np.sqrt(rng.poisson(2.0, (11, cells)) / 3.0)
    expected = pipeline().fit(features, label).decision_function(other)
    np.testing.assert_allclose(fit(features, label)(other), expected, rtol=0, atol=1e-12)


def test_training_samples_are_decided_by_decoders_without_their_fold():
    rng = np.random.default_rng(2)
    features, label = rng.random((20, 5)), np.arange(12) % 2
    train = np.arange(4, 16)
    folds = dealt(label.astype(float))
    decided = decisions(features, label, train, folds)
    rest = np.setdiff1d(np.arange(20), train)
    every = pipeline().fit(features[train], label).decision_function(features[rest])
    np.testing.assert_allclose(decided[rest], every, rtol=0, atol=1e-12)
    for out in folds:
        without = pipeline().fit(features[train[~out]], label[~out])
        expected = without.decision_function(features[train[out]])
        np.testing.assert_allclose(decided[train[out]], expected, rtol=0, atol=1e-12)


@given(st.lists(st.integers(0, 2), min_size=4, max_size=40))
def test_dealt_folds_hold_each_trial_once_and_some_of_each_kind(kinds):
    kind = np.array(kinds, dtype=float)
    folds = dealt(kind)
    smallest = min(np.unique(kind, return_counts=True)[1])
    assert len(folds) == min(FOLDS, smallest)
    assert (np.sum(folds, axis=0) == 1).all()
    for value in np.unique(kind):
        share = [int((kind[out] == value).sum()) for out in folds]
        assert max(share) - min(share) <= 1
        assert min(share) >= 1


@given(st.integers(2, 12), st.integers(2, 12), st.integers(1, 4))
def test_stratified_folds_never_part_a_trial(ones, zeros, parts):
    label = np.repeat([1, 0], [ones * parts, zeros * parts])
    trial = np.repeat(np.arange(ones + zeros), parts)
    folds = stratified(np.zeros((trial.size, 1)), label, trial)
    assert len(folds) == min(FOLDS, ones, zeros)
    assert (np.sum(folds, axis=0) == 1).all()
    for out in folds:
        assert not set(trial[out]) & set(trial[~out])
        assert set(label[~out]) == {0, 1}
