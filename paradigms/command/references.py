"""``astrogram reproduce``: references and their figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from astrogram.files import replacing
from paradigms.command.options import AsJson
from paradigms.display.console import note, print_markdown, print_rows
from paradigms.display.rendering import as_rows
from paradigms.run.output import check_writable

COLUMNS = ("subject", "check", "reference", "ours", "tolerance", "unit", "verdict")
EXPENDABLE = ("tolerance", "unit")

reproduce = typer.Typer(help="Compute what others found, beside what they found.")


@reproduce.callback()
def reproduce_group() -> None:
    """Compute what others found, beside what they found."""


@reproduce.command()
def references(
    as_json: AsJson = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the checks that take minutes.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown with notes, for the docs.")
    ] = False,
) -> None:
    """Print every reference check: reference value, ours, tolerance, verdict."""
    from paradigms.references.table import run_references

    rows: list[dict[str, Any]] = []
    for reference, checks in run_references(quick=quick, announce=note):
        rows += [{"subject": reference.subject, **row} for row in as_rows(checks)]
    if markdown:
        shown = [{name: row[name] for name in (*COLUMNS, "note")} for row in rows]
        print_markdown(shown, group="subject", title="Reference checks")
    else:
        print_rows(rows, as_json=as_json, columns=COLUMNS, expendable=EXPENDABLE)
    missed = sum(row["verdict"] != "met" for row in rows)
    note(f"{len(rows) - missed} of {len(rows)} rows met; --json adds sources and notes")


@reproduce.command()
def figures(
    out: Annotated[str, typer.Option("--out", help="Folder of the figures.")] = "docs/figures",
) -> None:
    """Compute and draw the figures of docs/references.md; minutes."""
    from analysis.figures.references import references_figure
    from paradigms.references.figures import FIGURES

    paths = {name: Path(out) / f"{name}.png" for name in FIGURES}
    for path in paths.values():
        check_writable(path)
    for name, path in paths.items():
        note(f"computing {name}")
        dataset = FIGURES[name]()
        with replacing(path) as temporary:
            references_figure(dataset, temporary)
        note(f"figure: {path}")
