"""The same animal on GeNN's CPU backend and on C++ standalone: the same spikes, the same calcium.

GeNN has one clock and a schedule of its own, so C++ takes both for this comparison. Then the two
programs do the same arithmetic but for the order of sums, and nothing else may differ.
"""

import os

import numpy as np
import pytest

from models.machine.devices import check_device
from paradigms.protocol.files import load_protocol, parse_intervention
from paradigms.run.recording import RECORDS
from paradigms.run.simulate import simulate
from tests.support.circuit import draw
from tests.support.days import QUICK, days

pytestmark = [
    pytest.mark.genn,
    pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set"),
]
pytest.importorskip("brian2genn", reason="brian2genn is not installed: make test-genn")

DOSES = (
    "Gi=0.4@extinction.first_cs",
    "Gq=0.3@extinction.last_cs",
    "gap_junction_block=1@retrieval",
    "release_block=0.5@renewal",
    "CalEx=0.1@conditioning",
    "opto_excite:IL_P=0.5@extinction.first_cs",
    "opto_silence:BLA_PV@extinction.first_cs",
    "tagging:BLA_P@conditioning",
    "opto_silence:tagged=0.1@retrieval",
    "D1_antagonist=3@extinction",
)
TOLERANCE = 2e-7  # umol/L, and of fractions and weights: single precision, as in the dataset


@pytest.fixture(scope="module")
def both():
    plan = load_protocol("quick_conditioning")
    plan = plan.with_interventions([parse_intervention(dose, plan) for dose in DOSES])
    animal = draw(plan, overrides={"recording.dt_weight": "5 s"})
    return animal.run("genn"), animal.run("cpp", like_genn=True)


def test_spikes_are_identical(both):
    genn, cpp = both
    assert len(genn["spike_time"]) > 5000
    assert np.array_equal(genn["spike_neuron"], cpp["spike_neuron"])
    assert np.allclose(genn["spike_time"], cpp["spike_time"], rtol=0, atol=1e-9)


def test_gliotransmitter_events_are_identical(both):
    genn, cpp = both
    assert len(genn["event_time"]) > 0
    for name in ("event_time", "event_astrocyte"):
        assert np.allclose(genn[name], cpp[name], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "name",
    ["calcium", "ip3", "presynaptic_receptor", "gate", "noradrenaline", "cAMP",
     "weight_early", "weight_late"],
)  # fmt: skip
def test_traces_agree(name, both):
    genn, cpp = both
    assert np.ptp(genn[name]) > 1e-3, "nothing happened, so nothing is shown"
    assert abs(genn[name] - cpp[name]).max() < TOLERANCE


@pytest.fixture(scope="module")
def lived():
    """Two trials and a night, with every tool that acts on astrocytes."""
    animal = draw(days(), 1, overrides=QUICK)
    return animal.run("genn"), animal.run("cpp", like_genn=True)


def test_through_days_spikes_and_events_are_identical(lived):
    genn, cpp = lived
    assert len(genn["spike_time"]) > 1000
    assert len(genn["event_time"]) > 0
    for name in ("spike_neuron", "event_astrocyte"):
        assert np.array_equal(genn[name], cpp[name]), name
    for name in ("spike_time", "event_time"):
        assert np.allclose(genn[name], cpp[name], rtol=0, atol=1e-9), name


@pytest.mark.parametrize(
    "name", [*(row.name for row in RECORDS), "weight_early", "weight_late", "weight_labile"]
)
def test_what_lasts_through_days_agrees(name, lived):
    genn, cpp = lived
    assert np.ptp(genn[name]) > 1e-2, "nothing happened, so nothing is shown"
    assert abs(genn[name] - cpp[name]).max() < TOLERANCE


def test_the_device_is_found():
    check_device("genn")


@pytest.mark.slow
def test_a_dataset_comes_out_of_the_whole_pipeline():
    dataset = simulate(load_protocol("quick_conditioning"), seed=1, size=250, device="genn")
    assert dataset.attrs["device"] == "genn"
    assert dataset.sizes["spike"] > 5000
    assert np.isfinite(dataset["calcium"].values).all()
