"""Programs of another machine, which cannot start or die here."""

from __future__ import annotations

import json

import pytest

from models.machine import builds, compiling
from models.machine.builds import _seal, find_build
from models.machine.devices import DeviceError
from models.run import run_circuit
from tests.support.programs import N_STEPS, equal, one_line
from tests.support.tiny import STEP, tables, tiny


def seal(entry):
    (entry / "seal.json").write_text(json.dumps(_seal(entry, entry.name)))


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
