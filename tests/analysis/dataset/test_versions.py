"""Files of versions 2 and 3 open; those of 2 say of their cells what they could not say then."""

import json

import numpy as np
import pytest

from analysis.cohort.measures import measure
from analysis.cohort.summary import summarise
from analysis.dataset import storage
from analysis.dataset.schema import DatasetError, labels, read_dataset
from analysis.packaged import read_table
from tests.support.anatomy import ANATOMY, POPULATIONS
from tests.support.synthetic import synthetic, without

REGION = {row.name: row.region for row in ANATOMY.populations}


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=5, bla=20, astrocytes=4)[0]


def before(dataset):
    """The dataset as version 2 had it."""
    old = dataset.drop_vars(["region", "role", "transmitter"])
    old.attrs = {key: value for key, value in dataset.attrs.items() if key != "source"}
    return old.assign_attrs(schema_version="2")


def written(dataset, path):
    return storage.write_dataset(dataset, path, lambda dataset: None)


@pytest.mark.parametrize("name", ["old.nc", "old.zarr"])
def test_version_2_opens(dataset, tmp_path, name):
    read = read_dataset(written(before(dataset), tmp_path / name))
    assert (read.attrs["schema_version"], read.attrs["source"]) == ("4", "simulation")
    for label in ("role", "region"):
        np.testing.assert_array_equal(
            labels(read[label])[:130], labels(dataset[label])[:130] if label == "role" else
            [REGION[word] for word in labels(dataset["population"])[:130]]
        )  # fmt: skip
    assert summarise(read) == summarise(dataset)
    np.testing.assert_equal(measure(read).values, measure(dataset).values)
    assert storage.is_checked(read)
    again = storage.write_dataset(read, tmp_path / f"new{name}")
    assert read_dataset(again).attrs["schema_version"] == "4"


@pytest.mark.parametrize("origin", ["simulation", "recording"])
def test_version_3_opens(dataset, tmp_path, origin):
    new = dataset if origin == "simulation" else without(dataset, "model")
    role = new["role"].assign_attrs(
        flag_values=np.arange(4, dtype="int8"), flag_meanings="none memory output modulator"
    )
    read = read_dataset(
        written(new.assign_coords(role=role).assign_attrs(schema_version="3"), tmp_path / "old.nc")
    )
    assert (read.attrs["schema_version"], read.attrs["source"]) == ("4", origin)
    np.testing.assert_array_equal(labels(read["role"]), labels(dataset["role"]))
    assert set(read.variables) == set(new.variables)  # nothing is made up
    np.testing.assert_equal(measure(read).values, measure(new).values)


def test_the_table_is_the_circuit_s_of_then():
    table = {row["population"]: row for row in read_table("populations")}
    assert set(table) <= set(POPULATIONS)
    for name, row in table.items():
        (known,) = (one for one in ANATOMY.populations if one.name == name)
        assert (row["region"], row["role"], row["transmitter"]) == (
            known.region, known.role, known.transmitter
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.assign_attrs(schema_version="1"), "reads 4"),
        (lambda d: d.drop_vars("population"), "population"),
        (lambda d: d.assign_attrs(parameters=json.dumps([])), "parameters"),
        (lambda d: d.drop_vars("trial_stop"), "trial_stop"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(dataset, tmp_path, change, word):
    path = written(change(before(dataset)), tmp_path / "old.nc")
    with pytest.raises(DatasetError, match=word) as caught:
        read_dataset(path)
    assert "\n" not in str(caught.value)
