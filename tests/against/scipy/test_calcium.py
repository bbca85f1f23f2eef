"""A single astrocyte against SciPy: traces, regimes, bifurcations, order of convergence, noise."""

import pytest

from paradigms.references import astrocyte as reference_astrocyte
from paradigms.references import stability as reference_stability


def missed(rows):
    return [f"{row.check}: {row.ours:.6g} for {row.reference:.6g}" for row in rows if not row.met]


def test_traces_agree_with_a_stiff_solver_in_all_regimes():
    rows = reference_astrocyte.solver_checks()
    assert len(rows) == 12
    assert missed(rows) == []
    assert max(row.ours for row in rows if "Li-Rinzel" in row.check) < 1e-6  # umolar


def test_pump_affinity_decides_what_calcium_encodes():
    rows = reference_astrocyte.regime_checks()
    assert len(rows) == 6
    assert missed(rows) == []


def test_oscillation_range_agrees_with_eigenvalues():
    rows = reference_stability.bifurcation_checks()
    assert len(rows) == 6
    assert missed(rows) == []


def test_error_falls_with_the_fourth_power_of_the_step():
    rows = reference_astrocyte.convergence_checks()
    assert len(rows) == 4
    assert missed(rows) == []


def test_channel_noise_agrees_with_the_linearised_system():
    rows = reference_stability.noise_checks()
    assert missed(rows) == []
    few, many = rows
    assert few.ours / many.ours == pytest.approx(2, rel=0.05)
