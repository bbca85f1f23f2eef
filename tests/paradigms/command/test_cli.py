"""The command line, with the simulation and the analysis replaced by stand-ins."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from astrogram.errors import OutputError
from paradigms.command import cli
from paradigms.command.marks import read_mark, request_mark
from paradigms.run.output import check_writable, dataset_path
from tests.support.command import ROWS, failure


def test_run_writes_a_dataset_and_prints_the_summary(house, tmp_path, capsys):
    assert cli.main(["run", "quick_conditioning", "--seed", "7", "--out", str(tmp_path)]) == 0
    assert house.written == [tmp_path / "quick_conditioning_seed7.nc"]
    assert house.checked == [(house.written[0], False)]
    protocol, options = house.simulated[0]
    assert protocol.name == "quick_conditioning"
    assert options == {
        "seed": 7, "size": None, "clock": None, "overrides": {}, "device": "cpp", "gpu": False,
    }  # fmt: skip
    out, err = capsys.readouterr()
    assert "freezing" in out
    assert "12.35" in out
    assert "building the model" in err
    assert "renewal cs_alone  (100 %)" in err
    assert "quick_conditioning_seed7.nc" in err


def test_run_hands_every_option_over(house, tmp_path, capsys):
    arguments = ["--size", "300", "--clock", "published", "--device", "genn", "--gpu"]
    arguments += ["--set", "a.b=1 nS", "--set", "a.c = 2=2"]
    arguments += ["--intervene", "tool=0.5@extinction"]
    arguments += ["--intervene", "tool@night,renewal.cs_alone"]
    arguments += ["--out", str(tmp_path / "new" / "x.zarr"), "--json", "--overwrite"]
    assert cli.main(["run", "quick_conditioning", *arguments]) == 0
    protocol, options = house.simulated[0]
    assert options == {
        "seed": 0,
        "size": 300,
        "clock": "published",
        "overrides": {"a.b": "1 nS", "a.c": "2=2"},
        "device": "genn",
        "gpu": True,
    }
    assert [(i.kind, i.dose, i.during) for i in protocol.interventions] == [
        ("tool", 0.5, ("extinction",)),
        ("tool", 1.0, ("night", "renewal.cs_alone")),
    ]
    assert house.written == [tmp_path / "new" / "x.zarr"]
    assert house.checked == [(house.written[0], True)]
    rows = json.loads(capsys.readouterr().out)
    assert rows == [ROWS[0], {"quantity": "rate", "value": None, "n": 0}]


def test_analyse_writes_sheet_and_summary(house, tmp_path, capsys):
    file = tmp_path / "animal.nc"
    file.write_text("7")
    assert cli.main(["analyse", str(file), "--json"]) == 0
    assert read_mark(tmp_path / "animal_sheet.png") == request_mark({"seed": 7})
    rows = json.loads(capsys.readouterr().out)
    assert rows == json.loads((tmp_path / "animal_summary.json").read_text())
    assert len(list(tmp_path.iterdir())) == 3
    assert cli.main(["analyse", str(file), "--out", str(tmp_path / "deep" / "er")]) == 0
    assert (tmp_path / "deep" / "er" / "animal_sheet.png").exists()


def test_analyse_replaces_its_own_results_and_others_only_if_asked(house, tmp_path, capsys):
    file, results = tmp_path / "animal.nc", tmp_path / "results"
    command = ["analyse", str(file), "--out", str(results)]
    sheet, table = results / "animal_sheet.png", results / "animal_summary.json"

    def content():
        return {path.name: path.read_bytes() for path in results.iterdir()}

    file.write_text("7")
    for _ in range(2):
        assert cli.main(command) == 0
    before = content()
    file.write_text("8")  # another animal of the same name
    capsys.readouterr()
    assert "--overwrite" in failure(capsys, *command)
    assert content() == before
    assert cli.main([*command, "--overwrite"]) == 0
    assert read_mark(sheet) == request_mark({"seed": 8})
    capsys.readouterr()
    sheet.write_text("my holiday")
    before = content()
    assert "no figure of this version" in failure(capsys, *command, "--overwrite")
    sheet.unlink()
    assert "animal_sheet.png, to which it would belong" in failure(capsys, *command)
    table.unlink()
    assert content() == {}


def test_compare(house, tmp_path, capsys):
    files = [tmp_path / f"{number}.nc" for number in range(3)]
    for file in files:
        file.write_text("dataset")
    assert cli.main(["compare", *map(str, files)]) == 0
    printed = capsys.readouterr()
    assert "verdict" in printed.out
    assert "source" not in printed.out
    assert "caution: 3 animals" in printed.err
    assert cli.main(["compare", *map(str, files), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["n"] == 3
    assert row["source"] == "paper"


def test_protocols(capsys):
    assert cli.main(["protocols", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["fear_extinction"]["trials"] == 68
    assert cli.main(["protocols"]) == 0
    assert "quick_conditioning" in capsys.readouterr().out


def test_interventions(house, capsys):
    assert cli.main(["interventions", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["acts_on"]) == ("tool", "cells")
    assert cli.main(["interventions", "--markdown"]) == 0
    assert "| tool | a tool | cells.v | v = dose |" in capsys.readouterr().out


def test_parameters_as_table_json_and_markdown(capsys):
    assert cli.main(["parameters", "amygdala_prefrontal", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert set(rows[0]) == {
        "circuit", "group", "name", "value", "unit", "low", "high", "meaning", "source",
    }  # fmt: skip
    assert cli.main(["parameters", "amygdala_prefrontal", "--markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# Parameters\n")
    for group in {row["group"] for row in rows}:
        assert f"\n## {group}\n" in text
    assert sum(line.count(" | ") >= 6 for line in text.splitlines()) >= len(rows)
    assert f"| {rows[-1]['name']} | " in text
    assert cli.main(["parameters"]) == 0
    assert "meaning" in capsys.readouterr().out


def test_dataset_path(tmp_path):
    assert dataset_path("out", "p", 3) == Path("out/p_seed3.nc")
    assert dataset_path("a/b.nc", "p", 3) == Path("a/b.nc")
    assert dataset_path("a/b.zarr", "p", 3) == Path("a/b.zarr")
    assert dataset_path("v1.2/", "p", 3) == Path("v1.2/p_seed3.nc")
    (tmp_path / "v1.2").mkdir()
    assert dataset_path(str(tmp_path / "v1.2"), "p", 3).name == "p_seed3.nc"
    with pytest.raises(OutputError):
        dataset_path("v1.2", "p", 3)


def test_check_writable_refuses_what_is_taken(tmp_path):
    (tmp_path / "folder.nc").mkdir()
    (tmp_path / "file.zarr").write_text("")
    for name in ("folder.nc", "file.zarr"):
        with pytest.raises(OutputError, match="choose another --out"):
            check_writable(tmp_path / name)
    check_writable(tmp_path / "a" / "b" / "c.nc")
    assert not (tmp_path / "a").exists()


def test_the_module_is_the_command_and_help_is_light():
    code = (
        "import sys; from paradigms.command.cli import main; main(sys.argv[1:]);"
        "heavy = {'brian2', 'xarray', 'matplotlib', 'scipy', 'sklearn'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    for arguments, shown in (
        (["--help"], "analyse"), (["run", "--help"], "calcium_wave"),
        (["run", "fear_extinction", "--help"], "--intervene"),
        (["run", "spiking_recall", "--help"], "--networks"),
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        assert shown in done.stdout
        assert done.stdout.splitlines()[-1] == "[]"
    done = subprocess.run(
        [sys.executable, "-m", "paradigms", "rum"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("astrogram: No such command")
