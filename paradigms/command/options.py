"""Options that several commands take, each written once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from paradigms.protocol.reading import ProtocolError

AsJson = Annotated[bool, typer.Option("--json", help="Print rows as JSON, for scripts.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print as Markdown.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace results of other settings.")
]
OneSeed = Annotated[
    int,
    typer.Option("--seed", min=0, max=2**32 - 1, help="The animal: all that is random in it."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="GROUP.NAME=VALUE", help="Change a parameter."),
]
Interventions = Annotated[
    list[str] | None,
    typer.Option(
        "--intervene", metavar="KIND[:TARGET][=DOSE]@PHASE[,KEY=VALUE]", help="Add an intervention."
    ),
]
Dataset = Annotated[str, typer.Option("--out", help="Folder, or file ending in .nc or .zarr.")]
Size = Annotated[
    int | None, typer.Option("--size", help="Scale: at 1000, cells are as many as in the tables.")
]
ClockName = Annotated[str | None, typer.Option("--clock", help="Clock of the protocol.")]
Rows = Annotated[
    Path | None,
    typer.Option(help="TOML file of [[epoch]] and [[contrast]] tables, beside the protocol's."),
]

# Of commands that simulate cohorts
Animals = Annotated[int, typer.Option(min=1, max=10_000, help="Animals in each group.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the first animal.")
]
FirstSeed = Annotated[
    int | None, typer.Option("--first-seed", min=0, max=2**32 - 1, hidden=True)
]
"""The old name of --seed."""
Jobs = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Worker processes; default one for each core.")
]
Folder = Annotated[Path, typer.Option("--out", help="Folder of the cohort.")]


def parse_overrides(given: Sequence[str]) -> dict[str, str]:
    """Return ``GROUP.NAME=VALUE`` settings by name.

    Raises
    ------
    ProtocolError
        If one has no name or no value, or a name is given twice.
    """
    overrides: dict[str, str] = {}
    for item in given:
        name, _, value = (part.strip() for part in item.partition("="))
        if not name or not value:
            raise ProtocolError(f"--set {item!r} must be written GROUP.NAME=VALUE")
        if name in overrides:
            raise ProtocolError(f"--set {name} is given twice; give it once")
        overrides[name] = value
    return overrides


def seeds_from(seed: int, first_seed: int | None, animals: int) -> range:
    """Return the seeds of a cohort; `first_seed` is the old name of `seed`."""
    first = seed if first_seed is None else first_seed
    return range(first, first + animals)
