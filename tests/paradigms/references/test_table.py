"""The table of references: rows, registry and command."""

import importlib
import json
import math
import re
from pathlib import Path

import pytest

from analysis.dataset.parts import read_parts
from paradigms.command import cli
from paradigms.references import table as references
from paradigms.references.table import (
    REFERENCES,
    Check,
    Reference,
    at_least,
    at_most,
    factor,
    near,
    run_references,
)


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (near("x", 1.0, 1.05, absolute=0.1), True),
        (near("x", 1.0, 1.2, absolute=0.1), False),
        (near("x", -10.0, -10.4, relative=0.05), True),
        (near("x", -10.0, -11.0, relative=0.05), False),
        (factor("x", 25.0, 12.6, 2), True),
        (factor("x", 25.0, 12.4, 2), False),
        (factor("x", 25.0, 51.0, 2), False),
        (factor("x", 25.0, -1.0, 2), False),
        (at_least("x", 1.0, 1.0), True),
        (at_most("x", 1.0, 1.0), True),
        (at_most("x", 1.0, 1.1), False),
        (at_least("x", 1.0, math.nan), False),
        (factor("x", 25.0, math.nan, 2), False),
    ],
)
def test_verdicts(row, met):
    assert row.met is met
    assert row.verdict == ("met" if met else "missed")
    assert row.tolerance


def test_near_needs_exactly_one_tolerance():
    with pytest.raises(ValueError, match="one of"):
        near("x", 1.0, 1.0)


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda item: f"{item.module}.{item.function}")
def test_every_registered_check_exists(reference):
    assert callable(getattr(importlib.import_module(reference.module), reference.function))


def test_a_missing_library_is_a_row_and_not_an_error(monkeypatch):
    def checks():
        raise ModuleNotFoundError("No module named 'nest'", name="nest")

    monkeypatch.setattr(references, "missing_checks", checks, raising=False)
    (row,) = Reference("s", "paradigms.references.table", "missing_checks").run()
    assert (row.verdict, row.met) == ("not run", False)
    assert "nest" in row.note


@pytest.fixture
def two_checks(monkeypatch):
    rows = {
        "first_checks": [near("the same", 1.0, 1.0, absolute=0.1, unit="s", note="a paper")],
        "second_checks": [at_most("too much", 1.0, math.inf)],
    }
    for name, found in rows.items():
        monkeypatch.setattr(references, name, lambda found=found: found, raising=False)
    registered = (
        Reference("one", "paradigms.references.table", "first_checks"),
        Reference("two", "paradigms.references.table", "second_checks", slow=True),
    )
    monkeypatch.setattr(references, "REFERENCES", registered)


def test_quick_leaves_out_the_slow_ones(two_checks):
    said = []
    found = list(run_references(quick=True, announce=said.append))
    assert [reference.subject for reference, _ in found] == ["one"]
    assert said == ["1 of 1: one, first checks"]


def test_the_command_prints_one_table(two_checks, capsys):
    assert cli.main(["reproduce", "references"]) == 0
    out, err = capsys.readouterr()
    for word in ("subject", "reference", "ours", "tolerance", "verdict", "the same", "missed"):
        assert word in out
    assert "1 of 2 rows met" in err


def test_the_command_prints_all_as_json(two_checks, capsys):
    assert cli.main(["reproduce", "references", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert set(rows[0]) == {"subject", *Check.__dataclass_fields__}
    assert rows[0]["note"] == "a paper"
    assert rows[1]["ours"] is None


def test_the_command_prints_markdown_with_notes(two_checks, capsys):
    assert cli.main(["reproduce", "references", "--markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Reference checks\n\n## one\n")
    assert "| the same | 1 | 1 | within 0.1 | s | met | a paper |" in out
    assert "| too much | 1 |  | at most | 1 | missed |  |" in out


def test_run_writes_dataset_and_figure(tmp_path, capsys):
    arguments = ["--size", "9", "--graph", "grid", "--junction", "none", "--json"]
    arguments += ["--set", "wave.duration=2", "--out", str(tmp_path)]
    assert cli.main(["run", "calcium_wave", *arguments]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "calcium_wave_seed0.nc",
        "calcium_wave_seed0.png",
    ]
    dataset = read_parts(tmp_path / "calcium_wave_seed0.nc")
    assert dataset.sizes["astrocyte"] == 9
    assert {"units", "long_name"} <= set(dataset["calcium"].attrs)
    rows = {row["quantity"]: row["value"] for row in json.loads(capsys.readouterr().out)}
    assert rows["reached"] == 1
    assert rows["speed_far"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["calcium_wave", "--clock", "published"], "--clock means nothing to calcium_wave"),
        (["tripartite_synapse", "--graph", "ring"], "--graph means nothing to tripartite_synapse"),
        (["quick_conditioning", "--graph", "ring"], "--graph belongs to calcium_wave"),
        (["tripartite_synapse", "--gpu"], "--gpu means nothing to tripartite_synapse"),
        (["calcium_wave", "--graph", "mobius"], "unknown graph 'mobius'; allowed: ring"),
        (["calcium_wave", "--junction", "x"], "unknown gap junction 'x'; allowed: threshold"),
        (["calcium_wave", "--size", "2"], "too small; allowed: 5 and more"),
        (["calcium_wave", "--set", "calcium.C_T=-1"], "calcium.C_T = -1 umolar is out of range"),
        (["calcium_wave", "--set", "wave.dt=100 ms"], "too coarse"),
        (["calcium_wave", "--set", "calcium.C_0=3"], "above the total calcium"),
        (["calcium_wave", "--device", "abacus"], "unknown device 'abacus'"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(arguments, message, tmp_path, capsys):
    assert cli.main(["run", *arguments, "--out", str(tmp_path / "x")]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if "astrogram: " in line]
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "x").exists()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_leaves_the_regime_says_where_and_when(tmp_path, capsys):
    arguments = ["--graph", "dense_cube", "--size", "343", "--set", "wave.dt=70 ms"]
    arguments += ["--set", "gap_junction.F=200", "--set", "wave.duration=20"]
    assert cli.main(["run", "calcium_wave", *arguments, "--out", str(tmp_path / "x")]) == 2
    assert not Path(tmp_path / "x").exists()
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert re.search(r"[CIh] of astrocyte \d+ is \S+ .*at t = .*; lower wave.dt, or bring", line)
