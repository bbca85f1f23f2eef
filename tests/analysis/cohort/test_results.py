"""Summary, measures and figures share what was found, and say what they said apart."""

from collections import Counter

import numpy as np
import pytest

from analysis.activity import decoding, ensembles
from analysis.astrocytes import calcium
from analysis.behaviour import freezing
from analysis.cohort import results
from analysis.cohort.measures import measure
from analysis.cohort.results import Results, results_of
from analysis.cohort.summary import summarise
from analysis.figures.sheet import figure_sheet
from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=3, bla=30, astrocytes=4)[0]


@pytest.fixture
def calls(monkeypatch):
    """How often each analysis was carried out; decoders with few shuffles."""
    count = Counter()

    def counted(module, name):
        function = getattr(module, name)

        def call(*args, **kwargs):
            count[name] += 1
            return function(*args, **kwargs)

        return call

    for module, name in (
        (ensembles, "cs_responses"), (ensembles, "find_ensembles"), (decoding, "decode_cs"),
        (decoding, "decode_state"), (calcium, "cs_evoked"), (calcium, "us_evoked"),
        (calcium, "heterogeneity"), (freezing, "freezing_table"),
    ):  # fmt: skip
        wrapped = counted(module, name)
        if name.startswith("decode"):
            given = wrapped
            wrapped = lambda dataset, given=given: given(dataset, shuffles=3)  # noqa: E731
        monkeypatch.setattr(results, name, wrapped)
    held_out = decoding.decisions

    def decisions(*args):
        count["decisions"] += 1
        return held_out(*args)

    monkeypatch.setattr(decoding, "decisions", decisions)
    return count


def test_everything_is_found_once(dataset, calls, tmp_path):
    found = Results(dataset)
    rows = summarise(found)
    figure_sheet(found, tmp_path / "sheet.png")
    animal = measure(found)
    assert calls.pop("cs_responses") == len(found.design.tested) == 5
    assert calls.pop("decisions") == 2 * (1 + 3)  # two decoders, held out and shuffled
    assert set(calls.values()) == {1}
    assert len(calls) == 7
    assert summarise(dataset) == rows
    again = measure(dataset).values
    assert list(again) == list(animal.values)
    np.testing.assert_array_equal(list(again.values()), list(animal.values.values()))


def test_what_is_measured_shuffles_nothing(dataset, calls):
    measure(dataset)
    assert calls["decisions"] == calls["decode_cs"] == 1
    assert calls["decode_state"] == 0


def test_results_are_handed_on(dataset):
    found = Results(dataset)
    assert results_of(found) is found
    assert results_of(dataset).dataset is dataset
