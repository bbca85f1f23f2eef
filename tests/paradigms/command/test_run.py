"""``astrogram run NAME``: every name has its own options, and those of others are refused."""

import json
import re
import sys
from types import SimpleNamespace

import pytest
import typer

from paradigms.command import cli
from paradigms.command.small import command_of
from paradigms.parts.options import Option
from paradigms.parts.table import PARADIGMS, Paradigm

COMMON = {"--seed", "--set", "--out", "--overwrite", "--json", "--help"}
ANIMAL = {"--size", "--clock", "--intervene", "--device", "--gpu", "--no-gpu"}


def shown(capsys, *arguments):
    assert cli.main([*arguments, "--help"]) == 0
    out = capsys.readouterr().out
    assert all(len(line) < 100 for line in out.splitlines())
    return out


def refused(capsys, *arguments):
    assert cli.main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("astrogram: ")]
    return line.removeprefix("astrogram: ")


def options(text):
    """The options that a help lists."""
    lines = re.findall(r"^  (--.*)", text, re.MULTILINE)
    return {flag for line in lines for flag in re.findall(r"--[a-z-]+", line.partition("  ")[0])}


@pytest.mark.parametrize("name", PARADIGMS)
def test_help_of_a_paradigm_shows_its_options_and_no_others(name, capsys):
    text = shown(capsys, "run", name)
    assert text.startswith(f"Usage: astrogram run {name} [OPTIONS]")
    assert PARADIGMS[name].summary.split()[-1] in text
    assert options(text) == {option.flag for option in PARADIGMS[name].options} | COMMON


@pytest.mark.parametrize("name", ["fear_extinction", "my.toml"])
def test_help_of_a_protocol_shows_the_options_of_an_animal(name, capsys):
    text = shown(capsys, "run", name)
    assert text.startswith(f"Usage: astrogram run {name} [OPTIONS]")
    assert options(text) == ANIMAL | COMMON


def test_help_without_a_name_lists_the_names(capsys):
    text = shown(capsys, "run")
    for name in (*PARADIGMS, "PROTOCOL", "fear_extinction", "FILE.toml"):
        assert name in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["calcium_wave", "--block", "1"],
         "--block means nothing to calcium_wave; allowed: --device, --graph, --json, --junction, "
         "--out, --overwrite, --seed, --set, --size; --block belongs to associative_recall, "
         "spiking_recall"),
        (["memory_capacity", "--clock=published"],
         "--clock means nothing to memory_capacity; allowed: --json, --out, --overwrite, --seed, "
         "--set; --clock belongs to protocols"),
        (["memory_capacity", "--no-gpu"], "--no-gpu belongs to protocols"),
        (["my.toml", "--latent"], "--latent belongs to associative_recall"),
        (["--networks", "2", "my\x1b.toml"], "means nothing to my\\x1b.toml; "),
        (["calcium_wave", "--grap", "ring"], "No such option: --grap (Possible options: --graph)"),
        (["calcium_wave", "ring"], "unexpected extra argument"),
        (["calcium_wave", "--graph"], "'--graph' requires an argument"),
        (["calcium_wav"], "did you mean 'calcium_wave'?"),
        (["fear_extinctoin", "--help"], "did you mean 'fear_extinction'?"),
        (["PROTOCOL"], "'PROTOCOL' is not known; allowed: astrocyte_trace, behavioural_tagging, "),
        (["--seed", "3"], "Missing argument NAME; allowed: astrocyte_trace, behavioural_tagging, "),
    ],
)  # fmt: skip
def test_what_a_name_does_not_take_is_refused_in_one_line(arguments, said, capsys):
    assert said in refused(capsys, "run", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["calcium_wave", "--size", "1", "--seed", "3"],
        ["--size", "1", "calcium_wave", "--seed", "3"],
        ["--seed=3", "--json", "--size", "1", "calcium_wave"],
    ],
)
def test_the_name_may_stand_behind_options(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "a ring of 1 astrocytes is too small" in refused(capsys, "run", *arguments)


def test_a_wrong_option_leads_to_the_help_of_its_command(capsys):
    assert refused(capsys, "run", "calcium_wave", "--size", "x").endswith(
        "(see astrogram run calcium_wave --help)"
    )


def test_a_row_is_all_that_a_command_needs(tmp_path, monkeypatch, capsys):
    asked = []

    def count(*, progress, **given):
        asked.append(given)
        progress(1.0)
        return SimpleNamespace(attrs={})

    module = SimpleNamespace(
        count=count, measured=lambda dataset: [{"quantity": "cells", "value": 4}],
        draw=lambda dataset, path: path.write_bytes(b"drawn"),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "counting", module)
    monkeypatch.setattr(
        "analysis.dataset.parts.write_parts",
        lambda dataset, path: path.write_text(json.dumps(dataset.attrs)),
    )
    row = Paradigm(
        "counting", "Counts cells.", "counting:count",
        (
            Option("n_cells", int, 3, "number of cells", (1, 9)),
            Option("share", float, 0.5, "share of them", (0, 1)),
            Option("slow", bool, False, "take time"),
        ),
        "counting:measured", "counting:draw",
    )  # fmt: skip
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command_of(row))
    given = ["--n-cells", "4", "--slow", "--set", "a.b=1", "--seed", "7", "--out", str(tmp_path)]
    app([*given, "--json"], standalone_mode=False)
    assert asked == [{"seed": 7, "n_cells": 4, "slow": True, "overrides": {"a.b": "1"}}]
    assert json.loads(capsys.readouterr().out) == [{"quantity": "cells", "value": 4}]
    request = ["counting", 7, {"n_cells": 4, "overrides": {"a.b": "1"}, "slow": True}]
    written = json.loads((tmp_path / "counting_seed7.nc").read_text())
    assert json.loads(written["request"]) == request
    assert (tmp_path / "counting_seed7.png").read_bytes() == b"drawn"
