"""The small paradigms of ``astrogram run``: parts of the model, and associative memories."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from astrogram.files import replacing, writing
from astrogram.text import shown
from paradigms.display.console import SimpleProgress, note, print_rows
from paradigms.protocol.reading import ProtocolError
from paradigms.run.output import check_beside, check_place, dataset_path, unlike


@dataclass(frozen=True)
class Part:
    """One paradigm: its function, what it can be asked for, and who draws it.

    Attributes
    ----------
    function : str
        In the module of `room` that is called as the paradigm.
    options : frozenset of str
        Beside --seed, --set and --out.
    room : str
        Package of `paradigms`.
    panels, measured, figure : str
        Module of `analysis.figures`, and its functions that measure and draw the dataset.
    """

    function: str
    options: frozenset[str]
    room: str
    panels: str
    measured: str
    figure: str


_OWN = ("parts", "parts", "measured", "parts_figure")
_MEMORY = ("memory", "memory", "memory_measured", "memory_figure")

PARTS: dict[str, Part] = {
    name: Part(function, frozenset(options), *panels)
    for name, function, options, panels in (
        ("calcium_wave", "simulate_wave", {"size", "graph", "junction", "device"}, _OWN),
        ("tripartite_synapse", "simulate_loop", {"device"}, _OWN),
        (
            "associative_recall", "simulate_recall",
            {"patterns", "n_patterns", "corruption", "size", "block", "latent"}, _MEMORY,
        ),
        ("memory_capacity", "measure_capacity", set(), _MEMORY),
        ("masked_completion", "train_completion", {"patterns"}, _MEMORY),
        ("spiking_recall", "simulate_spiking", {"networks", "block", "device"}, _MEMORY),
        ("transport_block", "simulate_block", set(), _MEMORY),
    )
}  # fmt: skip
"""Paradigms that ``astrogram run`` knows beside the protocols."""

Graph = Annotated[str | None, typer.Option(help="calcium_wave: ring, grid, cube, dense_grid, ...")]
Junction = Annotated[
    str | None, typer.Option(help="calcium_wave: threshold, linear or none.")
]
Patterns = Annotated[
    str | None,
    typer.Option(help="Memories: random, digits, patches, .npy, CIFAR-10 .tar.gz, images."),
]
NPatterns = Annotated[int | None, typer.Option(help="Memories: how many to store.")]
Corruption = Annotated[
    float | None, typer.Option(help="Memories: share of flipped bits in a cue.")
]
Block = Annotated[
    float | None, typer.Option(help="Memories: share of calcium transport that is blocked.")
]
Networks = Annotated[int | None, typer.Option(help="spiking_recall: number of seeds.")]
Latent = Annotated[
    bool, typer.Option("--latent", help="Memories: encode images by an autoencoder (torch).")
]


def refuse_part_options(given: dict[str, Any]) -> None:
    """Refuse options of the small paradigms that were given with a protocol.

    Raises
    ------
    ProtocolError
        If any is not None.
    """
    for name, value in given.items():
        if value is not None:
            owners = [paradigm for paradigm, part in PARTS.items() if name in part.options]
            raise ProtocolError(f"--{_flag(name)} belongs to {', '.join(owners)}")


def run_part(
    paradigm: str, *, out: str, overwrite: bool, as_json: bool, seed: int, **options: Any
) -> None:
    """Run a paradigm of `PARTS`: dataset, figure beside it, and a table of what was measured.

    Parameters
    ----------
    paradigm : str
    out : str
        As in ``astrogram run --out``.
    overwrite : bool
        Whether a result of other settings may be replaced.
    as_json : bool
    seed : int
    **options
        The others of ``astrogram run``; None, or empty, for one that was not given.

    Raises
    ------
    ProtocolError
        For an option that the paradigm does not have.
    """
    part = PARTS[paradigm]
    given = {name: value for name, value in options.items() if value not in (None, {}, [])}
    for name in given.keys() - part.options - {"overrides"}:
        allowed = sorted(part.options | {"seed", "set", "out"})
        raise ProtocolError(
            f"--{_flag(name)} means nothing to {paradigm}; allowed: "
            f"{', '.join('--' + _flag(word) for word in allowed)}"
        )
    path = dataset_path(out, paradigm, seed)
    picture = path.with_suffix(".png")
    request = json.dumps([paradigm, seed, given], sort_keys=True)
    check_place(path, unlike({"request": request}), overwrite=overwrite)
    check_beside(picture, path, overwrite=overwrite)
    if given.pop("latent", False):
        given["encode"] = _latent_code(given, seed)
    simulate = getattr(import_module(f"paradigms.{part.room}.{paradigm}"), part.function)
    with SimpleProgress(paradigm) as progress:
        dataset = simulate(progress=progress, seed=seed, **given)

    from analysis.dataset.parts import write_parts

    panels = import_module(f"analysis.figures.{part.panels}")
    dataset.attrs["request"] = request
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parts(dataset, path)
    print_rows(getattr(panels, part.measured)(dataset), as_json=as_json)
    note(f"dataset: {path}")
    with replacing(picture) as temporary:
        getattr(panels, part.figure)(dataset, temporary)
    note(f"figure: {picture}")


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _latent_code(given: dict[str, Any], seed: int) -> Callable[[Any], Any]:
    """Encoder that trains a binary autoencoder on the images it is given.

    Raises
    ------
    ProtocolError
        If the patterns that were asked for are no images.
    PatternError
        If torch is not installed.
    """
    from models.parameters import load_parameters
    from paradigms.memory.latent_autoencoder import fit_autoencoder, require_torch

    source = given.get("patterns", "random")
    if source == "random" or source.endswith(".npy"):
        raise ProtocolError(
            f"--latent encodes images and {shown(source)} holds none; give --patterns digits, "
            "patches, a CIFAR-10 archive or a folder of images"
        )
    require_torch()
    parameters = load_parameters(given.get("overrides"), circuit="associative_memory")

    def encode(images: Any) -> Any:
        return fit_autoencoder(images, parameters, seed).encode(images)

    return encode
