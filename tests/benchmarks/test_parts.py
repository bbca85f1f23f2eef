"""The parts of the benchmarks that can be tested without a clock."""

from __future__ import annotations

import csv
import json
import subprocess

import numpy as np
import pytest

from benchmarks import fear, kernel, part_profile
from benchmarks.measure import Cost, alternate, exponent
from benchmarks.part_scaling import Point, empty, thinned
from benchmarks.report import Row, table, write
from models.parameters import load_parameters


def test_exponent_of_a_power_law():
    size = [1e5, 1e6, 1e7]
    assert exponent(size, [3 * n**1.25 for n in size]) == pytest.approx(1.25, abs=1e-9)
    assert exponent(size, [5.0, 5.0, 5.0]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("size", "cost"), [([1.0], [1.0]), ([1.0, 1.0], [1.0, 2.0]), ([1.0, 2.0], [0.0, 1.0])]
)
def test_exponent_refuses_what_has_none(size, cost):
    with pytest.raises(ValueError, match="two or more different, positive"):
        exponent(size, cost)


def test_contenders_alternate():
    order = []

    def work(name, cpu):
        order.append(name)
        return Cost(cpu, 2 * cpu)

    costs = iter([3.0, 1.0, 2.0])
    found = alternate({"a": lambda: work("a", next(costs)), "b": lambda: work("b", 7.0)}, 3)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert found["a"].median == 2.0
    assert found["b"].wall == [14.0, 14.0, 14.0]


@pytest.mark.parametrize(
    ("row", "verdict", "target"),
    [
        (Row("a", "x", 101.0, at_least=100), "met", ">= 100"),
        (Row("a", "x", 99.0, at_least=100), "missed", ">= 100"),
        (Row("b", "x", 3.1, at_most=3), "missed", "<= 3"),
        (Row("c", "x", 1.05, at_least=0.9, at_most=1.1), "met", "0.9..1.1"),
        (Row("c", "x", 1.2, at_least=0.9, at_most=1.1), "missed", "0.9..1.1"),
        (Row("g", "x", None, at_most=1, note="why"), "not run", "<= 1"),
        (Row("g", "x", 4.0), "", ""),
    ],
)
def test_verdicts(row, verdict, target):
    assert (row.verdict, row.target) == (verdict, target)


def test_table_and_files_say_the_same(tmp_path):
    rows = [Row("a", "ratio", 123.456, "x", at_least=100), Row("g", "GeNN", None, note="not here")]
    lines = table(rows).splitlines()
    assert lines[1].split() == ["a", "ratio", "123.5", "x", ">=", "100", "met"]
    assert lines[2].split() == ["g", "GeNN", "-", "not", "run", "not", "here"]
    about = {"date": "2026-01-02T03:04:05+00:00", "processor": "p"}
    as_json, as_csv = write(rows, about, tmp_path)
    kept = json.loads(as_json.read_text())
    assert kept["machine"] == about
    assert [row["value"] for row in kept["rows"]] == [123.456, None]
    with as_csv.open() as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["met", "not run"]


def test_thinned_circuit_has_fewer_and_stronger_synapses():
    overrides, plain = thinned(4), load_parameters()
    thin = load_parameters(overrides)
    for indegree in ("projection.PL_P_to_PL_I.indegree", "plasticity.indegree_BLA_P"):
        assert thin.value(indegree) == plain.value(indegree) / 4
    few, many = fear.draw(size=1000), fear.draw(size=4000, overrides=overrides)
    assert many.n_synapses == pytest.approx(few.n_synapses, rel=0.02)
    for strength in ("ampa_other_other.g", "tripartite_principal.g_max"):
        few_g, many_g = (d.tables[f"initial.{strength}"].mean() for d in (few, many))
        assert many_g == pytest.approx(4 * few_g, rel=0.1)


def test_empty_program_from_the_two_smallest_points():
    points = [Point(1, n, 0, 0, 1.0, 10_000_000 + 100 * n) for n in (1000, 3000, 9000)]
    assert empty(points) == pytest.approx(10_000_000)


def test_profile_adds_up_by_kind():
    report = """
    99.00%     1.00%  main          [.] main
    30.00%    30.00%  main          [.] _run_principal_stateupdater_codeobject
    20.00%    20.00%  main          [.] _run_other_stateupdater_codeobject
    12.00%     3.00%  main          [.] _run_tripartite_afferent_pre_codeobject
     9.00%     9.00%  libm.so.6     [.] __ieee754_exp_fma
     4.00%     4.00%  main          [.] _run_gaba_other_other_pre_push_spikes
     2.00%     2.00%  [kernel]      [k] do_syscall_64
    """
    found = part_profile.shares(report)
    assert found == {
        "cells: membrane and traces": 50.0,
        "tripartite synapses: release and plasticity": 12.0,
        "queues of spikes": 4.0,
        "everything else": 34.0,
    }


@pytest.mark.skipif(kernel.compiler() is None, reason="no C compiler")
@pytest.mark.xfail(
    strict=True, raises=subprocess.CalledProcessError,
    reason="kernel.c is of the circuit before transmitters act on principal cells and terminals",
)
def test_kernel_does_the_work_of_the_circuit(tmp_path):
    """Spike by spike against Brian2's NumPy device, on the first second of a small animal."""
    animal = fear.draw(size=250)
    duration = 1.0
    records = animal.run(duration, "numpy")
    done = kernel.run(kernel.build(animal, duration, tmp_path))
    expected = kernel.work(animal, records, duration)
    assert expected["spikes"] > 100
    assert expected["plastic_events"] > 1000
    assert done.counts == expected
    cell, step = kernel.spikes_of(animal, records)
    order = np.lexsort((done.cell, done.step))
    np.testing.assert_array_equal(done.cell[order], cell)
    np.testing.assert_array_equal(done.step[order], step)


def test_disagreement_is_the_largest_relative_one():
    expected = {"spikes": 100, "events": 1000, "none": 0}
    assert kernel.disagreement(expected, expected) == 0
    found = {"spikes": 93, "events": 1010, "none": 0}
    assert kernel.disagreement(found, expected) == pytest.approx(0.07)
