"""The summary and the figure sheet are made whatever the dataset lacks."""

import numpy as np
import pytest
from matplotlib.image import imread

from analysis.sheet import DPI, SIZE, figure_sheet
from analysis.summary import summarise, weights_at_bounds
from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=7, bla=40, astrocytes=8)[0]


def poor(dataset):
    """Eight trials, no astrocytes, no synapses, no events."""
    dataset = dataset.isel(
        trial=slice(0, 8), astrocyte=slice(0, 0), synapse=slice(0, 0), event=slice(0, 0)
    )
    dataset["domain"].values[:] = -1
    return dataset


def test_summary(dataset):
    rows = summarise(dataset)
    assert all(tuple(row) == ("quantity", "stage", "value", "unit") for row in rows)
    assert all(np.isfinite(row["value"]) for row in rows)
    names = [(row["quantity"], row["stage"]) for row in rows]
    assert len(set(names)) == len(names)
    assert len(rows) <= 60  # one screen
    value = {(row["quantity"], row["stage"]): row["value"] for row in rows}
    assert value["freezing", "renewal"] == pytest.approx(83.33, abs=0.01)
    assert value["state decoder accuracy", "all"] > value["state decoder shuffled 95 %", "all"]
    assert value["weights at bounds", "CS"] == 0.0


def test_summary_of_little(dataset):
    names = {row["quantity"] for row in summarise(poor(dataset))}
    assert {"freezing", "mean rate"} <= names
    assert "calcium to CS" not in names


def test_stages_of_ones_own_are_summarised(dataset):
    own = dataset.copy()
    text = own["trial_stage"].attrs["flag_meanings"].replace("retrieval", "my_test")
    own["trial_stage"] = own["trial_stage"].assign_attrs(flag_meanings=text)
    stages = {row["stage"] for row in summarise(own) if row["quantity"] == "freezing"}
    assert "my_test" in stages
    assert "retrieval" not in stages


def test_weights_at_bounds(dataset):
    pinned = dataset.copy(deep=True)
    pathway = pinned["synapse_pathway"].values
    pinned["weight"].values[pathway == 0, -1] = 6.0
    assert weights_at_bounds(pinned)["CS"] == 100.0
    assert weights_at_bounds(pinned)["BLA_P"] == 0.0


@pytest.mark.parametrize("change", [lambda d: d, poor])
def test_sheet_is_drawn(dataset, tmp_path, change):
    path = tmp_path / "sheet.part"  # PNG whatever the suffix
    figure_sheet(change(dataset), path)
    image = imread(path, format="png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))
    assert image[..., :3].std() > 0.05
