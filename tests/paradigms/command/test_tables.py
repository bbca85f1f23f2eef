"""Tables of every command, on narrow and wide terminals and on none: no number is ever broken."""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imsave
from rich.cells import cell_len

import analysis.cohort.compare
import analysis.cohort.measures
import analysis.cohort.summary
import analysis.figures.sheet
import models.machine.builds
import paradigms.parts.calcium_wave
import paradigms.references.table
import paradigms.run.simulate
from analysis.dataset.schema import write_dataset
from analysis.figures import parts as panels_parts
from analysis.figures import robustness as robustness_figure
from astrogram.errors import OutputError
from paradigms.command import cli
from paradigms.command import references as cli_references
from paradigms.command import robustness as cli_robustness
from paradigms.display import console
from tests.support.synthetic import synthetic
from tests.support.tables import left_out, missing

WIDTHS = (60, 80, 100, 200)
OUT = "{out}"
TITLE = "$\\frac{$ 1.5"


@pytest.fixture(scope="module")
def animal(tmp_path_factory):
    """A dataset with a title that is no formula, its file, and what is measured in it, once."""
    dataset = synthetic(seed=1110, bla=40, astrocytes=4)[0].assign_attrs(title=TITLE)
    path = tmp_path_factory.mktemp("animal") / "animal.nc"
    write_dataset(dataset, path)
    with pytest.MonkeyPatch.context() as patch:
        for module in (analysis.cohort.summary, analysis.cohort.measures):
            patch.setattr(module, "decode_cs", lambda *_, **__: None, raising=False)
            patch.setattr(module, "decode_state", lambda *_, **__: None, raising=False)
        return SimpleNamespace(
            dataset=dataset, path=path, rows=analysis.cohort.summary.summarise(dataset),
            measured=analysis.cohort.measures.measure(dataset),
        )  # fmt: skip


def wave(dataset):
    return [
        {"quantity": f"speed_{k}", "value": value, "unit": "um s-1"}
        for k, value in enumerate((np.float64(96.987654), float("nan"), -0.0, 1.2345e-12))
    ]


def picture(dataset, path):
    imsave(path, [[0.0, 1.0]], format="png")


@pytest.fixture
def quick(animal, monkeypatch, tmp_path):
    """Every command with what takes long replaced; returns their arguments by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(analysis.cohort.summary, "summarise", lambda dataset: animal.rows)
    monkeypatch.setattr(analysis.cohort.measures, "measure", lambda dataset: animal.measured)
    monkeypatch.setattr(analysis.figures.sheet, "figure_sheet", picture)
    monkeypatch.setattr(paradigms.run.simulate, "simulate", lambda *a, **b: animal.dataset)
    monkeypatch.setattr(
        paradigms.parts.calcium_wave, "simulate_wave", lambda **given: xr.Dataset(attrs={"title":
        TITLE})
    )
    monkeypatch.setattr("analysis.dataset.parts.write_parts", lambda d, path: path.write_text(""))
    monkeypatch.setattr(panels_parts, "measured", wave)
    monkeypatch.setattr(panels_parts, "parts_figure", picture)
    checks = [
        {"check": f"a check of what others found, number {k}", "reference": -20.1 * 10.0**k,
         "ours": -20.1e-9 / 10.0**k, "tolerance": 1e-13, "unit": "umol L-1",
         "verdict": "met", "source": "paper", "note": TITLE}
        for k in range(12)
    ]  # fmt: skip
    subject = SimpleNamespace(subject="single astrocyte, closed form")
    monkeypatch.setattr(
        paradigms.references.table, "run_references", lambda **_: [(subject, checks)]
    )
    folder = tmp_path / ("15fe96b06ba9" * 5)
    builds = [models.machine.builds.Build(folder, "amygdala_prefrontal", 1234567, 2**33, 1e9)]
    monkeypatch.setattr(models.machine.builds, "builds", lambda: builds)
    return {
        "parameters": ["parameters"],
        "parameters of one": ["parameters", "neuron_glia_2019"],
        "protocols": ["protocols"],
        "interventions": ["interventions"],
        "devices": ["devices"],
        "cache": ["cache"],
        "analyse": ["analyse", str(animal.path), "--out", OUT],
        "compare": ["compare", str(animal.path)],
        "run": ["run", "quick_conditioning", "--out", OUT],
        "part": ["run", "calcium_wave", "--out", OUT],
        "references": ["reproduce", "references"],
    }


COMMANDS = (
    "parameters", "parameters of one", "protocols", "interventions", "devices", "cache", "analyse",
    "compare", "run", "part", "references",
)  # fmt: skip


def on_a_terminal(width, function, monkeypatch):
    """Call a function with standard output on a terminal of `width` columns; what it showed."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    seen = bytearray()

    def follow():
        while True:
            try:
                seen.extend(os.read(reader, 1 << 16))
            except OSError:  # the other end is closed
                return

    thread = threading.Thread(target=follow)
    thread.start()
    with open(writer, "w", encoding="utf-8") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        function()
    thread.join()
    os.close(reader)
    return seen.decode().replace("\r\n", "\n")


def status(arguments, folder):
    """Run a command; what it writes goes to a place of its own, for nothing there is replaced."""
    out = str(folder / f"out_{len(list(folder.iterdir()))}")
    return cli.main([out if word == OUT else word for word in arguments])


def check(rows, text, width):
    assert not missing(rows, text)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_number_of_a_command_is_whole(name, quick, monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    arguments = quick[name]
    assert status([*arguments, "--json"], tmp_path) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows

    def call():
        assert status(arguments, tmp_path) == 0

    for width in WIDTHS:
        check(rows, on_a_terminal(width, call, monkeypatch), width)
        with monkeypatch.context() as patch:
            patch.setenv("COLUMNS", str(width))
            call()
            check(rows, capsys.readouterr().out, width)
    call()
    check(rows, capsys.readouterr().out, console.PIPE_WIDTH)


LONG = {"row": "PL-projecting against others, renewal", "unit": "percent", "verdict": "not judged"}
NUMBER = -1.2345e-05


@pytest.mark.parametrize(
    ("columns", "expendable"),
    [
        (console.COMPARE_COLUMNS, console.EXPENDABLE),
        (console.EFFECT_COLUMNS, console.EXPENDABLE),
        (cli_robustness.COLUMNS, cli_robustness.EXPENDABLE),
        (cli_references.COLUMNS, cli_references.EXPENDABLE),
    ],
)
def test_wide_tables_keep_what_matters(columns, expendable, monkeypatch, capsys):
    """Comparisons of cohorts and maps, which take hours: their columns, on rows of their kind."""
    rows = [{name: LONG.get(name, NUMBER * 10**k) for name in columns} for k in range(3)]
    for width in WIDTHS:
        monkeypatch.setenv("COLUMNS", str(width))
        console.print_rows(rows, as_json=False, columns=columns, expendable=expendable)
        text = capsys.readouterr().out
        check(rows, text, width)
        assert not left_out(text) & {columns[0], "model", "ours", "share", "paper", "verdict"}
    assert not left_out(text)


def test_a_terminal_that_does_not_tell_its_width(quick, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    text = on_a_terminal(0, lambda: cli.main(quick["compare"]), monkeypatch)
    assert max(map(cell_len, text.splitlines())) <= console.UNKNOWN_WIDTH


def test_figures_come_after_the_numbers_and_may_fail(quick, animal, monkeypatch, capsys, tmp_path):
    """The numbers are printed and the datasets written; then one line, and status 2."""

    def fail(dataset, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(analysis.figures.sheet, "figure_sheet", fail)
    monkeypatch.setattr(panels_parts, "parts_figure", fail)
    for name in ("analyse", "part"):
        assert status(quick[name], tmp_path) == 2
        out, err = capsys.readouterr()
        assert "value" in out
        assert [line for line in err.splitlines() if "No space left" in line] == [
            line for line in err.splitlines() if line.startswith("astrogram: cannot write ")
        ]
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "animal_summary.json", "calcium_wave_seed0.nc",
    ]  # fmt: skip
    (table,) = tmp_path.rglob("animal_summary.json")
    assert len(json.loads(table.read_text())) == len(animal.rows)


def test_a_map_whose_figure_fails_prints_its_rows(monkeypatch, capsys, tmp_path):
    rows = [{name: 0.5 for name in cli_robustness.COLUMNS} | {"verdict": "met"}]
    monkeypatch.setattr("analysis.cohort.robustness.survival", lambda found: rows)
    monkeypatch.setattr("analysis.cohort.robustness.groups", lambda _: ())
    planned = SimpleNamespace(parameters=())
    monkeypatch.setattr("paradigms.cohort.robustness.plan_draws", lambda *_: planned)
    monkeypatch.setattr("paradigms.cohort.robustness.plan_map", lambda *_: ())
    monkeypatch.setattr("paradigms.cohort.robustness.run_map", lambda *_, **__: xr.Dataset())

    def fail(*_):
        raise OutputError("cannot draw")

    monkeypatch.setattr(robustness_figure, "robustness_figure", fail)
    assert cli.main(["reproduce", "robustness", "--out", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert "0.5" in out
    assert "1 of 1 findings" in err
    assert "astrogram: cannot draw" in err.splitlines()
    assert [path.name for path in tmp_path.iterdir()] == ["robustness.nc"]


def test_a_circuit_is_listed_alone_or_all_are(capsys):
    assert cli.main(["parameters", "--json"]) == 0
    every = json.loads(capsys.readouterr().out)
    found = {row["circuit"] for row in every}
    assert {"amygdala_prefrontal", "associative_memory", "neuron_glia_2019"} <= found
    for name in found:
        assert cli.main(["parameters", name, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == [r for r in every if r["circuit"] == name]
    assert cli.main(["parameters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert found <= set(lines)  # each above its own table
    assert cli.main(["parameters", "--markdown"]) == 0
    assert {f"# Parameters of {name}" for name in found} <= set(capsys.readouterr().out.split("\n"))


@pytest.mark.parametrize("name", ["nix", "..", "", "a\x1b[2J\nb"])
def test_an_unknown_circuit_is_one_line(name, capsys):
    assert cli.main(["parameters", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "unknown circuit" in err
    assert "allowed: amygdala_prefrontal, " in err
    assert "\x1b" not in err
