"""One synapse with tag and capture: published numbers, SciPy, the folded clock, and bad input."""

import numpy as np
import pytest

from astrogram.errors import AstrogramError
from models.parameters import load_parameters
from paradigms.references.tag_and_capture import (
    PUBLISHED,
    equations_checks,
    published_checks,
    published_rows,
    solve,
)
from paradigms.references.tag_and_capture_2021 import (
    CIRCUIT,
    PROTOCOLS,
    draw_train,
    fold,
    run,
    simulate,
)

#: Half an hour after onset, without noise.
SHORT = {"early.sigma_pl": "0", "protocol.end": "30 min", "protocol.onset": "10 second"}
PARAMETERS = load_parameters(SHORT, circuit=CIRCUIT)
TETANI = {"strong_tetanus": (1, 2), "weak_tetanus": (3,)}


@pytest.fixture(scope="module")
def short():
    return run(PARAMETERS, TETANI, "numpy")


def test_the_trains_are_those_of_the_protocol():
    parameters = load_parameters(circuit=CIRCUIT)
    for protocol, rate, starts, width in (
        ("strong_tetanus", 100, 3600 + 600.0 * np.arange(3), 1.0),
        ("weak_tetanus", 100, np.array([3600.0]), 0.2),
        ("strong_low_frequency", 20, 3600 + 1.15 * np.arange(900), 0.15),
        ("weak_low_frequency", 1, np.array([3600.0]), 900.0),
    ):
        trains = [draw_train(parameters, protocol, seed) * 2e-4 for seed in range(8)]
        for train in trains:
            pulse = np.searchsorted(starts, train + 1e-9) - 1
            assert (train < starts[pulse] + width - 1e-9).all()
            assert np.diff(train).min() > 2e-3
        # Of a train without refractory time, r/(1 + r tau) is left.
        mean = len(starts) * width * rate / (1 + 2e-3 * rate)
        found = np.mean([len(train) for train in trains])
        assert found == pytest.approx(mean, abs=4 * np.sqrt(mean / 8))


def test_time_is_folded_where_nothing_fires_and_nowhere_else():
    spikes = draw_train(PARAMETERS, "strong_tetanus", 1)
    timeline = fold(spikes, PARAMETERS)
    total = timeline.speeds.sum() * 2e-3
    assert total == pytest.approx(10 + 1800 + 150)
    assert len(timeline.speeds) * 2e-3 < 3 * 1.15 + 0.7
    moved = timeline.to_simulation(spikes)
    np.testing.assert_array_equal(timeline.to_experiment(moved), spikes)
    assert (timeline.speeds[moved // timeline.steps] == 1).all()
    passed = np.concatenate([[0], np.cumsum(timeline.speeds)])[moved // 10] * 10 + moved % 10
    np.testing.assert_allclose(passed, spikes, atol=1e-6)
    within = np.diff(spikes) < 400
    np.testing.assert_array_equal(np.diff(moved)[within], np.diff(spikes)[within])


def test_a_run_without_noise_is_the_solution_of_the_published_equations(short):
    for trial in range(3):
        h, z, p = solve(PARAMETERS, short, trial)
        np.testing.assert_allclose(1e3 * short.h[trial], h, atol=0.01)
        np.testing.assert_allclose(short.z[trial], z, atol=0.001)
        np.testing.assert_allclose(short.p[trial], p, atol=0.003)
    assert 1e3 * short.h[:2].max() > 7
    assert short.p[:2, -1].min() > 0.3


def test_a_finer_fold_gives_the_same(short):
    fine = run(PARAMETERS.with_values({"numerics.fold": "500"}), TETANI, "numpy")
    np.testing.assert_array_equal(fine.post[1], short.post[1])
    for name, bound in (("h", 1e-7), ("z", 1e-3), ("p", 2e-3)):
        ours = [np.interp(1700, one.time, getattr(one, name)[0]) for one in (short, fine)]
        assert ours[0] == pytest.approx(ours[1], abs=bound), name


def test_seeds_repeat_and_a_trial_keeps_its_spikes():
    asked = {"weak_tetanus": (1, 2)}
    given = {"protocol.end": "22 min", "protocol.onset": "10 second"}
    first, again = (simulate(asked, overrides=given, device="numpy") for _ in range(2))
    np.testing.assert_array_equal(first.early, again.early)
    assert (first.early[0] != first.early[1]).any()
    assert first.early.attrs["units"] == "percent"
    assert first.attrs["parameters_hash"]
    np.testing.assert_allclose(first.weight, first.early + first.late - 100)
    parameters = load_parameters(given, circuit=CIRCUIT)
    alone = run(parameters, {"weak_tetanus": (2,)}, "numpy")
    np.testing.assert_allclose(alone.pre[1] / 2e-4, draw_train(parameters, "weak_tetanus", 2))


def test_a_few_strong_tetani_reach_the_published_late_phase():
    onset = {"protocol.onset": "10 second"}
    dataset = simulate({"strong_tetanus": range(1, 6)}, overrides=onset, device="numpy")
    for what, reading, (mean, spread) in zip(
        ("early", "early", "late"), ("early_1", "early_21", "end"), PUBLISHED["strong_tetanus"],
        strict=True,
    ):  # fmt: skip
        assert float(dataset[what].sel(reading=reading).mean()) == pytest.approx(
            mean, abs=spread + 3
        )


def test_rows_ask_for_the_deviation_of_the_trials_and_three_points():
    from xarray import Dataset

    def rows(off):
        values = {
            "early": [[PUBLISHED[one][0][0] + off, PUBLISHED[one][1][0], 100] for one in PROTOCOLS],
            "late": [[100, 100, PUBLISHED[one][2][0]] for one in PROTOCOLS],
        }
        values["weight"] = values["late"]
        return published_rows(
            Dataset(
                {name: (("trial", "reading"), value) for name, value in values.items()},
                {"protocol": ("trial", list(PROTOCOLS)),
                 "reading": ["early_1", "early_21", "end"]},
            )
        )  # fmt: skip

    assert [row.met for row in rows(2.9)] == [True] * 16
    missed = [row.check for row in rows(3.1) if not row.met]
    assert missed == ["tag and capture, strong low frequency: early phase at 1 min"]


@pytest.mark.parametrize(
    ("trials", "overrides", "message"),
    [
        ({"tetanus": (1,)}, {}, "unknown protocol 'tetanus'; allowed: strong_tetanus, weak_"),
        ({}, {}, "no trial is asked for"),
        ({"weak_tetanus": ()}, {}, "no trial is asked for"),
        ({"weak_tetanus": (-1,)}, {}, "seed -1 of weak_tetanus; allowed: whole numbers from 0"),
        ({"weak_tetanus": (0.5,)}, {}, "seed 0.5 of weak_tetanus"),
        ({"weak_tetanus": (1,)}, {"numerics.tick": "0.3 ms"}, "numerics.tick is 1.5 times"),
        ({"weak_tetanus": (1,)}, {"numerics.sample": "1 ms"}, "numerics.sample is 0.5 times"),
        ({"weak_tetanus": (1,)}, {"numerics.tail": "10 ms"}, "does not outlast the delays"),
        ({"weak_tetanus": (1,)}, {"calcium.theta_p": "1"}, "theta_d = 1.2 is not below"),
        ({"weak_tetanus": (1,)}, {"early.h_0": "1 nA"}, "dimensions"),
        ({"weak_tetanus": (1,)}, {"early.h0": "1"}, "unknown parameter"),
        ({"weak_tetanus": (1,)}, {"protocol.weak_tetanus.rate": "0"}, "nothing fires"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(trials, overrides, message):
    with pytest.raises(AstrogramError, match=message) as caught:
        simulate(trials, overrides=overrides, device="numpy")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_eight_hours_are_the_solution_of_the_published_equations():
    assert [f"{row.check}: {row.ours}" for row in equations_checks() if not row.met] == []


@pytest.mark.slow
def test_published_numbers_are_met_but_one():
    rows = published_checks()
    missed = [row.check for row in rows if not row.met]
    # 56 for 49: the early phase falls steeply there, and no published deviation is known
    assert missed == ["tag and capture, strong low frequency: early phase at 1 min"]
    assert len(rows) == 16
