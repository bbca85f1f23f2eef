"""Brian2 comes in without files that lie about, and what it is set to is part of a program."""

from __future__ import annotations

import configparser
import os
import signal
import subprocess
import sys

import brian2 as b2
import numpy as np
import pytest

from astrogram.errors import AstrogramError
from models.machine import brian
from models.machine.builds import _surroundings
from models.machine.program import write_program
from tests.support.paths import ROOT
from tests.support.tiny import tiny

LOOK = """
import signal, sys
import {first}
import brian2 as b2
print(b2.prefs["core.default_float_dtype"].__name__, signal.getsignal(signal.SIGINT))
"""


def python(code, folder, home):
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {
        **os.environ, "HOME": str(home), "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip


@pytest.mark.parametrize(
    "first", ["models.circuits.astrocyte", "paradigms.parts.calcium_wave", "models.units"]
)
def test_files_of_preferences_are_neither_evaluated_nor_obeyed(tmp_path, first):
    home = tmp_path / "home"
    (home / ".brian").mkdir(parents=True)
    text = f"x.y = open({str(tmp_path / 'evaluated')!r}, 'w')\ncore.default_float_dtype = float32\n"
    for file in (tmp_path / "brian_preferences", home / ".brian" / "user_preferences"):
        file.write_text(text)
    done = python(LOOK.format(first=first), tmp_path, home)
    assert done.stderr == ""
    # nor does Brian2 take over Ctrl-C where it is ignored, or leave logs
    assert done.stdout == "float64 1\n" or done.stdout.startswith("float64 Handlers.SIG_IGN")
    assert not (tmp_path / "evaluated").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
    # the fault that this keeps away, so that the test cannot pass for another reason
    plain = python(LOOK.format(first="sys"), tmp_path, home)
    assert "float32" in plain.stdout + plain.stderr or plain.returncode
    assert (tmp_path / "evaluated").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("codegen.cpp.extra_compile_args_gcc", ["-w", "-O0"]),
        ("codegen.cpp.define_macros", [("X", "1")]),
        ("core.network.default_schedule", ["start", "end"]),
        ("codegen.loop_invariant_optimisations", False),
        ("devices.cpp_standalone.openmp_threads", 2),
        ("core.default_float_dtype", np.float32),
    ],
)
def test_preferences_that_matter_make_another_program(name, value):
    before, kept = _surroundings(), b2.prefs[name]
    try:
        b2.prefs[name] = value
        changed = _surroundings()
    finally:
        b2.prefs[name] = kept
    assert tiny().fingerprint(*changed) != tiny().fingerprint(*before)
    assert tiny().fingerprint(*_surroundings()) == tiny().fingerprint(*before)


@pytest.mark.parametrize(
    ("name", "value"),
    [("logging.console_log_level", "ERROR"), ("codegen.max_cache_dir_size", 7),
     ("devices.cpp_standalone.extra_make_args_unix", ["-j7"]), ("codegen.target", "numpy")],
)  # fmt: skip
def test_preferences_that_do_not_matter_make_none(name, value):
    before, kept = _surroundings(), b2.prefs[name]
    try:
        b2.prefs[name] = value
        assert _surroundings() == before
    finally:
        b2.prefs[name] = kept


@pytest.mark.parametrize(
    ("name", "value"),
    [("core.default_float_dtype", np.float32), ("core.default_integer_dtype", np.int64)],
)
def test_numbers_of_another_kind_are_refused_in_one_line(tmp_path, name, value):
    kept = b2.prefs[name]
    try:
        b2.prefs[name] = value
        with pytest.raises(AstrogramError, match="programs need float64 and int32") as caught:
            write_program(tiny(), tmp_path)
    finally:
        b2.prefs[name] = kept
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def device():
    return type(b2.all_devices["cpp_standalone"])


@pytest.mark.parametrize(
    ("method", "instead", "words"),
    [
        ("insert_code", lambda *given: None, "does not take our line 'astrogram::begin"),
        ("get_array_name", lambda *given, **more: "_array_of_another_name", "declares no array"),
        ("get_array_name", lambda *given, **more: {}[0], "has no array for"),
    ],
)
def test_a_brian2_with_another_inside_is_refused_by_its_version(
    tmp_path, monkeypatch, method, instead, words
):
    original = getattr(device(), method)
    kept_for_brian2 = method == "get_array_name"

    def other(self, *given, **more):
        # Brian2's own calls stay as they are: those from our file are another brian2's
        caller = sys._getframe(1).f_code.co_filename
        if kept_for_brian2 and not caller.endswith("models/machine/program.py"):
            return original(self, *given, **more)
        return instead(self, *given, **more)

    monkeypatch.setattr(device(), method, other)
    with pytest.raises(brian.BrianMisfit, match=words) as caught:
        write_program(tiny(), tmp_path)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert line.startswith(f"brian2 {b2.__version__} ")
    assert line.endswith("2.5.4, 2.9, 2.10, 2.11")
    assert type(b2.get_device()).__name__ == "RuntimeDevice"


def test_the_version_is_named_only_where_no_test_has_seen_it(monkeypatch):
    assert brian.untested() == ""
    monkeypatch.setattr(b2, "__version__", "2.12.3")
    assert brian.untested().startswith(" (with brian2 2.12.3, which is not one of those tested")


def test_setup_allows_no_brian2_after_the_last_that_is_tested():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    major, minor = brian.TESTED[-1].split(".")
    wanted = f"brian2>={brian.TESTED[0]},<{major}.{int(minor) + 1}"
    assert wanted in setup["options"]["install_requires"].splitlines()
