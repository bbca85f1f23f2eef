"""Fear memory with astrocytes in the loop: what users call, and what all rooms of the house share.

The functions named in ``__all__`` are the public ones (`astrogram.api`), and are imported when they
are first used. The modules of this package (errors, text from strangers, environment, files,
leftovers) know no model, experiment or analysis, and importing them loads nothing heavy.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrogram.rooms import check_rooms

if TYPE_CHECKING:
    from astrogram.api.results import analyse, compare, figure_sheet, open_dataset, write_dataset
    from astrogram.api.simulation import cohort, load_protocol, parameters, run
    from astrogram.errors import AstrogramError

__all__ = [
    "AstrogramError", "analyse", "cohort", "compare", "figure_sheet", "load_protocol",
    "open_dataset", "parameters", "run", "write_dataset",
]  # fmt: skip

# Our own command (python -m calls it "-m" until it has found it) checks by itself, to end in a line
if not sys.argv or Path(sys.argv[0]).stem not in ("astrogram", "-m"):
    check_rooms()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'astrogram' has no attribute {name!r}")
    from astrogram import errors
    from astrogram.api import results, simulation

    found = next(getattr(x, name) for x in (errors, results, simulation) if hasattr(x, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
