"""The associative-memory paradigms of ``astrogram run``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from paradigms.console import SimpleProgress, note, print_rows
from paradigms.output import check_writable, dataset_path, replacing, writing
from paradigms.reading import ProtocolError

OPTIONS: dict[str, set[str]] = {
    "associative_recall": {
        "patterns", "n_patterns", "corruption", "size", "block", "latent",
    },
    "memory_capacity": set(),
    "masked_completion": {"patterns"},
    "spiking_recall": {"networks", "block", "device"},
    "transport_block": set(),
}  # fmt: skip
"""Options that a paradigm has beside --seed, --set and --out."""

MEMORIES = tuple(OPTIONS)

Patterns = Annotated[
    str | None,
    typer.Option(help="Memories: random, digits, patches, .npy, CIFAR-10 binary, image folder."),
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


def refuse_memory_options(given: dict[str, Any]) -> None:
    """Refuse options of the memories that were given to another paradigm.

    Raises
    ------
    ProtocolError
        If any is not None.
    """
    for name, value in given.items():
        if value is not None:
            raise ProtocolError(f"--{_flag(name)} belongs to the paradigms {', '.join(MEMORIES)}")


def run_memory(paradigm: str, *, out: str, as_json: bool, **options: Any) -> None:
    """Run a paradigm of `MEMORIES`: dataset, figure beside it, and a table of what was measured.

    Parameters
    ----------
    paradigm : str
    out : str
        As in ``astrogram run --out``.
    as_json : bool
    **options
        Those of ``astrogram run``; None for one that was not given.

    Raises
    ------
    ProtocolError
        For an option that the paradigm does not have.
    """
    given = {name: value for name, value in options.items() if value not in (None, {}, [], False)}
    known = OPTIONS[paradigm] | {"seed", "overrides"}
    for name in given.keys() - known:
        allowed = sorted((known - {"overrides"}) | {"set", "out"})
        raise ProtocolError(
            f"--{_flag(name)} means nothing to {paradigm}; allowed: "
            f"{', '.join('--' + _flag(word) for word in allowed)}"
        )
    path = dataset_path(out, paradigm, given.get("seed", 0))
    check_writable(path)
    picture = path.with_suffix(".png")
    with SimpleProgress(paradigm) as progress:
        dataset = _simulator(paradigm, given)(progress=progress, **given)

    from analysis.panels_memory import memory_figure, memory_measured
    from analysis.parts_schema import write_parts

    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parts(dataset, path)
    with replacing(picture) as temporary:
        memory_figure(dataset, temporary)
    print_rows(memory_measured(dataset), as_json=as_json)
    note(f"dataset: {path}")
    note(f"figure: {picture}")


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _simulator(paradigm: str, given: dict[str, Any]) -> Callable[..., Any]:
    """The function of a paradigm; ``latent`` becomes the encoder that it stands for."""
    if paradigm == "associative_recall":
        from paradigms.associative_recall import simulate_recall

        if given.pop("latent", False):
            given["encode"] = _latent_code(given)
        return simulate_recall
    if paradigm == "memory_capacity":
        from paradigms.memory_capacity import measure_capacity

        return measure_capacity
    if paradigm == "masked_completion":
        from paradigms.masked_completion import train_completion

        return train_completion
    if paradigm == "spiking_recall":
        from paradigms.spiking_recall import simulate_spiking

        return simulate_spiking
    from paradigms.transport_block import simulate_block

    return simulate_block


def _latent_code(given: dict[str, Any]) -> Callable[[Any], Any]:
    """Encoder that trains a binary autoencoder on the images it is given."""
    from models.parameters import load_parameters
    from paradigms.latent_autoencoder import fit_autoencoder, require_torch

    require_torch()
    parameters = load_parameters(given.get("overrides"), circuit="associative_memory")

    def encode(images: Any) -> Any:
        return fit_autoencoder(images, parameters, given.get("seed", 0)).encode(images)

    return encode
