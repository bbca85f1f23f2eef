"""``astrogram analyse``: the figure sheet and the summary of a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from astrogram.files import replacing, write_text
from paradigms.command.marks import check_picture, request_mark, write_mark
from paradigms.command.options import AsJson, Overwrite, Rows
from paradigms.display.console import COMPARE_COLUMNS, EXPENDABLE, note, print_rows, warn
from paradigms.display.rendering import as_rows
from paradigms.run.output import check_beside, check_name, check_writable


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
    draw: Callable[[Path], None]
    if whole:
        from analysis.cohort.dataset import animals
        from analysis.cohort.report import report
        from analysis.figures.cohort import cohort_figure

        draw, (found, left_out) = partial(cohort_figure, dataset), report(animals(dataset))
    else:
        from analysis.cohort.results import Results
        from analysis.cohort.summary import summarise
        from analysis.figures.sheet import figure_sheet

        results = Results(dataset)  # the figure shows what the summary says
        draw, found, left_out = partial(figure_sheet, results), summarise(results), ""
    shown = as_rows(found)
    columns = COMPARE_COLUMNS if whole else None
    print_rows(shown, as_json=as_json, columns=columns, expendable=EXPENDABLE if whole else ())
    if left_out:
        note(left_out)
    warn(dataset)
    write_text(table, json.dumps(shown, indent=2) + "\n")  # first: a figure may fail
    note(f"summary: {table}")
    with replacing(sheet) as temporary:
        draw(temporary)
        write_mark(temporary, mark)
    note(f"figure sheet: {sheet}")
