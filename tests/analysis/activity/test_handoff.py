"""Reduced-rank regression finds a planted map, its rank and its lag, and nothing without one."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from analysis.activity import handoff
from analysis.activity.cells import cells_of
from analysis.activity.handoff import (
    LAGS,
    RIDGES,
    _blocks,
    _other_trials,
    predict_targets,
    reduced_rank,
)
from analysis.dataset.schema import labels
from tests.support.synthetic import synthetic

LAG = 0.1  # s, planted
TARGETS = {name: f"population={name}" for name in ("PL_P", "IL_P")}


def planted_map(rank, noise, rng, trials=30, bins=60, cells=20, others=12):
    source = rng.normal(0, 1, (trials, bins, cells))
    weights = rng.normal(0, 1, (cells, rank)) @ rng.normal(0, 1, (rank, others))
    signal = source @ weights
    signal /= signal.std()
    return source, signal + noise * rng.normal(0, 1, signal.shape)


def test_a_planted_map_of_rank_two():
    source, target = planted_map(2, 1.0, np.random.default_rng(1))
    explained, rank = reduced_rank(source, [target])
    assert explained.shape == (1, 30)
    assert explained.mean() == pytest.approx(0.5, abs=0.03)  # signal over signal and noise
    assert rank.tolist() == [[2] * 5]


def test_without_noise_all_is_explained_and_without_a_map_nothing():
    rng = np.random.default_rng(2)
    source, target = planted_map(2, 0.0, rng)
    assert reduced_rank(source, [target])[0].min() > 0.99
    noise = rng.normal(0, 1, target.shape)
    assert abs(reduced_rank(source, [noise])[0].mean()) < 0.02


def test_at_full_rank_it_is_ridge_regression():
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(3)
    source, target = planted_map(12, 0.5, rng)
    explained, rank = reduced_rank(source, [target])
    fold = np.arange(30) % 5
    assert (rank >= 12).all()
    test = fold == 0
    x, y = (table[~test].reshape(-1, table.shape[-1]) for table in (source, target))
    unit = np.linalg.eigvalsh((x - x.mean(0)).T @ (x - x.mean(0))).mean()
    best = []
    for ridge in RIDGES:
        fitted = Ridge(alpha=ridge * unit).fit(x, y)
        error = target[test] - fitted.predict(source[test].reshape(-1, 20)).reshape(6, 60, 12)
        best.append(1 - (error**2).sum(axis=(1, 2)) / ((target[test] - y.mean(0)) ** 2).sum((1, 2)))
    assert min(np.abs(explained[0, test] - each).max() for each in best) < 1e-9


@pytest.fixture(scope="module")
def coupled():
    """PL cells repeat spikes of BLA cells 100 ms later; IL cells do not."""
    dataset = synthetic(seed=8, bla=40, astrocytes=2)[0]
    rng = np.random.default_rng(8)
    when, who = dataset["spike_time"].values, dataset["spike_neuron"].values
    bla, pl = cells_of(dataset, "BLA_P"), cells_of(dataset, "PL_P")
    parent = np.isin(who, bla) & (rng.random(who.size) < 0.8)
    echo, cell = when[parent] + LAG, pl[who[parent] % pl.size]
    kept = ~np.isin(who, pl)
    when, who = np.concatenate([when[kept], echo]), np.concatenate([who[kept], cell])
    order = np.argsort(when)
    extra = {"spike_time": ("spike", when[order]), "spike_neuron": ("spike", who[order])}
    return dataset.drop_vars(["spike_time", "spike_neuron"]).assign(extra)


def test_the_planted_lag_is_found(coupled):
    found = predict_targets(coupled, TARGETS, shuffles=1)
    pl, il = found["PL_P"].beyond_chance(), found["IL_P"].beyond_chance()
    assert found["PL_P"].lag == pytest.approx(np.array(LAGS))
    assert found["PL_P"].lag[np.argmax(pl)] == pytest.approx(LAG)
    assert pl.max() > 0.3
    assert np.abs(pl[:3]).max() < 0.03  # amygdala later than cortex
    assert found["PL_P"].rank.shape == (len(LAGS), 5)
    assert np.abs(il).max() < 0.03
    assert found["PL_P"].trials.size == 60  # no trial with the US, or without the CS
    none = found["PL_P"].beyond_chance(np.array([0]))
    assert np.isnan(none).all()


def test_control_pairs_other_trials_of_the_same_block(coupled):
    trials = np.arange(8, 68)
    block = _blocks(coupled, trials)
    assert np.bincount(block).tolist() == [5] * 12
    other = _other_trials(block, np.random.default_rng(0))
    assert sorted(other) == list(range(60))
    assert (other != np.arange(60)).all()
    assert (block[other] == block).all()
    assert labels(coupled["trial_stage"])[trials[other]].tolist() == (
        labels(coupled["trial_stage"])[trials].tolist()
    )


def test_too_little(coupled):
    assert predict_targets(coupled.isel(trial=slice(0, 12)), TARGETS) == {}
    assert predict_targets(coupled, {"nobody": "population=nobody"}) == {}


def test_it_runs_on_one_thread(monkeypatch):
    """Sums of several threads end in other digits, and not the same ones on every machine."""
    seen = []

    def watched(source, targets):
        seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return reduced_rank(source, targets)

    monkeypatch.setattr(handoff, "reduced_rank", watched)
    dataset = synthetic(seed=2, bla=20, astrocytes=2)[0]
    predict_targets(dataset, TARGETS, lags=(0.0,), shuffles=1)
    assert set(seen) == {1}
