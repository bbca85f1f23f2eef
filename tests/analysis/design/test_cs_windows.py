"""When the CS is heard alone: from its onset to its end or the US; old datasets say less."""

import numpy as np
import xarray as xr

from analysis.design.windows import cs_times, cs_windows

NONE = np.nan


def trials(**columns):
    """Trials: CS with a US at its end, trace, the US first, the US alone, nothing."""
    given = {
        "trial_start": [0.0, 10.0, 20.0, 30.0, 40.0],
        "trial_stop": [5.0, 18.0, 26.0, 33.0, 44.0],
        "trial_cs": [1, 1, 1, 0, 0],
        "us_on": [4.0, 16.0, 20.5, 30.0, NONE],
        **columns,
    }
    return xr.Dataset({name: ("trial", np.array(values)) for name, values in given.items()})


WHEN = {"cs_on": [0.0, 11.0, 21.0, NONE, NONE], "cs_off": [5.0, 14.0, 24.0, NONE, NONE]}


def test_the_stimulus_is_on_from_its_onset_to_its_end():
    found = cs_times(trials(**WHEN))
    assert np.array_equal(found.start, WHEN["cs_on"], equal_nan=True)
    assert np.array_equal(found.stop, WHEN["cs_off"], equal_nan=True)


def test_it_is_heard_alone_until_the_us():
    found = cs_windows(trials(**WHEN))
    assert found.start.tolist() == [0, 11, 21, 30, 40]
    # the US cuts it, comes after it, came before it; without a CS the trial counts
    assert found.stop.tolist() == [4, 14, 24, 33, 44]


def test_a_dataset_that_does_not_say_when_has_it_through_the_trial():
    found = cs_times(trials())
    assert np.array_equal(found.start, [0, 10, 20, NONE, NONE], equal_nan=True)
    assert cs_windows(trials()).stop.tolist() == [4, 16, 20.5, 33, 44]
