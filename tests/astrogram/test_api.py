"""The public Python API: what it hands on, lazily, and that it does what the commands do."""

import inspect
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import astrogram as ag
from analysis.cohort.dataset import gather
from analysis.cohort.measures import measure
from analysis.cohort.summary import summarise
from models.parameters import load_parameters
from paradigms.cohort.groups import Group
from paradigms.command import cli
from paradigms.protocol.files import load_protocol
from tests.support.circuit import BLINK
from tests.support.paths import ROOT
from tests.support.synthetic import synthetic

FUNCTIONS = [name for name in ag.__all__ if name != "AstrogramError"]
ROWS = """
[[epoch]]
name = "second_tone"
stage = "extinction_1"
block = 1
trial = 2
"""


@pytest.fixture(scope="module")
def animal():
    return synthetic(seed=1, bla=20, astrocytes=4)[0]


def test_importing_it_loads_nothing_and_names_are_found_when_used():
    code = (
        "import sys, astrogram\n"
        "heavy = {'brian2', 'xarray', 'numpy', 'models', 'paradigms', 'analysis'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "print(set(astrogram.__all__) <= set(dir(astrogram)), 'run' in vars(astrogram))\n"
        "from astrogram import run\n"
        "print(run is astrogram.run, 'xarray' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:3] == ["[]", "True False", "True False"]


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        ag.rum  # noqa: B018


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_documented_with_an_example(name):
    text = inspect.getdoc(getattr(ag, name))
    for section in ("Parameters\n---", "Examples\n---", ">>> import astrogram as ag"):
        assert section in text
    for parameter in inspect.signature(getattr(ag, name)).parameters:
        assert re.search(rf"^(\w+, )*{parameter}(, \w+)* ?", text, re.MULTILINE)


def test_protocols_and_parameters(tmp_path):
    plan = load_protocol("quick_conditioning")
    (tmp_path / "mine.toml").write_text(plan.text, encoding="utf-8")
    for source in ("quick_conditioning", str(tmp_path / "mine.toml"), tmp_path / "mine.toml", plan):
        assert ag.load_protocol(source) == plan
    assert ag.parameters() == load_parameters()
    assert ag.parameters("associative_memory", {"recall.cues": 3})["recall.cues"].value == 3
    for call in (
        lambda: ag.load_protocol("fear"), lambda: ag.load_protocol(tmp_path / "no.toml"),
        lambda: ag.parameters("nix"), lambda: ag.parameters(overrides={"a.b": 1}),
        lambda: ag.run("quick_conditioning", intervene=["Qq@night"]),
        lambda: ag.cohort("quick_conditioning", "nix", [1], tmp_path),
        lambda: ag.open_dataset(tmp_path / "no.nc"),
    ):  # fmt: skip
        with pytest.raises(ag.AstrogramError) as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1


def test_a_run_is_that_of_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.cohort.summary.summarise", lambda dataset: [])
    (tmp_path / "blink.toml").write_text(BLINK)
    given = {"seed": 5, "size": 250, "device": "numpy"}
    found = ag.run(
        tmp_path / "blink.toml", **given, overrides={"plasticity.eta": 0.004},
        intervene=["Gq=0.5@pairing"],
    )  # fmt: skip
    path = ag.write_dataset(found, tmp_path / "mine.nc")
    arguments = ["--seed", "5", "--size", "250", "--device", "numpy", "--out", str(tmp_path)]
    arguments += ["--set", "plasticity.eta=0.004", "--intervene", "Gq=0.5@pairing"]
    assert cli.main(["run", str(tmp_path / "blink.toml"), *arguments]) == 0
    ours, theirs = ag.open_dataset(path), ag.open_dataset(tmp_path / "blink_seed5.nc")
    assert ours["spike_time"].size > 100
    assert set(ours.variables) == set(theirs.variables)
    for name in ours.variables:
        np.testing.assert_array_equal(ours[name].values, theirs[name].values)
    assert ours.attrs["parameters_hash"] == theirs.attrs["parameters_hash"]


def test_an_animal_is_analysed_compared_and_drawn(animal, tmp_path, capsys):
    path = ag.write_dataset(animal, tmp_path / "animal.nc")
    found = ag.open_dataset(path)
    rows, (measured,) = ag.analyse(found)
    assert str(rows) == str(summarise(found))  # where NaN is NaN
    assert str(measured.values) == str(measure(found).values)
    (tmp_path / "rows.toml").write_text(ROWS)
    compared = ag.compare([found], rows=tmp_path / "rows.toml")
    assert cli.main(["compare", str(path), "--rows", str(tmp_path / "rows.toml"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [row["row"] for row in compared] == [row["row"] for row in shown]
    assert compared[0]["row"] == "freezing second tone"
    ag.figure_sheet(found, tmp_path / "animal.png")
    assert (tmp_path / "animal.png").stat().st_size > 10_000


def test_a_cohort_is_written_read_and_compared(animal, tmp_path):
    contents = [
        {"group": group, "seed": seed, **measure(animal).record()}
        for group in ("control", "Gq") for seed in (1, 2)
    ]  # fmt: skip
    found = ag.open_dataset(ag.write_dataset(gather(contents), tmp_path / "cohort.nc"))
    xr.testing.assert_equal(found, gather(contents))
    with pytest.raises(ag.AstrogramError, match="a file that ends in .nc"):
        ag.write_dataset(found, tmp_path / "cohort.zarr")
    rows, animals = ag.analyse(found)
    assert [(member.group, member.seed) for member in animals] == [
        ("control", 1), ("control", 2), ("Gq", 1), ("Gq", 2),
    ]  # fmt: skip
    assert str(rows) == str(ag.compare([found]))
    ag.figure_sheet(found, tmp_path / "cohort.png")
    assert (tmp_path / "cohort.png").stat().st_size > 10_000


def test_a_cohort_is_planned_as_the_command_plans_it(tmp_path, monkeypatch):
    """With rows of one's own, also for a group that has a protocol of its own."""
    asked = []

    def run_cohort(subjects, **options):
        asked.append((subjects, options))
        return "cohort"

    monkeypatch.setattr("paradigms.cohort.cohort.run_cohort", run_cohort)
    (tmp_path / "rows.toml").write_text(ROWS)
    plan = load_protocol("quick_conditioning")
    blink = tmp_path / "blink.toml"
    blink.write_text(BLINK)
    groups = [
        Group("control", (), {}), Group("same", ("Gq@extinction",), {}, plan),
        Group("other", (), {}, load_protocol(blink)),
    ]  # fmt: skip
    options = {"size": 250, "rows": tmp_path / "rows.toml", "jobs": 3}
    assert ag.cohort(plan, groups, range(4, 6), tmp_path, **options) == "cohort"
    ((subjects, given),) = asked
    assert given == {"jobs": 3, "overwrite": False, "progress": None}
    assert [(item.group, item.seed) for item in subjects] == [
        (group, seed) for seed in (4, 5) for group in ("control", "same", "other")
    ]  # fmt: skip
    texts = {item.group: item.protocol_toml for item in subjects}
    assert "second_tone" in texts["control"]
    assert "second_tone" in texts["same"]
    assert "second_tone" not in texts["other"]  # it has no such trials
