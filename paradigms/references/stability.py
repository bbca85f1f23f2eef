"""Equilibria of calcium: where they lose stability, and how far channel noise carries the cell."""

from __future__ import annotations

from collections.abc import Mapping

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_continuous_lyapunov
from scipy.optimize import brentq

from models.circuits.astrocyte import astrocyte_group, published
from models.machine.session import device_session
from models.mechanisms.astrocyte.calcium import CALCIUM_NOISE, GIVEN_IP3
from paradigms.references.astrocyte import REGIMES, calcium_rhs, li_rinzel_cells, numbers, record
from paradigms.references.table import Check, near


def equilibria(ip3: float, p: Mapping[str, float]) -> list[tuple[float, float]]:
    """All equilibria (C, h) at an IP3 level, by calcium."""

    def balance(calcium):  # type: ignore[no-untyped-def]
        bound = p["d_2"] * (ip3 + p["d_1"])
        h_inf = bound / (bound + (ip3 + p["d_3"]) * calcium)
        return calcium_rhs(calcium, h_inf, ip3, p)[0]

    grid = np.geomspace(1e-3, p["C_T"] / (1 + p["rho_A"]), 4000)
    values = balance(grid)
    roots = [
        brentq(balance, grid[k], grid[k + 1], xtol=1e-15)
        for k in np.flatnonzero(values[1:] * values[:-1] < 0)
    ]
    bound = p["d_2"] * (ip3 + p["d_1"])
    return [(root, bound / (bound + (ip3 + p["d_3"]) * root)) for root in roots]


def jacobian(calcium: float, h: float, ip3: float, p: Mapping[str, float]) -> NDArray:
    """Derivatives of (C, h) kinetics at a state, by central differences; 1/s."""
    step = 1e-6
    columns = [
        (np.array(calcium_rhs(calcium + dc, h + dh, ip3, p))
         - np.array(calcium_rhs(calcium - dc, h - dh, ip3, p))) / (2 * step)
        for dc, dh in ((step, 0), (0, step))
    ]
    return np.stack(columns, axis=1)


def growth_rate(ip3: float, p: Mapping[str, float]) -> float:
    """Largest real part of the eigenvalues at the lowest equilibrium, 1/s."""
    calcium, h = equilibria(ip3, p)[0]
    return float(np.linalg.eigvals(jacobian(calcium, h, ip3, p)).real.max())


def bifurcation_points(p: Mapping[str, float]) -> list[float]:
    """IP3 levels (umolar) where the lowest equilibrium loses or regains stability."""
    levels = np.arange(0.2, 1.4, 0.01)
    rates = np.array([growth_rate(float(level), p) for level in levels])
    return [
        brentq(growth_rate, levels[k], levels[k + 1], args=(p,), xtol=1e-7)
        for k in np.flatnonzero(rates[1:] * rates[:-1] < 0)
    ]


def bifurcation_checks() -> list[Check]:
    """Where calcium starts and stops to oscillate: eigenvalues against our simulation.

    Ours: cells start a hair from equilibrium at IP3 levels around each point; the point is where
    the growth of the deviation passes through zero.
    """
    names, points, offsets, k_p, start = [], [], [], [], []
    for name, (affinity, _) in REGIMES.items():
        p = numbers() | {"K_P": affinity}
        for side, point in zip(("onset", "end"), bifurcation_points(p), strict=True):
            # Close enough that a deviation grows or shrinks by less than half: 0.004 /s for 100 s.
            slope = (growth_rate(point + 1e-4, p) - growth_rate(point - 1e-4, p)) / 2e-4
            steps = np.array([-4, -2, 2, 4]) * 1e-3 / abs(slope)
            names.append(f"{name}, {side}")
            points.append(point)
            offsets.append(steps)
            k_p += [affinity] * len(steps)
            start += [equilibria(point + step, p)[0] for step in steps]
    rest, levels = np.array(start).T, (np.array(points)[:, np.newaxis] + offsets).ravel()
    nudged = rest + np.array([[1e-5], [0]])
    time, ours = li_rinzel_cells(np.array(k_p), levels, 160, 0.02, nudged)
    deviation = np.abs(ours["C"] - rest[0][:, np.newaxis])
    early = deviation[:, (time > 10) & (time < 60)].max(axis=1)
    growth = np.log(deviation[:, time > 110].max(axis=1) / early).reshape(len(points), -1)
    rows = []
    for name, point, steps, rates in zip(names, points, offsets, growth, strict=True):
        order = np.argsort(rates)
        rows.append(
            near(
                f"Li-Rinzel bifurcation {name}", point,
                point + float(np.interp(0, rates[order], steps[order])), absolute=1e-3, unit="uM",
                note="IP3 level; eigenvalues against the growth of small deviations",
            )
        )
    return rows


def noise_checks() -> list[Check]:
    """Channel noise around a stable equilibrium against the covariance of the linearised system."""
    level, cells, rows = 0.2, 1500, []
    p = numbers()
    calcium, h = equilibria(level, p)[0]
    q_2 = p["d_2"] * (level + p["d_1"]) / (level + p["d_3"])
    for channels in (2000, 8000):
        strength = p["O_2"] * (q_2 * (1 - h) + calcium * h) / channels
        exact = solve_continuous_lyapunov(
            jacobian(calcium, h, level, p), -np.diag([0.0, strength])
        )
        with device_session("numpy"):
            b2.seed(1)
            space = published({"calcium.N_IP3R": str(channels)})
            group = astrocyte_group(cells, CALCIUM_NOISE + GIVEN_IP3, space, dt=50 * b2.ms)
            group.C, group.h, group.I = calcium * b2.umolar, h, level * b2.umolar
            time, ours = record(group, ["h"], 150, 15)
        ours_sd = float(np.std(ours["h"][:, time >= 60]))
        rows.append(
            near(
                f"channel noise, {channels} channels: standard deviation of h",
                float(np.sqrt(exact[1, 1])), ours_sd, relative=0.05,
                note="against the Lyapunov equation of the linearised system; falls as 1/sqrt(N)",
            )
        )
    return rows
