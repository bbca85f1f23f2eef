"""Labels as words: selected with, analysed, written again; flags on disk."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from analysis.cohort.dataset import open_dataset
from analysis.cohort.measures import measure
from analysis.cohort.summary import summarise
from analysis.dataset.schema import DatasetError, read_dataset, write_dataset
from analysis.dataset.storage import is_checked
from analysis.dataset.table import FACETS
from analysis.dataset.words import as_flags, as_words, flag_variable, labels
from tests.support.synthetic import synthetic, without

WORDS = st.text("abcXYZ0189_.+@-", min_size=1, max_size=12)


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=7, bla=20, astrocytes=4)[0]


@pytest.fixture(scope="module")
def opened(dataset, tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "animal.nc"
    write_dataset(dataset, path)
    return open_dataset(path)


def test_words_select(dataset, opened):
    assert (opened.population == "BLA_P").sum() == 20
    assert (opened.role == "output").sum() == 10
    renewal = opened.where(opened.trial_stage == "renewal", drop=True)
    assert renewal.sizes["trial"] == 5
    np.testing.assert_array_equal(renewal["freezing"], dataset["freezing"][-5:])
    assert set(opened.groupby("trial_stage").groups) == {
        "before_conditioning", "conditioning", "extinction_1", "extinction_2", "retrieval",
        "renewal",
    }  # fmt: skip
    assert is_checked(opened)


def test_every_analysis_takes_words(dataset, opened):
    assert summarise(opened) == summarise(dataset)
    one, other = measure(opened), measure(dataset)
    np.testing.assert_equal(one.values, other.values)
    np.testing.assert_equal(one.trials, other.trials)


@pytest.mark.parametrize("name", ["again.nc", "again.zarr"])
def test_words_are_flags_on_disk(dataset, opened, tmp_path, name):
    read = read_dataset(write_dataset(opened, tmp_path / name))
    for label in ("population", "trial_stage", "phase_name", "role"):
        assert read[label].dtype == "int8"
        np.testing.assert_array_equal(labels(read[label]), labels(dataset[label]))
    xr.testing.assert_equal(as_words(read), opened)


def test_a_word_that_cannot_be_stored_is_refused(opened, tmp_path):
    stage = opened["trial_stage"].values.astype(object)
    stage[0] = "two words"
    with pytest.raises(DatasetError, match="two words"):
        write_dataset(opened.assign_coords(trial_stage=("trial", stage)), tmp_path / "x.nc")


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_any_labels_come_back(words):
    flags = xr.Dataset(coords={"population": flag_variable("population", words)})
    again = as_flags(as_words(flags))
    assert as_words(flags)["population"].values.tolist() == words
    xr.testing.assert_identical(again, flags)


def test_a_damaged_file_is_not_opened(dataset, tmp_path):
    path = write_dataset(dataset, tmp_path / "animal.nc")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="cannot read"):
        open_dataset(path)


def test_a_bare_recording_opens(dataset, tmp_path):
    bare = without(dataset, *(set(FACETS) - {"calcium"}))
    opened = open_dataset(write_dataset(bare, tmp_path / "bare.nc"))
    assert set(opened.variables) == {"astrocyte", "astrocyte_position", "time", "calcium"}
