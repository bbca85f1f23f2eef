"""``astrogram run NAME``: an animal through a protocol, or a small paradigm, by its name.

Each NAME takes its own options and no others: ``astrogram run NAME --help`` shows them.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from astrogram.files import writing
from astrogram.text import shown, suggestion
from paradigms.command.options import (
    AsJson,
    ClockName,
    Dataset,
    Interventions,
    OneSeed,
    Overwrite,
    Settings,
    Size,
    parse_overrides,
)
from paradigms.command.small import command_of
from paradigms.display.console import note, print_rows, warn
from paradigms.display.progress import RunProgress
from paradigms.parts.options import OptionError
from paradigms.parts.table import PARADIGMS
from paradigms.protocol.files import load_protocol, parse_intervention, shipped_protocols
from paradigms.protocol.reading import ProtocolError
from paradigms.run.output import check_writable, dataset_path

PROTOCOL = "PROTOCOL"
"""Stands for the names of all protocols and files where the paradigms are listed."""


class _Command(TyperCommand):
    """Refuses an option of another NAME by saying whose it is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            flag = getattr(error, "option_name", None)  # of an option that is unknown, or misused
            owners = _owners(ctx.parent.command, flag)
            if not owners or self.name in owners:
                raise
            own = ", ".join(sorted(name for name in _flags(self) if name != "--help"))
            names = ["protocols" if name == PROTOCOL else name for name in owners]
            raise OptionError(
                f"{flag} means nothing to {shown(ctx.info_name)[1:-1]}; allowed: {own}; "
                f"{flag} belongs to {', '.join(names)}"
            ) from None


class _Names(TyperGroup):
    """NAME and its options, in any order; a name that is no paradigm's is a protocol."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        at = 0
        while at < len(args) and args[at].startswith("-"):
            at += 2 if args[at] in self._valued() else 1
        if at < len(args):
            args = [args[at], *args[:at], *args[at + 1 :]]
        elif "--help" not in args:
            raise ProtocolError(f"Missing argument NAME; allowed: {_names()}")
        else:
            args = ["--help"]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str, Any, list[str]]:
        name = args[0]
        if name in PARADIGMS:
            return name, self.commands[name], args[1:]
        protocols = shipped_protocols()
        if not name.endswith(".toml") and name not in protocols:
            near = suggestion(name, [*protocols, *PARADIGMS])
            raise ProtocolError(f"{shown(name)} is not known; allowed: {_names()}{near}")
        return name, self.commands[PROTOCOL], args[1:]

    def _valued(self) -> set[str]:
        """Options of any NAME that are followed by a value."""
        return {
            flag
            for command in self.commands.values() for option in command.params
            if not getattr(option, "is_flag", True) for flag in option.opts
        }  # fmt: skip


def _names() -> str:
    return f"{', '.join(shipped_protocols())}, the path of a .toml file, {', '.join(PARADIGMS)}"


def _flags(command: Any) -> set[str]:
    return {flag for item in command.params for flag in (*item.opts, *item.secondary_opts)}


def _owners(group: Any, flag: str | None) -> list[str]:
    return [name for name, command in group.commands.items() if flag in _flags(command)]


run = typer.Typer(
    cls=_Names, subcommand_metavar="NAME", rich_markup_mode=None,
    help="Simulate one animal through a protocol, or a small paradigm, and write its dataset.",
    epilog="astrogram run NAME --help shows the options of one NAME.",
)  # fmt: skip


@run.callback()
def _run() -> None:
    """Simulate one animal through a protocol, or a small paradigm, and write its dataset."""


@run.command(
    PROTOCOL, cls=_Command, short_help=f"{', '.join(shipped_protocols())}, or your own FILE.toml."
)
def run_protocol(
    context: typer.Context,
    seed: OneSeed = 0,
    size: Size = None,
    clock: ClockName = None,
    settings: Settings = None,
    intervene: Interventions = None,
    device: Annotated[str, typer.Option(help="See astrogram devices.")] = "cpp",
    gpu: Annotated[
        bool, typer.Option("--gpu/--no-gpu", help="With --device genn: on a GPU.")
    ] = False,
    out: Dataset = "out",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Simulate one animal through a protocol and write its dataset."""
    plan = load_protocol(str(context.info_name))
    overrides = parse_overrides(settings or ())
    plan = plan.with_interventions([parse_intervention(item, plan) for item in intervene or ()])
    path = dataset_path(out, plan.name, seed)
    check_writable(path)

    from analysis.cohort.summary import summarise
    from analysis.dataset.schema import write_dataset
    from paradigms.run.preflight import check_run
    from paradigms.run.simulate import simulate

    asked: dict[str, Any] = {
        "seed": seed, "size": size, "clock": clock, "overrides": overrides, "device": device,
        "gpu": gpu,
    }  # fmt: skip
    animal = check_run(path, plan, overwrite=overwrite, **asked)
    with RunProgress(animal.timeline) as progress:
        dataset = simulate(plan, progress=progress, **asked)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_dataset(dataset, path)
    print_rows(summarise(dataset), as_json=as_json)
    warn(dataset)
    note(f"dataset: {path}")


for _paradigm in PARADIGMS.values():
    run.command(_paradigm.name, cls=_Command)(command_of(_paradigm))
