"""Devices: their clocks, what each needs, and that a session leaves no trace."""

import os
import stat
import warnings
from contextlib import contextmanager
from pathlib import Path

import brian2 as b2
import pytest

from models.machine import devices
from models.machine.clocks import choose_clocks
from models.machine.devices import DEVICES, DeviceError, check_device
from models.machine.session import device_session
from models.parameters import load_parameters


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An empty PATH; call it to put programs there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.delenv("GENN_PATH", raising=False)

    def install(*names, does="exit 0"):
        for name in names:
            (folder / name).write_text(f"#!/bin/sh\n{does}\n")
            (folder / name).chmod(stat.S_IRWXU)
        return folder

    return install


@pytest.fixture
def brian2genn(monkeypatch):
    """Say that brian2genn is installed, or with ``brian2genn(False)`` that it is not."""
    find = devices.importlib.util.find_spec

    def answer(is_there):
        monkeypatch.setattr(
            devices.importlib.util,
            "find_spec",
            lambda name: is_there or None if name == "brian2genn" else find(name),
        )

    answer(True)
    return answer


def refusal(device):
    with pytest.raises(DeviceError) as caught:
        check_device(device)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("device", ["cpp", "cython", "numpy"])
@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_astrocytes_step_slowly_where_the_device_can(device, speed):
    parameters = load_parameters({"numerics.dt": "0.1 ms", "numerics.dt_astrocyte": "20 ms"})
    clocks = choose_clocks(parameters, speed, device)
    assert clocks.neuron == pytest.approx(1e-4)
    assert clocks.astrocyte == pytest.approx(20e-3 / speed)
    assert clocks.slow == pytest.approx(float(parameters.quantity("numerics.dt_slow")) / speed)


def test_genn_has_one_clock_for_all_cells():
    clocks = choose_clocks(load_parameters(), 10.0, "genn")
    assert clocks.astrocyte == clocks.neuron
    assert clocks.slow == choose_clocks(load_parameters(), 10.0, "cpp").slow


def test_steps_are_whole_multiples_of_the_neurons_and_never_shorter():
    parameters = load_parameters({"numerics.dt": "0.25 ms", "numerics.dt_astrocyte": "1 ms"})
    for speed in (1.0, 3.0, 7.0, 1000.0):
        clocks = choose_clocks(parameters, speed, "cpp")
        for step in (clocks.astrocyte, clocks.slow):
            assert step >= clocks.neuron
            assert step / clocks.neuron == pytest.approx(round(step / clocks.neuron), abs=1e-9)


def test_an_unknown_device_is_refused():
    line = refusal("quantum")
    assert "'quantum'" in line
    assert all(name in line for name in DEVICES)
    with pytest.raises(DeviceError, match="'quantum'"), device_session("quantum"):
        pass


@pytest.mark.parametrize("device", ["cpp", "cython", "genn"])
def test_a_missing_compiler_is_told_of(device, path, brian2genn):
    path("make")
    line = refusal(device)
    assert f"'{device}' needs a C++ compiler" in line
    assert "install g++" in line
    assert "numpy" in line


def test_a_compiler_that_cxx_names_wrongly_is_missing(path, monkeypatch):
    path("g++", "make")
    check_device("cpp")
    monkeypatch.setenv("CXX", "no-such-compiler -m64")
    assert "C++ compiler" in refusal("cpp")
    monkeypatch.setenv("CXX", "g++ -m64")
    check_device("cpp")


@pytest.mark.parametrize("compiler", ["g++", "c++", "clang++"])
def test_any_compiler_will_do(compiler, path):
    path(compiler, "make")
    for device in ("cpp", "cython", "numpy"):
        check_device(device)


def test_standalone_needs_make_and_cython_does_not(path):
    path("g++")
    assert "needs make" in refusal("cpp")
    check_device("cython")


def test_numpy_needs_nothing(path):
    check_device("numpy")


def test_genn_needs_its_python_package_and_its_folder(path, brian2genn, tmp_path, monkeypatch):
    path("g++", "make")
    assert "GENN_PATH names, which is ''" in refusal("genn")
    monkeypatch.setenv("GENN_PATH", str(tmp_path / "nowhere"))
    assert "nowhere" in refusal("genn")
    (tmp_path / "genn" / "bin").mkdir(parents=True)
    (tmp_path / "genn" / "bin" / "genn-buildmodel.sh").touch()
    monkeypatch.setenv("GENN_PATH", str(tmp_path / "genn"))
    assert "GeNN an unknown version" in refusal("genn")
    (tmp_path / "genn" / "version.txt").write_text("5.1.0\n")
    assert "GENN_PATH holds GeNN 5.1.0" in refusal("genn")
    (tmp_path / "genn" / "version.txt").write_text("4.9.0\n")
    check_device("genn")
    with pytest.raises(DeviceError, match="needs the CUDA toolkit"):
        check_device("genn", gpu=True)
    path("nvcc", "nvidia-smi")
    check_device("genn", gpu=True)
    brian2genn(False)
    assert "astrogram[genn]" in refusal("genn")


def test_only_genn_has_a_gpu(path):
    path("g++", "make")
    for device in ("cpp", "cython", "numpy"):
        with pytest.raises(DeviceError, match=f"'{device}' cannot use a GPU"):
            check_device(device, gpu=True)


def test_every_device_is_described_with_what_it_lacks(path, brian2genn):
    path("g++")
    found = {row.device: row for row in devices.describe_devices()}
    assert list(found) == [*DEVICES, "genn --gpu"]
    assert {name for name, row in found.items() if row.ready} == {"cython", "numpy"}
    assert "needs make" in found["cpp"].missing
    assert found["numpy"].missing == ""


def test_a_session_puts_everything_back(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = {name: b2.prefs[name] for name in b2.prefs}
    for device in ("numpy", "cython", "cpp"):
        with device_session(device):
            b2.prefs["core.network.default_schedule"] = ["start", "end"]
            b2.defaultclock.dt = 0.25 * b2.ms
            assert len(list(tmp_path.iterdir())) == 1
        after = {name: b2.prefs[name] for name in b2.prefs}
        # Ctrl-C stays an interrupt: after one, Brian2 would take the next for a wish to stop
        after.pop("core.stop_on_keyboard_interrupt", None)
        assert after == {name: before[name] for name in after}
        assert type(b2.get_device()).__name__ == "RuntimeDevice"
        assert b2.defaultclock.dt == 0.1 * b2.ms
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_session_cleans_up_after_an_error(error, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(error), device_session("cpp"):
        raise error
    assert list(tmp_path.iterdir()) == []
    assert type(b2.get_device()).__name__ == "RuntimeDevice"


def oscillator():
    group = b2.NeuronGroup(2, "dx/dt = -x/(10*ms) : 1", method="euler", name="cells")
    group.x = 1
    return group, b2.Network(group)


def test_ctrl_c_ends_a_run_instead_of_shortening_it():
    with device_session("numpy"):
        if "core.stop_on_keyboard_interrupt" in b2.prefs:
            assert not b2.prefs["core.stop_on_keyboard_interrupt"]


def test_a_run_that_stops_early_is_an_error():
    with device_session("numpy") as session:
        _, network = oscillator()

        @b2.network_operation(dt=1 * b2.ms)
        def stop(t):
            if t > 4 * b2.ms:
                network.stop()

        network.add(stop)
        with pytest.raises(DeviceError, match=r"stopped early, after 5.% of the run"):
            session.run(network, 0.01)


def test_numbers_that_left_all_bounds_are_an_error():
    with device_session("numpy") as session:
        group = b2.NeuronGroup(3, "dx/dt = x/(1*ms) : 1", method="euler", name="cells")
        group.x[1] = 1e308
        with pytest.raises(DeviceError, match="'cells' broke down .'x' is not finite"), _quiet():
            session.run(b2.Network(group), 0.01)


@contextmanager
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def test_progress_runs_from_zero_to_one():
    seen = []
    with device_session("numpy", seen.append) as session:
        session.run(oscillator()[1], 0.01)
    assert seen[0] == 0
    assert seen[-1] == 1


def test_generated_source_stays_in_the_folder_asked_for(tmp_path):
    with device_session("cpp", directory=tmp_path / "source") as session:
        session.generate(oscillator()[1], 0.01)
    assert (tmp_path / "source" / "makefile").is_file()
    assert (
        "_run_cells_stateupdater"
        in (tmp_path / "source" / "run.cpp").read_text()
        + (tmp_path / "source" / "main.cpp").read_text()
    )
    assert not (tmp_path / "source" / "main").exists()


def test_a_device_without_a_program_cannot_generate_one():
    with device_session("numpy") as session, pytest.raises(DeviceError, match="use cpp or genn"):
        session.generate(oscillator()[1], 0.01)


def test_a_compiler_that_fails_ends_in_one_line(path, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    Path(tmp_path / "temporary").mkdir()
    says = 'echo "note: nothing" >&2; echo "cells.cpp:7: error: no space left" >&2; exit 2'
    path("make", does=says)
    path("g++")
    # setuptools asks the compiler what it can do; its answer does not matter here
    with device_session("cpp") as session, pytest.raises(DeviceError) as caught:
        session.run(oscillator()[1], 0.01)
    line = str(caught.value)
    assert line == "compiling the model failed: cells.cpp:7: error: no space left"
    assert os.listdir(tmp_path / "temporary") == []
