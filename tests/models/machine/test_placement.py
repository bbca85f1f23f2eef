"""Where arrays and code of a program lie: its cost must not hang on what else it holds."""

import re
import shlex
import shutil
import subprocess

import pytest

from models.machine import compiling
from models.machine.builds import find_build
from models.machine.program import MEMORY, write_program
from tests.support.tiny import tiny

# Small numbers between the arrays, as between those of a program; sizes of no whole line
LOOK = """
#include <cstdio>
#include <cstdint>
#include <new>
int main()
{
    for (int n = 1; n < 2000; n++) {
        int *between = new int[n % 3 + 1];
        double *array = new double[n];
        array[n - 1] = between[0] = n;
        if (n >= 8) std::printf("%d\\n", int(uintptr_t(array) % 64));
        if (n % 2) delete[] array;
    }
    std::size_t most = std::size_t(1) << 60;
    try { std::printf("%p\\n", static_cast<void *>(new char[most])); }
    catch (const std::bad_alloc &) { std::puts("refused"); }
}
"""


def test_arrays_of_a_line_or_more_begin_one(tmp_path):
    (tmp_path / "look.cpp").write_text(LOOK)
    command = [*shlex.split(compiling.compiler()), "-std=c++11", "-O1", "-Wall", "-Werror"]
    sources = [str(tmp_path / "look.cpp"), str(MEMORY)]
    subprocess.run([*command, *sources, "-o", str(tmp_path / "look")], check=True)
    done = subprocess.run([str(tmp_path / "look")], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0"] * 1992 + ["refused"]


def test_brian2_makes_the_arrays_of_cells_so_and_our_memory_is_compiled(tmp_path):
    write_program(tiny(), tmp_path)
    assert (tmp_path / MEMORY.name).read_text() == MEMORY.read_text()
    makefile = (tmp_path / "makefile").read_text()
    assert re.search(r"^SRCS = .*\bmemory\.cpp\b", makefile, re.M)
    arrays = (tmp_path / "objects.cpp").read_text()
    for name in ("v", "level", "light", "bias"):
        assert re.search(rf"\b_array_cells_{name} = new double\[5\];", arrays), name


@pytest.mark.skipif(not shutil.which("nm"), reason="needs nm")
def test_functions_of_a_program_begin_lines():
    main = find_build(tiny())[0] / "main"
    said = subprocess.run(["nm", str(main)], check=True, capture_output=True, text=True)
    at = {
        name: int(address, 16)
        for address, kind, name in re.findall(r"^([0-9a-f]+) ([A-Z]) (\w+)$", said.stdout, re.M)
        if kind == "T" and "_run_" in name
    }
    assert len(at) > 10
    assert {address % 64 for address in at.values()} == {0}
    assert re.search(r" T _Znam$", said.stdout, re.M)  # operator new[] is ours
