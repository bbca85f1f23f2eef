"""``astrogram reproduce amygdala_astrocytes``: a published study as a cohort, and why it works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
from paradigms.display.console import EFFECT_COLUMNS
from paradigms.protocol.files import load_protocol

PROTOCOL = "fear_extinction"

# Each by its file of groups, which also names its dataset and figure.
FINDINGS = Report("amygdala_astrocytes")
REASONS = Report(
    "amygdala_reasons", "reasons", EFFECT_COLUMNS, "double dissociation", "cohort.reasons_figure"
)


def amygdala_astrocytes(
    animals: Animals = 12,
    seed: Seed = 1000,
    first_seed: FirstSeed = None,
    jobs: Jobs = None,
    size: Size = None,
    clock: ClockName = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Clamp the outputs of astrocytes one at a time.")
    ] = False,
    out: Folder = Path("out/amygdala_astrocytes"),
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Astrocytes in retrieval and extinction of fear: groups, comparison with the paper, figure."""
    report = REASONS if reasons else FINDINGS
    report_cohort(
        load_protocol(PROTOCOL), load_groups(report.stem), seeds_from(seed, first_seed, animals),
        report, out=out, jobs=jobs, size=size, clock=clock, overwrite=overwrite, as_json=as_json,
    )  # fmt: skip
