"""A robustness map on the smallest circuit: stopped, resumed, and called again."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import xarray as xr
from matplotlib.image import imread

from analysis.cohort.robustness import survival
from analysis.design.epochs import Design
from analysis.design.own_rows import design_text
from analysis.design.trials import Epoch
from paradigms.cohort import robustness
from paradigms.cohort.groups import Group
from paradigms.cohort.robustness import Draws, plan_draws, plan_map, run_map, simulate_or_refuse
from paradigms.cohort.subject import finish, is_done
from paradigms.command.cli import main
from paradigms.protocol.files import load_protocol, parse_protocol
from tests.support.circuit import SIZE
from tests.support.paths import ROOT

# As tests/paradigms/cohort/test_cohort.py: not a program of its own, which would be compiled
SAME_PROGRAM = {"recording.dt_weight": "2 s", "recording.n_synapses": "2000"}
GROUPS = [
    Group("control", (), SAME_PROGRAM), Group("Gq", ("Gq=1@extinction",), SAME_PROGRAM)
]  # fmt: skip

def planned(folder):
    draws = plan_draws(2, 3)
    # how many synapses of each kind are recorded follows from these, and is part of a program
    counted = ("plasticity.indegree", "afferent.CS_share")
    kept = [not name.startswith(counted) for name in draws.parameters]
    names = tuple(name for name, keep in zip(draws.parameters, kept, strict=True) if keep)
    draws = Draws(names, draws.factors[:, kept], draws.values[:, kept])
    subjects = plan_map(
        load_protocol("quick_conditioning"), draws, GROUPS, 1, 3, folder, size=SIZE
    )
    return subjects, draws


START = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from paradigms.cohort.robustness import run_map
from tests.paradigms.cohort.test_robustness import planned
if __name__ == "__main__":
    run_map(*planned(Path(sys.argv[2])), jobs=1)
"""


def test_a_killed_map_goes_on_where_it_stopped(tmp_path):
    folder, script = tmp_path / "animals", tmp_path / "start.py"
    script.write_text(START)
    everyone = [subject for own in planned(folder)[0] for subject in own]
    folder.mkdir()
    simulate_or_refuse(everyone[0])  # the program is there from now on, however long that took
    process = subprocess.Popen(
        [sys.executable, str(script), str(ROOT), str(folder)], start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 300
        while sum(map(is_done, everyone)) < 2:
            assert process.poll() is None, "ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = {subject.measured: subject.measured.stat().st_mtime_ns for subject in everyone
              if is_done(subject)}  # fmt: skip
    assert 2 <= len(before) < 4
    # one that was killed between measuring and removing what it was measured in
    next(subject for subject in everyone if is_done(subject)).dataset.write_bytes(b"left over")

    seen = []
    found = run_map(*planned(folder), jobs=2, progress=lambda *given: seen.append(given))
    assert [done for done, _, _ in seen] == list(range(len(before), 5))
    for path, changed in before.items():
        assert path.stat().st_mtime_ns == changed, "computed again"
    assert not list(folder.glob("[!.]*.nc"))  # datasets are not kept
    freezing = found["freezing"].sel(epoch="renewal").values
    assert freezing.shape == (2, 2, 1)
    assert np.isfinite(freezing).all()
    assert found["seed"].values.tolist() == [[3], [4]]

    again = run_map(*planned(folder), progress=lambda *given: seen.append(given))
    assert seen[-1] == (4, 4, "")  # nothing was simulated
    xr.testing.assert_identical(again, found)


def test_command(tmp_path, monkeypatch, capsys):
    """Table, figure and map; animals that freeze as they are told stand in for simulated ones."""
    asked = []

    def complete(subjects, *, jobs, progress, work, overwrite, drawn):
        assert not drawn  # whether an animal is possible is what the map asks
        asked.append((len(subjects), jobs))
        (tmp_path / "animals").mkdir(exist_ok=True)
        for subject in subjects:
            level = {"control": 50.0, "Gq": 30.0, "Gi": 70.0}[subject.group]
            values = [["freezing", "early_extinction", level + subject.seed % 3]]
            finish(subject, {"origin": ["fear_extinction", "compressed", ""], "values": values})
        progress(len(subjects), len(subjects), "")

    monkeypatch.setattr(robustness, "complete", complete)
    command = ["reproduce", "robustness", "--draws", "3", "--seed", "7", "--jobs", "1",
               "--out", str(tmp_path)]  # fmt: skip
    assert main([*command, "--json"]) == 0
    printed = capsys.readouterr()
    rows = {row["finding"]: row for row in json.loads(printed.out)}
    assert rows["Gq freezing extinction block 1"]["survived"] == 3
    assert rows["Gi freezing extinction retrieval"]["survived"] == 0
    assert "seeds 7-12" in printed.err
    assert "3 draws, 3 groups" in printed.err
    assert asked == [(18, 1)]
    with xr.open_dataset(tmp_path / "robustness.nc") as found:
        assert dict(found.sizes)["draw"] == 3
        assert found["freezing"].sel(draw=1, group="Gi", animal=0, epoch="early_extinction") == 70
        assert survival(found)[1]["survived"] == 3  # the map alone gives the table
    assert imread(tmp_path / "robustness.png").std() > 0.05

    other = ["8" if word == "7" else word for word in command]
    assert main(other) == 2  # another plan in the same place
    assert "robustness.nc is there already" in capsys.readouterr().err
    assert main([*other, "--overwrite"]) == 0
    assert main([*command, "--overwrite"]) == 0
    capsys.readouterr()

    assert main([*command, "--markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# Robustness map")
    assert "| Gq freezing extinction block 1 | 3 | 3 |" in text


def stages_of(text):
    phases = [phase for session in parse_protocol(text, "x").sessions for phase in session.phases]
    return list(dict.fromkeys(phase.stage for phase in phases))


def test_command_of_the_other_experiment_in_the_same_folder(tmp_path, monkeypatch, capsys):
    levels = {"strong": 60.0, "strong_loss": 30.0, "strong_gain": 65.0, "weak": 40.0,
              "weak_gain": 50.0, "control": 50.0, "Gq": 30.0, "Gi": 70.0}  # fmt: skip

    def complete(subjects, *, jobs, progress, work, overwrite, drawn):
        (tmp_path / "animals").mkdir(exist_ok=True)
        for subject in subjects:
            names = stages_of(subject.protocol_toml)
            values = [["freezing", epoch, levels[subject.group]] for epoch in names]
            design = design_text(Design(tuple(map(Epoch, names, names))))
            content = {"origin": ["any", "compressed", ""], "values": values, "design": design}
            finish(subject, content)
        progress(len(subjects), len(subjects), "")

    monkeypatch.setattr(robustness, "complete", complete)
    command = ["reproduce", "robustness", "--draws", "2", "--jobs", "1", "--out", str(tmp_path),
               "--json"]  # fmt: skip
    assert main([*command, "--of", "astrocyte_trace"]) == 0
    printed = capsys.readouterr()
    assert "2 draws, 5 groups, seeds 1-4" in printed.err
    rows = {row["finding"]: row for row in json.loads(printed.out)}
    assert rows["whole pattern of signs"]["needed"] == 0.5
    assert rows["gain weak freezing recall 2"]["survived"] == 2
    assert rows["loss freezing recall 1"]["survived"] == 0
    with xr.open_dataset(tmp_path / "robustness_trace.nc") as found:
        assert found.attrs["rows"] == "targets_section2"
        assert survival(found)[0]["needed"] == 0.5
    before = (tmp_path / "robustness_trace.nc").read_bytes()

    assert main(command) == 0
    capsys.readouterr()
    with xr.open_dataset(tmp_path / "robustness.nc") as found:
        assert found.attrs["rows"] == "targets_section1"
    assert (tmp_path / "robustness_trace.nc").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [
        "robustness.nc", "robustness.png", "robustness_trace.nc", "robustness_trace.png",
    ]  # fmt: skip
