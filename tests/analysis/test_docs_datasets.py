"""The Python of docs/datasets.md runs as it stands there."""

import re

import pytest
import xarray as xr

from analysis.cohort.summary import summarise
from analysis.dataset.facets import facets_of
from analysis.dataset.schema import read_dataset, write_dataset
from analysis.dataset.table import FACETS, ROLES, TRANSMITTERS, VALENCES
from tests.support.paths import ROOT
from tests.support.synthetic import synthetic

PAGE = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_dataset(synthetic(seed=2, bla=20, astrocytes=2)[0], "animal.nc")
    return tmp_path


def run(mark):
    (code,) = [block for block in BLOCKS if mark in block]
    names = {"xarray": xr}
    exec(compile(code, mark, "exec"), names)
    return names


def test_a_recording_from_arrays(here):
    run("assemble(")
    read = read_dataset(here / "mouse12.nc")
    assert facets_of(read) == {"neurons", "activity", "trials", "behaviour"}
    value = {(row["quantity"], row["stage"]): row["value"] for row in summarise(read)}
    assert value["freezing", "recall"] == 50.0
    assert value["calcium responses", "all"] == "not measured"


def test_words_select(here):
    names = run("open_dataset(")
    assert names["principal"].sizes["neuron"] == 20
    assert names["renewal"]["freezing"].values == pytest.approx(500 / 6)


def test_a_changed_file_is_read(here):
    run("content_sha256")
    assert float(read_dataset(here / "changed.nc")["freezing"][0]) == 42.0


def test_every_facet_and_label_is_told():
    table = re.findall(r"^\| `(\w+)` \|", PAGE.split("## Labels")[0], re.MULTILINE)
    assert table == list(FACETS)
    for word in (*ROLES, *TRANSMITTERS, *VALENCES):
        assert f"`{word}`" in PAGE
