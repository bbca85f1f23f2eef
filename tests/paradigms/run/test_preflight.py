"""The one check before anything is simulated: each kind of refusal, and that good requests pass."""

import shutil
from collections import namedtuple
from dataclasses import replace

import numpy as np
import psutil
import pytest

from astrogram.errors import AstrogramError
from paradigms.cohort.check import MOST_ANIMALS
from paradigms.cohort.cohort import complete, plan_cohort, run_cohort
from paradigms.cohort.groups import Group
from paradigms.cohort.robustness import plan_draws, plan_map
from paradigms.cohort.subject import Subject
from paradigms.protocol.files import load_protocol, parse_intervention, parse_protocol
from paradigms.protocol.interventions import INTERVENTIONS
from paradigms.run import preflight
from paradigms.run.preflight import HIGHEST_SEED, check_run, needed, prepare
from paradigms.run.simulate import simulate
from tests.support.circuit import BLINK, PAUSE, SIZE, blink


def given(*items, text=BLINK):
    plan = parse_protocol(text, "blink.toml")
    return plan.with_interventions([parse_intervention(item, plan) for item in items])


REFUSED = {
    "seed -1": ({"seed": -1}, "seed -1 is not allowed; give whole numbers from 0 to 4294967295"),
    "seed 2^32": ({"seed": 2**32}, "seed 4294967296"),
    "seed text": ({"seed": "5"}, "seed '5'"),
    "seed half": ({"seed": 1.5}, "seed 1.5"),
    "seed true": ({"seed": True}, "seed True"),
    "size 0": ({"size": 0}, "size = 0 neurons; allowed: 250 to 200000"),
    "size large": ({"size": 10**12}, "allowed: 250 to 200000"),
    "size half": ({"size": 250.5}, "size = 250.5"),
    "clock": ({"clock": "slow"}, "'slow' is not in protocol blink"),
    "device": ({"device": "abacus"}, "unknown device 'abacus'"),
    "gpu": ({"gpu": True}, "cannot use a GPU"),
    "parameter": ({"overrides": {"plasticity.eto": "1"}}, "unknown parameter"),
    "value": ({"overrides": {"plasticity.eta": "-1"}}, "out of range"),
    "shares": ({"overrides": {"population.share_PL": "1"}}, "at most 1"),
    "step": ({"overrides": {"calcium.Omega_C": "900"}}, "too coarse"),
    "initial": ({"overrides": {"calcium.C_0": "100"}}, "above the total calcium"),
    "dose": ({"protocol": given("Gi=1@pairing", "Gi=0.1@always")}, "0 to 1 in total"),
    "lesion": (
        {"protocol": given("lesion:BLA_P-IL_P=0.6@always", "lesion:BLA_P-IL_P=0.6@always")},
        "lesion=0.6 leaves the range",
    ),
    "tag": (
        {"protocol": given("opto_silence:tagged@pairing", "tagging:BLA_P@test")}, "needs a label"
    ),
    "short": ({"protocol": given(text=BLINK.replace('"2 s"', '"2 ms"'))}, "is shorter than"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_simulated_is_refused_in_one_line(kind, tmp_path, monkeypatch):
    """By `prepare`, and so by `simulate` and `check_run`, before a cell is drawn."""

    def draw(*_):
        raise AssertionError("something was drawn")

    monkeypatch.setattr("paradigms.run.simulate.draw_animal", draw)
    options, words = REFUSED[kind]
    options = {"protocol": blink(), "seed": 1, "size": SIZE, **options}
    lines = set()
    for call in (
        prepare, simulate, lambda **given: check_run(tmp_path / "x.nc", overwrite=False, **given)
    ):  # fmt: skip
        with pytest.raises(AstrogramError) as caught:
            call(**options)
        lines.add(str(caught.value))
    assert len(lines) == 1
    assert words in (line := lines.pop())
    assert len(line.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_absurd_lengths_are_refused_with_their_number():
    def lasting(hours):
        night = BLINK.replace('simulated = "1 s"', f'simulated = "{hours} h"')
        return parse_protocol(night.replace(f'"{PAUSE}"', f'"{hours} h"'), "long.toml")

    with pytest.raises(AstrogramError, match=r"would take 3,240,001 s of simulated time"):
        prepare(lasting(9000), seed=1)
    with pytest.raises(AstrogramError, match=r"4\.5e\+04 s of simulated time .* 2\.25e\+09 steps"):
        prepare(lasting(125), seed=1, overrides={"numerics.dt": "0.02 ms"})


def test_good_requests_pass_and_say_what_they_are():
    for seed in (0, HIGHEST_SEED, np.uint32(7)):
        animal = prepare(blink(), seed=seed, size=SIZE)
        assert animal.asked["seed"] == int(seed)
    assert animal.asked["clock"] == "compressed"
    assert prepare(blink(), seed=1).size == 1000
    every = [f"{kind}={row.highest}@always" for kind, row in INTERVENTIONS.items()
             if not row.target]  # fmt: skip
    prepare(given(*every), seed=1, size=SIZE)


@pytest.mark.parametrize("short_of", ["TMPDIR", "results", "memory"])
def test_disk_and_memory_are_looked_at_before(short_of, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    free = {"TMPDIR": 1, "results": 1}.get(short_of, 10**12)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(free))
    if short_of == "memory":
        memory = namedtuple("memory", "available")
        monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(1))
    with pytest.raises(AstrogramError, match=f"are needed in .*{short_of}"):
        check_run(tmp_path / "x.nc", blink(), overwrite=False, seed=1, size=SIZE)


def test_needs_grow_with_what_is_simulated():
    one = needed(prepare(blink(), seed=1, size=SIZE))
    large = needed(prepare(blink(), seed=1, size=10 * SIZE))
    long = needed(prepare(load_protocol("fear_extinction"), seed=1, size=SIZE))
    assert large.dataset > 5 * one.dataset
    assert long.dataset > 100 * one.dataset
    assert long.memory > 100 * one.memory
    # one animal of the default experiment: a dataset of about 13 MB on disk, compressed
    default = needed(prepare(load_protocol("fear_extinction"), seed=1))
    assert 13e6 < default.dataset < 100e6


GROUP = [Group("control", (), {})]
COHORTS = {
    "no animals": (GROUP, range(0), {}, "allowed: 1 to 10000"),
    "no groups": ([], range(3), {}, "allowed: 1 to 10000"),
    "too many": (GROUP, range(MOST_ANIMALS + 1), {}, "10001 in all; allowed: 1 to 10000"),
    "seeds": (GROUP, range(2**32 - 1, 2**32 + 1), {}, "seed 4294967296"),
    "twice": (GROUP, [1, 1], {}, "stands twice"),
    "size": (GROUP, range(2), {"size": 3}, "allowed: 250 to 200000"),
    "clock": (GROUP, range(2), {"clock": "slow"}, "'slow'"),
    "dose": ([*GROUP, Group("Gi", ("Gi=1@test", "Gi=1@always"), {})], range(2), {}, "in total"),
    "kind": ([*GROUP, Group("Gx", ("Gx@test",), {})], range(2), {}, "'Gx' is not known"),
    "parameter": ([*GROUP, Group("a", (), {"a.b": "1"})], range(2), {}, "unknown parameter"),
    "step": (
        [*GROUP, Group("a", (), {"calcium.Omega_C": "900"})], range(2), {}, "too coarse"
    ),
    "name": ([Group("g" * 250, (), {})], range(2), {}, "allowed: 255"),
}


@pytest.mark.parametrize("kind", COHORTS)
def test_a_cohort_is_refused_before_a_worker_starts(kind, tmp_path, monkeypatch):
    def start(*_):
        raise AssertionError("workers were started")

    monkeypatch.setattr("paradigms.cohort.cohort.locally", start)
    monkeypatch.setattr("paradigms.cohort.cohort.on_cluster", start)
    groups, seeds, options, words = COHORTS[kind]
    with pytest.raises(AstrogramError) as caught:
        run_cohort(plan_cohort(blink(), groups, seeds, tmp_path / "a", **{"size": SIZE, **options}))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_individual_value_out_of_the_regime_is_found_before(tmp_path, monkeypatch):
    """The mean animal of the group is possible, but not one that is drawn."""
    calls = []

    def check(parameters, *_):
        calls.append(parameters.value("ip3.O_beta"))
        if len(calls) == 3:
            raise AstrogramError("this one is too fast")

    monkeypatch.setattr(preflight, "check_regime", check)
    subjects = plan_cohort(blink(), GROUP, range(5), tmp_path, size=SIZE)
    with pytest.raises(AstrogramError, match="this one"):
        complete(subjects, work=lambda subject: None)
    assert len(set(calls)) == 3


def test_absurd_maps_are_refused_before_they_are_drawn(tmp_path):
    with pytest.raises(AstrogramError, match="allowed: 1 to 10000"):
        plan_draws(10**9, 1)
    with pytest.raises(AstrogramError, match="seed -1"):
        plan_draws(1, -1)
    draws = plan_draws(2, 1)
    with pytest.raises(AstrogramError, match="2 draws of 6000 animals"):
        plan_map(blink(), draws, GROUP, 6000, 1, tmp_path)
    with pytest.raises(AstrogramError, match="seed 4294967296"):
        plan_map(blink(), draws, GROUP, 1, 2**32 - 1, tmp_path)


def test_something_else_in_the_place_of_an_animal_is_refused(tmp_path):
    subjects = plan_cohort(blink(), GROUP, range(2), tmp_path, size=SIZE)
    assert isinstance(subjects[1], Subject)
    subjects[1].dataset.mkdir()
    with pytest.raises(AstrogramError, match="it is a folder"):
        complete(subjects, work=lambda subject: None)
    with pytest.raises(AstrogramError, match="it is a folder"):
        complete([replace(subjects[1], keep=False)], work=lambda subject: None)
