"""An assembly in the network with tag and capture: schedule, rows, and what is published."""

import numpy as np
import pytest
from xarray import Dataset

from astrogram.errors import AstrogramError
from models.parameters import load_parameters
from paradigms.references.tag_and_capture_network import schedule, simulate, windows
from paradigms.references.tag_and_capture_recall import (
    RECALL,
    WEIGHTS,
    neuromodulator_checks,
    neuromodulator_rows,
    recall_checks,
    recall_rows,
)

CIRCUIT = "tag_and_capture_2021"
#: An assembly of 20 in a network of 75, learned in one pulse and recalled within a second.
SMALL = {
    "network.excitatory": "60", "network.inhibitory": "15", "network.assembly": "20",
    "network.connectivity": "0.3", "stimulus.learning.onset": "0.1 second",
    "stimulus.learning.pulses": "1", "stimulus.reference": "0.05 second",
    "stimulus.recall.after": "0.7 second", "stimulus.reading": "0.05 second",
    "stimulus.window": "0.1 second", "numerics.network_tail": "0.1 second",
    "numerics.network_settle": "0.2 second",
}  # fmt: skip
#: An hour later, in ticks of which a fold needs fewer steps.
HOUR = {**SMALL, "numerics.network_tick": "5 ms", "numerics.network_sample": "50 ms",
        "stimulus.recall.after": "1 h"}  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return simulate((1, 2), overrides=SMALL, device="numpy")


def test_stimuli_and_windows_are_the_published_ones():
    parameters = load_parameters({"stimulus.recall.after": "8 h"}, circuit=CIRCUIT)
    timeline, inputs = schedule(parameters)
    tick = 0.05
    time = np.concatenate([[0], np.cumsum(timeline.speeds)])[:-1] * tick
    learning = 1 + np.array([0, 0.05, 0.5, 0.55, 1, 1.05])
    np.testing.assert_allclose(time[inputs.learning > 0], learning)
    np.testing.assert_allclose(time[inputs.recall > 0], 28801 + np.array([0, 0.05]))
    assert set(inputs.learning) == set(inputs.recall) == {0, 2500}
    # Awake until 10 s after learning, and from half a second before recall on.
    awake = timeline.speeds == 1
    assert np.flatnonzero(np.diff(awake)).size == 2
    assert timeline.speeds.max() <= 1000
    assert time[~awake][0] == pytest.approx(12.1)
    assert time[awake][time[awake] > 100][0] == pytest.approx(28800.5)
    np.testing.assert_allclose(windows(parameters), [[1.75, 2.25], [28800.85, 28801.35]])
    assert time[-1] + tick == pytest.approx(28801.35)


def test_a_small_network_learns_and_is_stimulated_in_half(small):
    before, after = small.early.sel(sample=0), small.early.isel(sample=-1)
    np.testing.assert_allclose(before, 100)
    assert (after > 120).all()
    np.testing.assert_allclose(small.weight, small.early[:, -2] + small.late[:, -2])
    rate = small.rate.mean("seed")
    learning, recall = rate.sel(moment="learning"), rate.sel(moment="recall")
    assert float(learning[:20].min()) > 400 > 300 > float(learning[20:].mean())
    assert float(recall[:10].min()) > 400 > 300 > float(recall[10:].mean())
    assert small.rate.attrs["units"] == "Hz"
    assert (small.information > 0).all()


def test_the_same_seeds_give_the_same(small):
    again = simulate((1, 2), overrides=SMALL, device="numpy")
    np.testing.assert_array_equal(again.rate, small.rate)
    np.testing.assert_array_equal(again.early, small.early)
    assert (small.early[0, -1] != small.early[1, -1]).all()


def test_a_finer_fold_gives_the_same_late_phase():
    """From 50 s to 12.5 s in a tick: what the published program goes through, and a quarter."""
    coarse, fine = (
        simulate((1,), overrides={**HOUR, "numerics.network_fold": fold}, device="numpy")
        for fold in ("10000", "2500")
    )
    assert coarse.late[0, -3].item() > 10
    # Synapses are up to a tick behind: 50 s of the hour in which late phase is made.
    assert coarse.weight.item() == pytest.approx(fine.weight.item(), abs=1)


def test_rows_ask_for_two_deviations_and_fifteen_points():
    def recalled(off):
        return recall_rows({
            after: Dataset({name: ("seed", np.array([-1, 1]) * 1e-3 + mean + off * spread)
                            for name, (mean, spread) in rows.items()})
            for after, rows in RECALL.items()
        })  # fmt: skip

    assert [row.met for row in recalled(1.9)] == [True] * 4
    assert [row.met for row in recalled(-2.1)] == [False] * 4

    def weighed(**off):
        return [row.met for row in neuromodulator_rows({
            nm: Dataset({"weight": ("seed", np.full(2, weight + off.get(f"nm{nm}", 0)))})
            for nm, weight in WEIGHTS.items()
        })]  # fmt: skip

    assert weighed() == [True] * 5
    assert weighed(**{"nm0.06": 16}) == [True, False, True, True, True]
    assert weighed(**{"nm0.12": 1}) == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("seeds", "overrides", "message"),
    [
        ((), {}, "no network is asked for"),
        ((-1,), {}, "seed -1 of a network; allowed: whole numbers from 0"),
        ((0.5,), {}, "seed 0.5 of a network"),
        ((1,), {"stimulus.recall.after": "0.2 second"}, "recall at 0.3 s begins less than 0.2 s"),
        ((1,), {"stimulus.learning.width": "0.07 second"}, "stimulus.learning.width is 1.4 times"),
        ((1,), {"numerics.network_tick": "0.3 ms"}, "numerics.network_tick is 1.5 times"),
        ((1,), {"network.assembly": "61"}, "network.assembly = 61 is not below"),
        ((1,), {"stimulus.recall.share": "1"}, "stimulus.recall.share = 1 of an assembly of 20"),
        ((1,), {"network.w_ei": "1 nS"}, "dimensions"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(seeds, overrides, message):
    with pytest.raises(AstrogramError, match=message) as caught:
        simulate(seeds, overrides={**SMALL, **overrides}, device="numpy")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_recall_is_the_published_one():
    assert [f"{row.check}: {row.ours}" for row in recall_checks() if not row.met] == []


@pytest.mark.slow
def test_weights_follow_the_neuromodulator_as_published():
    assert [f"{row.check}: {row.ours}" for row in neuromodulator_checks() if not row.met] == []
