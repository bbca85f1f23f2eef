"""A single astrocyte against references that this project did not write.

Right-hand sides here are written from the paper (Stimberg et al. 2019, eqs. 11-15) in numbers of
umolar and seconds, and integrated by SciPy: they share parameter values with the equation strings
of `models`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from models.circuits.astrocyte import G_CHI, LI_RINZEL, SINGLE_CELL, astrocyte_group, published
from models.machine.session import device_session
from models.mechanisms.astrocyte.gap_junction import COUPLED, gap_junctions, grid_edges, ring_edges
from models.parameters import load_parameters
from paradigms.references.table import Check, at_least, at_most, near

CIRCUIT = "astrocyte_g_chi"
# What calcium encodes follows from the affinity of the pumps (De Pitta et al. 2008, Phys Rev E
# 77:030903): SERCA affinity (umolar) and an IP3 level (umolar) within the oscillatory range.
REGIMES = {"AM": (0.1, 0.5), "FM": (0.05, 0.8), "mixed": (0.07, 0.5)}
G_CHI_TRACES = (
    ("C", 0, "calcium", "uM"),
    ("I", 2, "IP3", "uM"),
    ("Gamma_A", 3, "bound receptors", "1"),
)
_METHOD = {"method": "LSODA", "rtol": 1e-10, "atol": 1e-12}


def numbers(overrides: Mapping[str, str] | None = None) -> dict[str, float]:
    """Parameters by bare name, as numbers of umolar and seconds."""
    rows = load_parameters(overrides, circuit=CIRCUIT).rows()
    return {row.name: row.value * (1e3 if row.unit == "mmolar" else 1) for row in rows}


def _hill(x, k, n):  # type: ignore[no-untyped-def]
    return x**n / (x**n + k**n)


def calcium_rhs(calcium, h, ip3, p):  # type: ignore[no-untyped-def]
    """Eqs. 11-12 with the fluxes and time constants below them."""
    store = p["C_T"] - (1 + p["rho_A"]) * calcium
    m_inf = _hill(calcium, p["d_5"], 1) * _hill(ip3, p["d_1"], 1)
    j_r = p["Omega_C"] * m_inf**3 * h**3 * store
    j_l = p["Omega_L"] * store
    j_p = p["O_P"] * _hill(calcium, p["K_P"], 2)
    omega_2 = p["O_2"] * p["d_2"]
    bound = p["d_2"] * (ip3 + p["d_1"])
    h_inf = bound / (bound + (ip3 + p["d_3"]) * calcium)
    tau_h = (ip3 + p["d_3"]) / (omega_2 * (ip3 + p["d_1"]) + p["O_2"] * (ip3 + p["d_3"]) * calcium)
    return j_r + j_l - j_p, (h_inf - h) / tau_h


def _li_rinzel(t: float, y: NDArray, ip3: float, p: Mapping[str, float]) -> tuple:
    return calcium_rhs(y[0], y[1], ip3, p)


def _g_chi(t: float, y: NDArray, p: Mapping[str, float]) -> tuple:
    calcium, h, ip3, gamma, glutamate = y
    d_calcium, d_h = calcium_rhs(calcium, h, ip3, p)
    j_beta = p["O_beta"] * gamma
    inhibition = p["kappa_delta"] / (p["kappa_delta"] + ip3)
    j_delta = p["O_delta"] * inhibition * _hill(calcium, p["K_delta"], 2)
    j_3k = p["O_3K"] * _hill(calcium, p["K_D"], 4) * _hill(ip3, p["K_3K"], 1)
    d_ip3 = j_beta + j_delta - j_3k - p["Omega_5P"] * ip3
    off = p["Omega_N"] * (1 + p["zeta"] * _hill(calcium, p["K_KC"], 1))
    d_gamma = p["O_N"] * glutamate * (1 - gamma) - off * gamma
    return d_calcium, d_h, d_ip3, d_gamma, -p["Omega_c"] * glutamate


def record(
    group: b2.NeuronGroup, variables: list[str], duration: float, every: float, *others: object
) -> tuple[NDArray, dict[str, NDArray]]:
    """Run `group` (with `others`) at run time; times (s) and traces, concentrations in umolar."""
    monitor = b2.StateMonitor(group, variables, record=True, dt=every * b2.second)
    network = b2.Network(group, monitor, *others)
    network.run(duration * b2.second)
    micro = {name: 1e3 if group.variables[name].dim is b2.mmolar.dim else 1 for name in variables}
    traces = {name: np.array(getattr(monitor, f"{name}_")) * micro[name] for name in variables}
    return np.array(monitor.t_), traces


def li_rinzel_cells(
    k_p: NDArray, ip3: NDArray, duration: float, dt: float, start: NDArray | None = None
) -> tuple[NDArray, dict[str, NDArray]]:
    """Our Li-Rinzel cells, each with its own pump affinity and IP3 level (umolar)."""
    space = published()
    space.pop("K_P")
    with device_session("numpy"):
        group = astrocyte_group(
            len(ip3), LI_RINZEL + "K_P : mmolar (constant)", space, dt=dt * b2.second
        )
        group.I = ip3 * b2.umolar
        group.K_P = k_p * b2.umolar
        if start is not None:
            group.C, group.h = start[0] * b2.umolar, start[1]
        return record(group, ["C", "h"], duration, dt)


def li_rinzel_traces(duration: float = 100.0) -> tuple[NDArray, NDArray, NDArray]:
    """Times (s) and calcium (umolar, shape (n_regimes, n_t)) of ours and of SciPy's solver."""
    k_p, ip3 = (np.array(column) for column in zip(*REGIMES.values(), strict=True))
    time, ours = li_rinzel_cells(k_p, ip3, duration, 0.01)
    exact = []
    for affinity, level in zip(k_p, ip3, strict=True):
        p = numbers() | {"K_P": affinity}
        answer = solve_ivp(
            _li_rinzel, (0, duration), [p["C_0"], p["h_0"]], t_eval=time, args=(level, p), **_METHOD
        )
        exact.append(answer.y[0])
    return time, ours["C"], np.array(exact)


def solver_checks() -> list[Check]:
    """Li-Rinzel and G-ChI traces against a stiff solver in three oscillation regimes."""
    _, ours, exact = li_rinzel_traces()
    rows = [
        at_most(
            f"Li-Rinzel {name}: calcium, largest difference in 100 s", 1e-4,
            float(np.max(np.abs(mine - theirs))), unit="uM",
            note=f"against SciPy LSODA; peak {theirs.max():.3f} uM, dt 10 ms",
        )
        for name, mine, theirs in zip(REGIMES, ours, exact, strict=True)
    ]
    return rows + _g_chi_rows()


def _g_chi_rows(duration: float = 20.0) -> list[Check]:
    dt, every = 1e-3, 2.0
    space = published(SINGLE_CELL)
    space.pop("K_P")
    spikes = np.arange(every, duration, every)
    with device_session("numpy"):
        group = astrocyte_group(
            len(REGIMES), G_CHI + "K_P : mmolar (constant)", space, dt=dt * b2.second
        )
        group.K_P = [affinity for affinity, _ in REGIMES.values()] * b2.umolar
        source = b2.SpikeGeneratorGroup(
            1, np.zeros(len(spikes), int), spikes * b2.second, dt=dt * b2.second
        )
        synapse = b2.Synapses(
            source, group, on_pre="Y_S_post += rho_c*Y_T", namespace=space, dt=dt * b2.second
        )
        synapse.connect()
        time, ours = record(group, ["C", "I", "Gamma_A"], duration, 0.01, source, synapse)
    rows = []
    for cell, (name, (affinity, _)) in enumerate(REGIMES.items()):
        # A spike at t acts from the end of its step on.
        exact = _g_chi_exact(
            numbers(SINGLE_CELL) | {"K_P": affinity}, time, spikes + dt, duration
        )
        rows += [
            at_most(
                f"G-ChI {name}: {label}, largest difference in {duration:g} s", 1e-4,
                float(np.max(np.abs(ours[variable][cell] - exact[row]))), unit=unit,
                note="driven by spikes at 0.5 Hz, against SciPy LSODA, dt 1 ms",
            )
            for variable, row, label, unit in G_CHI_TRACES
        ]
    return rows


def _g_chi_exact(
    p: Mapping[str, float], time: NDArray, spikes: NDArray, duration: float
) -> NDArray:
    state, begin, parts = np.array([p["C_0"], p["h_0"], p["I_0"], 0.0, 0.0]), 0.0, []
    for stop in (*spikes, duration):
        inside = time[(time >= begin - 1e-9) & (time < stop - 1e-9)]
        answer = solve_ivp(_g_chi, (begin, stop), state, args=(p,), dense_output=True, **_METHOD)
        parts.append(answer.sol(inside))
        state, begin = answer.y[:, -1].copy(), stop
        state[4] += p["rho_c"] * p["Y_T"]
    return np.concatenate(parts, axis=1)


def settled_cells(levels: NDArray) -> tuple[NDArray, NDArray]:
    """Times (s) from 150 s on and calcium (umolar) of shape (n_regimes, n_levels, n_t)."""
    k_p = np.repeat([affinity for affinity, _ in REGIMES.values()], len(levels))
    time, ours = li_rinzel_cells(k_p, np.tile(levels, len(REGIMES)), 300, 0.02)
    late = time >= 150
    return time[late], ours["C"][:, late].reshape(len(REGIMES), len(levels), -1)


def regime_checks() -> list[Check]:
    """Over the oscillatory range of IP3, what changes: amplitude, period or both."""
    rows = []
    time, calcium = settled_cells(np.arange(0.36, 1.1, 0.02))
    for name, cells in zip(REGIMES, calcium, strict=True):
        pairs = [(np.ptp(cell), _period(time, cell)) for cell in cells]
        amplitude, period = np.array([pair for pair in pairs if pair[0] > 0.05]).T
        for what, found in (("amplitude", amplitude), ("period", period)):
            change = np.ptp(found) / found.max()
            constant = (name, what) in {("FM", "amplitude"), ("AM", "period")}
            rows.append(
                (at_most if constant else at_least)(
                    f"Li-Rinzel {name}: change of {what} over the oscillatory range",
                    0.25 if constant else 0.2, float(change),
                    note="share of the largest; De Pitta et al. 2008 name the regimes",
                )
            )
    return rows


def _period(time: NDArray, trace: NDArray) -> float:
    middle = (trace.max() + trace.min()) / 2
    up = time[1:][(trace[1:] >= middle) & (trace[:-1] < middle)]
    return float(np.diff(up).mean()) if len(up) > 2 else np.nan


def convergence_errors() -> dict[float, float]:
    """Largest difference of calcium (umolar) from a near exact trace in 60 s, by time step (s)."""
    p, (affinity, level) = numbers(), REGIMES["FM"]
    p |= {"K_P": affinity}
    exact = solve_ivp(
        _li_rinzel, (0, 60), [p["C_0"], p["h_0"]], args=(level, p), method="DOP853",
        rtol=1e-13, atol=1e-15, dense_output=True,
    ).sol
    worst = {}
    for dt in (0.04, 0.02, 0.01, 0.005, 0.07):
        time, ours = li_rinzel_cells(np.array([affinity]), np.array([level]), 60, dt)
        worst[dt] = float(np.max(np.abs(ours["C"][0] - exact(time)[0])))
    return worst


def convergence_checks() -> list[Check]:
    """Error as the step is halved: fourth order; and that of the coarsest step allowed."""
    worst = convergence_errors()
    rows = [
        near(
            f"order of convergence, dt {1e3 * dt:g} to {500 * dt:g} ms", 4,
            float(np.log2(worst[dt] / worst[dt / 2])), absolute=0.3,
            note=f"Runge-Kutta; error {worst[dt]:.2g} to {worst[dt / 2]:.2g} uM over 60 s",
        )
        for dt in (0.04, 0.02, 0.01)
    ]
    rows.append(
        at_most(
            "calcium at the coarsest step allowed (70 ms), largest difference in 60 s", 1e-3,
            worst[0.07], unit="uM", note="models.time_step.LARGEST_STEP",
        )
    )
    return rows


def conservation_checks() -> list[Check]:
    """Total IP3 under pure diffusion, on a ring and a grid, for both kinds of junction."""
    rows = []
    for kind in ("linear", "threshold"):
        for shape, n, edges in (("ring", 20, ring_edges(20)), ("grid", 30, grid_edges(5, 6))):
            with device_session("numpy"):
                group = b2.NeuronGroup(
                    n, "dI/dt = J_gap : mmolar" + "\n" + COUPLED, method="rk4",
                    namespace=published(), dt=10 * b2.ms,
                )
                group.I = np.random.default_rng(1).uniform(0, 2, n) * b2.umolar
                junctions = gap_junctions(group, edges, kind)
                _, ours = record(group, ["I"], 60, 0.1, junctions)
            total = ours["I"].sum(axis=0)
            flown = float(np.abs(ours["I"][:, -1] - ours["I"][:, 0]).max())
            rows.append(
                at_most(
                    f"total IP3, {kind} junctions on a {shape}: relative change in 60 s", 1e-12,
                    float(np.max(np.abs(total / total[0] - 1))),
                    note=f"one cell changed by {flown:.2f} uM",
                )
            )
    return rows
