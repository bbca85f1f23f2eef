"""Time in the target zone, exact, and how it changes."""

import numpy as np
import pytest

from analysis.behaviour.place import time_in_zone, zone_preference
from analysis.dataset.facets import NotMeasured
from tests.support.synthetic import synthetic
from tests.support.synthetic_stimuli import with_stimuli


def test_share_of_the_samples_that_are_a_place():
    time = np.arange(10.0)
    place = np.array([0.9, 0.9, 0.1, 0.5, np.nan, np.nan, 1.0, 0.51, np.nan, 0.0])
    found = time_in_zone(time, place, [0, 0, 4, 4, 6, 20, 1], [4, 10, 6, 7, 8, 30, 1])
    # Half of 0 to 3: the border is no target zone; 4 of 7 in all; none is a place; 6 alone; 6 and 7
    np.testing.assert_allclose(
        found, [50.0, 100 * 4 / 7, np.nan, 100.0, 100.0, np.nan, np.nan]
    )  # fmt: skip
    assert np.isnan(time_in_zone([], [], [0.0], [1.0])).all()
    assert time_in_zone(time, place, [], []).shape == (0,)


def test_a_window_holds_its_start_and_not_its_end():
    found = time_in_zone([0.0, 1.0, 2.0], [0.1, 0.9, 0.1], [0.0, 1.0], [1.0, 2.0])
    assert found.tolist() == [0.0, 100.0]


def test_planted_preference_is_found():
    dataset = with_stimuli()
    assert zone_preference(dataset, "box_light", "box_before") == pytest.approx(35.0, abs=1e-9)
    assert np.isnan(zone_preference(dataset, "box_light", "recall"))
    assert np.isnan(zone_preference(dataset, "box_light", "nowhere"))


def test_without_a_box_there_is_no_preference():
    with pytest.raises(NotMeasured, match="zone_preference .* needs time_in_zone"):
        zone_preference(synthetic(bla=20, astrocytes=2)[0], "renewal", "retrieval")
