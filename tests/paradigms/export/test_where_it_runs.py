"""What an exported folder says where it cannot be built or run."""

import shutil

import pytest

from tests.support.exports import run


def refused(folder, **environment):
    said = run(folder, **environment)
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()
    assert line.startswith("astrogram: ")
    return line


def test_a_table_damaged_on_its_way(exported, copy):
    folder = copy(exported)
    table = folder / "runs" / "blink_seed1" / "in" / "initial.principal.v"
    content = bytearray(table.read_bytes())
    content[5] ^= 4
    table.write_bytes(content)
    line = refused(folder)
    assert "damaged on its way (runs/blink_seed1/in/initial.principal.v: FAILED); copy" in line


def bare_path(tmp_path, *without):
    """A folder of programs that lacks some."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "sh", "sed", "grep", "sha256sum", "dirname", "head", "tail", "nproc",
                 "make", "g++", "uname", "cat", "rm", "wc", "touch", "readlink"):  # fmt: skip
        if name not in without:
            (tools / name).symlink_to(shutil.which(name))
    return str(tools)


def test_no_compiler(exported, copy, tmp_path):
    line = refused(copy(exported), PATH=bare_path(tmp_path, "g++"))
    assert "no C++ compiler was found; install g++, or let CXX name one" in line


def test_no_make(exported, copy, tmp_path):
    assert "no make was found" in refused(copy(exported), PATH=bare_path(tmp_path, "make"))


def genn_folder(exported, copy, gpu=0):
    """A folder that says that it is GeNN's."""
    folder = copy(exported)
    settings = folder / "settings"
    settings.write_text(
        settings.read_text().replace("device=cpp", "device=genn").replace("gpu=0", f"gpu={gpu}")
    )
    lines = (folder / "checksums").read_text().splitlines()
    (folder / "checksums").write_text(
        "\n".join(line for line in lines if not line.endswith("  settings")) + "\n"
    )
    return folder


def fake_genn(place, version):
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "genn-buildmodel.sh").write_text("exit 1\n")
    (place / "version.txt").write_text(version)
    return str(place)


def test_no_genn(exported, copy):
    line = refused(genn_folder(exported, copy))
    assert "GENN_PATH is '', no folder of GeNN 4; let it name one" in line


def test_another_genn(exported, copy, tmp_path):
    given = fake_genn(tmp_path / "genn", "5.1.0\n")
    line = refused(genn_folder(exported, copy), GENN_PATH=given)
    assert "GENN_PATH holds GeNN '5.1.0', and 4 is needed (tested: 4.9.0)" in line


def test_no_nvcc(exported, copy, tmp_path):
    given = fake_genn(tmp_path / "genn", "4.9.0\n")
    line = refused(
        genn_folder(exported, copy, gpu=1), GENN_PATH=given, CUDA_PATH=str(tmp_path / "none"),
        PATH=bare_path(tmp_path),
    )  # fmt: skip
    assert "no nvcc was found; install CUDA and let CUDA_PATH name it" in line


def test_a_program_that_cannot_be_built(exported, copy):
    folder = copy(exported)
    (folder / "program" / "built").unlink()
    (folder / "program" / "main").unlink()
    makefile = next(file for file in (folder / "program").iterdir() if file.name == "makefile")
    lines = (folder / "checksums").read_text().splitlines()
    kept = [line for line in lines if not line.endswith("program/makefile")]
    (folder / "checksums").write_text("\n".join(kept) + "\n")
    makefile.write_text("all:\n\t@echo main.cpp:1: error: wrong; exit 1\n")
    line = refused(folder)
    assert "the program could not be built: main.cpp:1: error: wrong" in line


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5"])
def test_a_number_of_jobs_that_is_none(exported, given):
    said = run(exported, given)
    assert said.returncode == 2
    assert f"JOBS is '{given}'; give a whole number from 1" in said.stderr
