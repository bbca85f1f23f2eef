"""Options of the small paradigms: what each may be, refused in one line before any work."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from astrogram.errors import AstrogramError
from astrogram.text import shown

LARGEST_SEED = 2**32 - 1
LARGEST_COUNT = 10**12
"""No machine holds more of anything; `check_fits` says what this one holds."""


class OptionError(AstrogramError, ValueError):
    """An option that means nothing, or asks for more than there is; one line."""


@dataclass(frozen=True)
class Option:
    """One option of a paradigm: a parameter of its function, and ``--name`` on the command line.

    Attributes
    ----------
    name : str
        Of the parameter; on the command line with ``-`` for ``_``.
    kind : type
        int, float or str, or bool for a switch.
    default : object
        That of the function; None where it follows from other options.
    help : str
        One phrase.
    bounds : tuple of float, optional
        Lowest and highest number that is allowed.
    names : tuple of str
        Words that are allowed; none where they are not a fixed list.
    """

    name: str
    kind: type
    default: object
    help: str
    bounds: tuple[float, float] | None = None
    names: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The option as it is written on the command line."""
        return "--" + self.name.replace("_", "-")

    def describe(self) -> str:
        """Return its help, with what is allowed and the default."""
        allowed = f": {', '.join(self.names)}" if self.names else ""
        if self.bounds is not None:
            low, high = self.bounds
            allowed = f", {low:g} or more" if high == LARGEST_COUNT else f", {low:g} to {high:g}"
        default = f" [default: {self.default}]" if self.default or self.bounds else ""
        return f"{self.help}{allowed}{default}"

    def check(self, value: float) -> None:
        """Refuse a number outside the bounds.

        Raises
        ------
        OptionError
            With what is allowed, and what it is.
        """
        assert self.bounds is not None  # only numbers with bounds are checked here
        low, high = self.bounds
        if not low <= value <= high:
            given = shown(value) if self.kind is int else f"{value:g}"
            raise OptionError(
                f"{self.flag} {given}; allowed: {low:.15g} to {high:.15g}, {self.help}"
            )


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
