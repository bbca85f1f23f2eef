"""The page of days: drawn of what there is, and it shows what was planted."""

import json

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread

from analysis.cohort import measures
from analysis.cohort.dataset import gather
from analysis.cohort.measures import measure
from analysis.dataset.errors import DatasetError
from analysis.figures.cohort import DPI, SIZE
from analysis.figures.cohort_panels import group_colour
from analysis.figures.style import page
from analysis.figures.trace import (
    draw_course,
    draw_maps,
    draw_persistence,
    stages_of,
    trace_figure,
)
from tests.support.synthetic import synthetic
from tests.support.synthetic_trace import ENGRAM, RECRUITED, with_trace


def gathered(make, groups=("one", "other"), seeds=(1, 2)):
    items = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_handoff", "_transfer", "_ensembles", "_information", "_responsive"):
            patch.setattr(measures, name, lambda results: {})  # slow, and of cued fear
        for k, group in enumerate(groups):
            for seed in seeds:
                items.append({"group": group, "seed": seed, **measure(make(k, seed)).record()})
    return gather(json.loads(json.dumps(items)))


@pytest.fixture(scope="module")
def cohort():
    return gathered(lambda k, seed: with_trace(seed, {"recall_2": 60.0 - 30.0 * k + seed}))


def drawn(path, draw, count=1, size=(9, 3)):
    with page(path, figsize=size) as figure:
        axes = np.atleast_1d(figure.subplots(1, count)).tolist()
        draw(axes)
    return axes


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c,
        lambda c: c.isel(group=[0], animal=[0]),
        lambda c: c.drop_vars([name for name in c if name.startswith("course_")]),
        lambda c: c.assign(recruited_share=c["recruited_share"] * np.nan),
        lambda c: c.assign(life_day=c["life_day"] * np.nan),
        lambda c: c.assign(course_factor=c["course_factor"] * np.nan),
    ],
)
def test_the_page_is_drawn(cohort, tmp_path, change):
    path = tmp_path / "trace.part"
    trace_figure(change(cohort), path, with_trace())
    image = imread(path, format="png")
    assert image.shape[:2] == (round(SIZE[1] * DPI), round(SIZE[0] * DPI))
    for part in np.array_split(image[..., :3], 5):
        assert part.std() > 0.02


def test_the_page_of_other_animals_says_what_it_lacks(tmp_path):
    plain = gathered(lambda k, seed: synthetic(seed, 20, 2)[0], ("control",))
    trace_figure(plain, tmp_path / "trace.png")
    trace_figure(plain, tmp_path / "trace.png", with_trace().drop_vars("recruitment"))
    with pytest.raises(DatasetError, match="not the dataset of a cohort"):
        trace_figure(with_trace(), tmp_path / "trace.png")


def test_freezing_stands_at_its_day(cohort, tmp_path):
    (axes,) = drawn(tmp_path / "x.png", lambda axes: draw_persistence(axes[0], cohort))
    lines = [line for line in axes.lines if len(line.get_xdata()) > 1]
    danger, safe = lines[0], lines[1]
    assert danger.get_xdata() == pytest.approx([1, 3, 7], abs=0.1)
    assert danger.get_ydata() == pytest.approx([60, 61.5, 50])
    assert safe.get_xdata() == pytest.approx([2, 8], abs=0.1)
    assert (danger.get_linestyle(), safe.get_linestyle()) == ("-", ":")
    assert to_hex(lines[2].get_color()) == group_colour(1).lower()


def test_a_course_is_drawn_by_day(cohort, tmp_path):
    (axes,) = drawn(
        tmp_path / "x.png", lambda axes: draw_course(axes[0], cohort, "receptor_density")
    )
    line = axes.lines[0]
    assert line.get_xdata()[np.argmax(line.get_ydata())] == pytest.approx(1.0, abs=0.05)
    assert axes.get_xlabel() == "days of life"


def test_maps_show_who_was_recruited(tmp_path):
    axes = drawn(tmp_path / "x.png", lambda axes: draw_maps(axes, with_trace()), 6)
    titles = [each.get_title(loc="left") for each in axes]
    assert titles[:3] == ["conditioning, day 0", "recall 1, day 1", "neutral, day 2"]
    for each, name in zip(axes[:4], ("conditioning", "recall_1", "neutral", "recall_2"),
                          strict=True):  # fmt: skip
        cells, rings = each.collections
        high = np.flatnonzero(cells.get_array() > 0.5)
        assert high.tolist() == sorted(RECRUITED[name])
        assert 3 <= len(rings.get_offsets()) <= len(ENGRAM)
    assert axes[1].get_xlabel() == "11.1 % recruited"
    few = drawn(tmp_path / "x.png", lambda axes: draw_maps(axes, with_trace()), 2)
    assert [each.get_title(loc="left") for each in few] == titles[:2]


def test_one_epoch_of_each_stage(cohort):
    assert stages_of(cohort) == [
        "before_conditioning", "conditioning_first", "recall_1", "neutral", "recall_2", "recall_3",
        "neutral_2",
    ]  # fmt: skip
