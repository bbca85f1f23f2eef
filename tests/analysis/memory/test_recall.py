"""Quality of recall and information between two times, against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.memory.recall import mutual_information, recall_quality

COUNTS = arrays(int, 40, elements=st.integers(0, 6))
ASSEMBLY = np.arange(8) < 4
STIMULATED = np.arange(8) < 2


def test_quality_is_what_the_rest_of_the_assembly_gains_in_units_of_what_is_stimulated():
    rate = [90, 110, 12, 8, 5, 5, 4, 6]
    assert recall_quality(rate, ASSEMBLY, STIMULATED) == pytest.approx((10 - 5) / 100)
    found = recall_quality(np.array([rate, np.full(8, 3.0), np.zeros(8)]), ASSEMBLY, STIMULATED)
    np.testing.assert_allclose(found, [0.05, 0, np.nan])


@given(COUNTS, st.permutations(range(40)), st.floats(0.1, 10))
def test_quality_knows_neither_unit_nor_order(counts, order, unit):
    assembly, stimulated = np.arange(40) < 20, np.arange(40) < 10
    first = recall_quality(counts + 1, assembly, stimulated)
    again = recall_quality(unit * (counts + 1)[order], assembly[order], stimulated[order])
    assert again == pytest.approx(first)


def test_groups_that_make_no_quality_are_refused_in_one_line():
    rate, none = np.ones(8), np.zeros(8, bool)
    for assembly, stimulated, words in (
        (ASSEMBLY, ~ASSEMBLY, "4 stimulated cells are not in the assembly"),
        (ASSEMBLY, none, "no stimulated cells among 8"),
        (ASSEMBLY, ASSEMBLY, "no other assembly cells among 8"),
        (~none, STIMULATED, "no control cells among 8"),
    ):
        with pytest.raises(ValueError, match=words) as caught:
            recall_quality(rate, assembly, stimulated)
        assert "\n" not in str(caught.value)


@given(COUNTS, COUNTS)
def test_information_is_symmetric_and_within_what_either_holds(one, other):
    found = mutual_information(one, other)
    assert found == pytest.approx(mutual_information(other, one))
    assert found >= -1e-9
    assert found <= min(mutual_information(one, one), mutual_information(other, other)) + 1e-9


@given(COUNTS, COUNTS, st.permutations(range(40)))
def test_information_knows_neither_order_of_cells_nor_unit(one, other, order):
    found = mutual_information(one, other)
    assert mutual_information(2.0 * one[order], 3.0 * other[order]) == pytest.approx(found)


def test_information_of_an_assembly_is_the_entropy_of_belonging_to_it():
    learned = np.arange(1600) < 150
    share = 150 / 1600
    entropy = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    assert mutual_information(learned, 7 * learned) == pytest.approx(entropy)
    assert mutual_information(learned, np.zeros(1600)) == 0


@pytest.mark.parametrize("pair", [([], []), ([1, 2], [1]), ([[1]], [[1]])])
def test_arrays_that_are_no_pairs_are_refused_in_one_line(pair):
    with pytest.raises(ValueError, match="give one of each cell") as caught:
        mutual_information(*pair)
    assert "\n" not in str(caught.value)
