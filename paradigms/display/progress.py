"""How far work is: a bar on a terminal, a few lines in a log or pipe. All on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from astrogram.text import one_line
from paradigms.display.console import note, terminal
from paradigms.protocol.timeline import Timeline


class RunProgress:
    """Shows how far a run is: simulated time, phase and time left, on standard error.

    On a terminal a bar; elsewhere (a log, a pipe) one line for each phase reached. Use as a
    context manager and hand it to the simulation as its progress function.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        console = terminal()
        self.live = console.is_terminal
        self.phase = ""
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not self.live,
        )
        # Building comes first and has no measure, so the clock of the bar starts later.
        self.task = self.bar.add_task("building the model", total=1.0, start=False)

    def __enter__(self) -> Self:
        """Show that the model is being built."""
        self.bar.start()
        if not self.live:
            note(f"building the model, then {self.timeline.duration:g} s of simulated time")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, fraction: float, simulated_s: float) -> None:
        """Show that `fraction` of the run is done, `simulated_s` seconds of simulated time."""
        window = self.timeline.phase_at(simulated_s)
        phase = one_line(" ".join(dict.fromkeys((window.session, window.name))))
        text = f"{simulated_s:7.1f} of {self.timeline.duration:.1f} s  {phase}"
        if self.live:
            self.bar.start_task(self.task)
            self.bar.update(self.task, completed=fraction, description=text)
        elif phase != self.phase:
            note(f"{text}  ({100 * fraction:.0f} %)")
        self.phase = phase


class SimpleProgress:
    """Shows the share of a run that is done on a terminal; elsewhere one line at its start."""

    def __init__(self, title: str) -> None:
        console = terminal()
        self.title = title
        self.bar = Progress(console=console, disable=not console.is_terminal)
        self.task = self.bar.add_task(title, total=1.0)

    def __enter__(self) -> Self:
        """Begin."""
        if self.bar.disable:
            note(f"running {self.title}")
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, fraction: float) -> None:
        """Show that `fraction` of the run is done."""
        self.bar.update(self.task, completed=fraction)


class AnimalsProgress:
    """A bar on a terminal, a line for each animal elsewhere."""

    def __init__(self) -> None:
        console = terminal()
        self.live = console.is_terminal
        self.bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(), console=console, disable=not self.live,
        )  # fmt: skip
        self.task = self.bar.add_task("animals", total=None)

    def __enter__(self) -> Self:
        """Begin."""
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the display down, also after an error."""
        self.bar.stop()

    def __call__(self, done: int, total: int, name: str) -> None:
        """Show that `done` of `total` animals are done, and which was the last."""
        self.bar.update(self.task, completed=done, total=total)
        if not self.live:
            note(f"{done} of {total} animals" + (f": {name}" if name else " are there already"))
