"""The smallest circuit that has everything, for tests of programs and of their cache."""

from __future__ import annotations

import numpy as np

from models.machine.circuit import (
    Cells,
    Circuit,
    Course,
    Guard,
    Links,
    Source,
    SpikeRecord,
    Tables,
    TraceRecord,
)

STEP = 1e-3
N_CELLS, N_SOURCES, N_STEPS = 5, 3, 12_000


def tiny(tau_unit: str = "second") -> Circuit:
    """Leaky cells that sum weighted spikes and a level, and fire above one."""
    return Circuit(
        name="tiny",
        step=STEP,
        constants={"tau": tau_unit, "speed": "1"},
        cells=(
            Cells(
                "cells", N_CELLS,
                "dv/dt = speed*(level + light - v)/tau : 1\nlevel : 1\nlight : 1\n"
                "lane : integer (constant)\nbias : 1 (constant)", STEP, "euler",
                threshold="v > 1", reset="v = bias",
            ),
        ),
        sources=(Source("input", N_SOURCES),),
        links=(Links("wires", "input", "cells", STEP, "w : 1 (constant)", "v_post += speed*w"),),
        initial=("initial.cells.bias", "initial.cells.v", "initial.wires.w"),
        courses=(
            Course("cells", "level", 10 * STEP), Course("cells", "light", 10 * STEP, "lane")
        ),
        spikes=(SpikeRecord("events", "cells"),),
        traces=(TraceRecord("traces", "cells", ("v", "level", "light"), 2, 4 * STEP),),
        guards=(Guard("cells", "v", -0.5, "V"),),
    )  # fmt: skip


def tables(seed: int = 1, n_steps: int = N_STEPS) -> Tables:
    """One run's worth of tables."""
    rng = np.random.default_rng(seed)
    edges = np.argwhere(rng.random((N_SOURCES, N_CELLS)) < 0.6).astype(np.int32)
    step = np.sort(rng.choice(n_steps, n_steps // 20, replace=False)).astype(np.int32)
    return {
        "constant.tau": np.array(0.05),
        "constant.speed": np.array(1.0),
        "edges.wires.source": edges[:, 0],
        "edges.wires.target": edges[:, 1],
        "initial.wires.w": rng.uniform(0.1, 0.5, len(edges)),
        "initial.cells.bias": np.array(0.1),
        "initial.cells.v": rng.uniform(0, 0.9, N_CELLS),
        "spikes.input.cell": rng.integers(0, N_SOURCES, len(step)).astype(np.int32),
        "spikes.input.step": step,
        "course.cells.level": 0.3 * (1 + np.sin(np.arange(n_steps // 10 + 2) / 40)),
        "course.cells.light": 0.05 * rng.random((n_steps // 10 + 2, 3)),
        "rows.cells.lane": np.array([0, 2, 1, 0, 1], np.int32),
        "indices.traces": np.array([1, 4], np.int32),
    }
