"""The command line: ``astrogram`` and ``python -m paradigms``.

Each command is a module of this room. Heavy imports stand inside the commands, so that help and
refusals come at once. Expected errors end in one line on standard error and exit status 2; anything
else is a fault of the program and shows its traceback.
"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from astrogram.environment import silence_matplotlibrc
from astrogram.errors import AstrogramError
from astrogram.text import one_line
from paradigms.command.amygdala import amygdala_astrocytes
from paradigms.command.analyse import analyse
from paradigms.command.cohort import cohort
from paradigms.command.compare import compare
from paradigms.command.export import collect, export
from paradigms.command.neuromodulators import neuromodulators
from paradigms.command.references import reproduce
from paradigms.command.robustness import robustness
from paradigms.command.run import run
from paradigms.command.show import cache, devices, interventions, parameters, protocols
from paradigms.command.signals import until_interrupted
from paradigms.command.trace import astrocyte_trace
from paradigms.display.console import note
from paradigms.display.remarks import show_remarks

FAILED = 2
INTERRUPTED = 130


class _RunFirst(TyperGroup):
    """Lists ``run`` first, as users begin with it."""

    def list_commands(self, ctx: Any) -> list[str]:
        return ["run", *(name for name in super().list_commands(ctx) if name != "run")]


app = typer.Typer(
    name="astrogram",
    cls=_RunFirst,
    help="Fear memory in an amygdala/prefrontal network with astrocytes in the loop.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(run, name="run")
for function in (
    analyse, compare, cohort, export, collect, parameters, protocols, interventions, devices,
    cache,
):  # fmt: skip
    app.command()(function)
reproduce.command()(robustness)
reproduce.command("amygdala_astrocytes")(amygdala_astrocytes)
reproduce.command("astrocyte_trace")(astrocyte_trace)
reproduce.command("neuromodulators")(neuromodulators)
app.add_typer(reproduce, name="reproduce")


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
        where = getattr(getattr(error, "ctx", None), "command_path", "astrogram")
        return f"{one_line(usage())} (see {one_line(where)} --help)"
    if isinstance(error, AstrogramError):
        return one_line(str(error))
    if isinstance(error, OSError) and error.strerror:
        return one_line(f"{error.filename or 'output'}: {error.strerror}")
    return None
