"""Named random streams: the same for the same seed and name, unrelated otherwise."""

import numpy as np
import pytest

from models.streams import stream


def numbers(seed, name):
    return stream(seed, name).standard_normal(2000)


def test_seed_and_name_give_the_numbers():
    assert np.array_equal(numbers(3, "layout"), numbers(3, "layout"))


@pytest.mark.parametrize(
    "other", [(4, "layout"), (3, "layout/2"), (3, "drive"), (3, ""), (2**32 - 1, "layout")]
)
def test_another_seed_or_name_gives_unrelated_numbers(other):
    ours, theirs = numbers(3, "layout"), numbers(*other)
    assert abs(np.corrcoef(ours, theirs)[0, 1]) < 5 / np.sqrt(len(ours))


def test_using_one_stream_leaves_the_others_alone():
    expected = numbers(1, "second")
    first = stream(1, "first")
    first.random(100)
    stream(1, "third").random(7)
    assert np.array_equal(numbers(1, "second"), expected)


def test_the_numbers_do_not_change_between_versions():
    # A dataset of another day is drawn again from its seed, so these are frozen.
    assert stream(1, "layout").integers(0, 1000, 4).tolist() == [153, 392, 84, 388]


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        stream(-1, "layout")
