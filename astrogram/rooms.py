"""Whether the packages that belong to this one are those that Python finds under their names.

`models`, `paradigms` and `analysis` are plain names, and a file of a user's own may have one of
them. Then Python imports that file instead, and what fails later says nothing of the cause.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from astrogram.errors import AstrogramError
from astrogram.text import printable

ROOMS = ("models", "paradigms", "analysis")


class InTheWayError(AstrogramError, ImportError):
    """A file of a user's own that has the name of one of our packages; one line."""


def check_rooms() -> None:
    """Refuse a file or folder that stands in the way of one of `ROOMS`; none of them is imported.

    Raises
    ------
    InTheWayError
        Names the file, and what to do.
    """
    house = Path(__file__).resolve().parents[1]
    for name in ROOMS:
        if name in sys.modules and sys.modules[name] is None:
            continue  # closed on purpose, as where the analysis has to do without the models
        found = _place(name)
        if found is None:
            raise InTheWayError(
                f"the package '{name}', a part of astrogram, is not there; install astrogram again"
            )
        if found.resolve() != house / name:
            raise InTheWayError(
                f"{printable(str(found))} stands in the way of the package '{name}', which is a "
                "part of astrogram; rename it, or start from another folder"
            )


def _place(name: str) -> Path | None:
    """File, or folder of a package, that is or would be imported under a name."""
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # it was imported, and does not say how
        origin = getattr(sys.modules[name], "__file__", None)
        return Path(origin) if origin else None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin) if spec.origin else None
