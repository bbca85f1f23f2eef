"""Freezing of the recalls over days, and in which of them the place was dangerous."""

import numpy as np
import pytest

from analysis.trace.persistence import persistence
from tests.support.synthetic_trace import FREEZING, with_trace


def test_freezing_by_day():
    found = persistence(with_trace(freezing={"recall_3": 30.0}))
    assert found.session == ("recall_1", "neutral", "recall_2", "recall_3", "neutral_2")
    assert found.dangerous.tolist() == [True, False, True, True, False]
    assert found.freezing.tolist() == [60.0, 15.0, 60.0, 30.0, FREEZING["neutral_2"]]
    assert found.day == pytest.approx([1, 2, 3, 7, 8], abs=0.02)
    assert (np.diff(found.day) > 0).all()


def test_nothing_lasts_that_was_never_learned():
    whole = with_trace()
    naive = persistence(whole.isel(trial=slice(8, None)))
    assert naive.session == ()
    assert naive.day.size == naive.freezing.size == naive.dangerous.size == 0


def test_trials_that_were_not_scored_do_not_count():
    whole = with_trace()
    whole["freezing"].values[8] = np.nan
    assert persistence(whole).freezing[0] == 60.0
    whole["freezing"].values[8:18] = np.nan
    assert np.isnan(persistence(whole).freezing[0])
