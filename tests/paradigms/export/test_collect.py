"""What comes back of an exported folder, and what is wrong with it."""

import json
import os
import shutil

import pytest

from paradigms.export.collect import collect
from paradigms.export.folder import ExportError, read_exported
from tests.support.exports import SEEDS


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
