"""The benchmark of exported folders, on the back end that needs no GPU."""

import json
import os
import subprocess

import pytest

from astrogram.environment import genn_folder
from paradigms.export.folder import Request
from paradigms.export.write import export
from tests.support.circuit import SIZE, blink
from tests.support.paths import ROOT

pytestmark = [
    pytest.mark.genn,
    pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set"),
]
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")


def test_copies_are_measured_and_the_folder_stays_as_it_is(tmp_path):
    folder = tmp_path / "one"
    asked = Request("blink", "", 1, blink().text, {}, SIZE, None)
    export([asked], folder, device="genn", gpu=True)
    before = sorted(folder.rglob("*"))
    said = subprocess.run(
        [str(ROOT / "benchmarks" / "gpu.sh"), str(folder), "1", "2000", "3", "1000"],
        env={"PATH": "/usr/bin:/bin", "GENN_PATH": str(genn_folder()), "FLAGS": "-c",
             "SCRATCH": str(tmp_path / "scratch")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    rows = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(row["device"], row["copies"], row["steps"]) for row in rows] == [
        ("processor", 1, 2000), ("processor", 3, 1000)
    ]  # fmt: skip
    for row in rows:
        assert row["cells_each"] == 403
        assert 0 < row["seconds"] < 60
        assert 1 < row["MiB"] < 1000
    assert sorted(folder.rglob("*")) == before
