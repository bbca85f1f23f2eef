"""``astrogram run NAME`` of a small paradigm: its options from its row, its dataset and figure."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from astrogram.files import replacing, writing
from paradigms.command.options import AsJson, Dataset, Overwrite, Settings, parse_overrides
from paradigms.display.console import note, print_rows
from paradigms.display.progress import SimpleProgress
from paradigms.parts.options import Option
from paradigms.parts.table import Paradigm, resolve
from paradigms.run.output import check_beside, check_place, dataset_path, unlike

Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="All that is random follows from it.")
]
# What every paradigm takes, by the parameter of `run_small`
_COMMON: dict[str, tuple[Any, Any]] = {
    "seed": (Seed, 0), "settings": (Settings, None), "out": (Dataset, "out"),
    "overwrite": (Overwrite, False), "as_json": (AsJson, False),
}  # fmt: skip


def command_of(paradigm: Paradigm) -> Callable[..., None]:
    """Return a paradigm as a function from whose signature typer makes its command."""

    def command(**given: Any) -> None:
        run_small(paradigm, **given)

    own = {option.name: _asked(option) for option in paradigm.options}
    taken = {**own, **_COMMON}
    kind = Parameter.KEYWORD_ONLY
    # typer reads both
    command.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, kind, default=given, annotation=asked)
         for name, (asked, given) in taken.items()]
    )  # fmt: skip
    command.__annotations__ = {name: asked for name, (asked, _) in taken.items()}
    command.__doc__ = paradigm.summary
    return command


def _asked(option: Option) -> tuple[Any, None]:
    """Annotation and default by which typer reads an option; None says that it was not given."""
    shown = typer.Option(option.flag, help=f"{option.describe().capitalize()}.")
    return Annotated[option.kind | None, shown], None


def run_small(
    paradigm: Paradigm, *, seed: int, settings: list[str] | None, out: str, overwrite: bool,
    as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Run a small paradigm: dataset, figure beside it, and a table of what was measured.

    Parameters
    ----------
    paradigm : Paradigm
    seed, settings, out, overwrite, as_json
        As in ``astrogram run``.
    **options
        Those of the paradigm; None for one that was not given.

    Raises
    ------
    AstrogramError
        Before the run, for what the paradigm or the place of its results refuses.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if overrides := parse_overrides(settings or ()):
        given["overrides"] = overrides
    path = dataset_path(out, paradigm.name, seed)
    picture = path.with_suffix(".png")
    request = json.dumps([paradigm.name, seed, given], sort_keys=True)
    check_place(path, unlike({"request": request}), overwrite=overwrite)
    check_beside(picture, path, overwrite=overwrite)
    simulate = resolve(paradigm.function)
    with SimpleProgress(paradigm.name) as progress:
        dataset = simulate(progress=progress, seed=seed, **given)

    from analysis.dataset.parts import write_parts

    dataset.attrs["request"] = request
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parts(dataset, path)
    print_rows(resolve(paradigm.measured)(dataset), as_json=as_json)
    note(f"dataset: {path}")
    with replacing(picture) as temporary:
        resolve(paradigm.figure)(dataset, temporary)
    note(f"figure: {picture}")
