"""A robustness map says of which experiment it is, and is asked the rows of that one."""

import json

import numpy as np
import pytest
from matplotlib.image import imread

from analysis.cohort.robustness import PATTERN, findings, groups, margins, survival
from analysis.cohort.robustness_dataset import collect, draws
from analysis.cohort.robustness_maps import MAPS
from analysis.dataset.errors import DatasetError
from analysis.design.contrasts import PUBLISHED
from analysis.design.epochs import Design
from analysis.design.own_rows import design_text
from analysis.design.trials import Epoch
from analysis.figures.robustness import DPI, robustness_figure
from analysis.packaged import read_table

DRAWS = 40
NAMES = [f"table.p{k}" for k in range(25)]
DECIDER = 3  # the parameter that what is planted depends on
PLANTED = "gain weak freezing recall 2"
REFUSED = (7, 20)
#: freezing of the animals; that of weak_gain in its second recall follows from the decider
FREEZING = {
    "strong": {"recall_1": 60, "recall_2": 58, "neutral": 20},
    "strong_loss": {"recall_1": 56, "recall_2": 30, "neutral": 18},
    "strong_gain": {"recall_1": 63, "recall_2": 62, "neutral": 45},
    "weak": {"recall_1": 30, "recall_2": 28, "neutral": 10},
    "weak_gain": {"recall_1": 32, "recall_2": None, "neutral": 15},
}


def item(group, seed, values):
    """What was measured in an animal; a weak memory has one block of conditioning."""
    blocks = ["first"] if group.startswith("weak") else ["first", "last"]
    epochs = [*(f"conditioning_{block}" for block in blocks), *values]
    rows = [["freezing", epoch, float(value)] for epoch, value in values.items()]
    return {"group": group, "seed": seed, "origin": ["astrocyte_trace", "compressed", "0"],
            "values": rows, "trials": {},
            "design": design_text(Design(tuple(Epoch(name, name) for name in epochs)))}  # fmt: skip


@pytest.fixture(scope="module")
def factors():
    rng = np.random.default_rng(4)
    return 1 + 0.2 * rng.uniform(-1, 1, (DRAWS, len(NAMES)))


@pytest.fixture(scope="module")
def found(factors):
    """A gain makes a weak memory stronger where the decider is above 1: by 100 points for each."""
    measured = []
    for draw in range(DRAWS):
        own = []
        for animal, shift in enumerate((-3.0, 3.0)):  # of animals, alike in all groups
            for group, freezing in FREEZING.items():
                planted = 28 + 100 * (factors[draw, DECIDER] - 1)
                values = {epoch: shift + (planted if value is None else value)
                          for epoch, value in freezing.items()}  # fmt: skip
                own.append(item(group, 10 + 2 * draw + animal, values))
        if draw in REFUSED:
            own[1] = {"group": "strong_loss", "seed": own[1]["seed"], "refused": "out of regime"}
        measured.append(own)
    return collect(json.loads(json.dumps(measured)), NAMES, factors, "targets_section2")


def of(rows, name):
    return next(row for row in rows if row["finding"] == name)


def test_every_published_experiment_has_a_map():
    assert [one.rows for one in MAPS.values()] == list(PUBLISHED)
    assert [one.share for one in MAPS.values()] == [0.6, 0.5]
    assert len({one.file for one in MAPS.values()}) == len(MAPS)  # they may be in one folder
    for table in PUBLISHED:
        decisive = [row["row"] for row in read_table(table) if row["decisive"]]
        assert [row.name for row in findings(table) if row.decisive] == decisive
        assert {name for row in findings(table) for name in row.groups} == set(groups(table))


def test_findings_of_the_trace_of_days():
    assert groups("targets_section2") == sorted(FREEZING)
    names = {row.name for row in findings("targets_section2")}
    assert {"strong more than weak recall 1", "the ensemble comes again"} <= names
    assert "tagged forced freezing recall 2" not in names
    assert "astrocytes with many receptors at recall 1" not in names


def test_it_has_the_epochs_of_its_animals(found):
    assert found.attrs["rows"] == "targets_section2"
    assert found["epoch"].values.tolist() == [
        "conditioning_first", "conditioning_last", "recall_1", "recall_2", "neutral", "all",
    ]  # fmt: skip
    assert found["group"].values.tolist() == list(FREEZING)
    assert found["freezing"].sel(draw=2, group="strong_gain", animal=1, epoch="neutral") == 48
    assert [len(own) for own in draws(found)[6:9]] == [10, 0, 10]


def test_margins_are_those_of_its_rows(found, factors):
    by_finding = margins(found)
    kept = np.setdiff1d(np.arange(DRAWS), REFUSED)
    gained = 100 * (factors[kept, DECIDER] - 1)
    mean, single = by_finding[PLANTED]
    np.testing.assert_allclose(mean[kept], gained, atol=1e-9)
    np.testing.assert_allclose(single[kept], np.stack([gained] * 2, axis=1), atol=1e-9)
    assert np.isnan(mean[list(REFUSED)]).all()
    assert by_finding["loss freezing recall 1"][0][0] == pytest.approx(15 - 4)
    assert by_finding["loss freezing recall 2"][0][0] == pytest.approx(28)
    assert by_finding["gain strong freezing neutral"][0][0] == pytest.approx(25)
    np.testing.assert_allclose(by_finding[PATTERN][0][kept], np.minimum(gained, 11), atol=1e-9)


def test_its_pattern_is_asked_in_half_of_the_draws(found, factors):
    rows = survival(found)
    kept = np.setdiff1d(np.arange(DRAWS), REFUSED)
    k = int((factors[kept, DECIDER] > 1).sum())
    assert 0.2 * DRAWS < k < 0.8 * DRAWS
    whole, planted = of(rows, PATTERN), of(rows, PLANTED)
    assert (whole["survived"], whole["refused"], whole["needed"]) == (k, 2, 0.5)
    assert whole["verdict"] == ("met" if k / DRAWS >= 0.5 else "missed")
    assert (planted["survived"], planted["needed"], planted["verdict"]) == (k, 0.8, "missed")
    assert planted["deciding"] == f"{NAMES[DECIDER]} +1.00"
    assert of(rows, "strong more than weak recall 1")["survived"] == DRAWS - 2
    assert [row["decisive"] for row in rows[:7]] == [True] * 6 + [False]
    json.dumps(rows, allow_nan=False)


def test_figure_has_its_rows(found, tmp_path):
    robustness_figure(found, tmp_path / "map.png")
    image = imread(tmp_path / "map.png")
    assert image.shape[0] == pytest.approx((4.2 + 0.3 * len(survival(found))) * DPI, abs=1)
    assert image[..., :3].std() > 0.1


def test_a_map_that_names_no_rows_is_the_first(found):
    old = found.copy()
    del old.attrs["rows"]
    assert list(margins(old)) == [PATTERN, *(row.name for row in findings("targets_section1"))]
    assert of(survival(old), PATTERN)["needed"] == 0.6


@pytest.mark.parametrize("given", ["targets_section3", "reasons", "", 2, np.arange(2), "a\nb"])
def test_an_unknown_table_of_rows_is_refused_in_one_line(found, tmp_path, given):
    other = found.assign_attrs(rows=given)
    for ask in (survival, margins, draws, lambda one: robustness_figure(one, tmp_path / "x.png")):
        with pytest.raises(DatasetError) as caught:
            ask(other)
        line = str(caught.value)
        assert line.endswith("are not known; allowed: targets_section1, targets_section2")
        assert len(line.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
