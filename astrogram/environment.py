"""The one place that reads the environment: folders, compiler, GeNN and CUDA.

What a variable says is resolved once, here, and refused in one line where it leads nowhere.

===================  ===========================================================================
ASTROGRAM_CACHE      folder of compiled programs; by default one in the user's cache folder
TMPDIR               folder of what a run needs while it runs
CXX                  C++ compiler, with options if need be
CXXFLAGS, CPPFLAGS,  taken by the compiler, so part of what a program is
LDFLAGS
GENN_PATH            GeNN 4, for the device genn
CUDA_PATH            CUDA, for genn on a GPU
COLUMNS              width of tables, where it is not to be that of the terminal
MPLBACKEND,          of matplotlib; not heard by the command line, which draws in its own way
MATPLOTLIBRC
===================  ===========================================================================
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from astrogram.errors import EnvironmentFault
from astrogram.text import shown

FLAGS = ("CXXFLAGS", "CPPFLAGS", "LDFLAGS")


def cache_folder() -> Path:
    """Return the absolute folder of compiled programs; it need not exist yet.

    Raises
    ------
    EnvironmentFault
        If neither ASTROGRAM_CACHE nor a home names one.
    """
    given = os.environ.get("ASTROGRAM_CACHE", "")
    if given:
        return _resolved("ASTROGRAM_CACHE", given)
    found = Path(platformdirs.user_cache_dir("astrogram", appauthor=False))
    if not found.is_absolute():
        raise EnvironmentFault(
            f"no folder for compiled programs: the user's cache folder is {shown(str(found))}; let "
            "HOME or ASTROGRAM_CACHE name a folder with its whole path"
        )
    return found


def temporary_folder() -> Path:
    """Return the absolute folder for what lives only while a run does.

    Raises
    ------
    EnvironmentFault
        If TMPDIR, or what stands in for it, cannot be written to.
    """
    given = os.environ.get("TMPDIR", "")
    if given:
        folder = _resolved("TMPDIR", given)
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise EnvironmentFault(
                f"TMPDIR is {shown(given)}, no folder that can be written to; make it, let TMPDIR "
                "name another one, or unset it"
            )
        return folder
    try:
        return Path(tempfile.gettempdir()).absolute()
    except OSError as error:
        raise EnvironmentFault(
            f"no folder for temporary files: {error.strerror or error}; let TMPDIR name one"
        ) from None


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Let libraries, and the programs that they start, put temporary files into `folder`.

    This is so for the whole process, until the ``with`` block ends.
    """
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.abspath(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before[1]
        if before[0] is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before[0]


def compiler_words() -> list[str]:
    """Return the words of CXX, none if it is not set.

    Raises
    ------
    EnvironmentFault
        If its quotes do not match.
    """
    given = os.environ.get("CXX", "")
    try:
        return shlex.split(given)
    except ValueError as error:
        raise EnvironmentFault(
            f"CXX is {shown(given)}: {error}; write a command such as g++, or unset it"
        ) from None


def compiler_flags() -> list[str]:
    """Return what `FLAGS` say, "" for each that is not set."""
    return [os.environ.get(name, "") for name in FLAGS]


def genn_folder() -> Path | None:
    """Return the folder that GENN_PATH names, None if it is not set."""
    given = os.environ.get("GENN_PATH", "")
    return _resolved("GENN_PATH", given) if given else None


def cuda_folder() -> Path | None:
    """Return the folder that CUDA_PATH names, None if it is not set."""
    given = os.environ.get("CUDA_PATH", "")
    return _resolved("CUDA_PATH", given) if given else None


def columns() -> int | None:
    """Return the width that COLUMNS asks for, None if it names none."""
    given = os.environ.get("COLUMNS", "")
    usable = given.isascii() and given.isdecimal() and len(given) < 6
    return int(given) or None if usable else None


def silence_matplotlibrc() -> None:
    """Keep matplotlib from reading the user's settings, in this process and its children.

    A backend that does not exist, or a file ``matplotlibrc`` that cannot be read, ends whatever
    imports matplotlib, as Brian2 does, too. Call it before that.
    """
    os.environ["MPLBACKEND"] = "Agg"
    found = importlib.util.find_spec("matplotlib")
    for folder in (found and found.submodule_search_locations) or ():
        os.environ["MATPLOTLIBRC"] = os.path.join(folder, "mpl-data", "matplotlibrc")
    if os.path.exists("matplotlibrc"):  # one in the working folder goes before all others
        with contextlib.chdir(os.path.abspath(os.sep)):
            importlib.import_module("matplotlib")


def for_child(**changes: str) -> dict[str, str]:
    """Return the environment of a program that is started, with `changes`."""
    return {**os.environ, **changes}


@contextmanager
def set_for_children(defaults: Mapping[str, str]) -> Iterator[None]:
    """Let processes that start meanwhile have `defaults` where nothing else is set."""
    added = [name for name in defaults if name not in os.environ]
    os.environ.update({name: defaults[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _resolved(name: str, given: str) -> Path:
    """Return a path of the environment, ``~`` and a relative one resolved here and now."""
    try:
        path = Path(given).expanduser()
        return Path(os.path.abspath(path))
    except (RuntimeError, OSError, ValueError) as error:
        raise EnvironmentFault(
            f"{name} is {shown(given)}: {error}; let it name a folder with its whole path"
        ) from None
