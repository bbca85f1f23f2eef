"""``astrogram reproduce robustness``: what survives a change of all chosen parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from astrogram.files import replacing
from paradigms.cli_cohort import AnimalsProgress, cores
from paradigms.cli_show import AsJson
from paradigms.console import as_rows, note, print_markdown, print_rows
from paradigms.groups import load_groups
from paradigms.output import check_writable
from paradigms.protocol import load_protocol

PROTOCOL, GROUPS = "fear_extinction", "amygdala_astrocytes"
COLUMNS = (
    "finding", "survived", "draws", "share", "low", "high", "needed", "verdict", "margin", "unit",
    "animals", "explained", "deciding",
)  # fmt: skip


def robustness(
    draws: Annotated[int, typer.Option(min=1, help="Draws of all chosen parameters.")] = 64,
    animals: Annotated[int, typer.Option(min=1, help="Animals of each group of a draw.")] = 2,
    first_seed: Annotated[
        int, typer.Option(min=0, help="Seed of the first animal, and of the draws.")
    ] = 1,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; default one for each core.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the map.")] = Path("out/robustness"),
    as_json: AsJson = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for the docs.")
    ] = False,
) -> None:
    """Vary all chosen parameters together; print what survives, and what decides. Hours."""
    plan = load_protocol(PROTOCOL)
    target, picture = out / "robustness.nc", out / "robustness.png"
    check_writable(target)
    check_writable(picture)

    from analysis.robustness import groups, survival
    from analysis.robustness_figure import robustness_figure
    from paradigms.robustness import plan_draws, plan_map, run_map

    named = [group for group in load_groups(GROUPS) if group.name in groups()]
    planned = plan_draws(draws, first_seed)
    lives = plan_map(plan, planned, named, animals, first_seed, out / "animals")
    note(
        f"{len(planned.parameters)} parameters, {draws} draws, {len(named)} groups, seeds "
        f"{first_seed}-{first_seed + draws * animals - 1}"
    )
    with AnimalsProgress() as progress:
        found = run_map(lives, planned, jobs=jobs or cores(), progress=progress)
    with replacing(target) as temporary:
        found.to_netcdf(temporary, engine="netcdf4")
    with replacing(picture) as temporary:
        robustness_figure(found, temporary)
    rows = as_rows(survival(found))
    if markdown:
        shown = [{"part": "What survives", **{k: row[k] for k in COLUMNS}} for row in rows]
        print_markdown(shown, group="part", title="Robustness map")
    else:
        print_rows(rows, as_json=as_json, columns=COLUMNS)
    met = sum(row["verdict"] == "met" for row in rows)
    note(f"{met} of {len(rows)} findings survive as often as needed")
    note(f"figure: {picture}")
    note(f"map: {target}")
