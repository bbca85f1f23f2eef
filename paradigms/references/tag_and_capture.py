"""Reference checks of tag and capture at one synapse."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from models.parameters import ParameterSet, load_parameters
from paradigms.references.table import Check, at_most, near
from paradigms.references.tag_and_capture_2021 import CIRCUIT, PROTOCOLS, Outcome, run, simulate

# Percent of h_0 by protocol and reading, each with the standard deviation of its trials: the early
# phase 1 and 21 minutes after onset and the late phase at 420. Means, and deviations of the late
# phase, are those of the project's targets; those of the early phase are read off the figures of
# another program of the authors (arbor_2N1S 11a2363). That of strong low-frequency stimulation at
# 1 minute cannot be read there, as the early phase falls too steeply: none is allowed for.
PUBLISHED = {
    "strong_tetanus": ((178, 7), (186, 5), (171, 4)),
    "weak_tetanus": ((125, 9), (121, 8), (100, 0)),
    "strong_low_frequency": ((49, 0), (16, 7), (65, 2)),
    "weak_low_frequency": ((98, 2), (75, 4), (100, 0)),
}
N_PUBLISHED = (50, 50, 10, 5)
# Beside the deviation of the trials, in percent of h_0.
MARGIN = 3.0


def published_checks() -> list[Check]:
    """The published protocols with as many trials as published, seeds from 1 on."""
    seeds = {name: range(1, n + 1) for name, n in zip(PROTOCOLS, N_PUBLISHED, strict=True)}
    return published_rows(simulate(seeds))


def published_rows(dataset: xr.Dataset) -> list[Check]:
    """Rows from a dataset of `tag_and_capture_2021.simulate` with all protocols.

    The published late phase is that on top of rest, h_0 + h_0 z; the whole weight h + h_0 z is
    asked for the same number.
    """
    rows = []
    for protocol in PROTOCOLS:
        found = dataset.isel(trial=np.flatnonzero(dataset.protocol == protocol))
        for what, reading, text, place in (
            ("early", "early_1", "early phase at 1 min", 0),
            ("early", "early_21", "early phase at 21 min", 1),
            ("late", "end", "late phase at 420 min", 2),
            ("weight", "end", "whole weight at 420 min", 2),
        ):
            mean, spread = PUBLISHED[protocol][place]
            ours = found[what].sel(reading=reading)
            note = (
                f"model of Luboeinski & Tetzlaff 2021, trials of sd {spread}; "
                f"ours are {ours.size}, sd {ours.std():.1f}"
            )
            rows.append(
                near(
                    f"tag and capture, {protocol.replace('_', ' ')}: {text}",
                    mean, float(ours.mean()), absolute=spread + MARGIN, unit="percent", note=note,
                )
            )
    return rows  # fmt: skip


def equations_checks() -> list[Check]:
    """Early phase, protein and late phase without noise, against SciPy over the whole eight hours.

    Right-hand sides here are written from the paper in mV and s: they share parameter values and
    spike times with the equation strings of `models`, and nothing else.
    """
    parameters = load_parameters(
        {"early.sigma_pl": "0", "protocol.strong_low_frequency.pulses": "60"}, circuit=CIRCUIT
    )
    trials = {"strong_tetanus": (1, 2), "weak_tetanus": (1,), "strong_low_frequency": (1,)}
    outcome = run(parameters, trials, device="numpy")
    worst = np.zeros(3)
    for trial in range(len(outcome.h)):
        solved = solve(parameters, outcome, trial)
        ours = np.array([1e3 * outcome.h[trial], outcome.z[trial], outcome.p[trial]])
        worst = np.maximum(worst, np.abs(ours - solved).max(axis=1))
    note = "against SciPy LSODA, at our spikes, without noise; four trials of eight hours"
    return [
        at_most(f"tag and capture: {name}, largest difference", bound, error, unit=unit, note=note)
        for name, bound, error, unit in zip(
            ("early phase", "late phase", "protein"), (0.01, 0.003, 0.003), worst,
            ("mV", "1", "1"), strict=True,
        )
    ]  # fmt: skip


def solve(parameters: ParameterSet, outcome: Outcome, trial: int) -> NDArray[np.float64]:
    """Early phase h (mV), z and p of one trial at the times of its traces, shape (3, n_t)."""
    value = {row.name: row.value for row in parameters.rows() if row.group in ("early", "late")}
    calcium = {row.name: row.value for row in parameters.rows() if row.group == "calcium"}
    tau_c, minute = 1e-3 * calcium["tau_c"], 60.0
    theta_pro = value["h_0"] / (value["nm"] + value["nm_0"])

    def slopes(t: float, y: NDArray) -> list[float]:
        h, z, p, c = y
        change = h - value["h_0"]
        pull = value["gamma_0"] * -change
        pull += value["gamma_p"] * (value["h_up"] - h) * (c > calcium["theta_p"])
        pull -= value["gamma_d"] * h * (c > calcium["theta_d"])
        tag = value["theta_tag"] * value["h_0"]
        caught = (value["z_max"] - z) * (change >= tag) - (z - value["z_min"]) * (-change >= tag)
        made = float(abs(change) > theta_pro)
        return [
            pull / value["tau_h"], p * caught / (minute * value["tau_z"]),
            (made - p) / (minute * value["tau_p"]), -c / tau_c,
        ]  # fmt: skip

    arrived = [
        (time + delay, step)
        for (who, when), delay, step in (
            (outcome.pre, 1e-3 * calcium["delay_c"], calcium["c_pre"]),
            (outcome.post, 0.0, calcium["c_post"]),
        )
        for time in when[who == trial]
    ]
    # Calcium is gone a second after an event: the rest is one long stretch.
    arrived += [(time + 1, 0.0) for time, _ in arrived] + [(outcome.time[-1] + 1, 0.0)]
    now, y = 0.0, np.array([value["h_0"], 0.0, 0.0, 0.0])
    found = np.empty((3, len(outcome.time)))
    for at, step in sorted(arrived):
        if at > now:
            inside = (outcome.time >= now) & (outcome.time <= at)
            given = solve_ivp(
                slopes, (now, at), y, method="LSODA", rtol=1e-8, atol=1e-10, max_step=60.0,
                t_eval=np.append(outcome.time[inside], at),
            )  # fmt: skip
            found[:, inside] = given.y[:3, : inside.sum()]
            now, y = at, given.y[:, -1].copy()
        y[3] += step
    return found
