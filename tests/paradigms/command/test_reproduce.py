"""``astrogram reproduce amygdala_astrocytes``: groups in, table and figure out, and its reasons."""

import json

import pytest
import xarray as xr

from analysis.cohort.compare import sign_pattern
from analysis.packaged import read_table
from paradigms.cohort.groups import Group
from paradigms.command import amygdala as cli_amygdala
from paradigms.command import cli
from tests.support.circuit import SIZE

SAME_PROGRAM = {"recording.dt_weight": "2 s"}  # as tests/paradigms/cohort/test_cohort.py
GROUPS = [
    Group("control", (), SAME_PROGRAM),
    Group("Gq", ("Gq=1@extinction",), SAME_PROGRAM),
]

@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reproduced")


@pytest.fixture
def reproduce(folder, monkeypatch, capsys):
    """Call the command on a short protocol and two groups; rows, and what it said."""
    asked = []

    def groups(name):
        asked.append(name)
        return GROUPS

    monkeypatch.setattr(cli_amygdala, "PROTOCOL", "quick_conditioning")
    monkeypatch.setattr(cli_amygdala, "load_groups", groups)

    def call(*arguments):
        given = ["--animals", "2", "--first-seed", "5", "--jobs", "2", "--size", str(SIZE)]
        where = ["--out", str(folder), "--json"]
        status = cli.main(["reproduce", "amygdala_astrocytes", *given, *where, *arguments])
        out, err = capsys.readouterr()
        assert status == 0, err
        return json.loads(out), err, asked

    return call


def test_the_decisive_rows_come_first_beside_the_paper(reproduce, folder):
    rows, said, asked = reproduce()
    assert asked == ["amygdala_astrocytes"]
    order = [row["row"] for row in read_table("targets_section1")]
    assert [row["row"] for row in rows] == [name for name in order if name in
                                            {row["row"] for row in rows}]  # fmt: skip
    assert [row["decisive"] for row in rows[:4]] == [True] * 3 + [False]
    by_name = {row["row"]: row for row in rows}
    assert by_name["Gq freezing renewal"]["n"] == 2
    assert by_name["Gq freezing renewal"]["paired"]
    # the short protocol is not the published one: no third pairing, and no group waits for a run
    assert not {"Gi freezing renewal", "freezing third pairing"} & set(by_name)
    (line,) = [line for line in said.splitlines() if line.startswith("left out")]
    assert "3 trials in conditioning" in line
    assert line.endswith(f"and no animal is of group Gi, CalEx: {len(order) - len(rows)} rows")
    assert sign_pattern(rows) in said
    found = xr.open_dataset(folder / "amygdala_astrocytes.nc", decode_timedelta=False)
    assert found["group"].values.tolist() == ["control", "Gq"]
    assert found["animal"].values.tolist() == [5, 6]
    assert (folder / "amygdala_astrocytes.png").stat().st_size > 10_000


def test_the_reasons_use_the_animals_that_are_there(reproduce, folder):
    animals = {path: path.stat().st_mtime_ns for path in (folder / "animals").glob("*.json")}
    assert len(animals) == 4
    rows, said, asked = reproduce("--reasons")
    assert asked == ["amygdala_reasons"]
    assert "4 of 4 animals are there already" in said
    assert {path: path.stat().st_mtime_ns for path in animals} == animals
    assert [row["row"] for row in rows] == [row["row"] for row in read_table("reasons")]
    assert rows[0]["row"] == "Gq acute"
    assert rows[0]["n"] == 2
    assert {row["verdict"] for row in rows if "clamped" in row["row"]} == {"not run"}
    assert "double dissociation: " in said
    assert (folder / "amygdala_reasons.png").stat().st_size > 10_000
