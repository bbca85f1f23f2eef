"""``astrogram cohort``: many animals in many groups, in parallel, resumable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from paradigms.cli_show import AsJson
from paradigms.console import COMPARE_COLUMNS, as_rows, note, print_rows
from paradigms.groups import load_groups, shipped_groups
from paradigms.output import check_writable, replacing
from paradigms.protocol import load_protocol


def cohort(
    protocol: Annotated[str, typer.Argument(help="Shipped protocol, or a .toml file.")],
    groups: Annotated[
        str, typer.Option(help=f"{', '.join(shipped_groups())}, or a .toml file.")
    ],
    animals: Annotated[int, typer.Option(min=1, help="Animals in each group.")] = 12,
    first_seed: Annotated[int, typer.Option(min=0, help="Seed of the first animal.")] = 1000,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; default one for each core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask scheduler to use instead.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Number of neurons.")] = None,
    clock: Annotated[str | None, typer.Option(help="Clock of the protocol.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the cohort.")] = Path("out/cohort"),
    as_json: AsJson = False,
) -> None:
    """Simulate a cohort, from where it stopped, and compare it with the paper."""
    plan, named = load_protocol(protocol), load_groups(groups)
    target, picture = out / "cohort.nc", out / "cohort.png"
    check_writable(target)
    check_writable(picture)

    from analysis.cohort import animals as members
    from analysis.cohort_figure import cohort_figure
    from analysis.compare import comparison, sign_pattern
    from paradigms.cohort import plan_cohort, run_cohort

    seeds = range(first_seed, first_seed + animals)
    lives = plan_cohort(plan, named, seeds, out / "animals", size=size, clock=clock)
    with AnimalsProgress() as bar:
        found = run_cohort(lives, jobs=jobs or cores(), scheduler=scheduler, progress=bar)
    with replacing(target) as temporary:
        found.to_netcdf(temporary, engine="netcdf4")
    with replacing(picture) as temporary:
        cohort_figure(found, temporary)
    rows = comparison(members(found))
    print_rows(as_rows(rows), as_json=as_json, columns=COMPARE_COLUMNS)
    note(sign_pattern(rows))
    note(f"figure: {picture}")
    note(f"cohort: {target}, seeds {seeds[0]}-{seeds[-1]} in each of {len(named)} groups")


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


class AnimalsProgress:
    """A bar on a terminal, a line for each animal elsewhere."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.live = console.is_terminal
        self.bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(), console=console, disable=not self.live,
        )  # fmt: skip
        self.task = self.bar.add_task("animals", total=None)

    def __enter__(self) -> Self:
        """Begin."""
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, done: int, total: int, name: str) -> None:
        """Show that `done` of `total` animals are done, and which was the last."""
        self.bar.update(self.task, completed=done, total=total)
        if not self.live:
            note(f"{done} of {total} animals" + (f": {name}" if name else " are there already"))
