"""The worked example of docs/analysis.md and docs/cohorts.md is what the program takes."""

import re
import tomllib

import pytest

from analysis.cohort.measures import measure
from analysis.cohort.report import report
from analysis.design.epochs import Own
from analysis.design.own_rows import check_groups, read_rows, with_rows
from paradigms.cohort.groups import ask_beside, load_groups
from paradigms.protocol.files import load_protocol
from tests.support.paths import ROOT
from tests.support.synthetic import synthetic

DOCS = ROOT / "docs"


def block(page, mark):
    found = re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    (text,) = [text for text in found if mark in text]
    return text


@pytest.fixture(scope="module")
def rows():
    return block("analysis.md", "[[contrast]]")


@pytest.mark.parametrize("protocol", ["quick_conditioning", "fear_extinction"])
def test_the_rows_stand_beside_a_protocol(rows, protocol, tmp_path):
    (tmp_path / "rows.toml").write_text(rows, encoding="utf-8")
    plan = ask_beside(load_protocol(protocol), [], tmp_path / "rows.toml")[0]
    own = read_rows(plan.text, "plan")
    assert [epoch.name for epoch in own.epochs] == ["first_recall"]
    assert own == read_rows(rows, "rows.toml", alone=True) != Own()
    (tmp_path / "groups.toml").write_text(block("cohorts.md", "low_dose"), encoding="utf-8")
    groups = load_groups(tmp_path / "groups.toml")
    check_groups(own.contrasts, [group.name for group in groups])
    for group in groups:
        assert read_rows(group.protocol(plan).text, "plan") == own


def test_every_expectation_that_is_named_is_one(rows):
    for expect in re.findall(r'"((?:above|below|at least|at most) [0-9]+)"', rows):
        text = f'[[contrast]]\nname = "x"\nepoch = "y"\nexpect = "{expect}"'
        assert read_rows(text, "x").contrasts[0].expect == expect
    assert len(tomllib.loads(rows)["contrast"]) == 3


def test_the_rows_are_judged(rows):
    animals = []
    for group in ("control", "low_dose"):
        dataset = synthetic(seed=3, bla=10, astrocytes=2)[0]
        text = with_rows(dataset.attrs["protocol_toml"], read_rows(rows, "rows.toml"))
        animals.append(measure(dataset.assign_attrs(group=group, protocol_toml=text)))
    found, left_out = report(animals)
    assert [(row["row"], row["verdict"]) for row in found[:3]] == [
        ("recall is low", "met"), ("fear returns", "order met"), ("drug at recall", "order missed"),
    ]  # fmt: skip
    assert found[0]["paper"] == 34.7
    assert found[1]["model"] == pytest.approx(50.0)
    assert left_out == ""
    assert found[3]["row"] == "Gq freezing extinction block 1"  # the published ones follow
