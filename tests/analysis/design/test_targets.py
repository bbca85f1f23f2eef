"""A margin and a verdict are two readings of one rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.design.targets import MET, margin, verdict

NAN = float("nan")
NUMBER = st.integers(-50, 50).map(lambda k: k / 2)
EXPECT = st.one_of(
    st.sampled_from(["above 0", "below 0"]),
    st.tuples(NUMBER, NUMBER.map(abs)).map(lambda pair: f"{pair[0]} within {pair[1]}"),
    NUMBER.map(lambda bar: f"at least {bar}"),
    NUMBER.map(lambda bar: f"at most {bar}"),
)


@given(EXPECT, NUMBER)
def test_a_margin_is_negative_where_a_row_is_missed(expect, model):
    assert (margin(expect, model) >= 0) == (verdict(expect, model, NAN, NAN, {}) in MET)


@pytest.mark.parametrize(
    ("expect", "model", "expected"),
    [("40 within 10", 33.0, 3.0), ("above 0", 2.5, 2.5), ("below 0", 2.5, -2.5),
     ("at least 5", 7.0, 2.0), ("at most 5", 7.0, -2.0)],
)  # fmt: skip
def test_how_far_it_is(expect, model, expected):
    assert margin(expect, model) == expected


def test_without_a_value_it_is_unknown():
    assert np.isnan(margin("above 0", None))
