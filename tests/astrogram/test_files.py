"""Files appear whole or not at all, whatever was planted or left beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from astrogram import leftovers
from astrogram.errors import AstrogramError, OutputError
from astrogram.files import replacing, write_text
from tests.support.paths import ROOT


def fail_within(target: Path, error: BaseException) -> None:
    with replacing(target) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_the_old_file_stays_when_writing_fails(tmp_path, error):
    target = tmp_path / "x.json"
    target.write_text("old")
    with pytest.raises(type(error)):
        fail_within(target, error)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_error_is_one_line_that_names_the_file(tmp_path):
    with pytest.raises(OutputError, match=r"x\.json.*No space left"):
        fail_within(tmp_path / "x.json", OSError(28, "No space left on device"))
    with pytest.raises(OutputError, match="cannot write"):
        write_text(tmp_path / ("n" * 300), "")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_text(tmp_path / "file" / "below", "")


def test_errors_of_our_own_pass_unchanged(tmp_path):
    with pytest.raises(AstrogramError, match="^mine$"):
        fail_within(tmp_path / "x.json", AstrogramError("mine"))


def test_a_folder_takes_the_place_of_a_folder(tmp_path):
    target = tmp_path / "store.zarr"
    for content in ("old", "new"):
        with replacing(target) as temporary:
            (temporary / "inner").mkdir(parents=True)
            (temporary / "inner" / content).write_text(content)
    assert [path.name for path in (target / "inner").iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_in_the_place_of_the_target_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    target = tmp_path / "x.json"
    target.symlink_to(victim)
    write_text(target, "mine")
    assert victim.read_text() == "precious"
    assert not target.is_symlink()


def test_what_is_written_meanwhile_lies_where_nobody_else_can_enter(tmp_path):
    with replacing(tmp_path / "x.json") as temporary:
        temporary.write_text("")
        assert temporary.parent.stat().st_mode & 0o777 == 0o700
        assert temporary.parent.parent == tmp_path


def test_folders_of_dead_processes_go_at_the_next_call_and_no_others(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from astrogram.leftovers import owned_folder\n"
        "with owned_folder('run', Path(sys.argv[1])) as folder:\n"
        "    (folder / 'file').write_text('')\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    (left,) = tmp_path.iterdir()
    kept = [tmp_path / name for name in ("thesis.tex", ".astrogram-run", f"{left.name}.tex")]
    for path in kept:
        path.mkdir()
    elsewhere = tmp_path / left.name.replace(leftovers._machine(), "00000000")
    elsewhere.mkdir()
    link = tmp_path / (left.name[:-1] + ("0" if left.name[-1] != "0" else "1"))
    link.symlink_to(kept[0])
    with leftovers.owned_folder("part", tmp_path) as own:
        assert leftovers.sweep(tmp_path) == []  # neither its own
        assert own.is_dir()
    assert set(tmp_path.iterdir()) == {*kept, elsewhere, link}
