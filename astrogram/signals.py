"""Signals that ask the program to end, and how they wait for a library that holds a lock.

A handler raises wherever the program happens to be. Where xarray has just taken the lock of its
files nobody gives it back then, and the closing of the file waits for it for ever.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

ECHO = 1.0
"""Seconds in which a signal that comes again asks nothing new: timeout(1) sends each one twice."""


@contextmanager
def unbroken() -> Iterator[None]:
    """Let a library finish: a signal of `ENDING` that comes meanwhile is answered afterwards.

    One that is `repeated` is answered at once, lest a library that waits for ever holds it up.
    Those that are ignored, or left to the system, stay so.
    """
    here = threading.current_thread() is threading.main_thread()  # handlers run nowhere else
    before = {x: found for x in ENDING if here and callable(found := signal.getsignal(x))}
    came: dict[int, float] = {}

    def later(number: int, frame: FrameType | None) -> None:
        if repeated(number, came):
            before[signal.Signals(number)](number, frame)

    try:
        for item in before:
            signal.signal(item, later)
        yield
    finally:
        for item, handler in before.items():
            signal.signal(item, handler)
        for number in came:
            signal.raise_signal(number)


def repeated(number: int, came: dict[int, float]) -> bool:
    """Whether a signal has come before, and is no echo of that.

    Parameters
    ----------
    number : int
    came : dict
        When each signal first came; this one is noted there.
    """
    now = time.monotonic()
    return now - came.setdefault(number, now) > ECHO
