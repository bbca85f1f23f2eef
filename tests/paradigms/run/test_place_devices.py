"""A place test on every device: the body, the zone and what light does there are the same."""

import numpy as np
import pytest

from tests.support.box import FAST, box
from tests.support.circuit import draw

SEED = 3


@pytest.fixture(scope="module")
def animal():
    return draw(box(), SEED, overrides=FAST)


@pytest.fixture(scope="module")
def compiled(animal):
    return animal.run("cpp")


def test_light_on_labelled_and_other_cells_follows_the_body(animal, compiled):
    place = np.abs(compiled["path"] / 0.5)
    place = np.abs(place - 2 * np.floor(place / 2 + 0.5))
    lit = compiled["path_time"] > 0.3
    assert 0.2 < np.mean(place[lit] > 0.5) < 0.8

    def where(cells):
        """Place at each spike of cells while there is light."""
        mine = np.isin(compiled["spike_neuron"], cells) & (compiled["spike_time"] > 0.31)
        return place[np.searchsorted(compiled["path_time"], compiled["spike_time"][mine]) - 1]

    # light in the target zone makes these cells fire, and little else does; it follows within a
    # step of the levels, in which so fast a body goes an eighth of the box
    lit_cells = where(animal.tissue.cells("NAc"))
    assert len(lit_cells) > 50
    assert np.mean(lit_cells > 0.35) > 0.85
    # and granule cells that were labelled, beside those that the box itself drives everywhere
    labelled = where(animal.tissue.cells("DG"))
    assert len(labelled) > 50
    assert np.sum(labelled > 0.35) > 2 * np.sum(labelled <= 0.35)


@pytest.mark.parametrize(
    "device", ["numpy", pytest.param("cython", marks=pytest.mark.slow)]
)
def test_devices_agree_spike_by_spike(device, animal, compiled):
    found = animal.run(device)
    assert len(found["spike_time"]) > 500
    for name in ("spike_neuron", "event_astrocyte"):
        assert np.array_equal(found[name], compiled[name]), name
    for name in ("spike_time", "path", "calcium"):
        assert np.allclose(found[name], compiled[name], rtol=0, atol=1e-9), name
