"""A cohort: every animal its own, in parallel, and the same after a kill in the middle."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

from analysis.cohort.compare import comparison
from analysis.cohort.dataset import animals
from analysis.dataset.schema import read_dataset
from astrogram.errors import OutputError
from paradigms.cohort.cohort import not_covered, plan_cohort, run_cohort
from paradigms.cohort.groups import Group, load_groups
from paradigms.cohort.subject import is_done
from paradigms.protocol.files import load_protocol
from tests.support.circuit import SIZE
from tests.support.paths import ROOT

SAME_PROGRAM = {"recording.dt_weight": "2 s"}  # as tests/whole/test_run.py
GROUPS = [
    Group("control", (), SAME_PROGRAM),
    Group("drugged", ("Gq=1@conditioning",), SAME_PROGRAM),
]
SEEDS = range(5, 8)

def subjects(folder):
    return plan_cohort(load_protocol("quick_conditioning"), GROUPS, SEEDS, folder, size=SIZE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    seen = []
    found = run_cohort(subjects(folder), jobs=2, progress=lambda *given: seen.append(given))
    return folder, found, seen


def test_every_seed_is_once_in_every_group(undisturbed):
    folder, found, seen = undisturbed
    assert found["group"].values.tolist() == ["control", "drugged"]
    assert found["animal"].values.tolist() == list(SEEDS)
    assert np.isfinite(found["freezing"].sel(epoch="renewal")).all()
    assert [done for done, _, _ in seen] == list(range(7))
    for subject in subjects(folder):
        dataset = read_dataset(subject.dataset)
        assert (dataset.attrs["group"], dataset.attrs["seed"]) == (subject.group, subject.seed)
    one, other = (read_dataset(subject.dataset) for subject in subjects(folder)[:2])
    assert one.attrs["individual"] == other.attrs["individual"]  # one animal in two groups
    assert one.attrs["individual"] != read_dataset(subjects(folder)[2].dataset).attrs["individual"]
    assert 1.2 * one["ip3"].values.mean() < other["ip3"].values.mean()


def test_the_comparison_is_that_of_the_files(undisturbed):
    folder, found, _ = undisturbed
    members = animals(found)
    assert len(members) == 6
    rows = {row["row"]: row for row in comparison(members)}
    renewal = [
        read_dataset(subject.dataset)["freezing"].values[-2:].mean()
        for subject in subjects(folder) if subject.group == "control"
    ]  # fmt: skip
    assert rows["freezing renewal"]["n"] == 3
    assert rows["freezing renewal"]["model"] == pytest.approx(np.mean(renewal))
    assert rows["Gi freezing renewal"]["verdict"] == "not run"


START = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from paradigms.cohort.cohort import run_cohort
from tests.paradigms.cohort.test_cohort import subjects
if __name__ == "__main__":
    run_cohort(subjects(Path(sys.argv[2])), jobs=1)
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
    while sum(map(is_done, subjects(folder))) < 2:
        assert process.poll() is None, "ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {subject.measured: subject.measured.stat().st_mtime_ns for subject in subjects(folder)
              if is_done(subject)}  # fmt: skip
    assert 2 <= len(before) < 6
    found = run_cohort(subjects(folder), jobs=2)
    for path, changed in before.items():
        assert path.stat().st_mtime_ns == changed, "computed again"
    xr.testing.assert_identical(found, undisturbed[1])
    # and bit for bit on disk
    for name, cohort in (("one", found), ("other", undisturbed[1])):
        cohort.to_netcdf(tmp_path / f"{name}.nc", engine="netcdf4")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "other.nc").read_bytes()


def test_another_parameter_is_another_animal(undisturbed):
    folder, _, _ = undisturbed
    assert all(map(is_done, subjects(folder)))
    changed = [Group("control", (), {**SAME_PROGRAM, "plasticity.eta": "0.009"})]
    plan = load_protocol("quick_conditioning")
    assert not is_done(plan_cohort(plan, changed, SEEDS, folder, size=SIZE)[0])


def flipped(content):
    """One bit of the middle is another."""
    where = len(content) // 2
    return content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :]


DAMAGE = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "list": lambda content: b"[]",
    "null": lambda content: b"null",
    "number": lambda content: b"NaN",
    "other": lambda content: json.dumps({"request": "old"}).encode(),
    "deep": lambda content: 100_000 * b"[",
    "binary": lambda content: b"\xff\xfe\x00",
    "flipped": flipped,
    "nan": lambda content: content.replace(b": [[", b": [[NaN], [", 1) + b" ",
}


def test_a_damaged_file_is_not_there_and_is_made_again(undisturbed):
    folder, found, _ = undisturbed
    one, other = subjects(folder)[:2]
    whole = one.measured.read_bytes(), one.dataset.read_bytes()
    for damage in DAMAGE.values():
        for path, content in zip((one.measured, one.dataset), whole, strict=True):
            assert damage(content) != content
            path.write_bytes(damage(content))
            assert not is_done(one)
            path.write_bytes(content)
            assert is_done(one)
    # both of them at once, and one that is lost
    one.measured.write_bytes(b"null")
    one.dataset.write_bytes(flipped(whole[1]))
    other.dataset.unlink()
    again = run_cohort(subjects(folder), jobs=2)
    xr.testing.assert_identical(again, found)
    assert one.measured.read_bytes() != b"null"
    assert all(map(is_done, subjects(folder)))


def test_animals_of_other_settings_are_not_replaced(undisturbed):
    folder, _, _ = undisturbed
    files = {path: path.read_bytes() for path in folder.iterdir()}
    changed = [Group("control", (), {**SAME_PROGRAM, "plasticity.eta": "0.009"})]
    planned = plan_cohort(load_protocol("quick_conditioning"), changed, SEEDS, folder, size=SIZE)
    with pytest.raises(OutputError, match="an animal of other settings, and so are 2 more"):
        run_cohort(planned)
    for subject in subjects(folder):
        subject.measured.unlink()  # the datasets alone say it, too
    with pytest.raises(OutputError, match="an animal of other settings"):
        run_cohort(planned)
    for path, content in files.items():
        path.write_bytes(content)


def test_a_cohort_is_replaced_by_one_that_contains_it(undisturbed):
    folder, found, _ = undisturbed
    plan = load_protocol("quick_conditioning")

    def other(groups=GROUPS, seeds=SEEDS, **options):
        planned = plan_cohort(plan, groups, seeds, folder, **{"size": SIZE, **options})
        return not_covered(found.attrs, planned)

    assert other() == []
    assert other(seeds=range(5, 9)) == []
    assert other(groups=[*GROUPS, Group("more", (), {})]) == []
    assert other(seeds=range(5, 7)) == ["more animals"]
    assert other(groups=GROUPS[:1]) == ["group 'drugged'"]
    assert other(size=SIZE + 50) == ["group 'control'", "group 'drugged'"]
    assert other(clock="published") == ["group 'control'", "group 'drugged'"]
    assert not_covered({}, subjects(folder)) == ["of another version"]


def test_shipped_groups_fit_the_shipped_protocol(tmp_path):
    groups = load_groups("amygdala_astrocytes")
    planned = plan_cohort(load_protocol("fear_extinction"), groups, range(2), tmp_path)
    assert [group.name for group in groups][:3] == ["control", "Gq", "Gi"]
    assert len(planned) == 2 * len(groups)
