"""Fronts and loops measured on made-up data of known speed, and the small datasets on disk."""

import numpy as np
import pytest
import xarray as xr

from analysis.astrocytes.loops import describe_loop
from analysis.astrocytes.waves import arrival_times, describe_wave, front_speed
from analysis.dataset.errors import DatasetError
from analysis.dataset.parts import ATTRIBUTES, assemble_parts, read_parts, write_parts
from analysis.figures.parts import measured, parts_figure

SPACING = 80.0
ATTRS = {name: "x" for name in ATTRIBUTES if name != "paradigm"}


def wave_dataset(n=21, speed=20.0, reach=21, threshold=0.7) -> xr.Dataset:
    """A line of `n` cells; the first `reach` of them rise when a front of `speed` passes."""
    time = np.arange(0, 120, 0.1)
    distance = np.arange(n) * SPACING
    since = time - 5.0 - distance[:, np.newaxis] / speed
    calcium = 0.05 + np.where(since > 0, np.minimum(since, 1.0) * 1.3 * np.exp(-since / 4), 0.0)
    calcium[reach:] = 0.05
    cells = np.arange(n)
    return assemble_parts(
        "calcium_wave",
        {
            "astrocyte": cells,
            "time": time,
            "position": np.stack([distance, 0 * distance], axis=1),
            "distance": distance,
            "stimulated": cells == 0,
            "edge_source": cells[:-1],
            "edge_target": cells[1:],
            "calcium": calcium,
            "ip3": calcium,
        },
        {**ATTRS, "threshold": threshold, "graph": "line", "junction": "threshold"},
    )


def loop_dataset() -> xr.Dataset:
    """Ten afferents at 1 then 2 Hz for 10 s each; release per spike 0.5, then by case."""
    time = np.arange(0, 20, 0.05)
    rate = np.where(time < 10, 1.0, 2.0)
    spike = np.concatenate([np.arange(0.01, 10, 0.1), np.arange(10.01, 20, 0.05)])
    share = np.array([0.5, 0.1, 0.8])[:, np.newaxis]
    count = np.searchsorted(spike, time) / 10
    released = 0.5 * np.minimum(count, 10) + share * np.maximum(count - 10, 0)
    same = np.zeros((3, len(time)))
    return assemble_parts(
        "tripartite_synapse",
        {
            "case": ("none", "decreasing", "increasing"),
            "time": time,
            "rate": rate,
            "spike_time": spike,
            "spike_afferent": np.arange(len(spike)) % 10,
            "glutamate": same,
            "calcium": same,
            "ip3": same,
            "presynaptic_receptor": same,
            "released": released,
            "event_time": [3.0, 11.0, 12.0],
            "event_case": [0, 1, 1],
        },
        {**ATTRS, "afferents": 10},
    )


def test_arrival_is_the_first_upward_crossing_between_samples():
    calcium = [[0, 0, 1, 0, 1], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5]]
    found = arrival_times(calcium, [0, 1, 2, 3, 4], 0.5)
    np.testing.assert_allclose(found, [1.5, 0.0, np.nan, np.nan])


@pytest.mark.parametrize("speed", [5.0, 25.0, 60.0])
def test_speed_and_extent_of_a_known_front(speed):
    wave = describe_wave(wave_dataset(speed=speed, n=8))
    assert wave.reached == 8
    assert wave.share == 1.0
    assert wave.extent == 7 * SPACING
    assert wave.speed_near == pytest.approx(speed, rel=1e-3)
    assert wave.speed_far == pytest.approx(speed, rel=1e-3)


def test_a_wave_that_dies_has_an_extent_and_no_far_speed():
    wave = describe_wave(wave_dataset(reach=4))
    assert (wave.reached, wave.extent) == (4, 3 * SPACING)
    assert np.isnan(wave.speed_far)


def test_speed_needs_three_distances_and_a_front_that_moves_outward():
    assert np.isnan(front_speed([0.0, 1.0], [0.0, 80.0]))
    assert np.isnan(front_speed([3.0, 2.0, 1.0], [0.0, 80.0, 160.0]))
    assert front_speed([0.0, 1.0, 3.0, 2.0], [0.0, 80.0, 160.0, 160.0]) > 0


def test_release_per_spike_by_step_and_case():
    loop = describe_loop(loop_dataset())
    np.testing.assert_allclose(loop.rates, [1, 2])
    np.testing.assert_allclose(loop.release["none"], 0.5, rtol=0.02)
    np.testing.assert_allclose(loop.release["decreasing"], [0.5, 0.1], rtol=0.05)
    np.testing.assert_allclose(loop.release["increasing"], [0.5, 0.8], rtol=0.05)
    assert loop.events == {"none": 1, "decreasing": 2, "increasing": 0}


@pytest.mark.parametrize("make", [wave_dataset, loop_dataset])
@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_datasets_come_back_as_they_were(make, suffix, tmp_path):
    dataset = make()
    path = write_parts(dataset, tmp_path / f"x{suffix}")
    xr.testing.assert_equal(read_parts(path), dataset)
    assert [entry.name for entry in tmp_path.iterdir()] == [f"x{suffix}"]
    for name, variable in read_parts(path).variables.items():
        assert {"units", "long_name"} <= set(variable.attrs), name


@pytest.mark.parametrize("make", [wave_dataset, loop_dataset])
def test_figures_and_rows(make, tmp_path):
    dataset = make()
    parts_figure(dataset, tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"
    assert all(set(row) == {"quantity", "value", "unit"} for row in measured(dataset))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ds: ds.drop_vars("ip3"), "no variable 'ip3'"),
        (lambda ds: ds.assign(calcium=ds["calcium"].astype("float64")), "float64"),
        (lambda ds: ds.assign(distance=ds["distance"] * np.nan), "'distance'"),
        (lambda ds: ds.assign_attrs(paradigm="other"), "'paradigm' is 'other'"),
        (lambda ds: ds.drop_attrs(deep=False), "'paradigm' is None"),
    ],
)
def test_other_data_is_refused_in_one_line(change, message, tmp_path):
    with pytest.raises(DatasetError, match=message) as caught:
        write_parts(change(wave_dataset()), tmp_path / "x.nc")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
