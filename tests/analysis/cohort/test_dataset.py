"""A cohort as one dataset, back again, and its figure."""

import json

import numpy as np
import pytest
from matplotlib.image import imread

from analysis.cohort.dataset import animals, gather
from analysis.cohort.measures import measure
from analysis.dataset.errors import DatasetError
from analysis.figures.cohort import DPI, SIZE, cohort_figure
from analysis.packaged import read_table
from tests.support.synthetic import synthetic
from tests.support.synthetic_stimuli import with_stimuli


def content(animal, group, seed):
    """As `paradigms.cohort.cohort` writes it to disk."""
    return json.loads(json.dumps({"group": group, "seed": seed, **animal.record()}))


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=9, bla=60, astrocytes=8)[0]


@pytest.fixture(scope="module")
def measured(dataset):
    return measure(dataset)


@pytest.fixture(scope="module")
def cohort(measured):
    rows = []
    for seed in range(3):
        for group, shift in (("control", 0.0), ("Gq", -15.0), ("Gi", 10.0)):
            item = content(measured, group, seed)
            for row in item["values"]:
                if row[0] == "freezing":
                    row[2] = float(np.clip(row[2] + shift + seed, 0, 100))
            item["trials"]["freezing"] = [x + shift for x in item["trials"]["freezing"]]
            rows.append(item)
    return gather(rows)


def test_every_quantity_has_a_row(measured):
    table = {row["quantity"] for row in read_table("quantities")}
    further = measure(with_stimuli()).values
    assert {quantity for quantity, _ in measured.values | further} == table


def test_what_is_measured_of_planted_cells(measured):
    values = measured.values
    assert values["fear_cells", "all"] == pytest.approx(10, abs=3.4)
    assert values["extinction_cells", "all"] == pytest.approx(10, abs=3.4)
    assert values["state_freezing_r", "all"] > 0.8
    assert values["fear_output", "early_extinction"] > 0.5
    assert values["fear_output", "retrieval"] < -0.5
    assert values["fear_output", "renewal"] > 0.5
    assert values["cs_transfer", "renewal"] == 100.0
    assert values["state_transfer", "renewal"] == 100.0
    assert values["ensemble_turnover", "renewal"] < values["ensemble_turnover", "retrieval"]
    # Prefrontal cells fire on their own here.
    assert abs(values["handoff_PL", "all"]) < 1.5
    assert abs(values["handoff_lead_IL", "all"]) < 1.5


def test_trials_are_kept(cohort, dataset):
    assert cohort["trial_freezing"].dims == ("group", "animal", "trial")
    assert cohort["trial_freezing"].attrs["units"] == "percent"
    own = cohort["trial_freezing"].sel(group="control", animal=1).values
    np.testing.assert_allclose(own, dataset["freezing"].values)
    assert cohort["trial_stage"].values[8] == "extinction_1"
    assert cohort["trial_block"].values[8:33].tolist() == np.repeat(range(5), 5).tolist()
    output = cohort["trial_fear_output"].sel(group="control", animal=1).values
    assert np.isnan(output[:8]).all()  # without the CS, or with the US
    assert np.isfinite(output[8:]).all()


def test_there_and_back(cohort, measured):
    found = animals(cohort)
    assert [(a.group, a.seed) for a in found][:2] == [("control", 0), ("control", 1)]
    known = {key: value for key, value in measured.values.items() if np.isfinite(value)}
    assert set(found[0].values) == set(known)
    assert found[0].values["cs_excited", "retrieval"] == known["cs_excited", "retrieval"]


def test_other_trials_stand_beside_each_other(measured):
    one, other = content(measured, "control", 1), content(measured, "Gq", 1)
    for column in other["trials"].values():
        column.pop()
    found = gather([one, other])["trial_freezing"].sel(animal=1)
    assert np.isfinite(found.sel(group="control")).all()
    np.testing.assert_array_equal(np.isnan(found.sel(group="Gq").values).nonzero()[0], [67])


def test_what_has_no_row_is_refused(measured):
    item = content(measured, "control", 1)
    item["values"].append(["speed", "all", 1.0])
    with pytest.raises(DatasetError, match="quantity 'speed' has no row"):
        gather([item])


@pytest.mark.parametrize("few", [False, True])
def test_figure_is_drawn(cohort, tmp_path, few):
    path = tmp_path / "cohort.part"  # PNG whatever the suffix
    cohort_figure(cohort.isel(group=[0], animal=[0]) if few else cohort, path)
    image = imread(path, format="png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))
    # Something is drawn in each row of panels.
    for part in np.array_split(image[..., :3], 4):
        assert part.std() > 0.05


def test_figure_of_something_else(dataset, tmp_path):
    with pytest.raises(DatasetError, match="not the dataset of a cohort"):
        cohort_figure(dataset, tmp_path / "x.png")
