"""The circuit on an NVIDIA GPU: the same animal in the mean, as sums there have no order."""

import numpy as np
import pytest

from analysis.dataset.schema import labels
from models.machine.devices import DeviceError, check_device
from paradigms.protocol.files import load_protocol
from paradigms.run.simulate import simulate

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def both():
    try:
        check_device("genn", gpu=True)
    except DeviceError as error:
        pytest.skip(str(error))
    plan = load_protocol("quick_conditioning")
    return simulate(plan, seed=3, device="genn", gpu=True), simulate(plan, seed=3)


def rates(dataset):
    counts = np.bincount(dataset["spike_neuron"].values, minlength=dataset.sizes["neuron"])
    population = labels(dataset["population"])
    return {name: counts[population == name].mean() for name in np.unique(population)}


def test_every_population_fires_as_often_as_on_the_processor(both):
    gpu, cpp = map(rates, both)
    for name, rate in cpp.items():
        assert gpu[name] == pytest.approx(rate, rel=0.1, abs=2), name


def test_the_first_spikes_are_the_same(both):
    # rounding needs time to tip a threshold
    gpu, cpp = ({*zip(x["spike_neuron"].values.tolist(), np.rint(x["spike_time"].values / 2e-4),
                      strict=True)} for x in both)  # fmt: skip
    early = {item for item in cpp if item[1] * 2e-4 < 0.5}
    assert len(early) > 100
    assert len(early & gpu) > 0.95 * len(early)


def test_calcium_follows_the_same_course(both):
    gpu, cpp = (x["calcium"].values.mean(axis=0) for x in both)
    assert np.corrcoef(gpu, cpp)[0, 1] > 0.95
