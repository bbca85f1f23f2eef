"""``astrogram reproduce astrocyte_trace``: the astrocytic ensemble over days, as a cohort."""

from __future__ import annotations

from pathlib import Path

from paradigms.cohort.groups import load_groups
from paradigms.command.cohort import Report, report_cohort
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
from paradigms.protocol.files import load_protocol

# Its protocol and its file of groups have one name, and so have its dataset and figure.
NAME = "astrocyte_trace"
FINDINGS = Report(NAME, "targets_section2", figure="trace.trace_figure", of_one=True)


def astrocyte_trace(
    animals: Animals = 12,
    seed: Seed = 1000,
    first_seed: FirstSeed = None,
    jobs: Jobs = None,
    size: Size = None,
    clock: ClockName = None,
    out: Folder = Path("out/astrocyte_trace"),
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Astrocytes that recall recruits, and what stays of fear: groups, paper beside, figure."""
    report_cohort(
        load_protocol(NAME), load_groups(NAME), seeds_from(seed, first_seed, animals), FINDINGS,
        out=out, jobs=jobs, size=size, clock=clock, overwrite=overwrite, as_json=as_json,
    )  # fmt: skip
