"""Decoders find what is planted, and nothing where nothing is."""

import numpy as np
import pytest

from analysis.activity.decoding import decode_cs, decode_state
from analysis.activity.transfer import cs_transfer, state_transfer, track_state
from analysis.cohort.summary import summarise
from analysis.dataset.schema import labels
from tests.support.synthetic import synthetic


@pytest.fixture(scope="module")
def planted():
    return synthetic(seed=4, bla=80, astrocytes=2)[0]


@pytest.fixture(scope="module")
def noise(planted):
    """The same dataset with spikes of constant rate."""
    rng = np.random.default_rng(5)
    dataset = planted.copy(deep=True)
    when = dataset["spike_time"].values
    when[:] = np.sort(rng.uniform(0, when.max(), when.size))
    dataset["spike_neuron"].values[:] = rng.permutation(dataset["spike_neuron"].values)
    return dataset


@pytest.mark.parametrize("decode", [decode_cs, decode_state])
def test_planted_signal_beats_shuffled_labels(planted, decode):
    found = decode(planted, shuffles=60)
    assert found.accuracy > 0.9
    assert found.accuracy > found.chance_95
    assert found.p == pytest.approx(1 / 61)
    assert found.shuffled.mean() == pytest.approx(0.5, abs=0.06)
    assert found.output.shape == found.trials.shape


@pytest.mark.parametrize("decode", [decode_cs, decode_state])
def test_noise_does_not(noise, decode):
    found = decode(noise, shuffles=60)
    assert found.p > 0.02
    assert abs(found.accuracy - 0.5) < 0.35


def test_what_is_decoded(planted):
    cs = decode_cs(planted, shuffles=0)
    assert planted["trial_cs"].values[cs.trials].all()
    assert (cs.output > 0).mean() > 0.9
    state = decode_state(planted, shuffles=0)
    # One context and stimulus windows only: neither can be read instead of the state.
    assert set(labels(planted["trial_context"])[state.trials]) == {"B"}
    assert state.output[:5].max() < state.output[5:].min()


def test_same_every_time(planted):
    one, other = (decode_state(planted, shuffles=10) for _ in range(2))
    assert one.accuracy == other.accuracy
    np.testing.assert_array_equal(one.shuffled, other.shuffled)


def test_too_few_trials(planted):
    assert decode_state(planted.isel(trial=slice(0, 8))) is None
    assert decode_cs(planted.isel(trial=slice(0, 6))) is None


@pytest.mark.parametrize("decode", [decode_cs, decode_state, track_state])
def test_without_cells_nothing_is_decoded(planted, decode):
    assert decode(planted, population="nobody") is None
    role = planted["role"].copy(data=np.zeros_like(planted["role"].values))
    assert decode(planted.assign_coords(role=role)) is None
    spikes = planted["spike_neuron"].values >= 80
    rest = planted.isel(neuron=slice(80, None), spike=np.flatnonzero(spikes))
    rest["spike_neuron"].values[:] -= 80
    assert decode(rest) is None
    assert summarise(rest)[0]["quantity"] == "freezing"


@pytest.mark.parametrize("decode", [cs_transfer, state_transfer])
def test_without_cells_nothing_is_carried_over(planted, decode):
    assert decode(planted, population="nobody").names == ()


def test_a_population_is_decoded_by_name_or_by_role(planted):
    named, by_role = decode_cs(planted, "BLA_P", 0), decode_cs(planted, shuffles=0)
    np.testing.assert_array_equal(named.output, by_role.output)
    other = decode_cs(planted, "PL_P", 0)
    assert other.accuracy < named.accuracy
