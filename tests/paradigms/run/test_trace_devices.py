"""Days of astrocytes on every device: what lasts, and what tools on labelled ones do to it."""

import numpy as np
import pytest

from paradigms.run.recording import RECORDS
from tests.support.circuit import draw
from tests.support.days import DOSES, QUICK, days

WEIGHTS = ("weight_early", "weight_late", "weight_labile")
RECORDED = (*(row.name for row in RECORDS), *WEIGHTS)


@pytest.fixture(scope="module")
def animal():
    return draw(days(), 1, overrides=QUICK)


@pytest.fixture(scope="module")
def compiled(animal):
    return animal.run("cpp")


def test_all_that_days_are_made_of_happens(compiled):
    for name in RECORDED:
        assert np.isfinite(compiled[name]).all(), name
        assert np.ptp(compiled[name]) > 0.01, name
    for name in ("receptor_density", "recruitment", "factor", "astrocyte_tag", "lability"):
        assert 0 <= compiled[name].min() <= compiled[name].max() <= 1, name
        assert np.all(compiled[name][:, 0] == 0), name
    assert len(compiled["event_time"]) > 5


def test_what_acts_on_labelled_astrocytes_acts_by_their_label(animal, compiled):
    without = tuple(dose for dose in DOSES if not dose.startswith("Gs:tagged"))
    plain = draw(days(without), 1, overrides=QUICK).run("cpp")
    label = compiled["astrocyte_tag"][:, -1]
    assert np.array_equal(label, plain["astrocyte_tag"][:, -1])
    assert label.min() < 0.5 < label.max()
    more = compiled["cAMP"][:, -1] - plain["cAMP"][:, -1]
    # adenylyl cyclase through the test, less what Gi takes away
    test = animal.timeline.phases[-1]
    seconds = (compiled["time"][-1] - test.start) * animal.timeline.speed
    made = animal.parameters.value("noradrenaline.O_cAMP") * (1 - 0.2) * seconds
    assert more == pytest.approx(made * label, rel=0.05)


@pytest.mark.parametrize("device", ["numpy", pytest.param("cython", marks=pytest.mark.slow)])
def test_devices_agree_through_days(device, animal, compiled):
    found = animal.run(device)
    assert len(found["spike_time"]) > 1000
    for name in ("spike_neuron", "event_astrocyte"):
        assert np.array_equal(found[name], compiled[name]), name
    for name in ("spike_time", "event_time"):
        assert np.allclose(found[name], compiled[name], rtol=0, atol=1e-9), name
    for name in RECORDED:
        assert np.allclose(found[name], compiled[name], rtol=1e-6, atol=1e-9), name
