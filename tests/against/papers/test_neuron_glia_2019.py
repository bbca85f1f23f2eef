"""The network of neurons and astrocytes against the published formulation."""

import numpy as np
import pytest

from models.circuits.neuron_glia_wiring import draw_wiring
from models.parameters import load_parameters
from paradigms.references import neuron_glia_2019
from paradigms.references.neuron_glia import (
    PUBLISHED_RATES,
    full_size_checks,
    full_size_rows,
    neuron_glia_checks,
    neuron_glia_rows,
    placement_checks,
)

SMALL = {
    "projection.p_E": "0.0125",
    "projection.p_I": "0.0125",
    "projection.w_E": "0.3",
    "projection.w_I": "6",
    "stimulus.start": "0.1",
    "stimulus.stop": "0.2",
    "stimulus.duration": "0.3",
}


def test_published_placement_leaves_most_astrocytes_without_synapses():
    assert [row.check for row in placement_checks() if not row.met] == []


def test_run_script_gives_labelled_rates():
    dataset = neuron_glia_2019.simulate((1, 2), size=200, overrides=SMALL, device="numpy")
    assert dataset.rate.dims == ("seed", "cell_type", "window")
    assert dataset.rate.attrs["units"] == "Hz"
    cells = dataset.rate.sel(cell_type="excitatory")
    # The step of current is 100 ms long and starts at 100 ms: it must show.
    assert (cells.sel(window="step") > 2 * cells.sel(window="before")).all()
    assert dataset.attrs["parameters_hash"]
    width = {"before": 0.1, "step": 0.1, "after": 0.1}
    spikes = sum(
        float((dataset.rate.sel(cell_type=name, window=window) * count * width[window]).sum())
        for name, count in (("excitatory", 160), ("inhibitory", 40))
        for window in width
    )
    assert spikes == pytest.approx(float(dataset.activity.sum()), abs=1e-6)


def test_rows_compare_with_the_spread_of_the_reference():
    reference = np.random.default_rng(1).uniform(1, 2, (5, 3, 3))
    assert all(row.met for row in neuron_glia_rows(reference, reference, 1000))
    far = neuron_glia_rows(reference + 3, reference, 1000)
    assert not any(row.met for row in far[:9])


def test_published_placement_gives_all_inhibitory_cells_to_one_astrocyte():
    wiring = draw_wiring(load_parameters(circuit=neuron_glia_2019.CIRCUIT), 1, 1000, "published")
    assert set(wiring.domain[wiring.n_E :]) == {0}


@pytest.mark.parametrize(("times", "met"), [(1.0, 9), (1.14, 9), (0.86, 9), (1.2, 2), (0.8, 2)])
def test_full_size_rows_allow_fifteen_percent_of_the_single_published_run(times, met):
    """Rates of 0 and 0.009 Hz have a bound of 0.01 Hz."""
    rows = full_size_rows(times * np.array([PUBLISHED_RATES] * 3))
    assert [row.reference for row in rows] == [rate for row in PUBLISHED_RATES for rate in row]
    assert sum(row.met for row in rows) == met


@pytest.mark.slow
def test_full_size_rates_are_those_of_the_docs():
    """Excitatory cells in the step are missed, and shown as missed."""
    rows = full_size_checks()
    expected = [0.325, 2.03, 1.266, 0.343, 1.712, 0.317, 0, 0.228, 0.013]
    np.testing.assert_allclose([row.ours for row in rows], expected, rtol=0.1, atol=0.002)
    missed = [row.check for row in rows if not row.met]
    assert missed == ["neuron-glia network, full size: excitatory rate step"]


@pytest.mark.slow
def test_rates_match_the_published_formulation():
    rows = neuron_glia_checks()
    assert [f"{row.check}: {row.ours} {row.note}" for row in rows if not row.met] == []
    step = next(row for row in rows if row.check.endswith("excitatory rate, step less before"))
    assert step.reference > 0


@pytest.mark.slow
def test_devices_give_the_same_spikes():
    numpy, cpp = (
        neuron_glia_2019.simulate((1, 2), size=200, overrides=SMALL, device=device)
        for device in ("numpy", "cpp")
    )
    assert float(numpy.activity.sum()) > 500
    np.testing.assert_array_equal(numpy.activity, cpp.activity)
    np.testing.assert_allclose(numpy.rate, cpp.rate, rtol=1e-12)
