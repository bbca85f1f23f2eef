"""A user's file with the name of one of our packages is told in one line, wherever it shows."""

import os
import subprocess
import sys

import pytest

import models  # noqa: F401  (so that of the rooms only analysis is looked for)
import paradigms  # noqa: F401
from astrogram.rooms import InTheWayError, check_rooms
from tests.support.paths import ROOT

OURS = {**os.environ, "PYTHONPATH": str(ROOT)}
CALL = "import astrogram as ag; ag.load_protocol('fear_extinction'); print('loaded')"


def python(folder, *arguments, environment=OURS):
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def lay(folder, name):
    """Put a file, a package or a folder without ``__init__`` into the way."""
    path = folder / name
    if name.endswith(".py"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('a script of the user was run')\n")
        return path.parent if path.name == "__init__.py" else path
    path.mkdir()
    (path / "data.csv").write_text("1\n")
    return path


NAMES = ("analysis.py", "models.py", "paradigms.py", "analysis/__init__.py", "models/__init__.py")


def test_these_are_ours():
    check_rooms()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", [CALL, "import astrogram"])
def test_python_names_the_file_in_the_last_line(name, code, tmp_path):
    path = lay(tmp_path, name)
    done = python(tmp_path, "-c", code)
    assert done.returncode == 1
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    room = path.name.removesuffix(".py")
    assert last == (
        f"astrogram.rooms.InTheWayError: {path} stands in the way of the package '{room}', which "
        "is a part of astrogram; rename it, or start from another folder"
    )


@pytest.mark.parametrize("module", ["astrogram", "paradigms"])
def test_the_command_ends_in_its_one_line(module, tmp_path):
    path = lay(tmp_path, "analysis.py")
    done = python(tmp_path, "-m", module, "protocols")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"astrogram: {path} stands in the way of the package 'analysis'")


def script(folder):
    """The command as pip installs it: its own folder is on the path, not that of the user."""
    path = folder / "bin" / "astrogram"
    path.parent.mkdir()
    path.write_text("import sys\nfrom astrogram.__main__ import main\nsys.exit(main())\n")
    return str(path)


def test_the_installed_command_does_not_look_into_the_folder(tmp_path):
    user = tmp_path / "user"
    user.mkdir()
    for name in ("analysis.py", "models.py", "paradigms.py"):
        lay(user, name)
    command = script(tmp_path)
    done = python(user, command, "protocols")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fear_extinction" in done.stdout
    led = {**OURS, "PYTHONPATH": os.pathsep.join((str(user), str(ROOT)))}
    done = python(tmp_path, command, "protocols", environment=led)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"astrogram: {user / 'models.py'} stands in the way")


def test_a_folder_of_data_is_in_the_way_where_python_would_take_it(tmp_path, monkeypatch):
    """Python prefers a package further down the path; an editable install comes after it."""
    folder = lay(tmp_path, "analysis")
    assert python(tmp_path, "-c", CALL).stdout == "loaded\n"
    monkeypatch.delitem(sys.modules, "analysis", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(InTheWayError, match="analysis stands in the way") as caught:
        check_rooms()
    assert str(caught.value).startswith(str(folder))


def test_what_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "analysis", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [x for x in sys.meta_path if "edit" not in str(x)])
    with pytest.raises(InTheWayError, match="'analysis', a part of astrogram, is not there"):
        check_rooms()


def test_another_file_of_that_name_elsewhere_does_not_matter(tmp_path):
    lay(tmp_path, "analysis.py")
    (tmp_path / "elsewhere").mkdir()
    assert python(tmp_path / "elsewhere", "-c", CALL).stdout == "loaded\n"
    assert python(tmp_path, "-P", "-c", CALL).stdout == "loaded\n"
