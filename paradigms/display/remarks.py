"""What the project remarks on while it works, such as that it compiles: shown by the command line.

The other rooms say it through the logger ``astrogram``, which is silent in anybody else's Python.
"""

from __future__ import annotations

import logging

from astrogram.text import one_line
from paradigms.display.console import note


def show_remarks() -> None:
    """Show remarks on standard error, a line each."""
    log = logging.getLogger("astrogram")
    if not any(isinstance(handler, _Remarks) for handler in log.handlers):
        log.addHandler(_Remarks())
    log.setLevel(logging.INFO)
    log.propagate = False


class _Remarks(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(one_line(record.getMessage()))
