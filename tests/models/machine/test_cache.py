"""The cache of programs: what is damaged, and what is of others."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from astrogram.environment import temporary_folder
from astrogram.errors import AstrogramError, EnvironmentFault
from models.machine import builds
from models.machine.builds import _seal, clear_cache, find_build
from models.machine.execution import execute
from models.run import run_circuit
from paradigms.command.cli import main
from tests.support.programs import N_STEPS, equal, one_line
from tests.support.tiny import STEP, tables, tiny

DEAD = ".astrogram-build-{}-1-1-0123456789abcdef"  # process 1 began later than that


# ---- damaged -----------------------------------------------------------------------------------


def test_no_flipped_bit_goes_unnoticed(entry, made, expected):
    """40 flips: each makes the program anew; none changes a result."""
    rng = np.random.default_rng(15)
    static = str(next((entry / "static_arrays").iterdir()).relative_to(entry))
    files = ["main", "manifest.json", "seal.json", static] * 10
    silent = []
    for number, name in enumerate(files):
        content = bytearray((entry / name).read_bytes())
        at = int(rng.integers(len(content)))
        content[at] ^= 1 << int(rng.integers(8))
        (entry / name).write_bytes(content)
        folder, _ = find_build(tiny())
        if len(made) != number + 1 or folder != entry:
            silent.append((name, at))
        if number % 5 == 0:
            assert equal(execute(folder, tables(), N_STEPS), expected)
    assert len(files) == 40
    assert silent == []


def test_a_flipped_bit_of_the_mark_changes_nothing(entry, made, expected):
    content = bytearray((entry / "astrogram-program").read_bytes())
    content[3] ^= 8
    (entry / "astrogram-program").write_bytes(content)
    assert equal(execute(find_build(tiny())[0], tables(), N_STEPS), expected)
    assert made == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "[]", "null", "0", '"main"', "[" * 100_000, '{"main": null}', "\x00", "whole-1",
     "other-name"],
)  # fmt: skip
def test_a_seal_that_is_none_is_a_damaged_program(entry, made, expected, text):
    whole = _seal(entry, entry.name)
    if text == "whole-1":
        text = json.dumps({name: whole[name] for name in ("program", "main")})
    elif text == "other-name":
        text = json.dumps({**whole, "program": "0" * 24})
    (entry / "seal.json").write_text(text)
    assert equal(execute(find_build(tiny())[0], tables(), N_STEPS), expected)
    assert made == ["tiny"]


@pytest.mark.parametrize("name", ["main", "manifest.json", "seal.json", "static_arrays"])
def test_a_file_that_is_gone_is_made_anew(entry, made, expected, name):
    remove = shutil.rmtree if (entry / name).is_dir() else os.unlink
    remove(entry / name)
    assert equal(run_circuit(tiny(), tables(), N_STEPS * STEP).records, expected)
    assert made == ["tiny"]
    assert [item.folder for item in builds.builds()] == [entry]


# ---- of others -----------------------------------------------------------------------------------


@contextmanager
def owned_by_another(path, monkeypatch):
    if os.geteuid() == 0:
        os.lchown(path, 12345, -1)
        yield
        os.lchown(path, 0, -1)
    else:
        with monkeypatch.context() as patch:
            patch.setattr(os, "geteuid", lambda: 12345)
            yield


@pytest.mark.parametrize(
    "name", ["..", ".", "main", "manifest.json", "seal.json", "static_arrays"]
)
@pytest.mark.parametrize("how", ["owner", "group", "others", "all"])
def test_what_others_could_have_put_there_is_not_run(entry, made, monkeypatch, name, how):
    path = Path(os.path.normpath(entry / name))
    if how == "owner":
        with owned_by_another(path, monkeypatch), pytest.raises(EnvironmentFault) as caught:
            run_circuit(tiny(), tables(), N_STEPS * STEP)
        assert "belongs to" in one_line(caught)
    else:
        path.chmod(path.stat().st_mode | {"group": 0o020, "others": 0o002, "all": 0o022}[how])
        with pytest.raises(EnvironmentFault) as caught:
            run_circuit(tiny(), tables(), N_STEPS * STEP)
        assert "chmod -R go-w" in one_line(caught)
        path.chmod(path.stat().st_mode & ~0o022)
    assert "ASTROGRAM_CACHE" in one_line(caught)
    assert made == []
    assert find_build(tiny()) == (entry, 0.0)


def test_a_link_of_anothers_is_not_followed(entry, made, monkeypatch, tmp_path):
    (tmp_path / "link").symlink_to(entry.parent)
    monkeypatch.setenv("ASTROGRAM_CACHE", str(tmp_path / "link"))
    assert find_build(tiny())[0].samefile(entry)
    if os.geteuid() == 0:
        with owned_by_another(tmp_path / "link", monkeypatch), pytest.raises(EnvironmentFault):
            find_build(tiny())


def test_a_new_cache_is_for_its_user_alone(tmp_path, made, monkeypatch):
    before = os.umask(0)
    try:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ASTROGRAM_CACHE", "deep/c")
        folder, _ = find_build(tiny())
    finally:
        os.umask(before)
    assert folder.parent == tmp_path / "deep" / "c"
    for path in (folder.parent, folder, *(folder / x for x in ("main", "seal.json"))):
        assert path.stat().st_mode & 0o077 == 0, path
    assert find_build(tiny()) == (folder, 0.0)


def test_a_place_where_no_cache_can_be_is_refused(tmp_path, made, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "c", "/proc/none/c"):
        monkeypatch.setenv("ASTROGRAM_CACHE", str(place))
        with pytest.raises(AstrogramError, match="ASTROGRAM_CACHE") as caught:
            run_circuit(tiny(), tables(), N_STEPS * STEP)
        assert str(place) in one_line(caught)
    assert made == []


# ---- only what is ours is removed ----------------------------------------------------------------


def test_clearing_removes_what_is_ours_alone(entry, capsys, tmp_path):
    cache = entry.parent
    damaged = cache / ("b" * 24)
    shutil.copytree(entry, damaged)
    (damaged / "seal.json").write_text("{}")
    from astrogram.leftovers import _machine

    dead = cache / DEAD.format(_machine())
    dead.mkdir()
    (cache / f"{'c' * 24}.lock").write_text("")
    foreign = {"thesis.tex", "notes", "a" * 24, "d" * 24, ".hidden", "x.lock", "e" * 25}
    (cache / "thesis.tex").write_text("x")
    (cache / "notes").mkdir()
    (cache / "notes" / "main").write_text("x")
    (cache / ("a" * 24)).mkdir()  # named as a program, without a mark
    (cache / ("a" * 24) / "main").write_text("x")
    outside = tmp_path / "outside"
    shutil.copytree(entry, outside)
    (cache / ("d" * 24)).symlink_to(outside)
    (cache / ".hidden").write_text("x")
    (cache / "x.lock").write_text("x")
    shutil.copytree(entry, cache / ("e" * 25))  # with a mark, not so named
    size = sum(file.stat().st_size for file in entry.rglob("*") if file.is_file())
    done = clear_cache()
    assert set(done.left) == foreign == {path.name for path in cache.iterdir()}
    assert done.freed >= size
    assert (outside / "main").is_file()
    assert (cache / "notes" / "main").read_text() == "x"
    assert main(["cache", "--clear"]) == 0
    said = capsys.readouterr().err
    assert "left what astrogram did not put there" in said
    assert "and 4 more" in said


def test_pruning_and_rebuilding_leave_what_is_not_ours(entry, made, monkeypatch):
    cache = entry.parent
    (cache / "data").mkdir()
    (cache / "data" / "main").write_text("x" * 1000)
    shutil.copytree(entry, cache / ("b" * 24))
    os.utime(cache / ("b" * 24) / "astrogram-program", (1e9, 1e9))
    monkeypatch.setattr(builds, "LARGEST_CACHE", 1)
    builds._prune(keep=entry)
    assert {path.name for path in cache.glob("*/")} == {entry.name, "data"}
    (entry / "astrogram-program").unlink()
    (entry / "seal.json").write_text("{}")
    with pytest.raises(EnvironmentFault, match="is in the way of a compiled program") as caught:
        find_build(tiny())
    assert str(entry) in one_line(caught)
    assert (entry / "main").is_file()


def test_leftovers_of_dead_builds_and_runs_go_at_the_next_call(entry):
    from astrogram.leftovers import _machine

    name = DEAD.format(_machine())
    for place in (entry.parent, temporary_folder()):
        (place / name).mkdir()
        (place / name / "file").write_text("x")
    run_circuit(tiny(), tables(), N_STEPS * STEP)
    assert not (entry.parent / name).exists()
    assert list(temporary_folder().iterdir()) == []
