"""How tables come into GeNN's rows, for several animals: compiled against our headers alone."""

import shutil
import subprocess

import numpy as np
import pytest

from models.machine.compiling import compiler
from models.machine.execution import write_tables
from models.machine.genn.program import HEADERS
from tests.support.tiny import N_CELLS, N_SOURCES, tables

MAIN = r"""
#include "program.hpp"
using namespace astrogram;

int main(int, char **argv)
{
    begin();
    const std::string what = argv[1];
    if (what == "longest")
        std::cout << longest("edges.wires.source", 3) << " " << longest("edges.wires.target", 5);
    if (what == "room") check_room(size_t(3) << 30, size_t(1) << 30);
    if (what == "fits") check_room(size_t(1) << 30, size_t(3) << 30);
    if (what == "wire" || what == "spikes") {
        const size_t stride = size_t(std::atoi(argv[2]));
        std::vector<unsigned int> length(all(3)), next(all(3)), end(all(3));
        std::vector<uint32_t> target(all(3) * stride);
        std::vector<double> weight(all(3) * stride);
        const Links wires{"wires", 3, 5, length.data(), target.data(), stride};
        wire(wires);
        wires.clear(-1, weight.data());
        links("initial.wires.w", wires, weight.data(), nullptr);
        if (what == "wire") {
            for (size_t k = 0; k < animals().size(); k++)
                for (size_t place : wires.places(k))
                    std::cout << k << " " << place / stride << " " << target[place] << " "
                              << weight[place] << "\n";
            check_all();
        } else {
            const GivenSpikes given("input", 3, next.data(), end.data());
            for (size_t i = 0; i < all(3); i++) std::cout << end[i] - next[i] << " ";
            std::cout << "\n" << given.step[next[0]] << " " << given.step[next[3]];
        }
    }
    std::cout << std::endl;
    return 0;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headers")
    for header in HEADERS:
        shutil.copy(header, folder / header.name)
    (folder / "main.cpp").write_text(MAIN)
    subprocess.run(
        [compiler(), "-std=c++11", "-Wall", "-Wextra", "-Werror", "main.cpp", "-o", "main"],
        cwd=folder, check=True,
    )  # fmt: skip
    return folder / "main"


@pytest.fixture
def runs(tmp_path):
    """Two animals of different wiring."""
    for seed in (1, 2):
        place = tmp_path / f"seed{seed}"
        place.mkdir()
        write_tables(place, tables(seed), 100 * seed)
    (tmp_path / "animals").write_text("seed1\nseed2\n")
    return tmp_path


def run(program, runs, *arguments):
    return subprocess.run(
        [str(program), *arguments], env={"ASTROGRAM_RUN": str(runs)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def said(program, runs, *arguments):
    done = run(program, runs, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.removeprefix("begun\n").rstrip("\n")


def refused(program, runs, *arguments):
    done = run(program, runs, *arguments)
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    return line


def edges(seed):
    given = tables(seed)
    return given["edges.wires.source"], given["edges.wires.target"], given["initial.wires.w"]


def test_rows_are_as_long_as_the_longest_of_any_animal(program, runs):
    ends = [edges(seed)[:2] for seed in (1, 2)]
    wanted = [max(np.bincount(pair[end]).max() for pair in ends) for end in (0, 1)]
    assert said(program, runs, "longest") == f"{wanted[0]} {wanted[1]}"


def test_animals_lie_block_after_block(program, runs):
    rows = [line.split() for line in said(program, runs, "wire", "5").splitlines()]
    found = np.array([[float(value) for value in row] for row in rows])
    for k, seed in enumerate((1, 2)):
        mine = found[found[:, 0] == k]
        source, target, weight = edges(seed)
        assert np.array_equal(mine[:, 1], source + k * N_SOURCES)
        assert np.array_equal(mine[:, 2], target + k * N_CELLS)
        assert mine[:, 3] == pytest.approx(weight, rel=1e-5)
        read = (runs / f"seed{seed}" / "out" / "readback").read_text().splitlines()
        assert [line.split()[0] for line in read] == [
            "edges.wires.source", "edges.wires.target", "initial.wires.w"
        ]  # fmt: skip


def test_a_row_that_is_too_long_is_refused(program, runs):
    assert refused(program, runs, "wire", "1") == "edges.wires: a row is too long"


@pytest.mark.parametrize(
    ("name", "values", "complaint"),
    [
        ("edges.wires.target", [9], "edges.wires leads astray"),
        ("edges.wires.target", [-1], "edges.wires leads astray"),
        ("edges.wires.source", [2, 1], "edges.wires: not sorted"),
        ("edges.wires.source", [3], "edges.wires: not sorted"),
        ("edges.wires.source", [0] * 30, "edges.wires: unequal ends"),
        ("initial.wires.w", [1.0, 2.0], "table 'initial.wires.w' has 2 values, not"),
    ],
)
def test_tables_that_do_not_fit_are_refused(program, runs, name, values, complaint):
    path = runs / "seed2" / "in" / name
    kind = np.float64 if name.startswith("initial") else np.int32
    given = np.fromfile(path, kind)
    if name.startswith("initial") or len(values) > len(given):
        given = np.array(values, kind)
    else:
        given[: len(values)] = values
        if values == [3]:
            given[-1] = 3
    given.tofile(path)
    assert complaint in refused(program, runs, "wire", "9")


def test_a_table_that_is_cut_off_is_refused(program, runs):
    path = runs / "seed1" / "in" / "edges.wires.target"
    path.write_bytes(path.read_bytes()[:-1])
    assert refused(program, runs, "wire", "9") == "table 'edges.wires.target' is cut off"


def test_no_list_of_animals_is_refused(program, runs):
    (runs / "animals").unlink()
    line = refused(program, runs, "longest")
    assert line == "the list of animals is missing or empty"


def test_a_copy_gets_the_same_spikes_at_other_times(program, runs):
    (runs / "animals").write_text("seed2\nseed2\n")
    counts, first = said(program, runs, "spikes", "5").splitlines()
    counts = [int(count) for count in counts.split()]
    assert counts[:N_SOURCES] == counts[N_SOURCES:]
    assert sum(counts[:N_SOURCES]) > 3
    one, other = map(int, first.split())
    assert one != other
    assert not (runs / "seed2" / "out" / "events.t").exists()


def test_a_network_that_a_gpu_has_no_room_for_is_refused_before(program, runs):
    line = refused(program, runs, "room")
    assert line == (
        "the GPU has 1024 MiB free, and the network needs 3073; take fewer animals or a larger GPU"
    )
    assert said(program, runs, "fits") == ""
