"""``astrogram reproduce robustness``: what survives a change of all chosen parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analysis.cohort.robustness_maps import FIRST, MAPS
from astrogram.files import replacing
from astrogram.text import shown, suggestion
from paradigms.cohort.groups import load_groups
from paradigms.command.cohort import cores
from paradigms.command.options import (
    Animals,
    AsJson,
    AsMarkdown,
    FirstSeed,
    Jobs,
    Overwrite,
    Seed,
    seeds_from,
)
from paradigms.display.console import note, print_markdown, print_rows
from paradigms.display.progress import AnimalsProgress
from paradigms.display.rendering import as_rows
from paradigms.protocol.files import load_protocol
from paradigms.protocol.reading import ProtocolError
from paradigms.run.output import check_beside, check_place, check_writable, unlike

COLUMNS = (
    "finding", "survived", "draws", "share", "low", "high", "needed", "verdict", "margin", "unit",
    "animals", "explained", "deciding",
)  # fmt: skip
EXPENDABLE = (
    "explained", "animals", "unit", "margin", "deciding", "draws", "survived", "high", "low",
)  # fmt: skip


def robustness(
    of: Annotated[str, typer.Option(help=f"Experiment: {' or '.join(MAPS)}.")] = FIRST,
    draws: Annotated[
        int, typer.Option(min=1, max=10_000, help="Draws of all chosen parameters.")
    ] = 64,
    animals: Animals = 2,
    seed: Seed = 1,
    first_seed: FirstSeed = None,
    jobs: Jobs = None,
    out: Annotated[Path, typer.Option(help="Folder of the map.")] = Path("out/robustness"),
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Vary all chosen parameters together; print what survives, and what decides. Hours."""
    if of not in MAPS:
        raise ProtocolError(
            f"--of {shown(of)} is not known; allowed: {', '.join(MAPS)}{suggestion(of, MAPS)}"
        )
    asked = MAPS[of]
    plan = load_protocol(asked.protocol)
    target, picture = out / f"{asked.file}.nc", out / f"{asked.file}.png"
    check_writable(target)
    first = seeds_from(seed, first_seed, animals)[0]

    from analysis.cohort.robustness import groups, survival
    from analysis.figures.robustness import robustness_figure
    from paradigms.cohort.robustness import map_asked, plan_draws, plan_map, run_map

    wanted = groups(asked.rows)
    named = [group for group in load_groups(asked.groups) if group.name in wanted]
    planned = plan_draws(draws, first)
    subjects = plan_map(plan, planned, named, animals, first, out / "animals")
    check_place(target, unlike({"asked": map_asked(subjects)}), overwrite=overwrite)
    check_beside(picture, target, overwrite=overwrite)
    note(
        f"{len(planned.parameters)} parameters, {draws} draws, {len(named)} groups, seeds "
        f"{first}-{first + draws * animals - 1}"
    )
    with AnimalsProgress() as progress:
        found = run_map(
            subjects, planned, rows=asked.rows, jobs=jobs or cores(), progress=progress,
            overwrite=overwrite,
        )  # fmt: skip
    with replacing(target) as temporary:
        found.to_netcdf(temporary, engine="netcdf4")
    rows = as_rows(survival(found))
    if markdown:
        parts = [{"part": "What survives", **{k: row[k] for k in COLUMNS}} for row in rows]
        print_markdown(parts, group="part", title="Robustness map")
    else:
        print_rows(rows, as_json=as_json, columns=COLUMNS, expendable=EXPENDABLE)
    met = sum(row["verdict"] == "met" for row in rows)
    note(f"{met} of {len(rows)} findings survive as often as needed")
    note(f"map: {target}")
    with replacing(picture) as temporary:
        robustness_figure(found, temporary)
    note(f"figure: {picture}")
