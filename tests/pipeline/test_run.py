"""The whole way, from a protocol to a file and back, on the compiled device."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from analysis.schema import labels, read_dataset, write_dataset
from models.amygdala_prefrontal import draw_tissue
from models.parameters import load_parameters
from paradigms.protocol import load_protocol, parse_intervention
from paradigms.simulate import simulate
from tests.support.circuit import blink

ROOT = Path(__file__).resolve().parents[2]
SIZE = 300
OFTEN = {"recording.dt_weight": "1 s"}  # protocol time: weights ten times in a short run


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    heard: list[tuple[float, float]] = []
    result = simulate(
        load_protocol("quick_conditioning"),
        seed=1,
        size=SIZE,
        progress=lambda fraction, time: heard.append((fraction, time)),
    )
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 1
    return result


def test_every_stage_is_scored(dataset: xr.Dataset) -> None:
    stages = dict.fromkeys(labels(dataset["trial_stage"]))
    assert list(stages) == [
        "before_conditioning", "conditioning", "extinction_1", "extinction_2", "retrieval",
        "renewal",
    ]  # fmt: skip
    freezing = dataset["freezing"].values
    assert np.all((freezing >= 0) & (freezing <= 100))


def test_the_us_moves_cells_astrocytes_and_weights(dataset: xr.Dataset) -> None:
    us_on, us_off = dataset["us_on"].values, dataset["us_off"].values
    first = np.flatnonzero(~np.isnan(us_on))[0]
    spikes = dataset["spike_time"].values
    principal = labels(dataset["population"])[dataset["spike_neuron"].values] == "BLA_P"

    def rate(start: float, stop: float) -> float:
        inside = principal & (spikes >= start) & (spikes < stop)
        return inside.sum() / (stop - start)

    before = rate(dataset["trial_start"].values[first], us_on[first])
    assert rate(us_on[first], us_off[first]) > 5 * before
    when = dataset["time"].values
    calcium = dataset["calcium"].values.mean(axis=0)
    quiet = calcium[(when > us_on[first] - 1) & (when < us_on[first])].max()
    assert calcium[(when > us_on[first]) & (when < us_on[first] + 2)].max() > 2 * quiet
    early = np.abs(dataset["weight_early"].values).max(axis=0)
    assert early[dataset["weight_time"].values < us_on[first]].max() < 0.2 * early.max()


def test_the_night_keeps_only_what_was_captured(dataset: xr.Dataset) -> None:
    """After 24 h the early phase of a synapse that fires again is gone; the late phase is not."""
    folded = np.flatnonzero(dataset["phase_dilation"].values > 1000)
    night = dataset["phase_stop"].values[folded[0]]
    # The first sample in which CS synapses have fired since: the end of the first extinction trial.
    trial = np.flatnonzero(labels(dataset["trial_stage"]) == "extinction_1")[0]
    times = dataset["weight_time"].values
    after = np.flatnonzero(times > dataset["trial_stop"].values[trial])[0]
    before = np.flatnonzero(times < night)[-1]
    cs = labels(dataset["synapse_pathway"]) == "CS"
    early = dataset["weight_early"].values[cs]
    late = dataset["weight_late"].values[cs]
    learned = early[:, before] + late[:, before] > 0.5
    assert learned.sum() >= 10
    assert np.median(early[learned, after]) < 0.2 * np.median(late[learned, after])


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_round_trip(dataset: xr.Dataset, tmp_path: Path, suffix: str) -> None:
    path = write_dataset(dataset, tmp_path / f"animal{suffix}")
    again = read_dataset(path)
    xr.testing.assert_identical(again.load(), dataset)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_opens_with_xarray_and_netcdf4_alone(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = write_dataset(dataset, tmp_path / "animal.nc")
    program = (
        "import sys, xarray\n"
        f"ds = xarray.open_dataset({str(path)!r}, decode_timedelta=False)\n"
        "print(ds.sizes['spike'], ds.calcium.attrs['units'], ds.calcium.attrs['long_name'])\n"
        "assert not {'brian2', 'models', 'analysis', 'paradigms'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.startswith(f"{dataset.sizes['spike']} umol L-1 astrocyte")


def test_same_seed_same_spikes_other_seed_other_wiring() -> None:
    one, same = (simulate(blink(), seed=3, size=SIZE, device="numpy") for _ in range(2))
    for name in ("spike_time", "spike_neuron", "calcium", "weight", "freezing"):
        np.testing.assert_array_equal(one[name].values, same[name].values)
    parameters = load_parameters()
    wiring, other = (draw_tissue(parameters, SIZE, seed).tripartite["afferent"] for seed in (3, 4))
    assert len(wiring) != len(other) or np.any(wiring.source != other.source)


def test_devices_agree() -> None:
    """NumPy and C++ run the same arrays; their sums differ in the last digits at most."""
    slow = simulate(blink(), seed=3, size=SIZE, device="numpy")
    fast = simulate(blink(), seed=3, size=SIZE, device="cpp")
    np.testing.assert_array_equal(slow["spike_neuron"].values, fast["spike_neuron"].values)
    np.testing.assert_allclose(slow["spike_time"].values, fast["spike_time"].values, atol=1e-9)
    np.testing.assert_allclose(slow["calcium"].values, fast["calcium"].values, atol=1e-6)


def test_without_plasticity_no_weight_moves() -> None:
    overrides = {"plasticity.eta": "0", **OFTEN}
    still = simulate(blink(), seed=3, size=SIZE, device="numpy", overrides=overrides)
    assert np.all(still["weight_early"].values == 0)
    assert np.all(still["weight_late"].values == 0)
    moved = simulate(blink(), seed=3, size=SIZE, device="numpy", overrides=OFTEN)
    assert np.abs(moved["weight_early"].values).max() > 0.05
    assert np.abs(moved["weight_late"].values).max() > 0.0


def test_without_coupling_astrocytes_change_nothing() -> None:
    """No receptor binds and nothing is captured, but early plasticity goes on."""
    overrides = {"gliotransmission.O_G": "0", "plasticity.kappa": "0", **OFTEN}
    alone = simulate(blink(), seed=3, size=SIZE, device="numpy", overrides=overrides)
    assert np.all(alone["presynaptic_receptor"].values == 0)
    assert np.all(alone["weight_late"].values == 0)
    assert np.abs(alone["weight_early"].values).max() > 0.05


def test_a_drug_acts_on_its_own_quantity() -> None:
    """Gq from the start raises IP3 and calcium; Gi from the start lowers IP3."""
    plan = blink()
    level = {}
    for kind in ("none", "Gq", "Gi"):
        chosen = plan
        if kind != "none":
            chosen = plan.with_interventions([parse_intervention(f"{kind}=1@pairing", plan)])
        run = simulate(chosen, seed=3, size=SIZE, device="numpy")
        during = run["time"].values < run["trial_stop"].values[0]
        level[kind] = float(run["ip3"].values[:, during].mean())
    assert level["Gq"] > 1.2 * level["none"]
    assert level["Gi"] < level["none"]


def _astrogram(*arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "paradigms", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def test_ctrl_c_in_mid_run_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    running = _astrogram(
        "run", "fear_extinction", "--size", str(SIZE), "--out", str(tmp_path / "out"),
        env={**os.environ, "TMPDIR": str(scratch)}, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 600
    while not list(scratch.glob("*/results/stdout.txt")):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(1)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert said.rstrip().splitlines()[-1].startswith("astrogram: ")
    assert "Traceback" not in said
    assert not list(tmp_path.glob("out/*"))
    assert not list(scratch.glob("astrogram-*"))


def test_missing_compiler_is_one_line_before_any_work(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    environment = {**os.environ, "PATH": str(empty)}
    environment.pop("CXX", None)
    running = _astrogram("run", "quick_conditioning", "--out", str(tmp_path / "out"),
                         env=environment)  # fmt: skip
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2
    last = said.rstrip().splitlines()[-1]
    assert "C++ compiler" in last
    assert "--device numpy" in last
    assert "Traceback" not in said


def test_a_truncated_dataset_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = write_dataset(dataset, tmp_path / "animal.nc")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    running = _astrogram("analyse", str(path))
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("astrogram: ")


def test_no_temporary_folder_is_left() -> None:
    before = set(Path(tempfile.gettempdir()).glob("astrogram-*"))
    simulate(blink(), seed=5, size=SIZE, device="numpy")
    assert set(Path(tempfile.gettempdir()).glob("astrogram-*")) <= before
