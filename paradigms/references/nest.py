"""The Li-Rinzel astrocyte of NEST (astrocyte_lr_1994) beside ours: same parameters, same input."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from models.circuits.astrocyte import astrocyte_group, published
from models.machine.session import device_session
from models.mechanisms.astrocyte.calcium import CALCIUM
from models.mechanisms.astrocyte.ip3 import RELAXATION
from paradigms.references.astrocyte import numbers, record
from paradigms.references.table import Check, at_most

DURATION, DT, JUMP = 40.0, 1e-3, 0.06  # s, s, umolar per spike
SPIKES = np.arange(2.0, DURATION, 1.0)  # s
AFFINITY = {"AM": 0.1, "FM": 0.05}  # of the pumps, umolar
VARIABLES = {
    "C": ("Ca_astro", "calcium", "uM"),
    "I": ("IP3", "IP3", "uM"),
    "h": ("h_IP3R", "h", "1"),
}


@contextmanager
def _aside() -> Iterator[None]:
    """Send what NEST says on standard output, where a table may go, to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def nest_traces(p: dict[str, float]) -> dict[str, NDArray]:
    """Traces by NEST's names, one sample every 10 ms from 10 ms on."""
    nest: Any = importlib.import_module("nest")
    nest.ResetKernel()
    nest.resolution = 1e3 * DT
    cell = nest.Create(
        "astrocyte_lr_1994",
        params={
            "Ca_tot": p["C_T"], "ratio_ER_cyt": p["rho_A"], "Kd_IP3_1": p["d_1"],
            "Kd_inh": p["d_2"], "Kd_IP3_2": p["d_3"], "Kd_act": p["d_5"],
            "k_IP3R": p["O_2"] / 1e3, "rate_IP3R": p["Omega_C"] / 1e3, "rate_L": p["Omega_L"] / 1e3,
            "rate_SERCA": p["O_P"] / 1e3, "Km_SERCA": p["K_P"], "IP3_0": p["I_rest"],
            "tau_IP3": 1e3 * p["tau_I"], "delta_IP3": JUMP, "Ca_astro": p["C_0"],
            "IP3": p["I_0"], "h_IP3R": p["h_0"],
        },
    )
    source = nest.Create("spike_generator", params={"spike_times": 1e3 * SPIKES})
    meter = nest.Create(
        "multimeter",
        params={"interval": 10.0, "record_from": [name for name, _, _ in VARIABLES.values()]},
    )
    nest.Connect(source, cell, syn_spec={"weight": 1.0, "delay": 1e3 * DT})
    nest.Connect(meter, cell)
    nest.Simulate(1e3 * DURATION)
    events = meter.get("events")
    return {name: np.array(events[name]) for name in ("times", *(v[0] for v in VARIABLES.values()))}


def nest_checks() -> list[Check]:
    """Calcium, IP3 and h against NEST for amplitude- and frequency-modulating pumps.

    Raises
    ------
    ModuleNotFoundError
        Where NEST is not installed.
    """
    with _aside():
        theirs = {
            name: nest_traces(numbers() | {"K_P": value}) for name, value in AFFINITY.items()
        }
    space, step = published(), DT * b2.second
    space.pop("K_P")
    with device_session("numpy"):
        group = astrocyte_group(
            len(AFFINITY), CALCIUM + RELAXATION + "K_P : mmolar (constant)", space, dt=step
        )
        group.K_P = list(AFFINITY.values()) * b2.umolar
        # NEST hands over a spike one delay later, ours acts at the end of its step: the same time.
        source = b2.SpikeGeneratorGroup(1, np.zeros(len(SPIKES), int), SPIKES * b2.second, dt=step)
        synapse = b2.Synapses(
            source, group, on_pre="I_post += jump", dt=step, namespace={"jump": JUMP * b2.umolar}
        )
        synapse.connect()
        time, ours = record(group, list(VARIABLES), DURATION, 0.01, source, synapse)
    rows = []
    for cell, (regime, found) in enumerate(theirs.items()):
        where = np.round(found["times"] / 10).astype(int)  # sample k of ours is at k * 10 ms
        where = where[where < len(time)]
        for variable, (name, label, unit) in VARIABLES.items():
            trace = ours[variable][cell]
            difference = np.abs(found[name][: len(where)] - trace[where])
            rows.append(
                at_most(
                    f"NEST astrocyte_lr_1994 {regime}: {label}, largest difference in "
                    f"{DURATION:g} s", 1e-6, float(difference.max()), unit=unit,
                    note=f"input at 1 Hz; ours from {trace.min():.3g} to {trace.max():.3g}",
                )
            )
    return rows
