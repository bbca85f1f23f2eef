"""Statistics across animals and the table beside the paper."""

import json

import numpy as np
import pytest
from scipy import stats

from analysis.compare import KEYS, cautions, compare, comparison
from analysis.measures import Animal, group_of, measure
from analysis.statistics import bootstrap_interval, effect_size, permutation_p
from analysis.windows import epochs, read_table
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
    names = set(epochs()) | {"all"}
    assert len({entry["row"] for entry in targets}) == len(targets)
    groups = {entry["group"] for entry in read_table("groups")} | {"control"}
    for entry in targets:
        assert entry["epoch"] in names
        assert entry["group"] in groups
        assert entry["form"] in {"value", "difference", "ratio"}
        assert entry["rule"] in {"near", "sign", "above", "below"}
        assert (entry["rule"] == "sign") == (entry["bar"] == "")
        float(entry["value"])


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
    return Animal(group, seed, ORIGIN, found)


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
    other = Animal("control", 9, ("fear_extinction", "published", "1"), {})
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
