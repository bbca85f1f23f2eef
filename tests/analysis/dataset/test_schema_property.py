"""Labels survive encoding whatever they are, or are refused in one line."""

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from analysis.dataset.schema import DatasetError, flag_variable, labels

WORDS = st.text("abcXYZ0189_.+@-", min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=60))
def test_labels_round_trip(words):
    variable = xr.DataArray(flag_variable("trial_stage", np.array(words, dtype=str)))
    assert labels(variable).tolist() == words
    meanings = variable.attrs["flag_meanings"].split()
    assert len(meanings) == len(variable.attrs["flag_values"])


@given(st.lists(WORDS, min_size=1, max_size=20), st.randoms())
def test_order_of_flag_values_does_not_matter(words, random):
    variable = xr.DataArray(flag_variable("trial_stage", words))
    meanings = variable.attrs["flag_meanings"].split()
    order = list(range(len(meanings)))
    random.shuffle(order)
    variable.attrs["flag_meanings"] = " ".join(meanings[k] for k in order)
    variable.attrs["flag_values"] = variable.attrs["flag_values"][order]
    assert labels(variable).tolist() == words


@given(st.text(min_size=1, max_size=20))
def test_any_text_is_stored_or_refused(word):
    try:
        variable = xr.DataArray(flag_variable("trial_stage", [word]))
    except DatasetError as error:
        message = str(error)
    else:
        message = "stored"
        assert labels(variable).tolist() == [word]
    assert len(message.splitlines()) == 1
