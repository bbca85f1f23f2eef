"""``astrogram reproduce astrocyte_trace``: its table and figure, of synthetic animals."""

import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.image import imread

from analysis.cohort import measures
from analysis.cohort.dataset import gather
from analysis.dataset.schema import write_dataset
from analysis.figures.cohort import DPI, SIZE
from analysis.packaged import read_table
from paradigms.cohort import cohort as cohorts
from paradigms.cohort.groups import Group
from paradigms.command import cli
from paradigms.command import trace as cli_trace
from paradigms.protocol.files import load_protocol
from tests.support.synthetic_trace import with_trace

GROUPS = [Group("strong", (), {}), Group("strong_loss", (), {})]
FREEZING = {"strong": {}, "strong_loss": {"recall_2": 20.0}}


@pytest.fixture
def asked(monkeypatch):
    """What the command loads; its animals are synthetic ones."""
    names = []

    def asked(name, found):
        names.append(name)
        return found

    def made(subjects, **_):
        items = []
        for subject in subjects:
            animal = with_trace(subject.seed, FREEZING[subject.group])
            subject.dataset.parent.mkdir(parents=True, exist_ok=True)
            write_dataset(animal, subject.dataset)
            found = measures.measure(animal).record()
            items.append({"group": subject.group, "seed": subject.seed, **found})
        return gather(json.loads(json.dumps(items)))

    for function, found in (
        ("load_groups", GROUPS), ("load_protocol", load_protocol("contextual_fear"))
    ):  # fmt: skip
        monkeypatch.setattr(cli_trace, function, lambda name, found=found: asked(name, found))
    monkeypatch.setattr(cohorts, "run_cohort", made)
    for name in ("_handoff", "_transfer", "_ensembles", "_information", "_responsive"):
        monkeypatch.setattr(measures, name, lambda results: {})  # slow, and of cued fear
    return names


def test_table_and_figure(asked, tmp_path, capsys):
    given = ["--animals", "2", "--first-seed", "1", "--out", str(tmp_path / "out"), "--json"]
    assert cli.main(["reproduce", "astrocyte_trace", *given]) == 0
    out, said = capsys.readouterr()
    assert asked == ["astrocyte_trace", "astrocyte_trace"]
    rows = {row["row"]: row for row in json.loads(out)}
    order = [row["row"] for row in read_table("targets_section2")]
    assert [name for name in rows if name in order] == [name for name in order if name in rows]
    assert rows["loss freezing recall 1"]["verdict"] == "met"
    assert rows["loss freezing recall 2"]["verdict"] == "order met"
    assert rows["loss freezing recall 2"]["model"] == -40.0
    assert rows["gain weak freezing recall 2"]["verdict"] == "not run"
    assert "pattern of signs: 2 of 2 rows met" in said
    found = xr.open_dataset(tmp_path / "out" / "astrocyte_trace.nc", decode_timedelta=False)
    assert found["course_recruitment"].sizes["group"] == 2
    image = imread(tmp_path / "out" / "astrocyte_trace.png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))
    maps = image[round(0.63 * len(image)) : round(0.74 * len(image)), :, :3]
    red = (maps[..., 0] > 0.6) & (maps[..., 1] < 0.1)
    assert np.mean(red) > 1e-3  # of the animal that was handed over
