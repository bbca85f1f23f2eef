"""Two animals in an exported folder, and the same after its run."""

import shutil

import pytest

from models.machine.builds import find_build
from paradigms.export.write import arrange, export, prepare_request
from tests.support.exports import SEEDS, request, run


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Two animals, their program already built: a slow test compiles it."""
    folder = tmp_path_factory.mktemp("export") / "two"
    export([request(seed) for seed in SEEDS], folder)
    circuit = arrange(prepare_request(request(1), "cpp"), ()).circuit
    build, _ = find_build(circuit)
    shutil.copy(build / "main", folder / "program" / "main")
    (folder / "program" / "built").write_text("0\n")
    return folder


@pytest.fixture(scope="session")
def back(exported, tmp_path_factory):
    """The same after its run."""
    folder = tmp_path_factory.mktemp("back") / "two"
    shutil.copytree(exported, folder)
    said = run(folder, "2")
    assert said.returncode == 0, said.stderr
    return folder


@pytest.fixture
def copy(tmp_path):
    def make(folder):
        shutil.copytree(folder, tmp_path / "copy")
        return tmp_path / "copy"

    return make
