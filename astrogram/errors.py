"""The base of every error that a user can mend."""

from __future__ import annotations


class AstrogramError(Exception):
    """An error that a user can mend.

    Its message is one line: what was given, what is allowed, how to mend it. The command line
    prints that line; any other exception is a fault of the program and shows its traceback.
    """


class EnvironmentFault(AstrogramError, ValueError):
    """A variable of the environment, or a folder it leads to, that cannot be used; one line."""


class OutputError(AstrogramError, ValueError):
    """A place where results cannot be written; one line."""
