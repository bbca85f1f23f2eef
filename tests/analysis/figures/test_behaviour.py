"""Panels of behaviour: drawn where there is something, and what they show is what there is."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread

from analysis.cohort import results as shared_results
from analysis.cohort.results import Results
from analysis.cohort.summary import summarise
from analysis.figures.behaviour import draw_freezing, draw_place, further_panels
from analysis.figures.sheet import DPI, SIZE, TALLER, figure_sheet
from analysis.figures.style import LIT, page
from tests.support.synthetic import synthetic
from tests.support.synthetic_stimuli import ZONE, with_stimuli


@pytest.fixture(scope="module")
def dataset():
    return with_stimuli()


@pytest.fixture(autouse=True)
def _no_decoders(monkeypatch):
    for name in ("decode_cs", "decode_state"):  # slow, and tested elsewhere
        monkeypatch.setattr(shared_results, name, lambda dataset: None)


def titles(dataset):
    return [title for title, _ in further_panels(dataset)]


def test_ordinary_animals_have_no_further_panels(dataset):
    assert titles(synthetic(bla=20, astrocytes=2)[0]) == []
    assert titles(dataset) == ["Approach", "Place in the box"]
    assert titles(dataset.assign(approach=dataset["approach"] * np.nan)) == ["Place in the box"]
    assert titles(dataset.drop_vars(["position", "time_in_zone"])) == ["Approach"]


@pytest.mark.parametrize(
    ("change", "panels"),
    [
        (lambda d: d, 2),
        (lambda d: d.isel(trial=slice(0, 0)), 1),
        (lambda d: d.isel(phase=slice(0, 0)), 2),
        (lambda d: d.isel(intervention=slice(0, 0)), 2),
        (lambda d: d.drop_vars(["position", "position_time"]), 2),
        (lambda d: d.drop_vars("time_in_zone"), 2),
        (lambda d: d.drop_vars([name for name in d.variables if "intervention" in name]), 2),
        (lambda d: d.isel(position_time=slice(0, 1)), 2),
        (lambda d: d.isel(trial=slice(20, None)), 2),
    ],
)
def test_the_sheet_grows_with_what_there_is(dataset, tmp_path, change, panels):
    figure_sheet(change(dataset), tmp_path / "sheet.png")
    image = imread(tmp_path / "sheet.png")
    height = round((SIZE[1] + TALLER * panels) * DPI)
    assert image.shape[:2] == (height, round(SIZE[0] * DPI))


def drawn(path, draw, dataset, count=1):
    """Texts of the legends, and the axes, of a drawing."""
    with page(path, figsize=(12, 3)) as figure:
        axes = np.atleast_1d(figure.subplots(1, count))
        draw(*axes, Results(dataset))
        found = [
            [text.get_text() for text in child.get_texts()]
            for child in axes[0].get_children() if type(child).__name__ == "Legend"
        ]  # fmt: skip
    return found, axes


def test_stimuli_are_told_apart_where_there_are_several(dataset, tmp_path):
    legends, axes = drawn(tmp_path / "x.png", draw_freezing, dataset)
    assert sorted(legends) == [
        ["lesson", "reward", "recall", "places", "box before", "box light"],
        ["tone", "light", "chirp", "no stimulus"],
    ]  # fmt: skip
    marks = {line.get_marker() for line in axes[0].lines if line.get_marker() not in ("None", "")}
    assert marks == {"o", "^", "s", "*"}
    one = dataset.isel(trial=np.flatnonzero(dataset["trial_stage"].values == 1))
    legends, axes = drawn(tmp_path / "y.png", draw_freezing, one)
    assert legends == [["reward"]]
    assert {line.get_marker() for line in axes[0].lines} == {"o", "None"}


def test_place_light_and_time_in_the_zone(dataset, tmp_path):
    legends, (path, zone) = drawn(tmp_path / "x.png", draw_place, dataset, 2)
    assert legends == [["excite@DG"]]
    pieces = [line.get_ydata() for line in path.lines if len(line.get_ydata()) > 2]
    np.testing.assert_array_equal(np.concatenate(pieces), dataset["position"].values)
    assert len(pieces) == 4  # two trials in each session
    (lit,) = path.collections
    assert to_hex(lit.get_facecolor()[0]) == LIT.lower()
    assert [bar.get_height() for bar in zone.patches] == pytest.approx(list(ZONE.values()))
    assert [label.get_text() for label in zone.get_xticklabels()] == ["box before", "box light"]


def test_the_summary_says_what_was_measured_alone(dataset):
    value = {(row["quantity"], row["stage"]): row["value"] for row in summarise(dataset)}
    assert value["approach", "reward"] == 70.0
    assert value["time in zone", "box_light"] == pytest.approx(75.0)
    assert ("time in zone", "recall") not in value
    assert value["discrimination", "recall"] == pytest.approx(60.0)
    assert value["generalisation", "places"] == pytest.approx(0.25)
    plain = {row["quantity"] for row in summarise(synthetic(bla=20, astrocytes=2)[0])}
    assert not {"approach", "time in zone", "discrimination", "generalisation"} & plain
