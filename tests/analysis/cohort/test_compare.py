"""Statistics across animals and the table beside the paper."""

import json

import numpy as np
import pytest
from scipy import stats

from analysis.cohort.compare import KEYS, cautions, compare, comparison, sign_pattern
from analysis.cohort.measures import MeasuredAnimal, group_of, measure
from analysis.design.contrasts import Contrast, published_contrasts
from analysis.design.epochs import published_epochs
from analysis.design.targets import target
from analysis.packaged import read_table
from analysis.statistics import (
    bootstrap_band,
    bootstrap_interval,
    correlation_of,
    correlation_p,
    effect_size,
    permutation_p,
)
from tests.support.synthetic import synthetic

ORIGIN = ("fear_extinction", "compressed", "0")


@pytest.fixture(scope="module")
def dataset():
    return synthetic(seed=6, bla=60, astrocytes=8)[0]


@pytest.fixture(scope="module")
def animal(dataset):
    return measure(dataset)


def row(rows, name):
    return next(entry for entry in rows if entry["row"] == name)


def test_tables_agree():
    targets = read_table("targets_section1")
    names = set(published_epochs()) | {"all"}
    assert len({entry["row"] for entry in targets}) == len(targets)
    decisive = [bool(entry["decisive"]) for entry in targets]
    assert decisive == sorted(decisive, reverse=True)  # they stand first
    assert sum(decisive) == 6
    groups = {entry["group"] for entry in read_table("groups")} | {"control"}
    for entry in targets:
        assert entry["epoch"] in names
        assert entry["group"] in groups
        assert entry["form"] in {"value", "difference", "ratio", "correlation"}
        assert bool(entry["beside"]) == (entry["form"] == "correlation")
        assert entry["rule"] in {"near", "sign", "above", "below"}
        assert (entry["rule"] == "sign") == (entry["bar"] == "")
        float(entry["value"])
        # of these rows the tables say the same twice
        row = next(row for row in published_contrasts() if row.name == entry["row"])
        assert row.unit == entry["unit"]
        assert target(row.expect).rule == entry["rule"]


def test_one_animal(dataset):
    rows = compare([dataset])
    assert all(tuple(entry) == KEYS for entry in rows)
    json.loads(json.dumps(rows, allow_nan=False))
    first = row(rows, "freezing early extinction")
    assert first["paper"] == 70.8
    assert first["paper_sem"] == 3.9
    assert first["model"] == pytest.approx(83.33, abs=0.01)
    assert (first["low"], first["high"], first["n"]) == (None, None, 1)
    assert first["verdict"] == "met"
    assert row(rows, "freezing renewal - extinction retrieval")["verdict"] == "order met"
    assert row(rows, "calcium to CS late extinction")["model"] < 1
    assert row(rows, "calcium to US over to CS first pairing")["verdict"] == "met"
    assert row(rows, "classes of astrocytes")["verdict"] == "met"
    assert {e["verdict"] for e in rows if e["group"] != "control"} == {"not run"}


def test_group_is_what_was_done(dataset):
    assert group_of(dataset) == "control"
    for kinds, group in (
        (("hM3Dq",), "Gq"), (("gq", "Gq"), "Gq"), (("calex",), "CalEx"), (("lesion",), "lesion"),
        (("gi", "lesion"), "Gi+lesion"),
    ):  # fmt: skip
        rows = tuple((kind, 1.0, 10.0, 20.0) for kind in kinds)
        assert group_of(synthetic(bla=10, astrocytes=2, interventions=rows)[0]) == group


def made(group, seed, **values):
    found = {("freezing", epoch): value for epoch, value in values.items()}
    return MeasuredAnimal(group, seed, ORIGIN, found)


def test_between_groups():
    control = [made("control", k, early_extinction=70 + k, retrieval=30 + k) for k in range(5)]
    gq = [made("Gq", k, early_extinction=50 + k, retrieval=25 + k) for k in range(4)]
    rows = comparison(control + gq)
    lower = row(rows, "Gq freezing extinction block 1")
    assert lower["verdict"] == "order met"
    assert lower["model"] == pytest.approx(-20.5)
    assert lower["low"] < -20.5 < lower["high"] < 0
    assert (lower["n"], lower["n_against"]) == (4, 5)
    assert row(rows, "Gq freezing extinction retrieval")["verdict"] == "order missed"
    assert row(rows, "Gq freezing renewal")["verdict"] == "not measured"
    assert row(rows, "Gi freezing renewal")["verdict"] == "not run"
    assert row(comparison(gq), "Gq freezing extinction block 1")["verdict"] == "not run"


def test_the_same_seeds_in_both_groups_are_paired():
    rng = np.random.default_rng(3)
    base, change = rng.normal(60, 15, 12), rng.normal(-8, 3, 12)
    control = [made("control", k, early_extinction=base[k]) for k in range(12)]
    gq = [made("Gq", k, early_extinction=base[k] + change[k]) for k in range(12)]
    entry = row(comparison(control + gq[::-1]), "Gq freezing extinction block 1")
    assert entry["paired"]
    assert entry["model"] == pytest.approx(change.mean())
    expected = stats.t.interval(0.95, 11, change.mean(), stats.sem(change))
    assert (entry["low"], entry["high"]) == pytest.approx(expected, abs=0.6)
    exact = stats.permutation_test(
        (change,), np.mean, permutation_type="samples", vectorized=False, n_resamples=np.inf
    ).pvalue
    assert entry["p"] == pytest.approx(exact, abs=1e-12)
    g = change.mean() / change.std(ddof=1) * (1 - 3 / (4 * 11 - 1))
    assert entry["effect"] == pytest.approx(g)
    assert entry["verdict"] == "order met"
    # one seed is missing: no pairs, and the differences between animals hide the change
    apart = row(comparison(control + gq[1:]), "Gq freezing extinction block 1")
    assert not apart["paired"]
    assert apart["high"] > 0
    assert apart["p"] > 0.05
    assert apart["verdict"] == "order missed"


def test_a_pair_in_which_one_was_not_measured_is_left_out():
    control = [made("control", k, early_extinction=70 + k) for k in range(4)]
    gq = [made("Gq", k, early_extinction=60 + k) for k in range(3)] + [made("Gq", 3)]
    entry = row(comparison(control + gq), "Gq freezing extinction block 1")
    assert (entry["n"], entry["n_against"], entry["model"]) == (3, 3, pytest.approx(-10))


def test_differences_within_animals():
    values = [(70.0, 30.0), (65.0, 40.0), (80.0, 42.0), (60.0, 41.0), (75.0, 30.0)]
    animals = [
        made("control", k, early_extinction=a, retrieval=b) for k, (a, b) in enumerate(values)
    ]
    entry = row(comparison(animals), "freezing early extinction - extinction retrieval")
    assert entry["p"] == pytest.approx(2 / 32)
    found = np.array(values)
    change = found[:, 0] - found[:, 1]
    assert entry["effect"] == pytest.approx(change.mean() / change.std(ddof=1) * (1 - 3 / 15))
    assert row(comparison(animals), "freezing early extinction")["p"] is None


def test_a_ratio_of_paired_groups():
    def animal(group, seed, value):
        return MeasuredAnimal(group, seed, ORIGIN, {("cs_excited", "early_extinction"): value})

    animals = [animal("control", k, 10.0 + 5 * k) for k in range(6)]
    animals += [animal("Gq", k, 5.0 + 2.5 * k) for k in range(6)]
    entry = row(comparison(animals), "Gq CS-excited BLA cells")
    assert (entry["model"], entry["low"], entry["high"]) == pytest.approx((0.5, 0.5, 0.5))
    assert entry["verdict"] == "met"


def test_a_correlation_over_the_animals_of_both_groups():
    rng = np.random.default_rng(1)
    drive = rng.normal(0, 1, 20)
    freezing, output = 50 + 10 * drive, drive + 0.5 * rng.normal(0, 1, 20)
    animals = [
        MeasuredAnimal(("control", "Gq")[k % 2], k // 2, ORIGIN,
               {("freezing", "early_extinction"): freezing[k],
                ("cs_output", "early_extinction"): output[k]})
        for k in range(20)
    ]  # fmt: skip
    entry = row(comparison(animals), "CS decoder output with freezing across animals")
    expected = stats.pearsonr(freezing, output)
    assert entry["model"] == pytest.approx(expected.statistic)
    assert entry["low"] < expected.statistic < entry["high"] < 1
    assert entry["p"] == pytest.approx(expected.pvalue, abs=0.006)
    assert (entry["n"], entry["n_against"]) == (10, 10)
    few = row(comparison(animals[:2]), "CS decoder output with freezing across animals")
    assert few["verdict"] == "not measured"


def test_the_other_quantity_of_a_correlation_may_be_of_another_epoch():
    rng = np.random.default_rng(2)
    density = rng.normal(0.2, 0.05, 12)
    freezing = 200 * density + rng.normal(0, 3, 12)
    own = Contrast(
        "persistence", epoch="recall_2", form="correlation", beside="receptor_density",
        beside_epoch="recall_1", expect="above 0",
    )  # fmt: skip
    assert own.epochs == ("recall_2", "recall_1")
    animals = [
        MeasuredAnimal("control", k, ORIGIN, {
            ("freezing", "recall_2"): freezing[k], ("receptor_density", "recall_1"): density[k],
            ("freezing", "recall_1"): 1.0 * k, ("receptor_density", "recall_2"): -1.0 * k,
        })
        for k in range(12)
    ]  # fmt: skip
    (entry,) = comparison(animals, [own])
    assert entry["model"] == pytest.approx(stats.pearsonr(freezing, density).statistic)
    assert entry["verdict"] == "order met"


def test_correlation():
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, (2, 12))
    found = stats.pearsonr(one, other, method=stats.PermutationMethod(rng=rng))
    assert correlation_of(one, other) == pytest.approx(found.statistic)
    assert correlation_p(one, other) == pytest.approx(found.pvalue, abs=0.02)
    assert np.isnan(correlation_p([1.0, 2.0], [1.0, 2.0]))
    assert np.isnan(correlation_p([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))


def test_pattern_of_signs():
    table = {"control": (70, 30, 80), "Gq": (40, 50, 82), "Gi": (90, 55, 83)}
    names = ("early_extinction", "retrieval", "renewal")
    animals = [
        made(group, k, **{name: value + k for name, value in zip(names, values, strict=True)})
        for group, values in table.items() for k in range(5)
    ]  # fmt: skip
    rows = comparison(animals)
    assert [entry["decisive"] for entry in rows[:7]] == [True] * 6 + [False]
    assert sign_pattern(rows) == "pattern of signs: 6 of 6 rows met"
    worse = [a for a in animals if a.group != "Gi"]
    worse += [made("Gi", k, early_extinction=90, retrieval=20, renewal=80) for k in range(5)]
    assert sign_pattern(comparison(worse)) == (
        "pattern of signs: 5 of 6 rows met; not met: Gi freezing extinction retrieval"
    )


def test_a_difference_that_may_be_none_does_not_meet_an_order():
    animals = [
        made("control", k, renewal=30 + d, retrieval=30) for k, d in enumerate((20, -15, 9, -10))
    ]
    entry = row(comparison(animals), "freezing renewal - extinction retrieval")
    assert entry["model"] == pytest.approx(1.0)
    assert entry["verdict"] == "order missed"


def test_miss_is_shown():
    entry = row(comparison([made("control", 1, renewal=10)]), "freezing renewal")
    assert entry["verdict"] == "missed"
    assert entry["model"] == 10


def test_no_animals():
    assert {entry["verdict"] for entry in comparison([])} == {"not run"}


def test_cautions(animal):
    assert cautions([animal]) == []
    other = MeasuredAnimal("control", 9, ("fear_extinction", "published", "1"), {})
    lines = cautions([animal, other, other])
    assert [line.split(":")[0] for line in lines] == [
        "the files mix 2 clocks", "the files mix 2 parameter sets",
        "the same animal is given more than once",
    ]  # fmt: skip


def test_bootstrap_interval():
    rng = np.random.default_rng(0)
    values = rng.normal(10, 2, 30)
    low, high = bootstrap_interval(values)
    expected = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert (low, high) == pytest.approx(expected, abs=0.25)
    assert bootstrap_interval(values) == (low, high)
    assert all(np.isnan(bootstrap_interval([1.0])))
    assert all(np.isnan(bootstrap_interval([1.0, np.nan])))
    assert bootstrap_interval([3.0, 3.0, 3.0]) == (3.0, 3.0)
    low, high = bootstrap_interval([1.0, 2.0])
    assert 1.0 <= low <= high <= 2.0


def test_a_band_has_an_interval_in_every_place():
    rng = np.random.default_rng(0)
    values = rng.normal(10, 2, (30, 3))
    values[:, 1] += 5
    low, high = bootstrap_band(values)
    for k in range(3):
        assert (low[k], high[k]) == pytest.approx(bootstrap_interval(values[:, k]), abs=0.25)
    values[5:, 2] = np.nan
    values[1:, 0] = np.nan
    low, high = bootstrap_band(values)
    assert np.isnan([low[0], high[0]]).all()  # one animal is none
    assert high[2] - low[2] > high[1] - low[1]
    assert low[2] < np.nanmean(values[:, 2]) < high[2]
    assert np.isnan(bootstrap_band(np.zeros((0, 4)))).all()
    np.testing.assert_array_equal(bootstrap_band(np.full((3, 2), 7.0)), 7.0)


def test_permutation_and_effect_size():
    one, other = [10.0, 11, 12, 13, 14], [1.0, 2, 3, 4, 5]
    assert permutation_p(one, other) == pytest.approx(2 / 252, abs=0.002)
    assert permutation_p(one, other, paired=True) == pytest.approx(2 / 32, abs=0.005)
    assert permutation_p(one, one) == 1.0
    assert np.isnan(permutation_p([1.0], other))
    assert effect_size(one, other) == pytest.approx(9 / np.sqrt(2.5) * (1 - 3 / 31))
    assert effect_size([1.0, 1.0], [1.0, 1.0]) == 0.0
    assert effect_size([2.0, 2.0], [1.0, 1.0]) == np.inf
    assert np.isnan(effect_size([1.0], other))
    change = np.array([1.0, 2.0, 4.0, 3.0])
    expected = change.mean() / change.std(ddof=1) * (1 - 3 / 11)
    assert effect_size(change + 50, [50.0] * 4, paired=True) == pytest.approx(expected)
    assert effect_size([2.0, 3.0], [1.0, 2.0], paired=True) == np.inf
