"""Run the benchmarks, print one table and write it to a file."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import part_runs, part_scaling, part_speed
from benchmarks.report import Row, machine, table, write

Part = Callable[[Path, bool], Iterable[Row]]
PARTS: dict[str, Part] = {
    "a": part_speed.speed,
    "b": part_speed.beside_kernel,
    "c": lambda folder, quick: part_scaling.scaling(quick),
    "d": part_runs.builds,
    "e": lambda folder, quick: part_scaling.memory(quick),
    "f": lambda folder, quick: part_runs.cohort(quick),
    "g": lambda folder, quick: part_runs.devices(quick),
    "h": part_runs.profile,
}


def main() -> None:
    """Read the command line and run the parts asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--parts", default="".join(PARTS), help="letters of the parts to run")
    parser.add_argument("--quick", action="store_true", help="short runs: does everything work?")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder of the results")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    logging.getLogger("brian2").setLevel(logging.ERROR)
    about, rows = machine(), []
    work = given.out / "work"
    work.mkdir(parents=True, exist_ok=True)
    for letter in sorted(given.parts):
        began = time.perf_counter()
        for row in PARTS[letter](work.resolve(), given.quick):
            rows.append(row)
            value = "-" if row.value is None else f"{row.value:.4g} {row.unit}"
            sys.stderr.write(f"{row.part}  {row.name}: {value}\n")
        sys.stderr.write(f"part {letter}: {time.perf_counter() - began:.0f} s\n")
    sys.stdout.write("\n".join(f"{name}: {value}" for name, value in about.items()) + "\n\n")
    sys.stdout.write(table(rows) + "\n")
    for path in write(rows, about, given.out):
        sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
