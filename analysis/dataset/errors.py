"""The errors of this package that a user can mend."""

from astrogram.errors import AstrogramError


class DatasetError(AstrogramError, ValueError):
    """A dataset, or the file that should hold one, is not what is needed: one clear line."""


class RowsError(DatasetError):
    """Epochs or contrasts that cannot be read, or that an experiment cannot have: one line."""
