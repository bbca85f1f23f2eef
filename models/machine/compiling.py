"""How the C++ that Brian2 wrote is compiled, for whole circuits and for parts."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import brian2 as b2

from astrogram.environment import compiler_words, for_child
from astrogram.errors import AstrogramError
from models.machine.brian import untested
from models.machine.children import run_kept

COMPILERS = ("g++", "c++", "clang++")
SHARED_HEADERS = (
    "objects.h", "brianlib/common_math.h", "brianlib/stdint_compat.h", "program.hpp",
)  # fmt: skip
"""What nearly every file includes, where it is there."""
_RULES = (
    ("$(CXX) $(CXXFLAGS) -MMD", "$(CXX) $(CXXFLAGS) -include shared.hpp -MMD"),
    # brian2 before 2.10, which also looks for what depends on what in a pass of its own
    ("$(CXX) $(CXXFLAGS) $< -o $@", "$(CXX) $(CXXFLAGS) -include shared.hpp $< -o $@"),
    ("$(CXX) $(CXXFLAGS) -MM $(SRCS) > make.deps", ": > make.deps"),
)
"""Lines of Brian2's makefiles, and what becomes of them."""
_ONCE = """
# Headers that all files include are parsed once
shared.hpp.gch: shared.hpp objects.h makefile
\t$(CXX) $(CXXFLAGS) -x c++-header shared.hpp -o shared.hpp.gch
$(OBJS): shared.hpp.gch
# Memory and files of arrays: nothing here is worth the fifth of all compilation that -O3 takes
objects.o: CXXFLAGS += -O1
"""


class BuildError(AstrogramError, RuntimeError):
    """A program that cannot be written or compiled; the message is one line."""


def compiler() -> str | None:
    """Return the C++ compiler: what CXX names, or the first of `COMPILERS` on PATH."""
    given = compiler_words()
    if given:
        return shlex.join(given) if shutil.which(given[0]) else None
    return next((name for name in COMPILERS if shutil.which(name)), None)


@functools.cache
def compiler_version(command: str) -> str:
    """Return what a compiler says of its version, "" if it says nothing."""
    try:
        said = subprocess.run(  # noqa: S603 (the compiler that the user names)
            [*shlex.split(command), "--version"], env=for_child(LC_ALL="C"), text=True,
            errors="replace", capture_output=True, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout


def compile_program(folder: Path) -> None:
    """Compile what Brian2 wrote into `folder`, with as many jobs as cores.

    By Brian2 itself Ctrl-C would pass for a failing compiler, and a killed process would leave
    its compilers at work.

    Raises
    ------
    BuildError
        With the compiler's first complaint.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    command = [b2.prefs.devices.cpp_standalone.make_cmd_unix, f"-j{processors}"]
    found = compiler() or COMPILERS[0]
    cached = shutil.which("ccache") and "ccache" not in found
    if not cached and "ccache" not in found:  # it keeps nothing that a precompiled header is in
        parse_headers_once(folder)
    environment = for_child(
        CXX=f"ccache {found}" if cached else found, TMPDIR=str(folder.absolute())
    )
    status, said = run_kept(command, folder, environment)
    if status or not (folder / "main").is_file():
        if shutil.disk_usage(folder).free < 2**20:
            raise BuildError(
                f"compiling the model failed: no space left in {folder.parent}; make room there"
            )
        raise BuildError(f"compiling the model failed: {complaint(said)}{untested()}")


def complaint(text: str) -> str:
    """Return the first line of a compiler's messages that tells of an error, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = (line for line in lines if "error" in line.lower() or "no space left" in line.lower())
    return next(wrong, lines[-1] if lines else "")


def parse_headers_once(folder: Path) -> None:
    """Let the makefile precompile what all files include; by far most of the work is that.

    A makefile that is not as we know it stays as it is, and so does the program in any case.
    """
    path = folder / "makefile"
    if not path.is_file():
        return
    text = path.read_text()
    for line, instead in _RULES:
        text = text.replace(line, instead)
    if "-include shared.hpp" not in text:
        return
    headers = [name for name in SHARED_HEADERS if (folder / name).is_file()]
    (folder / "shared.hpp").write_text(
        "#pragma once\n" + "".join(f'#include "{name}"\n' for name in headers)
    )
    path.write_text(text + _ONCE)
