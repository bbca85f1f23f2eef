"""A run that another machine carries out: the same dataset, or one line that says what is wrong."""

import json
import os
import shutil
import subprocess

import pytest

from models.machine.builds import find_build
from paradigms.export.collect import collect
from paradigms.export.folder import ExportError, Request, read_exported
from paradigms.export.write import arrange, export, prepare_request
from paradigms.protocol.files import parse_protocol
from paradigms.run.simulate import simulate
from tests.support.circuit import SIZE, blink

BARE = {"PATH": "/usr/bin:/bin"}
SEEDS = (1, 2)


def request(seed, **changes):
    return Request(
        **{"name": f"blink_seed{seed}", "group": "", "seed": seed, "protocol_toml": blink().text,
           "overrides": {}, "size": SIZE, "clock": None, **changes}
    )  # fmt: skip


def run(folder, *arguments, **environment):
    return subprocess.run(
        [str(folder / "run.sh"), *arguments], env={**BARE, **environment}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Two animals, their program already built: a slow test compiles it."""
    folder = tmp_path_factory.mktemp("export") / "two"
    export([request(seed) for seed in SEEDS], folder)
    circuit = arrange(prepare_request(request(1), "cpp"), ()).circuit
    build, _ = find_build(circuit)
    shutil.copy(build / "main", folder / "program" / "main")
    (folder / "program" / "built").write_text("0\n")
    return folder


@pytest.fixture(scope="module")
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


def refused(folder, **environment):
    said = run(folder, **environment)
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()
    assert line.startswith("astrogram: ")
    return line


@pytest.mark.parametrize("seed", SEEDS)
def test_what_comes_back_is_what_a_run_here_gives(back, seed):
    plan = parse_protocol(blink().text, "blink.toml")
    here = simulate(plan, seed=seed, size=SIZE)
    (there,) = [dataset for asked, dataset in collect(back) if asked.seed == seed]
    assert there.sizes["spike"] > 200
    assert here.equals(there)
    same = set(here.attrs) - {"created", "wall_time_s", "build_time_s"}
    assert {name: here.attrs[name] for name in same} == {name: there.attrs[name] for name in same}
    assert set(there.attrs) - set(here.attrs) == {"machine"}


@pytest.mark.slow
def test_it_is_built_where_there_is_no_python(tmp_path):
    export([request(1)], tmp_path / "one")
    said = run(tmp_path / "one")
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[0] == "building"
    ((_, there),) = collect(tmp_path / "one")
    assert simulate(blink(), seed=1, size=SIZE).equals(there)


def test_the_default_animal_is_small_enough_to_travel(tmp_path):
    from paradigms.protocol.files import load_protocol

    plan = load_protocol("fear_extinction")
    size = export([request(1, protocol_toml=plan.text, size=None)], tmp_path / "one")
    assert 1e6 < size < 40 * 2**20


def test_called_again_it_goes_on_from_where_it_was(back, copy):
    folder = copy(back)
    (folder / "runs" / "blink_seed2" / "done").unlink()
    said = run(folder)
    assert said.stdout.splitlines()[0] == "blink_seed2 has run"
    assert len(list(collect(folder))) == 2


# ---- where it runs -----------------------------------------------------------------------------


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


# ---- what comes back ---------------------------------------------------------------------------


def collected(folder):
    with pytest.raises(ExportError) as caught:
        list(collect(folder))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_it_has_not_run(exported):
    assert "blink_seed1 has not run; call run.sh in" in collected(exported)


def test_it_failed(back, copy):
    folder = copy(back)
    (folder / "runs" / "blink_seed1" / "done").unlink()
    (folder / "runs" / "blink_seed1.failed").write_text("left the regime: v principal 3 nan 0.4\n")
    assert "blink_seed1 has not run: left the regime: v principal 3 nan 0.4" in collected(folder)


@pytest.mark.parametrize("name", ["spikes_principal.t", "readback", "astrocyte_traces.C"])
@pytest.mark.parametrize("damage", ["truncated", "gone", "changed"])
def test_a_result_that_is_not_whole(back, copy, name, damage):
    folder = copy(back)
    file = folder / "runs" / "blink_seed1" / "out" / name
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-8] if damage == "truncated" else content[:-1] + b"\x01")
    assert f"'{name}' is not what the run wrote" in collected(folder)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_result_that_is_no_file(back, copy, kind):
    folder = copy(back)
    file = folder / "runs" / "blink_seed1" / "out" / "readback"
    file.unlink()
    if kind == "link":
        file.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    assert "readback is no ordinary file; call run.sh again" in collected(folder)


def test_a_manifest_that_is_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "export.json")
    assert "export.json is damaged (it is no ordinary file)" in collected(tmp_path)


def test_results_of_other_tables(back, copy):
    """Whole, checksums and all, but of another animal."""
    folder = copy(back)
    one, other = (folder / "runs" / f"blink_seed{seed}" for seed in SEEDS)
    shutil.rmtree(one / "out")
    shutil.copytree(other / "out", one / "out")
    done = (other / "done").read_text().replace("blink_seed2", "blink_seed1")
    (one / "done").write_text(done)
    line = collected(folder)
    assert "did not get table" in line
    assert "call run.sh again" in line


def changed(folder, **changes):
    path = folder / "export.json"
    content = json.loads(path.read_text())
    content.update(changes)
    path.write_text(json.dumps(content))


def test_a_folder_of_other_code(back, copy):
    folder = copy(back)
    changed(folder, code="0" * 24)
    line = collected(folder)
    assert "was exported by another version of the code" in line
    assert read_exported(back).code in line


def test_tables_that_are_drawn_otherwise_here(back, copy):
    folder = copy(back)
    changed(folder, tables={"blink_seed1": "0" * 64, "blink_seed2": "0" * 64})
    assert "are not those that are drawn here" in collected(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 99}, {"animals": []}, {"animals": 3}, {"animals": [{"name": "x"}]},
        {"device": "numpy"}, {"tables": 3}, {"varied": 3},
    ],
)  # fmt: skip
def test_a_damaged_manifest(back, copy, changes):
    folder = copy(back)
    changed(folder, **changes)
    assert "export.json is damaged" in collected(folder)


@pytest.mark.parametrize("name", ["../other", "/etc", "a/b", "", ".hidden", "a\nb"])
def test_a_name_that_leads_elsewhere(back, copy, name):
    folder = copy(back)
    animals = json.loads((folder / "export.json").read_text())["animals"]
    animals[0]["name"] = name
    changed(folder, animals=animals)
    assert "an animal is called" in collected(folder)


def test_no_export_at_all(tmp_path):
    line = collected(tmp_path)
    assert "holds no export.json; give a folder that 'astrogram export' wrote" in line


# ---- what cannot be exported -------------------------------------------------------------------


def not_exported(requests, folder, **options):
    with pytest.raises(ExportError) as caught:
        export(requests, folder, **options)
    assert not list(folder.parent.glob("*")) or folder.exists()
    return str(caught.value)


def test_a_device_that_cannot_travel(tmp_path):
    line = not_exported([request(1)], tmp_path / "x", device="cython")
    assert "device 'cython' cannot be exported; allowed: cpp, genn" in line


def test_a_gpu_without_genn(tmp_path):
    assert "use --device genn --gpu" in not_exported([request(1)], tmp_path / "x", gpu=True)


def test_a_folder_that_is_there(exported):
    assert "is there already" in not_exported([request(1)], exported)


def test_animals_of_different_programs(tmp_path):
    line = not_exported([request(1), request(2, size=SIZE + 40)], tmp_path / "x")
    assert "blink_seed2 and blink_seed1 need different programs" in line
