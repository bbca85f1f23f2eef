"""A small program, and a cache of the test's own that holds it."""

from __future__ import annotations

import shutil

import pytest

from models.machine import compiling, program
from models.machine.builds import find_build
from models.machine.execution import execute
from tests.support.programs import N_STEPS
from tests.support.tiny import tables, tiny


@pytest.fixture(scope="session")
def original():
    """A sound program of the tests' own cache."""
    return find_build(tiny())[0]


@pytest.fixture
def made(original, monkeypatch):
    """The fingerprints that were built; a copy takes the place of compiling."""
    made = []

    def write(circuit, folder):
        made.append(circuit.name)
        shutil.copy(original / "manifest.json", folder)
        shutil.copytree(original / "static_arrays", folder / "static_arrays")

    monkeypatch.setattr(program, "write_program", write)
    monkeypatch.setattr(
        compiling, "compile_program", lambda folder: shutil.copy(original / "main", folder)
    )
    return made


@pytest.fixture
def entry(original, tmp_path, monkeypatch):
    """The program in a cache of the test's own."""
    cache, temporary = tmp_path / "cache", tmp_path / "tmp"
    for folder in (cache, temporary):
        folder.mkdir(mode=0o700)
    shutil.copytree(original, cache / original.name)
    monkeypatch.setenv("ASTROGRAM_CACHE", str(cache))
    monkeypatch.setenv("TMPDIR", str(temporary))
    return cache / original.name


@pytest.fixture
def expected(original):
    return execute(original, tables(), N_STEPS)
