"""What the environment says is resolved once and refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from astrogram import environment
from astrogram.errors import EnvironmentFault


def test_the_cache_is_absolute_whatever_names_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for given, found in (
        ("c", tmp_path / "c"), ("./a/../c", tmp_path / "c"), ("~/c", tmp_path / "home" / "c"),
        (str(tmp_path / "d"), tmp_path / "d"),
    ):  # fmt: skip
        monkeypatch.setenv("ASTROGRAM_CACHE", given)
        assert environment.cache_folder() == found
    monkeypatch.delenv("ASTROGRAM_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert environment.cache_folder() == tmp_path / "home" / ".cache" / "astrogram"


def test_a_user_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("ASTROGRAM_CACHE", "~nobody_of_that_name/c")
    with pytest.raises(EnvironmentFault, match="ASTROGRAM_CACHE.*whole path"):
        environment.cache_folder()


@pytest.mark.parametrize("given", ["absent", "file"])
def test_a_temporary_folder_that_is_none_is_refused(tmp_path, monkeypatch, given):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path / given))
    with pytest.raises(EnvironmentFault, match="TMPDIR.*unset it"):
        environment.temporary_folder()


@pytest.mark.parametrize("given", ["g++ 'x", 'clang++ "', "g++ \\"])
def test_a_compiler_whose_quotes_do_not_match_is_refused(monkeypatch, given):
    monkeypatch.setenv("CXX", given)
    with pytest.raises(EnvironmentFault, match="CXX.*unset it"):
        environment.compiler_words()


def test_compilers_may_have_options(monkeypatch):
    monkeypatch.setenv("CXX", "ccache g++ -m64")
    assert environment.compiler_words() == ["ccache", "g++", "-m64"]
    monkeypatch.delenv("CXX")
    assert environment.compiler_words() == []


def test_folders_of_genn_and_cuda_are_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENN_PATH", "genn")
    monkeypatch.setenv("CUDA_PATH", "")
    assert environment.genn_folder() == tmp_path / "genn"
    assert environment.cuda_folder() is None


def test_no_other_place_reads_the_environment():
    root = Path(environment.__file__).resolve().parents[1]
    files = [
        file
        for room in ("astrogram", "models", "paradigms", "analysis")
        for file in (root / room).rglob("*.py")
    ]
    assert len(files) > 100
    readers = [
        str(file.relative_to(root))
        for file in files
        if any(word in file.read_text() for word in ("os.environ", "getenv", "expanduser"))
    ]
    assert readers == ["astrogram/environment.py"]
