"""What goes wrong at the command line ends in one line."""

import errno
from importlib import import_module

import pytest

from paradigms.command import cli
from tests.support.command import failure


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run"], ["Missing argument"]),
        ([], ["Missing command"]),
        (["rum"], ["No such command 'rum'"]),
        (["run", "fear"], ["'fear' is not known", "fear_extinction"]),
        (["run", "absent.toml"], ["absent.toml", "No such file"]),
        (["run", "quick_conditioning", "--seed", "-1"], ["--seed"]),
        (["run", "quick_conditioning", "--seed", "one"], ["--seed"]),
        (["run", "quick_conditioning", "--seed", "4294967296"], ["--seed"]),
        (["cohort", "quick_conditioning", "--groups", "amygdala_astrocytes", "--seed", "-1"],
         ["--seed"]),
        (["cohort", "quick_conditioning", "--groups", "amygdala_astrocytes", "--first-seed",
          "4294967296"], ["--first-seed"]),
        (["cohort", "quick_conditioning", "--groups", "amygdala_astrocytes", "--animals",
          "1000000000000"], ["--animals"]),
        (["cohort", "quick_conditioning", "--groups", "amygdala_astrocytes", "--jobs", "0"],
         ["--jobs"]),
        (["reproduce", "robustness", "--draws", "1000000000000"], ["--draws"]),
        (["reproduce", "robustness", "--of", "astrocyte"],
         ["--of 'astrocyte' is not known; allowed: amygdala_astrocytes, astrocyte_trace"]),
        (["reproduce", "amygdala_astrocytes", "--seed", "4294967296"], ["--seed"]),
        (["run", "quick_conditioning", "--size", "many"], ["--size"]),
        (["run", "quick_conditioning", "--sed", "1"], ["--sed", "--seed"]),
        (["run", "quick_conditioning", "--clock", "publishd"], ["mean 'published'"]),
        (["run", "quick_conditioning", "--set", "a.b"], ["--set 'a.b'", "GROUP.NAME=VALUE"]),
        (["run", "quick_conditioning", "--set", "a.b=1", "--set", "a.b=2"], ["a.b is given twice"]),
        (["run", "quick_conditioning", "--intervene", "toll@night"], ["did you mean 'tool'"]),
        (["run", "quick_conditioning", "--intervene", "tool@nigth"], ["did you mean 'night'"]),
        (["run", "quick_conditioning", "--intervene", "tool"], ["KIND[:TARGET][=dose]@PHASE"]),
        (["run", "quick_conditioning", "--out", "x.h5"], ["'.h5' is not known", ".nc, .zarr"]),
    ],
)
def test_bad_input_is_one_line_and_status_2(house, tmp_path, monkeypatch, capsys, arguments, parts):
    monkeypatch.chdir(tmp_path)
    line = failure(capsys, *arguments)
    for part in parts:
        assert part in line
    assert house.simulated == []
    assert list(tmp_path.iterdir()) == []


def test_an_output_below_a_file_is_refused_before_the_run(house, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    line = failure(capsys, "run", "quick_conditioning", "--out", str(tmp_path / "file" / "x"))
    assert "cannot write" in line
    assert house.simulated == []


def test_a_full_disk_is_refused_before_the_run(house, tmp_path, monkeypatch, capsys):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    line = failure(capsys, "run", "quick_conditioning", "--out", str(tmp_path))
    assert "No space left on device" in line
    assert house.simulated == []
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_during_the_run_is_one_line(house, tmp_path, capsys):
    house.fail_write = OSError(errno.ENOSPC, "No space left on device")
    line = failure(capsys, "run", "quick_conditioning", "--out", str(tmp_path))
    assert "No space left on device" in line
    assert list(tmp_path.iterdir()) == []


MENDABLE = [
    getattr(import_module(module), name)
    for module, name in (
        ("paradigms.protocol.reading", "ProtocolError"),
        ("paradigms.protocol.interventions", "InterventionError"),
        ("paradigms.parts.tissue_graphs", "GraphError"),
        ("paradigms.memory.patterns", "PatternError"),
        ("paradigms.parts.options", "OptionError"),
        ("models.checks", "ModelError"),
        ("models.checks", "RegimeError"),
        ("models.parameters", "ParameterError"),
        ("models.units", "UnitError"),
        ("models.machine.devices", "DeviceError"),
        ("models.machine.compiling", "BuildError"),
        ("models.machine.execution", "RunError"),
        ("analysis.dataset.errors", "DatasetError"),
        ("astrogram.errors", "OutputError"),
        ("astrogram.errors", "EnvironmentFault"),
    )
]


@pytest.mark.parametrize("kind", MENDABLE)
def test_expected_errors_of_every_room_are_one_line(house, tmp_path, capsys, kind):
    house.fail = kind("one\n   two \x1b[31m")
    line = failure(capsys, "run", "quick_conditioning", "--out", str(tmp_path))
    assert line == "astrogram: one two \\x1b[31m"
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_program_keeps_its_traceback(house, tmp_path):
    house.fail = ZeroDivisionError("a fault")
    with pytest.raises(ZeroDivisionError):
        cli.main(["run", "quick_conditioning", "--out", str(tmp_path)])


def test_interrupting_a_run_leaves_nothing(house, tmp_path, capsys):
    house.fail = KeyboardInterrupt()
    line = failure(
        capsys, "run", "quick_conditioning", "--out", str(tmp_path / "out"), status=cli.INTERRUPTED
    )
    assert "interrupted" in line
    assert list(tmp_path.iterdir()) == []


def test_analyse_of_an_absent_file_is_one_line(house, tmp_path, capsys):
    line = failure(capsys, "analyse", str(tmp_path / "absent.nc"), "--out", str(tmp_path))
    assert "absent.nc: No such file or directory" in line
    assert list(tmp_path.iterdir()) == []
