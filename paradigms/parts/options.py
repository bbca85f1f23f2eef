"""Options of the small paradigms: what they may be, refused in one line before any work."""

from __future__ import annotations

import psutil

from astrogram.errors import AstrogramError
from astrogram.text import shown

LARGEST_SEED = 2**32 - 1
LARGEST_COUNT = 10**12
"""No machine holds more of anything; `check_fits` says what this one holds."""


class OptionError(AstrogramError, ValueError):
    """An option that means nothing, or asks for more than there is; one line."""


def check_share(option: str, value: float, of: str) -> None:
    """Refuse what is not a share.

    Parameters
    ----------
    option : str
        As on the command line, such as ``"--block"``.
    value : float
    of : str
        What it is a share of, in words.

    Raises
    ------
    OptionError
        If `value` is not a number from 0 to 1.
    """
    if not 0 <= value <= 1:
        raise OptionError(f"{option} {value:g}; allowed: 0 to 1, the share of {of}")


def check_count(option: str, value: int, least: int, most: int = LARGEST_COUNT) -> None:
    """Refuse a number of things that is below `least` or above `most`.

    Raises
    ------
    OptionError
        With what is allowed.
    """
    if not least <= value <= most:
        raise OptionError(f"{option} {shown(value)}; allowed: {least} to {most}")


def check_seed(seed: int, networks: int = 1) -> None:
    """Refuse a seed that no random stream has, for one network or several in a row.

    Raises
    ------
    OptionError
        If the first or the last seed is outside 0 to 2**32 - 1.
    """
    check_count("--seed", seed, 0, LARGEST_SEED - networks + 1)


def check_fits(needed: float, what: str, mend: str) -> None:
    """Refuse, before anything is allocated, what this machine's memory cannot hold.

    Parameters
    ----------
    needed : float
        Bytes.
    what : str
        What needs them, plural, such as ``"25 patterns of 768 neurons"``.
    mend : str
        What to lower.

    Raises
    ------
    OptionError
        With the size that would be needed and the one that there is.
    """
    there = psutil.virtual_memory().total
    if needed > there:
        raise OptionError(
            f"{what} need {needed / 1e9:.3g} GB of memory and this machine has "
            f"{there / 1e9:.3g} GB; lower {mend}"
        )
