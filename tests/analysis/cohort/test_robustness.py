"""What survives a robustness map, and which parameters decide, where the answer is known."""

import json

import numpy as np
import pytest
from matplotlib.image import imread
from scipy import stats

from analysis.cohort.compare import comparison
from analysis.cohort.robustness import (
    PATTERN,
    correlations,
    findings,
    groups,
    margins,
    survival,
)
from analysis.cohort.robustness_dataset import collect, draws
from analysis.dataset.errors import DatasetError
from analysis.figures.robustness import DPI, WIDTH, robustness_figure
from analysis.packaged import read_table

DRAWS, PARAMETERS = 40, 25
NAMES = [f"table.p{k}" for k in range(PARAMETERS)]
DECIDER = 3  # the parameter that the planted finding depends on
PLANTED, OTHER = "Gq freezing extinction block 1", "Gi freezing extinction block 1"
REFUSED = (7, 20)
#: freezing of control, Gq and Gi animals; in early extinction Gq follows from the decider
FREEZING = {
    "before_conditioning": (8, 8, 8), "conditioning_first": (30, 30, 30),
    "conditioning_last": (80, 80, 80), "early_extinction": (50, None, 66),
    "extinction_block_2": (40, 30, 55), "late_extinction": (20, 22, 30),
    "retrieval": (25, 45, 45), "renewal": (80, 82, 84),
}  # fmt: skip


@pytest.fixture(scope="module")
def factors():
    rng = np.random.default_rng(4)
    return 1 + 0.2 * rng.uniform(-1, 1, (DRAWS, PARAMETERS))


def item(group, seed, values):
    rows = [["freezing", epoch, float(value)] for epoch, value in values.items()]
    return {"group": group, "seed": seed, "origin": ["fear_extinction", "compressed", "0"],
            "values": rows, "trials": {}}  # fmt: skip


@pytest.fixture(scope="module")
def found(factors):
    """Gq lowers freezing where the decider is above 0.9: by 100 points for each 1."""
    measured = []
    for draw in range(DRAWS):
        own = []
        for animal, shift in enumerate((-3.0, 3.0)):  # of animals, alike in all groups
            for place, group in enumerate(("control", "Gq", "Gi")):
                values = {epoch: row[place] for epoch, row in FREEZING.items()}
                if values["early_extinction"] is None:
                    values["early_extinction"] = 50 - 100 * (factors[draw, DECIDER] - 0.9)
                one = item(group, 10 + 2 * draw + animal,
                           {epoch: value + shift for epoch, value in values.items()})  # fmt: skip
                own.append(one)
        if draw in REFUSED:
            own[1] = {"group": "Gq", "seed": own[1]["seed"], "refused": "it left the regime"}
        measured.append(own)
    return collect(json.loads(json.dumps(measured)), NAMES, factors)


def of(rows, name):
    return next(row for row in rows if row["finding"] == name)


def test_findings_compare():
    assert groups() == ["Gi", "Gq", "control"]
    names = {row.name for row in findings()}
    decisive = {row["row"] for row in read_table("targets_section1") if row["decisive"]}
    assert decisive < names
    assert {"freezing early - late extinction", "Gq CS-excited BLA cells",
            "Gq CS information per neuron", "classes of astrocytes"} <= names  # fmt: skip
    assert not {"freezing renewal", "CS decoder output with freezing across animals",
                "CalEx CS-responsive cells projecting to PL"} & names  # fmt: skip


def test_collected(found, factors):
    assert found["freezing"].dims == ("draw", "group", "animal", "epoch")
    assert found["freezing"].shape == (DRAWS, 3, 2, 9)
    value = found["freezing"].sel(draw=2, group="Gi", animal=1, epoch="retrieval")
    assert value.item() == 48.0
    assert found["seed"].values[2].tolist() == [14, 15]
    np.testing.assert_array_equal(found["factor"].values, factors)
    assert found["parameter"].values.tolist() == NAMES
    assert "calcium_cs" not in found  # was not measured
    assert np.flatnonzero(found["refused"].values != "").tolist() == list(REFUSED)
    members = draws(found)
    assert [len(own) for own in members[6:9]] == [6, 0, 6]


def test_margins_are_those_of_the_rules(found, factors):
    by_finding = margins(found)
    assert list(by_finding)[:2] == [PATTERN, PLANTED]
    kept = np.setdiff1d(np.arange(DRAWS), REFUSED)
    mean, single = by_finding[PLANTED]
    expected = 100 * (factors[kept, DECIDER] - 0.9)
    np.testing.assert_allclose(mean[kept], expected, atol=1e-9)
    np.testing.assert_allclose(single[kept], np.stack([expected] * 2, axis=1), atol=1e-9)
    assert np.isnan(mean[list(REFUSED)]).all()
    assert by_finding[OTHER][0][0] == pytest.approx(16)
    assert by_finding["Gq freezing renewal"][0][0] == pytest.approx(15 - abs(2 - 3.1))
    np.testing.assert_allclose(by_finding[PATTERN][0][kept], np.minimum(expected, 13.9), atol=1e-9)
    assert np.isnan(by_finding["Gq CS-excited BLA cells"][0]).all()


def test_survival_is_the_verdict_of_the_comparison(found):
    met = {
        row["row"]: row["verdict"] in ("met", "order met")
        for row in comparison([a for a in draws(found)[0] if a.seed == 0])
    }  # these animals differ by a shift alone, so one of each group is the mean of all
    for name, (mean, _) in margins(found).items():
        if name != PATTERN:
            assert (mean[0] >= 0) == met[name], name


def test_shares_and_intervals(found, factors):
    rows = survival(found)
    assert [row["decisive"] for row in rows[:8]] == [True] * 7 + [False]
    kept = np.setdiff1d(np.arange(DRAWS), REFUSED)
    k = int((factors[kept, DECIDER] > 0.9).sum())
    planted = of(rows, PLANTED)
    assert (planted["survived"], planted["draws"], planted["refused"]) == (k, DRAWS, 2)
    assert planted["share"] == k / DRAWS
    z = stats.norm.ppf(0.975)  # Wilson 1927
    centre = (k + z**2 / 2) / (DRAWS + z**2)
    half = z / (DRAWS + z**2) * np.sqrt(k * (DRAWS - k) / DRAWS + z**2 / 4)
    assert (planted["low"], planted["high"]) == pytest.approx((centre - half, centre + half))
    assert planted["verdict"] == ("met" if k / DRAWS >= 0.8 else "missed")
    whole = of(rows, PATTERN)
    assert (whole["survived"], whole["needed"]) == (k, 0.6)
    # refused draws count as lost, also where nothing else is
    assert of(rows, OTHER)["survived"] == DRAWS - 2
    assert of(rows, OTHER)["deciding"] == ""
    absent = of(rows, "Gq CS-excited BLA cells")
    assert (absent["survived"], absent["margin"], absent["verdict"]) == (0, None, "missed")
    json.dumps(rows, allow_nan=False)


def test_the_deciding_parameter_is_named(found, factors):
    planted = of(survival(found), PLANTED)
    assert planted["deciding"] == f"{NAMES[DECIDER]} +1.00"
    assert planted["explained"] > 0.8
    assert planted["animals"] == pytest.approx(0, abs=1e-9)
    rng = np.random.default_rng(0)
    margin = -factors[:, 5] + 0.03 * rng.standard_normal(DRAWS)
    margin[0] = np.nan
    rows = correlations(factors, margin, NAMES)
    assert rows[0]["parameter"] == NAMES[5]
    known = stats.spearmanr(factors[1:, 5], margin[1:])
    assert (rows[0]["rho"], rows[0]["p"]) == pytest.approx((known.statistic, known.pvalue))
    p = np.array([row["p"] for row in rows])
    order = np.sort(p)
    adjusted = np.minimum.accumulate((order * p.size / np.arange(1, p.size + 1))[::-1])[::-1]
    np.testing.assert_allclose(sorted(row["q"] for row in rows), adjusted)


def test_chance_decides_nothing(factors):
    rng = np.random.default_rng(2)
    wrong = [any(row["decides"] for row in correlations(factors, rng.standard_normal(DRAWS), NAMES))
             for _ in range(40)]  # fmt: skip
    assert np.mean(wrong) < 0.15
    assert correlations(factors[:9], np.arange(9.0), NAMES) == []  # too few draws


def test_what_animals_account_for(factors):
    rng = np.random.default_rng(3)
    measured = []
    for draw in range(DRAWS):
        own = []
        for animal in range(2):
            apart = 10 * rng.standard_normal()
            own += [item("control", 2 * draw + animal, {"early_extinction": 50}),
                    item("Gq", 2 * draw + animal, {"early_extinction": 50 + apart})]  # fmt: skip
        measured.append(own)
    planted = of(survival(collect(measured, NAMES, factors)), PLANTED)
    assert planted["animals"] > 0.6  # nothing but animals
    assert planted["explained"] is None or planted["explained"] < 0.2


@pytest.mark.parametrize("few", [False, True])
def test_figure_is_drawn(found, tmp_path, few):
    path = tmp_path / "map.part"  # PNG whatever the suffix
    robustness_figure(found.isel(draw=slice(0, 3)) if few else found, path)
    image = imread(path, format="png")
    assert image.shape[1] == round(WIDTH * DPI)
    left, right = image[..., :3][:, : image.shape[1] // 2], image[..., :3][:, image.shape[1] // 2 :]
    assert left.std() > 0.05
    assert (right.std() > 0.1) != few  # no parameter is shown for three draws


def test_something_else_is_refused(found):
    with pytest.raises(DatasetError, match="not the dataset of a robustness map"):
        survival(found.assign_attrs(title="a cohort"))
