"""Synaptic release and its modulation by astrocytes against closed forms.

The strings under test are those of `models.mechanisms.synapse` (the terminal as an astrocyte sees
it, whose release is read off the transmitter it leaves) and of
`models.mechanisms.astrocyte.gliotransmission`. Closed
forms follow from the update rules of Tsodyks & Markram (Stimberg et al. 2019, eqs. 4-8 and 16-17).
"""

from __future__ import annotations

from math import comb

import brian2 as b2
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.optimize import brentq

from models.circuits.astrocyte import LI_RINZEL, astrocyte_group, published
from models.machine.session import device_session
from models.mechanisms.astrocyte.gliotransmission import (
    GLUTAMATE_RELEASED,
    STORE,
    presynaptic_receptor,
    release,
)
from models.mechanisms.synapse import TERMINAL, TERMINAL_ON_PRE
from paradigms.references.astrocyte import numbers, record
from paradigms.references.table import Check, at_least, at_most, near

CIRCUIT = {"0": "release-decreasing", "1": "release-increasing"}  # by alpha


def train(
    cell: NDArray, time: NDArray, n: int, gamma: NDArray, alpha: str, duration: float, dt: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Release of every terminal at every spike.

    Parameters
    ----------
    cell, time : ndarray, shape (n_spikes,)
        Spikes of `n` terminals, s.
    n : int
    gamma : ndarray, shape (n,)
        Share of bound presynaptic receptors of each terminal.
    alpha : str
        Release probability that bound receptors lead to.
    duration, dt : float
        s.

    Returns
    -------
    cell, time, released : ndarray, shape (n_spikes,)
        Sorted by time within each terminal; `released` is r_S.
    """
    space = published({"synapse.alpha": alpha})
    step = dt * b2.second
    with device_session("numpy"):
        source = b2.SpikeGeneratorGroup(n, cell, time * b2.second, dt=step)
        # Without clearance: transmitter only adds up, and its steps are the releases.
        space_around = b2.NeuronGroup(n, "Y_S : mmolar\nGamma_S : 1 (constant)", dt=step)
        space_around.Gamma_S = gamma
        terminal = b2.Synapses(
            source, space_around, TERMINAL, on_pre=TERMINAL_ON_PRE, namespace=space,
            method="exact", dt=step,
        )
        terminal.connect(j="i")
        terminal.frac = 1
        terminal.x_S = 1
        spikes = b2.SpikeMonitor(source)
        monitor = b2.StateMonitor(space_around, "Y_S", record=True, dt=step)
        network = b2.Network(source, space_around, terminal, spikes, monitor)
        network.run((duration + 2 * dt) * b2.second)
        left = np.diff(np.asarray(monitor.Y_S_), axis=1)
        order = np.lexsort((spikes.t_[:], spikes.i[:]))
        cells, times = np.array(spikes.i[:])[order], np.array(spikes.t_[:])[order]
    quantum = float(space["rho_c"]) * float(space["Y_T"])  # type: ignore[arg-type]
    return cells, times, left[cells, np.round(times / dt).astype(int)] / quantum


def steady_release(u_0: float, interval: float, p: dict[str, float]) -> float:
    """Release per spike of a regular train once it has settled."""
    u = u_0 / (1 - (1 - u_0) * np.exp(-p["Omega_f"] * interval))
    recovered = np.exp(-p["Omega_d"] * interval)
    return float(u * (1 - recovered) / (1 - (1 - u) * recovered))


def paired_pulse(u_0: float, interval: float, p: dict[str, float]) -> float:
    """Second release over the first, from rest."""
    facilitated = 1 + (1 - u_0) * np.exp(-p["Omega_f"] * interval)
    return float(facilitated * (1 - u_0 * np.exp(-p["Omega_d"] * interval)))


def poisson_release(u_0: float, rate: float, p: dict[str, float], order: int = 60) -> float:
    """Mean release per spike of a Poisson train, exact up to the `order`-th moment.

    The moments E[u^k] and E[u^k x] just before a spike obey linear equations, as u jumps to
    u_0 + (1 - u_0) u and x to x (1 - that), and both relax linearly in between.
    """
    powers = np.arange(order + 1)
    # jump[k, m]: coefficient of u^m in (u_0 + (1 - u_0) u)^k
    jump = np.array(
        [[comb(k, m) * u_0 ** (k - m) * (1 - u_0) ** m for m in powers] for k in powers]
    )
    decay = np.diag(powers * p["Omega_f"])
    of_u = np.zeros(order + 1)
    of_u[0] = 1
    moments = decay + rate * (np.eye(order + 1) - jump)
    of_u[1:] = np.linalg.solve(moments[1:, 1:], -moments[1:, 0])
    # x u^k -> x (1 - u+) u+^k: the k-th moment needs the (k+1)-th; the last is left out.
    after = jump.copy()
    after[:-1] -= jump[1:]
    matrix = decay + p["Omega_d"] * np.eye(order + 1) + rate * (np.eye(order + 1) - after)
    of_ux = np.linalg.solve(matrix, p["Omega_d"] * of_u)
    return float(u_0 * of_ux[0] + (1 - u_0) * of_ux[1])


def steady_state_checks() -> list[Check]:
    """Regular trains at rest and with bound receptors of both kinds."""
    p, rows, duration, dt = numbers(), [], 6.0, 1e-3
    rates = np.array([2.0, 10.0, 50.0])
    for gamma, alpha, label in ((0.0, "0", "no gliotransmission"), (0.5, "0", CIRCUIT["0"]),
                                (0.5, "1", CIRCUIT["1"])):
        times = [np.arange(0.001, duration, 1 / rate) for rate in rates]
        cells = np.repeat(np.arange(len(rates)), [len(t) for t in times])
        got = train(cells, np.concatenate(times), len(rates), np.full(len(rates), gamma), alpha,
                    duration, dt)
        u_0 = (1 - gamma) * p["U_0_star"] + float(alpha) * gamma
        for index, rate in enumerate(rates):
            rows.append(
                near(
                    f"steady release at {rate:g} Hz, {label}", steady_release(u_0, 1 / rate, p),
                    float(got[2][got[0] == index][-1]), absolute=1e-6,
                    note=f"closed form; release probability {u_0:g}",
                )
            )
    return rows


def transition_checks() -> list[Check]:
    """Where bound receptors turn depression into facilitation: pairs of spikes 50 ms apart."""
    p, interval, n = numbers(), 0.05, 101
    gamma = np.linspace(0, 1, n)
    rows, ratio = [], {}
    for alpha in CIRCUIT:
        cells, times = np.tile(np.arange(n), 2), np.repeat([0.01, 0.01 + interval], n)
        some = gamma if alpha == "1" else gamma[:-1]  # nothing is released at U_0 = 0
        keep = cells < len(some)
        got = train(cells[keep], times[keep], n, gamma, alpha, 0.1, 1e-3)[2].reshape(-1, 2)
        ratio[alpha] = got[:, 1] / got[:, 0]
        u_0 = (1 - gamma[50]) * p["U_0_star"] + float(alpha) * gamma[50]
        rows += [
            near(f"first release, half of receptors bound, {CIRCUIT[alpha]}", u_0,
                 float(got[50, 0]), absolute=1e-9,
                 note=f"closed form; {p['U_0_star']:g} without gliotransmission"),
            near(f"paired-pulse ratio, half of receptors bound, {CIRCUIT[alpha]}",
                 paired_pulse(u_0, interval, p), float(ratio[alpha][50]), absolute=1e-6,
                 note=f"closed form; {paired_pulse(p['U_0_star'], interval, p):.3f} without "
                 "gliotransmission: alpha = 0 moves towards facilitation, alpha = 1 away from it"),
        ]
    turning = brentq(lambda u_0: paired_pulse(u_0, interval, p) - 1, 0.01, 0.99)
    rows.append(
        near(
            "bound receptors at which depression becomes facilitation, alpha = 0",
            1 - turning / p["U_0_star"], float(np.interp(1, ratio["0"], gamma[:-1])), absolute=1e-3,
            note="closed form, pairs 50 ms apart",
        )
    )
    return rows


def filtering_checks() -> list[Check]:
    """Mean release over random input: what depresses, what facilitates.

    De Pitta et al. 2011 place the transition at a release probability of
    Omega_d / (Omega_d + Omega_f) in mean field; the exact mean of a Poisson train is the reference.
    """
    p, rows, duration, dt, copies = numbers(), [], 30.0, 1e-3, 120
    rates = np.array([0.5, 2.0, 5.0, 15.0])
    n, rng = copies * len(rates), np.random.default_rng(1)
    fired = rng.random((n, int(duration / dt))) < np.repeat(rates, copies)[:, np.newaxis] * dt
    bins, cells = np.nonzero(fired.T)
    border = p["Omega_d"] / (p["Omega_d"] + p["Omega_f"])
    for gamma, label in ((0.0, "depressing"), (0.8, "facilitating")):
        got = train(cells, bins * dt, n, np.full(n, gamma), "0", duration, dt)
        settled = got[1] > 5
        u_0 = (1 - gamma) * p["U_0_star"]
        mean = [float(got[2][settled & (got[0] // copies == k)].mean()) for k in range(len(rates))]
        rows += [
            near(
                f"mean release at {rate:g} Hz, random input, {label} synapse",
                poisson_release(u_0, rate, p), ours, relative=0.02,
                note=f"exact mean of a Poisson train; release probability {u_0:g}, mean-field "
                f"transition at {border:.3f}",
            )
            for rate, ours in zip(rates, mean, strict=True)
        ]
        rise = at_least if label == "facilitating" else at_most
        rows.append(
            rise(
                f"release at 2 Hz over release at 0.5 Hz, {label} synapse", 1.0, mean[1] / mean[0],
                note=f"De Pitta et al. 2011: facilitates below release probability {border:.3f}",
            )
        )
    return rows


def receptor_checks() -> list[Check]:
    """Presynaptic receptors bound by one release event, against their closed form."""
    p, dt, duration = numbers(), 1e-3, 1.0
    equations = LI_RINZEL + STORE + GLUTAMATE_RELEASED + presynaptic_receptor("G_A")
    with device_session("numpy"):
        space = published()
        group = astrocyte_group(1, equations, space, release("G_A"), dt=dt * b2.second)
        group.C, group.I = 0.6 * b2.umolar, 0.1 * b2.umolar
        _, ours = record(group, ["Gamma_S", "x_A"], duration, dt)
    # Released at the end of the first step; binding then fades as exp(-Omega_e t).
    after = duration - 2 * dt
    quantum = p["O_G"] * p["rho_e"] * p["G_T"] * p["U_A"]
    grid = np.linspace(0, after, 200_001)
    bound = quantum * np.exp(-p["Omega_e"] * grid)
    exponent = quantum / p["Omega_e"] * (1 - np.exp(-p["Omega_e"] * grid)) + p["Omega_G"] * grid
    gamma = float(trapezoid(bound * np.exp(exponent - exponent[-1]), grid))
    return [
        near("receptors bound 1 s after one release", gamma, float(ours["Gamma_S"][0, -1]),
             absolute=1e-4, note="closed form (integrating factor), 78 uM released"),
        near("releasable store 1 s after one release",
             1 - p["U_A"] * np.exp(-p["Omega_A"] * after), float(ours["x_A"][0, -1]),
             absolute=1e-6, note="closed form"),
    ]
