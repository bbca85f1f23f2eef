"""A cohort: every animal its own, in parallel, and the same after a kill in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from analysis.cohort import animals
from analysis.compare import comparison
from analysis.schema import read_dataset
from paradigms.cohort import is_done, plan_cohort, run_cohort
from paradigms.groups import Group, load_groups
from paradigms.protocol import load_protocol
from paradigms.reading import ProtocolError
from tests.support.circuit import SIZE

ROOT = Path(__file__).resolve().parents[2]
SAME_PROGRAM = {"recording.dt_weight": "2 s"}  # as tests/pipeline/test_run.py
GROUPS = [
    Group("control", (), SAME_PROGRAM),
    Group("drugged", ("Gq=1@conditioning",), SAME_PROGRAM),
]
SEEDS = range(5, 8)

# dask's workers come and go; its own remarks about that are none of ours
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def lives(folder):
    return plan_cohort(load_protocol("quick_conditioning"), GROUPS, SEEDS, folder, size=SIZE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    seen = []
    found = run_cohort(lives(folder), jobs=2, progress=lambda *given: seen.append(given))
    return folder, found, seen


def test_every_seed_lives_once_in_every_group(undisturbed):
    folder, found, seen = undisturbed
    assert found["group"].values.tolist() == ["control", "drugged"]
    assert found["animal"].values.tolist() == list(SEEDS)
    assert np.isfinite(found["freezing"].sel(epoch="renewal")).all()
    assert [done for done, _, _ in seen] == list(range(7))
    for life in lives(folder):
        dataset = read_dataset(life.dataset)
        assert (dataset.attrs["group"], dataset.attrs["seed"]) == (life.group, life.seed)
    one, other = (read_dataset(life.dataset) for life in lives(folder)[:2])
    assert one.attrs["individual"] == other.attrs["individual"]  # one animal in two groups
    assert one.attrs["individual"] != read_dataset(lives(folder)[2].dataset).attrs["individual"]
    assert 1.2 * one["ip3"].values.mean() < other["ip3"].values.mean()


def test_the_comparison_is_that_of_the_files(undisturbed):
    folder, found, _ = undisturbed
    members = animals(found)
    assert len(members) == 6
    rows = {row["row"]: row for row in comparison(members)}
    renewal = [
        read_dataset(life.dataset)["freezing"].values[-2:].mean()
        for life in lives(folder) if life.group == "control"
    ]  # fmt: skip
    assert rows["freezing renewal"]["n"] == 3
    assert rows["freezing renewal"]["model"] == pytest.approx(np.mean(renewal))
    assert rows["Gi freezing renewal"]["verdict"] == "not run"


START = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from paradigms.cohort import run_cohort
from tests.pipeline.test_cohort import lives
if __name__ == "__main__":
    run_cohort(lives(Path(sys.argv[2])), jobs=1)
"""


def test_a_killed_cohort_goes_on_where_it_stopped(undisturbed, tmp_path):
    script = tmp_path / "start.py"
    script.write_text(START)
    folder = tmp_path / "animals"
    process = subprocess.Popen(
        [sys.executable, str(script), str(ROOT), str(folder)], start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 300
    while sum(map(is_done, lives(folder))) < 2:
        assert process.poll() is None, "ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {life.measured: life.measured.stat().st_mtime_ns for life in lives(folder)
              if is_done(life)}  # fmt: skip
    assert 2 <= len(before) < 6
    found = run_cohort(lives(folder), jobs=2)
    for path, changed in before.items():
        assert path.stat().st_mtime_ns == changed, "computed again"
    xr.testing.assert_identical(found, undisturbed[1])
    # and bit for bit on disk
    for name, cohort in (("one", found), ("other", undisturbed[1])):
        cohort.to_netcdf(tmp_path / f"{name}.nc", engine="netcdf4")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "other.nc").read_bytes()


def test_another_parameter_is_another_animal(undisturbed):
    folder, _, _ = undisturbed
    assert all(map(is_done, lives(folder)))
    changed = [Group("control", (), {**SAME_PROGRAM, "plasticity.eta": "0.009"})]
    plan = load_protocol("quick_conditioning")
    assert not is_done(plan_cohort(plan, changed, SEEDS, folder, size=SIZE)[0])
    (measured := lives(folder)[0].measured).write_text(json.dumps({"request": "old"}))
    assert not is_done(lives(folder)[0])
    measured.unlink()
    assert not is_done(lives(folder)[0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no group"),
        ("[[group]]\nintervene = []", "name is missing"),
        ('[[group]]\nname = "a"\n[[group]]\nname = "a"', "stands twice"),
        ('[[group]]\nname = "a"\ndose = 1', "'dose' is not a key"),
        ('[[group]]\nname = "a"\nintervene = "Gq"', "must be a list"),
        ('[[group]]\nname = "a"\nset = { "plasticity.eta" = 0 }', "must be a table"),
        ("[[group]", "groups.toml: "),
    ],
)
def test_a_faulty_group_file_is_told_in_one_line(text, words, tmp_path):
    (tmp_path / "groups.toml").write_text(text)
    with pytest.raises(ProtocolError, match=words.replace("[", r"\[")) as caught:
        load_groups(tmp_path / "groups.toml")
    assert len(str(caught.value).splitlines()) == 1


def test_shipped_groups_fit_the_shipped_protocol(tmp_path):
    groups = load_groups("amygdala_astrocytes")
    planned = plan_cohort(load_protocol("fear_extinction"), groups, range(2), tmp_path)
    assert [group.name for group in groups][:3] == ["control", "Gq", "Gi"]
    assert len(planned) == 2 * len(groups)
    with pytest.raises(ProtocolError, match="not known; allowed: amygdala_astrocytes"):
        load_groups("nobody")
