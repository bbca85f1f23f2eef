"""``astrogram export`` and ``astrogram collect``: runs that another machine carries out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from paradigms.cohort.groups import Group, load_groups
from paradigms.command.options import (
    ClockName,
    Interventions,
    OneSeed,
    Overwrite,
    Settings,
    Size,
    parse_overrides,
)
from paradigms.display.console import note
from paradigms.protocol.files import load_protocol


def export(
    protocol: Annotated[str, typer.Argument(help="Shipped protocol, or a .toml file.")],
    out: Annotated[Path, typer.Option(help="Folder to be made.")],
    seed: OneSeed = 0,
    animals: Annotated[
        int, typer.Option(min=1, max=10_000, help="Animals, of seeds that follow each other.")
    ] = 1,
    groups: Annotated[
        str | None, typer.Option(help="Each animal in each of these groups; see cohort.")
    ] = None,
    size: Size = None,
    clock: ClockName = None,
    settings: Settings = None,
    intervene: Interventions = None,
    device: Annotated[str, typer.Option(help="cpp, or genn.")] = "cpp",
    gpu: Annotated[
        bool, typer.Option("--gpu/--no-gpu", help="With --device genn: for a GPU.")
    ] = False,
) -> None:
    """Write a folder that runs where there is no Python: ./run.sh there, then collect."""
    plan, overrides = load_protocol(protocol), parse_overrides(settings or ())
    chosen = [Group("", (), {})] if groups is None else load_groups(groups)
    # Added to what a group has, also where it has a protocol of its own
    chosen = [replace(group, intervene=(*group.intervene, *(intervene or ()))) for group in chosen]

    from paradigms.export.folder import Request
    from paradigms.export.write import export as write

    requests = [
        Request(
            f"{group.name or plan.name}_seed{number}", group.name, number,
            group.protocol(plan).text, {**overrides, **group.overrides}, size, clock,
        )
        for number in range(seed, seed + animals) for group in chosen
    ]  # fmt: skip
    size_bytes = write(requests, out, device=device, gpu=gpu)
    note(
        f"exported: {out}, {len(requests)} animals, {size_bytes / 2**20:.1f} MiB; call run.sh in "
        "it where the device is, then astrogram collect"
    )


def collect(
    folder: Annotated[Path, typer.Argument(help="Exported folder in which run.sh has run.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the datasets; or, for one animal, a file.")
    ] = Path("out"),
    overwrite: Overwrite = False,
) -> None:
    """Make datasets of what run.sh has left in a folder, as astrogram run writes them."""
    from analysis.dataset.schema import write_dataset
    from astrogram.files import writing
    from paradigms.export.collect import collect as collected
    from paradigms.export.folder import ExportError, read_exported
    from paradigms.run.output import ASKED, DATASET_SUFFIXES, check_place, unlike

    requests = read_exported(folder).animals
    if out.suffix in DATASET_SUFFIXES and len(requests) > 1:
        raise ExportError(
            f"--out {out} is one file, and {folder} holds {len(requests)} animals; name a folder"
        )
    for request, dataset in collected(folder):
        path = out if out.suffix in DATASET_SUFFIXES else out / f"{request.name}.nc"
        asked = {name: dataset.attrs.get(name) for name in ASKED}
        check_place(path, unlike(asked), overwrite=overwrite)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_dataset(dataset, path)
        note(f"dataset: {path}")
