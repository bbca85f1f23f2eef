"""Planted calcium responses, classes and events are measured."""

import numpy as np
import pytest

from analysis.astrocytes.calcium import (
    calcium_z,
    cs_evoked,
    epoch_area,
    find_events,
    heterogeneity,
    responds,
    us_evoked,
)
from tests.support.synthetic import CS, SPEED, synthetic


@pytest.fixture(scope="module")
def planted():
    return synthetic(seed=5, bla=10, astrocytes=12)


def test_area_of_a_step(planted):
    dataset, truth = planted
    area = cs_evoked(dataset).area
    size = 0.1 + 0.3 * truth.freezing[8] / 100
    expected = size * CS * SPEED  # umol L-1 s of the protocol's clock
    assert area.shape == (68, 12)
    assert area[8, truth.kept[0]] == pytest.approx(expected, rel=0.05)
    assert area[8, truth.never].mean() == pytest.approx(0.0, abs=0.1)


def test_area_does_not_depend_on_the_clock(planted):
    dataset, _ = planted
    slow = dataset.copy(deep=True).assign_attrs(speed=1.0)
    for name in ("time", "trial_start", "trial_stop", "us_on", "us_off", "phase_start"):
        slow = slow.assign_coords({name: (slow[name].dims, slow[name].values * SPEED)})
    fast_area, slow_area = cs_evoked(dataset).area, cs_evoked(slow).area
    np.testing.assert_allclose(slow_area, fast_area, rtol=1e-6, atol=1e-9)


def test_stages(planted):
    dataset, _ = planted
    cs, us = cs_evoked(dataset), us_evoked(dataset)
    early, late, renewal = (
        epoch_area(dataset, cs, name) for name in ("early_extinction", "late_extinction", "renewal")
    )
    assert early > late
    assert renewal > late
    naive = epoch_area(dataset, cs, "conditioning_first")
    assert epoch_area(dataset, us, "conditioning_first") > 20 * abs(naive)
    assert epoch_area(dataset, us, "conditioning_first") == pytest.approx(24.0, rel=0.05)
    assert np.isnan(epoch_area(dataset, cs, "before_conditioning"))
    assert np.isnan(epoch_area(dataset, us, "renewal"))


def test_planted_classes(planted):
    dataset, truth = planted
    found = heterogeneity(dataset)
    for name in ("kept", "lost", "gained", "never"):
        assert set(found[getattr(truth, name)]) == {name}


def test_responds_needs_size_and_consistency():
    z = np.array([[2.0, 0.3, 9.0, -2.0]] * 5)
    z[:, 2] = [30, -5, -4, -6, -5]
    assert responds(z).tolist() == [True, False, False, False]
    assert responds(z[:0]).tolist() == [False] * 4
    rng = np.random.default_rng(0)
    assert responds(rng.normal(2, 1, (30, 3))).all()


def test_planted_events(planted):
    dataset, truth = planted
    events = find_events(dataset)
    kept = events.astrocyte == truth.kept[0]
    assert kept.sum() == 63  # one per stimulus; with the US there is one response to both
    np.testing.assert_allclose((events.stop - events.start)[kept][5:], CS, atol=0.25)
    onset = dataset["trial_start"].values[8:]
    np.testing.assert_allclose(events.start[kept][3:], onset, atol=0.11)
    assert (events.astrocyte == truth.never[0]).sum() <= 6
    assert events.peak.min() > 3


def test_rest_has_no_events(planted):
    dataset, _ = planted
    quiet = dataset.copy(deep=True)
    quiet["calcium"].values[:] = 0.1
    assert find_events(quiet).start.size == 0
    assert np.abs(calcium_z(quiet)).max() < 1e-6
    assert not (heterogeneity(quiet) != "never").any()


def test_no_astrocytes(planted):
    dataset = planted[0].isel(astrocyte=slice(0, 0))
    assert cs_evoked(dataset).area.shape == (68, 0)
    assert np.isnan(epoch_area(dataset, us_evoked(dataset), "conditioning_first"))
    assert find_events(dataset).start.size == 0
    assert heterogeneity(dataset).size == 0


def test_without_time_before_any_trial_there_is_no_response(planted):
    """Each trial follows the one before at once: nothing to compare with, and no warning."""
    dataset, _ = planted
    start = dataset["phase_start"].values[0] + CS * np.arange(dataset.sizes["trial"])
    joined = dataset.assign_coords(
        trial_start=("trial", start), trial_stop=("trial", start + CS),
        trial_session=("trial", np.zeros_like(dataset["trial_session"].values),
                       dataset["trial_session"].attrs),
    )  # fmt: skip
    evoked = cs_evoked(joined)
    assert evoked.area.shape == (68, 12)
    assert np.isnan(evoked.area).all()
    assert np.isnan(evoked.z).all()
    assert set(heterogeneity(joined)) == {"never"}
