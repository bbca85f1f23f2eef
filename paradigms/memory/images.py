"""Images, and the error of a source that gives none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astrogram.errors import AstrogramError


class PatternError(AstrogramError, ValueError):
    """A source of patterns that cannot be used: what was given, what is allowed; one line."""


@dataclass(frozen=True)
class Images:
    """Images as they come from a source.

    Attributes
    ----------
    pixels : ndarray of float32, shape (image, height, width, colour)
        Between 0 and 1.
    source : str
        Where they are from.
    """

    pixels: NDArray[np.float32]
    source: str
