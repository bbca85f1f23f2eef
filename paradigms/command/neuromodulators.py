"""``astrogram reproduce neuromodulators``: what transmitters decide in the life of an engram."""

from __future__ import annotations

from pathlib import Path

from paradigms.cohort.groups import load_groups
from paradigms.command.cohort import Report, measured_cohort
from paradigms.command.options import (
    Animals,
    AsJson,
    ClockName,
    FirstSeed,
    Folder,
    Jobs,
    Overwrite,
    Seed,
    Size,
    seeds_from,
)
from paradigms.display.console import COMPARE_COLUMNS, EXPENDABLE, note, print_rows
from paradigms.protocol.files import load_protocol

PARADIGMS = {
    "behavioural_tagging": 1, "locus_coeruleus": 1, "reconsolidation": 1,
    "extinction_pharmacology": 1, "stress_before": 1, "individual_differences": 2,
}  # fmt: skip
"""Each is a protocol and a file of groups; and how many times as many animals it needs as others,
since a correlation over animals wants more of them than a difference between groups."""

LIFE = "reconsolidation", "life_of_an_engram.life_figure"
"""The one whose first animal is drawn by itself, and how."""


def neuromodulators(
    animals: Animals = 12,
    seed: Seed = 1000,
    first_seed: FirstSeed = None,
    jobs: Jobs = None,
    size: Size = None,
    clock: ClockName = None,
    out: Folder = Path("out/neuromodulators"),
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Tagging, locus coeruleus, reconsolidation, extinction, stress, individuals. Hours."""
    from analysis.design.own_rows import read_rows

    told = []
    for name, times in PARADIGMS.items():
        plan, groups = load_protocol(name), load_groups(name)
        note(f"{name}, {len(groups)} groups")
        rows, _ = measured_cohort(
            plan, groups, seeds_from(seed, first_seed, animals * times),
            Report(of_animal=LIFE[1] if name == LIFE[0] else ""),
            out=out / name, jobs=jobs, size=size, clock=clock, overwrite=overwrite,
        )  # fmt: skip
        asked = {contrast.name for contrast in read_rows(plan.text, plan.name).contrasts}
        told += [{"paradigm": name, **row} for row in rows if row["row"] in asked]
    print_rows(
        told, as_json=as_json, columns=("paradigm", *COMPARE_COLUMNS), expendable=EXPENDABLE
    )
