"""Stimuli and contexts of danger follow from the trials, whatever they are called."""

import numpy as np
import pytest

from analysis.behaviour.discrimination import (
    context_discrimination,
    discrimination,
    generalisation,
)
from analysis.dataset.facets import NotMeasured
from analysis.dataset.schema import assemble
from analysis.design.windows import epoch_trials
from tests.support.synthetic import synthetic
from tests.support.synthetic_stimuli import with_stimuli


def animal(*trials):
    """A dataset of trials, each of stimulus, context, valence and freezing."""
    stimulus, context, valence, freezing = zip(*trials, strict=True)
    start = 10.0 * np.arange(len(trials))
    return assemble(
        {"trial_start": start, "trial_stop": start + 1.0,
         "trial_cs": [name != "none" for name in stimulus], "trial_stimulus": stimulus,
         "trial_context": context, "trial_valence": valence, "freezing": freezing},
        {"title": "animal"},
    )  # fmt: skip


def test_stimuli_of_danger_less_the_others():
    dataset = animal(
        ("x", "A", "aversive", 50.0), ("y", "A", "none", 10.0), ("z", "A", "appetitive", 30.0),
        ("x", "B", "none", 90.0), ("y", "B", "none", 20.0), ("none", "B", "none", 100.0),
    )  # fmt: skip
    assert discrimination(dataset, np.arange(6)) == pytest.approx(70.0 - 20.0)
    assert discrimination(dataset, np.arange(3, 6)) == pytest.approx(70.0)
    for lacking in ([0, 3], [1, 2, 4], [5], []):
        assert np.isnan(discrimination(dataset, np.array(lacking, dtype=int)))


def test_a_part_of_a_compound_of_danger_is_dangerous_and_more_than_it_is_not():
    overshadowed = animal(("x+y", "A", "aversive", 80.0), ("y", "A", "none", 40.0),
                          ("z", "A", "none", 5.0))  # fmt: skip
    assert discrimination(overshadowed, np.array([1, 2])) == 35.0
    inhibited = animal(("x", "A", "aversive", 80.0), ("x+y", "A", "none", 30.0))
    assert discrimination(inhibited, np.arange(2)) == 50.0


def test_freezing_in_safe_contexts_over_that_in_contexts_of_danger():
    dataset = animal(
        ("x", "A", "aversive", 90.0), ("none", "A", "none", 60.0), ("none", "A", "none", 40.0),
        ("none", "B", "none", 10.0), ("x", "B", "none", 90.0), ("none", "C", "appetitive", 15.0),
    )  # fmt: skip
    assert generalisation(dataset, np.arange(6)) == pytest.approx(12.5 / 50.0)
    assert context_discrimination(dataset, np.arange(6)) == pytest.approx(50.0 - 12.5)
    for lacking in ([0, 1, 2], [3, 5], [4], []):
        for analysis in (generalisation, context_discrimination):
            assert np.isnan(analysis(dataset, np.array(lacking, dtype=int)))
    still = animal(("none", "A", "aversive", 0.0), ("none", "B", "none", 10.0))
    assert np.isnan(generalisation(still, np.arange(2)))
    assert context_discrimination(still, np.arange(2)) == -10.0


def test_planted_numbers_are_found():
    dataset = with_stimuli()
    assert discrimination(dataset, epoch_trials(dataset, "lesson")) == pytest.approx(30.0)
    assert discrimination(dataset, epoch_trials(dataset, "recall")) == pytest.approx(60.0)
    assert np.isnan(discrimination(dataset, epoch_trials(dataset, "recall_tone")))
    assert generalisation(dataset, epoch_trials(dataset, "places")) == pytest.approx(0.25)
    assert np.isnan(generalisation(dataset, epoch_trials(dataset, "recall")))


@pytest.mark.parametrize(
    ("analysis", "lacks"),
    [
        (discrimination, "trial_stimulus"),
        (generalisation, "trial_valence"),
        (context_discrimination, "trial_valence"),
    ],
)
def test_nothing_is_told_apart_without_names(analysis, lacks):
    dataset = synthetic(bla=20, astrocytes=2)[0]
    with pytest.raises(NotMeasured) as caught:
        analysis(dataset, np.arange(5))
    assert caught.value.lacks == lacks
