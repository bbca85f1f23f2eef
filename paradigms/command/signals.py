"""Signals that end the command line: as Ctrl-C does, so that what was begun is cleared away."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from astrogram.signals import ENDING, repeated


class Interrupted(KeyboardInterrupt):
    """Raised where the program happens to be when a signal asks it to end."""


def until_interrupted(work: Callable[[], int], interrupted: int = 128 + signal.SIGINT) -> int:
    """Do `work` and return its status, or 128 + the number of the signal that ended it.

    A signal that is ignored when the program starts stays so (nohup, a shell's background).

    Parameters
    ----------
    work : callable
        Returns a status. `interrupted` is the one by which it says that a signal stopped it.
    """
    received: dict[int, float] = {}
    before = {}
    if threading.current_thread() is threading.main_thread():
        mine = (signal.SIG_DFL, signal.default_int_handler)
        before = {x: signal.getsignal(x) for x in ENDING if signal.getsignal(x) in mine}

    def end(number: int, frame: FrameType | None) -> None:
        first = number not in received
        if repeated(number, received) or first or number == signal.SIGINT:
            raise Interrupted  # a second one ends the clearing away, too

    for item in before:
        signal.signal(item, end)
    try:
        status = work()
    except KeyboardInterrupt:
        status = interrupted
    finally:
        for item, handler in before.items():
            signal.signal(item, handler)
    if status != interrupted:
        return status
    number = next(iter(received), int(signal.SIGINT))
    name = "" if number == signal.SIGINT else f" by {signal.Signals(number).name}"
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"astrogram: interrupted{name}; no dataset was left behind", file=sys.stderr)
    return 128 + number
