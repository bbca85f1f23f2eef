"""``astrogram cohort``: many animals in many groups, in parallel, resumable."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from astrogram.files import replacing
from paradigms.cohort.groups import Group, ask_beside, load_groups, shipped_groups
from paradigms.command.options import (
    Animals,
    AsJson,
    ClockName,
    FirstSeed,
    Folder,
    Jobs,
    Overwrite,
    Rows,
    Seed,
    Size,
    seeds_from,
)
from paradigms.display.console import COMPARE_COLUMNS, EXPENDABLE, note, print_rows
from paradigms.display.progress import AnimalsProgress
from paradigms.protocol.files import load_protocol
from paradigms.protocol.plan import Protocol
from paradigms.run.output import check_beside, check_place, check_writable


@dataclass(frozen=True)
class Report:
    """What is told about a cohort.

    Attributes
    ----------
    stem : str
        Name of its dataset and figure, without suffix.
    table : str, optional
        Published rows of the comparison, as `analysis.cohort.report.report` takes it.
    columns : tuple of str
        Of the printed comparison.
    summary : str
        What the decisive rows are together.
    figure : str
        Function of `analysis.figures`, behind the module that it is in.
    of_one : bool
        Whether it draws the first animal of the first group, too.
    of_animal : str
        Function of `analysis.figures` that draws that animal alone, behind the module that it is
        in, which names the file.
    """

    stem: str = "cohort"
    table: str | None = None
    columns: tuple[str, ...] = COMPARE_COLUMNS
    summary: str = "pattern of signs"
    figure: str = "cohort.cohort_figure"
    of_one: bool = False
    of_animal: str = ""


def cohort(
    protocol: Annotated[str, typer.Argument(help="Shipped protocol, or a .toml file.")],
    groups: Annotated[
        str, typer.Option(help=f"{', '.join(shipped_groups())}, or a .toml file.")
    ],
    animals: Animals = 12,
    seed: Seed = 1000,
    first_seed: FirstSeed = None,
    jobs: Jobs = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask scheduler to use instead.")
    ] = None,
    size: Size = None,
    clock: ClockName = None,
    rows: Rows = None,
    out: Folder = Path("out/cohort"),
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Simulate a cohort, from where it stopped, and compare it with your rows and the paper."""
    plan, chosen = load_protocol(protocol), load_groups(groups)
    if rows is not None:
        plan, chosen = ask_beside(plan, chosen, rows)
    report_cohort(
        plan, chosen, seeds_from(seed, first_seed, animals),
        Report(), out=out, jobs=jobs, scheduler=scheduler, size=size, clock=clock,
        overwrite=overwrite, as_json=as_json,
    )  # fmt: skip


def report_cohort(
    plan: Protocol, groups: Sequence[Group], seeds: Sequence[int], report: Report, *, out: Path,
    jobs: int | None, size: int | None, clock: str | None, overwrite: bool, as_json: bool,
    scheduler: str | None = None,
) -> None:  # fmt: skip
    """Simulate what is missing of a cohort, write its dataset and figure, print its comparison.

    All is as in `measured_cohort`, and `as_json` prints the rows as JSON.
    """
    rows, left_out = measured_cohort(
        plan, groups, seeds, report, out=out, jobs=jobs, scheduler=scheduler, size=size,
        clock=clock, overwrite=overwrite,
    )  # fmt: skip
    print_rows(rows, as_json=as_json, columns=report.columns, expendable=EXPENDABLE)
    if left_out:
        note(left_out)

    from analysis.cohort.compare import sign_pattern

    if any(row["decisive"] for row in rows):
        note(sign_pattern(rows, report.summary))


def measured_cohort(
    plan: Protocol, groups: Sequence[Group], seeds: Sequence[int], report: Report, *, out: Path,
    jobs: int | None, size: int | None, clock: str | None, overwrite: bool,
    scheduler: str | None = None,
) -> tuple[list[dict[str, Any]], str]:  # fmt: skip
    """Simulate what is missing of a cohort, write its dataset and figure, return its comparison.

    Parameters
    ----------
    plan, groups, seeds
        As in `paradigms.cohort.cohort.plan_cohort`.
    report : Report
    out : Path
        Folder of the dataset and the figure; the animals' own files in ``animals`` within it, where
        cohorts with the same groups find each other's.
    jobs : int, optional
        Worker processes; one for each core by default.
    size, clock, scheduler
        As in `paradigms.cohort.cohort`.
    overwrite : bool
        Whether a cohort of other settings in the same place may be replaced.

    Returns
    -------
    rows : list of dict
        Of the comparison.
    left_out : str
        What of the published rows is left out, in a line.

    Raises
    ------
    CohortError
        If animals failed, after all others are done.
    AstrogramError
        Before the first animal.
    """
    target, picture = out / f"{report.stem}.nc", out / f"{report.stem}.png"
    check_writable(target)

    from analysis.cohort.dataset import animals as members
    from analysis.cohort.report import report as compared
    from analysis.dataset.schema import read_dataset
    from analysis.design.own_rows import check_groups, read_rows
    from paradigms.cohort.cohort import not_covered, plan_cohort, run_cohort

    asked = read_rows(plan.text, plan.name).contrasts
    check_groups(asked, [group.name for group in groups])
    subjects = plan_cohort(plan, groups, seeds, out / "animals", size=size, clock=clock)
    check_place(target, lambda found: not_covered(found, subjects), overwrite=overwrite)
    check_beside(picture, target, overwrite=overwrite)
    with AnimalsProgress() as bar:
        found = run_cohort(
            subjects, jobs=jobs or cores(), scheduler=scheduler, progress=bar, overwrite=overwrite
        )
    with replacing(target) as temporary:
        found.to_netcdf(temporary, engine="netcdf4")
    rows, left_out = compared(members(found), report.table)
    note(f"cohort: {target}, seeds {seeds[0]}-{seeds[-1]} in each of {len(groups)} groups")
    one = (read_dataset(subjects[0].dataset),) if report.of_one or report.of_animal else ()
    with replacing(picture) as temporary:
        _drawing(report.figure)(found, temporary, *(one if report.of_one else ()))
    note(f"figure: {picture}")
    if report.of_animal:
        picture = out / f"{report.of_animal.partition('.')[0]}.png"
        with replacing(picture) as temporary:
            _drawing(report.of_animal)(*one, temporary)
        note(f"figure: {picture}")
    return rows, left_out


def _drawing(figure: str) -> Callable[..., None]:
    """Return the function of `analysis.figures` by its module and name."""
    module, _, name = figure.partition(".")
    return getattr(import_module(f"analysis.figures.{module}"), name)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
