"""The figure of a life of an engram: one width for each night, the cells that learned most."""

import numpy as np
import pytest
from matplotlib.image import imread

from analysis.dataset.facets import NotMeasured
from analysis.figures.life_of_an_engram import DPI, NIGHT, _Axis, _engram, life_figure
from tests.support.synthetic import synthetic, without
from tests.support.synthetic_trace import with_trace

DATASET, _ = synthetic()


def with_cells(dataset, n_cells=40):
    """Planted protein: cell k makes k/n of it, once."""
    time = np.linspace(0, float(dataset["phase_stop"].max()), 50)
    strength = np.arange(n_cells)[:, None] / n_cells
    course = np.exp(-((time - time[20]) ** 2) / 4)
    cells = {name: (("memory_cell", "cell_time"), (strength * course).astype("float32"))
             for name in ("effort", "salience", "protein")}  # fmt: skip
    found = dataset.assign(cells)
    return found.assign_coords(memory_cell=np.arange(n_cells), cell_time=time)


def test_sessions_keep_their_length_and_offline_intervals_have_one_width():
    dataset = with_trace()
    axis = _Axis(dataset)
    awake = sum(stop - start for _, start, stop, off in axis.parts if not off)
    assert any(off for *_, off in axis.parts)
    for _, start, stop, off in axis.parts:
        low, high = axis(np.array([start, stop]))
        assert high - low == pytest.approx(NIGHT * awake if off else stop - start)


def test_the_engram_is_the_tenth_of_cells_that_learned_most():
    chosen = _engram(with_cells(DATASET))
    assert np.flatnonzero(chosen).tolist() == [36, 37, 38, 39]


def test_the_figure_is_drawn_with_what_there_is(tmp_path):
    for name, dataset in (("with", with_cells(DATASET)), ("without", DATASET)):
        path = tmp_path / f"{name}.png"
        life_figure(dataset, path)
        assert imread(path).shape[:2] == (round(11.0 * DPI), round(13.0 * DPI))
    assert (tmp_path / "with.png").read_bytes() != (tmp_path / "without.png").read_bytes()


def test_without_weights_it_is_not_measured(tmp_path):
    with pytest.raises(NotMeasured, match="weights"):
        life_figure(without(DATASET, "weights"), tmp_path / "x.png")
    assert not list(tmp_path.iterdir())
