"""Programs that end with the process that started them, whatever ends that one.

A compiler that nobody waits for goes on for minutes. So make is started by a keeper, this file as
a program of its own: it leads a process group with all that make starts, and when its parent is
gone, also by kill -9, it ends the whole group.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

LOOK = 0.2
"""Seconds between two looks at whether the parent is still there."""


def run_kept(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run `command` in `folder` to its end, or to that of this process.

    Returns
    -------
    status : int
    said : str
        What it wrote to standard output and standard error.
    """
    keeper = [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]
    with subprocess.Popen(  # noqa: S603 (make on a folder that was just written)
        keeper, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    ) as child:  # fmt: skip
        try:
            said, _ = child.communicate()
        finally:
            if child.poll() is None:
                _end_group(child.pid)
    return child.returncode, said


def _keep(parent: int, command: list[str]) -> int:
    """Run `command` as long as `parent` is there; return its status."""
    try:
        child = subprocess.Popen(command)  # noqa: S603 (as above)
    except OSError as error:
        print(f"error: {command[0]}: {error.strerror or error}", file=sys.stderr)
        return 127
    while os.getppid() == parent:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(LOOK)
    _end_group(os.getpgid(0))
    return 1


def _end_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(_keep(int(sys.argv[1]), sys.argv[2:]))
