"""Commands that show what there is: parameters, protocols, interventions, devices, builds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from astrogram.text import one_line, printable
from paradigms.command.options import AsJson, AsMarkdown
from paradigms.display.console import note, print_json, print_markdown, print_rows, print_title
from paradigms.display.rendering import as_rows
from paradigms.protocol.files import load_protocol, shipped_protocols
from paradigms.protocol.reading import ProtocolError
from paradigms.protocol.timeline import animal_timeline

PHASE_COLUMNS = (
    "session", "phase", "stage", "context", "trials", "trial_s", "stimuli", "us_s", "experiment_s",
)  # fmt: skip
INTERVENTION_COLUMNS = (
    "kind", "target", "dose", "during", "locked", "in_zone", "windows", "start_s", "stop_s",
)  # fmt: skip


def parameters(
    circuit: Annotated[
        str | None, typer.Argument(help="One circuit; by default all, one by one.")
    ] = None,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Print every parameter with its value, unit, range, meaning and source."""
    from models.parameters import circuits, load_parameters

    wanted = circuits() if circuit is None else [circuit]
    tables = {name: as_rows(load_parameters(circuit=name).rows()) for name in wanted}
    if as_json:
        rows = [{"circuit": name, **row} for name, own in tables.items() for row in own]
        print_rows(rows, as_json=True)
        return
    for name, rows in tables.items():
        if markdown:
            title = "Parameters" if circuit is not None else f"Parameters of {name}"
            print_markdown(rows, group="group", title=title)
            continue
        if circuit is None:
            print_title(name)
        named = [{"parameter": f"{row['group']}.{row['name']}", **row} for row in rows]
        columns = ("parameter", "value", "unit", "low", "high", "meaning", "source")
        expendable = ("source", "high", "low", "meaning")
        print_rows(named, as_json=False, columns=columns, expendable=expendable)


def protocols(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Protocols to check and show: .toml files, or names.", metavar="FILE"),
    ] = None,
    as_json: AsJson = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of protocol files.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the keys of protocol files as Markdown.")
    ] = False,
) -> None:
    """Print the protocols that ship with the project, or check those given and show them."""
    if schema or markdown:
        _show_keys(files or [], schema=schema, as_json=as_json)
        return
    if files:
        from paradigms.command.overview import overview

        _show(files, [overview(load_protocol(file)) for file in files], as_json=as_json)
        return
    rows = []
    for name in shipped_protocols():
        plan = load_protocol(name)
        timeline = animal_timeline(plan, None, 0)
        rows.append(
            {
                "name": name,
                "title": plan.title,
                "sessions": sum(bool(session.phases) for session in plan.sessions),
                "trials": len(timeline.trials),
                "clocks": ", ".join(clock.name for clock in plan.clocks),
                "default_clock": plan.default_clock,
                "simulated_s": round(timeline.duration),
                "reference": plan.reference,
            }
        )
    print_rows(
        rows, as_json=as_json, columns=("name", "title", "clocks", "trials", "simulated_s"),
        expendable=("clocks", "title"),
    )  # fmt: skip


def _show_keys(files: Sequence[str], *, schema: bool, as_json: bool) -> None:
    from paradigms.protocol.schema import key_rows, protocol_schema

    if files or (as_json and not schema):
        raise ProtocolError(
            "--schema and --markdown are of all protocols; leave FILE and --json out"
        )
    if schema:
        print_json(protocol_schema())
    else:
        print_markdown(key_rows(), group="table", title="Keys of a protocol")


def _show(files: Sequence[str], found: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for file, content in zip(files, found, strict=True):
        print_title(f"{content['name']}: {content['title']}")
        clocks = content["clocks"]
        refused = ("refused",) if any(clock["refused"] for clock in clocks) else ()
        columns = ("clock", "time_scale", "simulated_s", *refused)
        print_rows(clocks, as_json=False, columns=columns)
        print_title("Sessions and phases")
        lengths = [f"{clock['clock']}_s" for clock in clocks if not clock["refused"]]
        print_rows(
            content["phases"], as_json=False, columns=(*PHASE_COLUMNS, *lengths),
            expendable=("us_s", "trial_s", "stimuli", "context", "stage"),
        )  # fmt: skip
        for what in ("stimuli", "contexts"):
            if any(row["declared"] for row in content[what]):
                print_title(what.capitalize())
                shown = [column for column in content[what][0] if column != "declared"]
                print_rows(content[what], as_json=False, columns=shown)
        if content["interventions"]:
            print_title(f"Interventions, on the clock {content['default_clock']}")
            print_rows(
                content["interventions"], as_json=False, columns=INTERVENTION_COLUMNS,
                expendable=("in_zone", "locked", "windows"),
            )  # fmt: skip
        if content["set"]:
            print_title("Parameters of its own")
            rows = [{"parameter": key, "value": value} for key, value in content["set"].items()]
            print_rows(rows, as_json=False)
        note(f"{one_line(file)} can be run; pauses from a range are those of the animal 0")


def interventions(as_json: AsJson = False, markdown: AsMarkdown = False) -> None:
    """Print the interventions: the real tool, what it acts on and how its dose is counted."""
    from paradigms.protocol.interventions import INTERVENTIONS

    columns = ("kind", "tool", "variable", "equation", "dose_unit", "highest", "source")
    rows = [
        {"acts_on": row["target"] or str(row["variable"]).split(".")[0]}
        | {key: row[key] for key in columns}
        for row in as_rows(INTERVENTIONS.values())
    ]
    if markdown:
        print_markdown(rows, group="acts_on", title="Interventions")
    else:
        print_rows(
            rows, as_json=as_json, columns=("kind", "acts_on", *columns[1:]),
            expendable=("source", "variable", "equation", "dose_unit", "acts_on"),
        )  # fmt: skip


def devices(as_json: AsJson = False) -> None:
    """Print what this machine can run on, and what is missing for the rest."""
    from models.machine.devices import describe_devices

    print_rows(describe_devices(), as_json=as_json)


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all compiled programs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the compiled programs that runs find again, or remove them."""
    from astrogram.environment import cache_folder, temporary_folder
    from astrogram.leftovers import sweep
    from models.machine.builds import LARGEST_CACHE, builds, clear_cache

    sweep(temporary_folder())
    if clear:
        done = clear_cache()
        note(f"{done.freed / 2**20:.1f} MiB freed in {cache_folder()}")
        if done.left:
            names = ", ".join(printable(name) for name in done.left[:3])
            more = f" and {len(done.left) - 3} more" if len(done.left) > 3 else ""
            note(f"left what astrogram did not put there, or still uses: {names}{more}")
        return
    found = builds()
    rows = [
        {
            "build": build.folder.name,
            "circuit": build.circuit,
            "cells": build.cells,
            "MiB": build.size / 2**20,
            "last_used": datetime.fromtimestamp(build.used, UTC).isoformat(timespec="seconds"),
        }
        for build in found
    ]
    print_rows(rows, as_json=as_json, expendable=("last_used", "circuit"))
    total = sum(build.size for build in found) / 2**20
    note(f"{total:.1f} of at most {LARGEST_CACHE / 2**20:.0f} MiB in {cache_folder()}")
