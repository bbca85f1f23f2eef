"""The cache of programs: what is damaged, foreign, of another machine, or has no room."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from astrogram.environment import temporary_folder
from astrogram.errors import AstrogramError, EnvironmentFault
from models.machine import builds, compiling, program
from models.machine import scratch as scratch_module
from models.machine.builds import _seal, clear_cache, find_build
from models.machine.compiling import BuildError
from models.machine.devices import DeviceError
from models.machine.execution import RunError, execute
from models.run import run_circuit
from paradigms.command.cli import main
from tests.support.tiny import STEP, tables, tiny

N_STEPS = 2000
DEAD = ".astrogram-build-{}-1-1-0123456789abcdef"  # process 1 began later than that


@pytest.fixture(scope="module")
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


def equal(one, other):
    return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)


def seal(entry):
    (entry / "seal.json").write_text(json.dumps(_seal(entry, entry.name)))


def one_line(error):
    line = str(error.value)
    assert len(line.splitlines()) == 1
    assert len(line) < 500  # with two long paths
    return line


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


# ---- of another machine --------------------------------------------------------------------------

CANNOT = {
    "no program": b"\x00\x01\x02 nothing that starts",
    "an empty file": b"",
    "half a program": None,
    "its interpreter is missing": b"#!/no/such/interpreter\n",
    "another libc": b"#!/bin/sh\necho \"main: version 'GLIBC_9.9' not found\" >&2\nexit 1\n",
    "a library is missing": b"#!/bin/sh\necho 'main: error while loading libx.so' >&2\nexit 127\n",
    "another processor": b"#!/bin/sh\nkill -ILL $$\n",
}


@pytest.mark.parametrize("kind", CANNOT)
def test_a_program_that_cannot_start_here_is_made_anew_once(entry, made, expected, kind):
    whole = (entry / "main").read_bytes()
    content = CANNOT[kind]
    (entry / "main").write_bytes(whole[: len(whole) // 3] if content is None else content)
    seal(entry)
    assert find_build(tiny()) == (entry, 0.0)  # sound, as far as a checksum can tell
    run = run_circuit(tiny(), tables(), N_STEPS * STEP)
    assert made == ["tiny"]
    assert equal(run.records, expected)


def test_one_that_never_starts_is_refused_in_one_line(entry, made, monkeypatch):
    def compile_program(folder):
        (folder / "main").write_text("#!/no/such/interpreter\n")

    monkeypatch.setattr(compiling, "compile_program", compile_program)
    compile_program(entry)
    seal(entry)
    with pytest.raises(DeviceError, match="cannot be started from.*ASTROGRAM_CACHE") as caught:
        run_circuit(tiny(), tables(), N_STEPS * STEP)
    assert "No such file" in one_line(caught)
    assert made == ["tiny"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", "ended by SIGKILL; was there memory enough"),
        ("kill -SEGV $$", "ended by SIGSEGV"),
        ("exit 9", "ended with status 9"),
        ("printf 'two \\033[31mred\\nlines\\n'; exit 3", r"two \\x1b\[31mred"),
    ],
)
def test_a_program_that_dies_in_mid_run_says_of_what(entry, made, script, words):
    (entry / "main").write_text(f"#!/bin/sh\necho begun\n{script}\n")
    seal(entry)
    with pytest.raises(DeviceError, match=words) as caught:
        run_circuit(tiny(), tables(), N_STEPS * STEP)
    one_line(caught)
    assert made == []  # it did start: that is no fault of the program's place


@pytest.mark.parametrize("what", ["compiler_version", "_libc"])
def test_another_compiler_or_libc_is_another_program(what, monkeypatch):
    before = tiny().fingerprint(*builds._surroundings())
    where = builds if what == "_libc" else compiling
    monkeypatch.setattr(where, what, lambda *given: "newer")
    assert tiny().fingerprint(*builds._surroundings()) != before


def test_the_compiler_and_libc_say_their_versions():
    assert builds._libc()
    assert compiling.compiler_version(compiling.compiler())
    assert compiling.compiler_version("no-such-compiler") == ""


# ---- no room -------------------------------------------------------------------------------------


@contextmanager
def largest_file(size):
    """A disk that is full after `size` bytes, as the system tells of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("size", [10, 3 * 12_000], ids=["tables", "records"])
def test_no_room_for_a_run_names_folder_and_cause(entry, size):
    with largest_file(size), pytest.raises(RunError, match="File too large") as caught:
        execute(entry, tables(1, 12_000), 12_000)
    line = one_line(caught)
    assert f"cannot be written to {temporary_folder()}: " in line
    assert "TMPDIR" in line
    assert list(temporary_folder().iterdir()) == []


def test_no_room_for_a_program_names_folder_and_cause(entry):
    shutil.rmtree(entry)
    with largest_file(2000), pytest.raises(DeviceError, match="File too large") as caught:
        run_circuit(tiny(), tables(), N_STEPS * STEP)
    assert str(entry.parent) in one_line(caught)
    assert "ASTROGRAM_CACHE" in one_line(caught)
    assert [path.name for path in entry.parent.iterdir() if path.suffix != ".lock"] == []


def test_no_room_while_compiling_is_told_as_such(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    (tmp_path / "makefile").write_text("all:\n\t@echo 'cc1plus: error: something else'; exit 1\n")
    with pytest.raises(BuildError, match="something else"):
        compiling.compile_program(tmp_path)
    monkeypatch.setattr(compiling.shutil, "disk_usage", lambda path: usage._replace(free=0))
    with pytest.raises(BuildError, match="no space left in") as caught:
        compiling.compile_program(tmp_path)
    assert str(tmp_path.parent) in one_line(caught)


def test_no_room_for_a_large_array_is_told_before_it_is_filled(entry, monkeypatch):
    monkeypatch.setattr(scratch_module, "SMALL", 100)
    with largest_file(4096), pytest.raises(EnvironmentFault, match="no room for") as caught:
        scratch_module.scratch((1000, 1000), np.float64)
    assert str(temporary_folder()) in one_line(caught)
    assert list(temporary_folder().iterdir()) == []


def test_the_program_itself_tells_of_a_full_disk(entry, tmp_path):
    from models.machine.execution import write_tables

    place = tmp_path / "run"
    place.mkdir()
    write_tables(place, tables(), N_STEPS)
    (place / "out" / "traces.v").symlink_to("/dev/full")
    done = subprocess.run(
        [str(entry / "main")], cwd=entry, env={**os.environ, "ASTROGRAM_RUN": str(place)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == "the results cannot be written: No space left on device\n"
