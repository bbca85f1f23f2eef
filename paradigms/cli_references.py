"""Commands of the parts: the two small paradigms, and ``astrogram reproduce``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from paradigms.console import SimpleProgress, as_rows, note, print_markdown, print_rows
from paradigms.output import check_writable, dataset_path, replacing, writing
from paradigms.reading import ProtocolError

PARTS = ("calcium_wave", "tripartite_synapse")
"""Paradigms that ``astrogram run`` knows beside the protocols."""

COLUMNS = ("subject", "check", "reference", "ours", "tolerance", "unit", "verdict")

reproduce = typer.Typer(help="Compute what others found, beside what they found.")


@reproduce.callback()
def reproduce_group() -> None:
    """Compute what others found, beside what they found."""


@reproduce.command()
def references(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print rows as JSON, for scripts.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the checks that take minutes.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown with notes, for the docs.")
    ] = False,
) -> None:
    """Print every reference check: reference value, ours, tolerance, verdict."""
    from paradigms.references import run_references

    rows: list[dict[str, Any]] = []
    for reference, checks in run_references(quick=quick, announce=note):
        rows += [{"subject": reference.subject, **row} for row in as_rows(checks)]
    if markdown:
        shown = [{name: row[name] for name in (*COLUMNS, "note")} for row in rows]
        print_markdown(shown, group="subject", title="Reference checks")
    else:
        print_rows(rows, as_json=as_json, columns=COLUMNS)
    missed = sum(row["verdict"] != "met" for row in rows)
    note(f"{len(rows) - missed} of {len(rows)} rows met; --json adds sources and notes")


@reproduce.command()
def figures(
    out: Annotated[str, typer.Option("--out", help="Folder of the figures.")] = "docs/figures",
) -> None:
    """Compute and draw the figures of docs/references.md; minutes."""
    from analysis.panels_references import references_figure
    from paradigms.reference_figures import FIGURES

    paths = {name: Path(out) / f"{name}.png" for name in FIGURES}
    for path in paths.values():
        check_writable(path)
    for name, path in paths.items():
        note(f"computing {name}")
        dataset = FIGURES[name]()
        with replacing(path) as temporary:
            references_figure(dataset, temporary)
        note(f"figure: {path}")


def run_part(paradigm: str, *, out: str, as_json: bool, **options: Any) -> None:
    """Run a paradigm of `PARTS`: dataset, figure beside it, and a table of what was measured.

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
    given = {name: value for name, value in options.items() if value not in (None, {}, [])}
    known = {"seed", "overrides", "device"}
    if paradigm == "calcium_wave":
        known |= {"size", "graph", "junction"}
    for name in given.keys() - known:
        raise ProtocolError(
            f"--{name} means nothing to {paradigm}; allowed: "
            f"{', '.join(sorted('--' + word for word in (known - {'overrides'}) | {'set'}))}, --out"
        )
    path = dataset_path(out, paradigm, given.get("seed", 0))
    check_writable(path)
    picture = path.with_suffix(".png")

    from analysis.panels_parts import measured, parts_figure
    from analysis.parts_schema import write_parts

    simulate: Any
    if paradigm == "calcium_wave":
        from paradigms.calcium_wave import simulate_wave as simulate
    else:
        from paradigms.tripartite_synapse import simulate_loop as simulate
    with SimpleProgress(paradigm) as progress:
        dataset = simulate(progress=progress, **given)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parts(dataset, path)
    with replacing(picture) as temporary:
        parts_figure(dataset, temporary)
    print_rows(measured(dataset), as_json=as_json)
    note(f"dataset: {path}")
    note(f"figure: {picture}")
