"""The plan of a robustness map, and what becomes of a draw that the model refuses."""

import json
from dataclasses import replace
from fnmatch import fnmatchcase

import brian2 as b2
import numpy as np
import pytest

from models.circuits.amygdala_mechanisms import composed
from models.parameters import load_parameters
from paradigms.cohort.groups import Group, load_groups
from paradigms.cohort.robustness import (
    LEFT_OUT,
    RECORDED,
    SPREAD,
    Draws,
    left_out,
    plan_draws,
    plan_map,
    run_map,
    simulate_or_refuse,
)
from paradigms.cohort.subject import is_done
from paradigms.protocol.files import load_protocol, parse_protocol
from tests.support.circuit import SIZE, draw

DRAWS = 12


@pytest.fixture(scope="module")
def plan():
    return plan_draws(DRAWS, 1)


def test_every_part_of_every_range_is_drawn_from_once(plan):
    table = load_parameters()
    part = np.floor((plan.factors - (1 - SPREAD)) / (2 * SPREAD) * DRAWS).astype(int)
    inside = 0
    for k, key in enumerate(plan.parameters):
        row = table[key]
        ends = sorted(row.value * (1 + SPREAD * np.array([-1, 1])))
        if row.low <= ends[0] and ends[1] <= row.high:
            assert sorted(part[:, k]) == list(range(DRAWS)), key
            inside += 1
    assert inside > 0.9 * len(plan.parameters)


def test_columns_are_drawn_apart(plan):
    r = np.corrcoef(plan.factors.T)
    np.fill_diagonal(r, 0)
    assert abs(r).max() < 0.97  # of 8,000 pairs; two columns of one order would give 1
    assert abs(r.mean()) < 0.01


def test_the_seed_gives_the_plan(plan):
    again, other = plan_draws(DRAWS, 1), plan_draws(DRAWS, 2)
    assert again.parameters == plan.parameters
    np.testing.assert_array_equal(again.values, plan.values)
    assert (other.values != plan.values).any(axis=0).all()


def test_values_are_products_within_the_bounds(plan):
    table = load_parameters()
    base, low, high = (
        np.array([getattr(table[key], name) for key in plan.parameters])
        for name in ("value", "low", "high")
    )
    np.testing.assert_allclose(plan.values, base * plan.factors)
    assert ((low <= plan.values) & (plan.values <= high)).all()
    assert abs(plan.factors - 1).max() <= SPREAD
    drawn = load_parameters(plan.overrides(3))
    found = [drawn.value(key) for key in plan.parameters]
    np.testing.assert_allclose(found, plan.values[3], rtol=1e-12)
    unvaried = set(table.table) - set(plan.parameters)
    assert all(drawn[key] == table[key] for key in unvaried)


def test_chosen_parameters_are_varied_and_published_ones_are_not(plan):
    rows = load_parameters().rows()
    for row in rows:
        assert (row.key in plan.parameters) == (left_out(row) == "")
        if "chosen" not in row.source:
            assert left_out(row) == "published"
    assert {"plasticity.kappa", "gliotransmission.C_theta", "readout.cem_threshold"} <= set(
        plan.parameters
    )
    assert not {"calcium.C_T", "numerics.dt", "population.BLA_P", "afferent.n_sensory"} & set(
        plan.parameters
    )
    for pattern, why in LEFT_OUT:  # no rule is idle
        hit = [row for row in rows if fnmatchcase(row.key, pattern)]
        assert hit, pattern
        assert why in {left_out(row) for row in hit}


def test_what_was_chosen_of_the_trace_of_days_is_varied_and_of_what_drives_it(plan):
    trace = {row.key for row in load_parameters().rows() if row.group == "trace" and row.value}
    assert len(trace) > 15
    messenger = {"noradrenaline.K_NB", "noradrenaline.O_cAMP", "noradrenaline.Omega_cAMP"}
    # recruitment reads cyclic AMP, so its kinetics count
    assert "cAMP" in b2.Equations(composed("astrocyte"))["messenger"].identifiers
    assert trace | messenger <= set(plan.parameters)


def test_all_draws_run_in_one_program(plan):
    def program(overrides):
        animal = draw(overrides=overrides)
        return animal.circuit(animal.clocks("cpp"))[0].circuit.fingerprint()

    table = load_parameters()
    extremes = []
    for factor in (1 - SPREAD, 1 + SPREAD):
        # with everything a fifth higher, no background holds VTA
        rows = [table[key] for key in plan.parameters if key != "projection.CeM_to_VTA.total"]
        values = [float(np.clip(row.value * factor, row.low, row.high)) for row in rows]
        extremes.append({row.key: repr(x) for row, x in zip(rows, values, strict=True)})
    drawn = [*extremes, plan.overrides(0), plan.overrides(1)]
    assert len({program(RECORDED | overrides) for overrides in drawn}) == 1
    assert program(drawn[0]) != program(drawn[1])  # what RECORDED is for


def test_every_draw_has_animals_of_its_own(plan, tmp_path):
    groups = [group for group in load_groups("amygdala_astrocytes")
              if group.name in ("control", "no_astrocytes")]  # fmt: skip
    few = replace(plan, factors=plan.factors[:3], values=plan.values[:3])
    subjects = plan_map(load_protocol("fear_extinction"), few, groups, 2, 40, tmp_path)
    assert len(subjects) == 3
    assert [sorted({subject.seed for subject in own}) for own in subjects] == [
        [40 + 2 * k, 41 + 2 * k] for k in range(3)
    ]
    assert len({subject.measured for own in subjects for subject in own}) == 12
    for k, own in enumerate(subjects):
        for subject in own:
            expected = RECORDED | plan.overrides(k)
            if subject.group == "no_astrocytes":  # what a group sets is set in every draw
                expected |= {"gliotransmission.O_G": "0", "plasticity.kappa": "0"}
            assert subject.overrides == expected


def test_a_group_keeps_its_own_protocol_and_what_it_changes_in_every_draw(plan, tmp_path):
    groups = [group for group in load_groups("astrocyte_trace")
              if group.name in ("strong", "weak", "weak_gain")]  # fmt: skip
    groups.append(Group("other", (), {}, load_protocol("quick_conditioning")))
    few = replace(plan, factors=plan.factors[:2], values=plan.values[:2])
    subjects = plan_map(load_protocol("astrocyte_trace"), few, groups, 1, 40, tmp_path)
    for k, own in enumerate(subjects):
        assert [subject.group for subject in own] == ["strong", "weak", "weak_gain", "other"]
        assert all(subject.overrides == RECORDED | plan.overrides(k) for subject in own)
        run = [parse_protocol(subject.protocol_toml, "run.toml") for subject in own]
        shocks = [
            sum(phase.trials for session in protocol.sessions for phase in session.phases
                if phase.stage == "conditioning")
            for protocol in run[:3]
        ]  # fmt: skip
        assert shocks == [3, 1, 1]
        assert [len(protocol.interventions) for protocol in run[:3]] == [0, 0, 1]
        assert run[3].name == "quick_conditioning"


def test_a_refused_draw_is_recorded_and_not_drawn_again(tmp_path):
    # more initial calcium than there is in the cell
    draws = Draws(("calcium.C_0",), np.array([[100.0]]), np.array([[8.0]]))
    groups = [Group(name, (), {}) for name in ("control", "Gq")]
    protocol = load_protocol("quick_conditioning")
    subjects = plan_map(protocol, draws, groups, 1, 3, tmp_path, size=SIZE)
    for subject in subjects[0]:
        simulate_or_refuse(subject)
        assert is_done(subject)
        refused = json.loads(subject.measured.read_text())["refused"]
        assert "above the total calcium" in refused
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".json", ".json"]
    before = [subject.measured.stat().st_mtime_ns for subject in subjects[0]]
    found = run_map(subjects, draws)
    assert [subject.measured.stat().st_mtime_ns for subject in subjects[0]] == before
    assert "above the total calcium" in found["refused"].item()
    assert found["factor"].values.tolist() == [[100.0]]
