"""Who could have put a file there: what others can write to is never run."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from astrogram.errors import EnvironmentFault


def refuse_others(path: Path, root: Path) -> None:
    """Refuse a file or folder that someone else than this user or root owns or can write to.

    Parameters
    ----------
    path : Path
        Must exist. Where it is a link, the link is what counts.
    root : Path
        The cache that it is or lies in, for the message.

    Raises
    ------
    EnvironmentFault
        With the owner or the mode, and how to mend it.
    """
    found, elsewhere = path.lstat(), "let ASTROGRAM_CACHE name a folder of your own"
    if found.st_uid not in (os.geteuid(), 0):
        raise EnvironmentFault(
            f"{path} belongs to {_user(found.st_uid)}, and programs of others are not run; move it "
            f"elsewhere, or {elsewhere}"
        )
    if not stat.S_ISLNK(found.st_mode) and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EnvironmentFault(
            f"{path} can be written to by others (mode {stat.S_IMODE(found.st_mode):o}), so its "
            f"programs are not run; 'chmod -R go-w {root}' if all in it is yours, or {elsewhere}"
        )


def _user(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
