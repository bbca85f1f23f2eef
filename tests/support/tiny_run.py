"""``python -m tests.support.tiny_run FILE``: run a circuit that compiles fast, keep its records."""

from __future__ import annotations

import sys
from pathlib import Path

from paradigms.command.signals import until_interrupted

N_STEPS = 2_000_000


def work() -> int:
    from dataclasses import replace

    import numpy as np

    from astrogram.files import replacing
    from models.run import run_circuit
    from tests.support.tiny import STEP, tables, tiny

    whole = tiny()
    kept = tuple(name for name in whole.initial if "wires" not in name)
    circuit = replace(whole, sources=(), links=(), initial=kept)
    gone = ("wires", "input")
    given = tables(3, N_STEPS)
    given = {name: given[name] for name in given if not any(word in name for word in gone)}
    given["course.cells.level"] *= 2  # nothing else makes these cells fire
    run = run_circuit(circuit, given, N_STEPS * STEP)
    with replacing(Path(sys.argv[1])) as temporary, temporary.open("wb") as file:
        np.savez(file, **run.records)
    return 0


if __name__ == "__main__":
    sys.exit(until_interrupted(work))
