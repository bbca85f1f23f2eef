"""``astrogram compare``: expected and simulated values side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paradigms.command.options import AsJson, Rows
from paradigms.display.console import COMPARE_COLUMNS, EXPENDABLE, note, print_rows, warn


def compare(
    files: Annotated[
        list[Path], typer.Argument(help="Datasets of animals, and of cohorts (cohort.nc).")
    ],
    rows: Rows = None,
    as_json: AsJson = False,
) -> None:
    """Print expected and simulated values side by side, your own rows first, misses included."""
    from analysis.cohort.compare import cautions
    from analysis.cohort.dataset import animals, beside, is_cohort, read_any
    from analysis.cohort.measures import measure
    from analysis.cohort.report import report
    from analysis.design.own_rows import check_found, load_rows

    own = load_rows(rows) if rows else None
    members = []
    for file in files:  # one dataset in memory at a time: they may be larger than it together
        dataset = read_any(file) if own is None else beside(read_any(file), own)
        members += animals(dataset) if is_cohort(dataset) else [measure(dataset)]
        warn(dataset, f"{file.name}: ")
    if own is not None:
        check_found(own, [member.design for member in members])
    found, left_out = report(members)
    print_rows(found, as_json=as_json, columns=COMPARE_COLUMNS, expendable=EXPENDABLE)
    if left_out:
        note(left_out)
    for caution in cautions(members):
        note(f"caution: {caution}")
