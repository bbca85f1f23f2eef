"""The command line: ``astrogram`` and ``python -m paradigms``.

Heavy imports stand inside the commands, so that help and refusals come at once. Expected errors
end in one line on standard error and exit status 2; anything else is a fault of the program and
shows its traceback.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from astrogram.environment import silence_matplotlibrc
from astrogram.errors import AstrogramError
from astrogram.files import replacing, write_text, writing
from astrogram.text import one_line
from paradigms.command.amygdala import amygdala_astrocytes
from paradigms.command.cohort import Overwrite, Rows, cohort
from paradigms.command.marks import check_picture, request_mark, write_mark
from paradigms.command.parts import (
    PARTS,
    Block,
    Corruption,
    Graph,
    Junction,
    Latent,
    Networks,
    NPatterns,
    Patterns,
    refuse_part_options,
    run_part,
)
from paradigms.command.references import reproduce
from paradigms.command.robustness import robustness
from paradigms.command.show import AsJson, cache, devices, interventions, parameters, protocols
from paradigms.command.signals import until_interrupted
from paradigms.display.console import (
    COMPARE_COLUMNS,
    EXPENDABLE,
    RunProgress,
    note,
    print_rows,
    warn,
)
from paradigms.display.remarks import show_remarks
from paradigms.display.rendering import as_rows
from paradigms.protocol.files import load_protocol, parse_intervention
from paradigms.protocol.reading import ProtocolError
from paradigms.run.output import check_beside, check_name, check_writable, dataset_path

FAILED = 2
INTERRUPTED = 130

app = typer.Typer(
    name="astrogram",
    help="Fear memory in an amygdala/prefrontal network with astrocytes in the loop.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

reproduce.command()(robustness)
reproduce.command("amygdala_astrocytes")(amygdala_astrocytes)
app.add_typer(reproduce, name="reproduce")


@app.command()
def run(
    protocol: Annotated[
        str,
        typer.Argument(help=f"Shipped protocol, .toml file, or a part: {', '.join(PARTS)}."),
    ],
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The animal.")] = 0,
    size: Annotated[int | None, typer.Option(help="Number of neurons.")] = None,
    clock: Annotated[str | None, typer.Option(help="Clock of the protocol.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="GROUP.NAME=VALUE", help="Change a parameter."),
    ] = None,
    intervene: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND[:TARGET][=DOSE]@PHASE", help="Add an intervention."),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="See astrogram devices; default cpp, numpy for the first two parts."),
    ] = None,
    gpu: Annotated[
        bool, typer.Option("--gpu/--no-gpu", help="With --device genn: on a GPU.")
    ] = False,
    graph: Graph = None,
    junction: Junction = None,
    patterns: Patterns = None,
    n_patterns: NPatterns = None,
    corruption: Corruption = None,
    block: Block = None,
    networks: Networks = None,
    latent: Latent = False,
    out: Annotated[str, typer.Option(help="Folder, or file ending in .nc or .zarr.")] = "out",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Simulate one animal through a protocol, or a small paradigm, and write its dataset."""
    small = {
        "graph": graph, "junction": junction, "patterns": patterns, "n_patterns": n_patterns,
        "corruption": corruption, "block": block, "networks": networks, "latent": latent or None,
    }  # fmt: skip
    overrides = parse_overrides(set_ or ())
    if protocol in PARTS:
        run_part(
            protocol, out=out, overwrite=overwrite, as_json=as_json, seed=seed, size=size,
            clock=clock, overrides=overrides, intervene=intervene, device=device,
            gpu=gpu or None, **small,
        )  # fmt: skip
        return
    refuse_part_options(small)
    plan = load_protocol(protocol)
    plan = plan.with_interventions([parse_intervention(item, plan) for item in intervene or ()])
    path = dataset_path(out, plan.name, seed)
    check_writable(path)

    from analysis.cohort.summary import summarise
    from analysis.dataset.schema import write_dataset
    from paradigms.run.preflight import check_run
    from paradigms.run.simulate import simulate

    asked: dict[str, Any] = {
        "seed": seed, "size": size, "clock": clock, "overrides": overrides,
        "device": device or "cpp", "gpu": gpu,
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


@app.command()
def analyse(
    file: Annotated[
        Path, typer.Argument(help="A dataset written by astrogram run or astrogram cohort.")
    ],
    rows: Rows = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; that of FILE by default.")
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write the figure sheet and the summary of a dataset; of a cohort, its figure and table."""
    folder = file.parent if out is None else out
    sheet = folder / f"{file.stem}_sheet.png"
    table = folder / f"{file.stem}_summary.json"
    check_writable(sheet)
    check_name(table)

    from analysis.cohort.dataset import beside, design_of_cohort, is_cohort, read_any
    from analysis.design.own_rows import check_found, load_rows
    from analysis.design.windows import design_of

    own = load_rows(rows) if rows else None
    dataset = read_any(file)
    whole = is_cohort(dataset)
    mark = request_mark(dataset.attrs)
    check_picture(sheet, mark, overwrite=overwrite)
    check_beside(table, sheet, overwrite=overwrite)
    if own is not None:
        dataset = beside(dataset, own)
        check_found(own, [design_of_cohort(dataset) if whole else design_of(dataset)])
    draw: Callable[[Any, Path], None]
    if whole:
        from analysis.cohort.dataset import animals
        from analysis.cohort.report import report
        from analysis.figures.cohort import cohort_figure

        draw, (found, left_out) = cohort_figure, report(animals(dataset))
    else:
        from analysis.cohort.summary import summarise
        from analysis.figures.sheet import figure_sheet

        draw, found, left_out = figure_sheet, summarise(dataset), ""
    shown = as_rows(found)
    columns = COMPARE_COLUMNS if whole else None
    print_rows(shown, as_json=as_json, columns=columns, expendable=EXPENDABLE if whole else ())
    if left_out:
        note(left_out)
    warn(dataset)
    with replacing(sheet) as temporary:
        draw(dataset, temporary)
        write_mark(temporary, mark)
    note(f"figure sheet: {sheet}")
    write_text(table, json.dumps(shown, indent=2) + "\n")
    note(f"summary: {table}")


@app.command()
def compare(
    files: Annotated[
        list[Path], typer.Argument(help="Datasets of animals, and of cohorts (cohort.nc).")
    ],
    rows: Rows = None,
    as_json: AsJson = False,
) -> None:
    """Print expected and simulated values side by side, your own rows first, misses included."""
    from analysis.cohort.compare import cautions
    from analysis.cohort.dataset import animals, beside, is_cohort, read_any
    from analysis.cohort.measures import measure
    from analysis.cohort.report import report
    from analysis.design.own_rows import check_found, load_rows

    own = load_rows(rows) if rows else None
    members = []
    for file in files:  # one dataset in memory at a time: they may be larger than it together
        dataset = read_any(file) if own is None else beside(read_any(file), own)
        members += animals(dataset) if is_cohort(dataset) else [measure(dataset)]
        warn(dataset, f"{file.name}: ")
    if own is not None:
        check_found(own, [member.design for member in members])
    found, left_out = report(members)
    print_rows(found, as_json=as_json, columns=COMPARE_COLUMNS, expendable=EXPENDABLE)
    if left_out:
        note(left_out)
    for caution in cautions(members):
        note(f"caution: {caution}")


for function in (cohort, parameters, protocols, interventions, devices, cache):
    app.command()(function)


def parse_overrides(given: list[str] | tuple[str, ...]) -> dict[str, str]:
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


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the process by default.

    Returns
    -------
    int
        0, or 2 after an error that the user can mend, or 128 and the number of the signal that
        ended it: 130 after Ctrl-C.
    """
    return until_interrupted(lambda: command(arguments))


def command(arguments: list[str] | None = None) -> int:
    """Run the command line as `main` does, but leave signals to the caller."""
    show_remarks()
    silence_matplotlibrc()
    try:
        status = app(arguments, prog_name="astrogram", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has seen enough (astrogram parameters | head).
        sys.stdout = None
        return 1
    except Exception as error:
        message = explained(error)
        if message is None:
            raise
        note(f"astrogram: {message}")
        return FAILED
    return status if isinstance(status, int) else 0


def explained(error: Exception) -> str | None:
    """Return the line that tells the user about an expected error, None for any other."""
    usage = getattr(error, "format_message", None)
    if callable(usage):  # a wrong option or argument, as typer reports it
        return f"{one_line(usage())} (see astrogram --help)"
    if isinstance(error, AstrogramError):
        return one_line(str(error))
    if isinstance(error, OSError) and error.strerror:
        return one_line(f"{error.filename or 'output'}: {error.strerror}")
    return None
