"""Kill commands at random moments, and look for what they left: processes, folders, files."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from tests.support.paths import ROOT

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""What is drawn from: kill -9 twice as often as each of the others."""


@dataclass
class Ground:
    """Folders of its own for a command, with everything that it starts recognisable.

    Parameters
    ----------
    folder : Path
        Empty; ``tmp``, ``cache`` and ``out`` are made in it.
    seed : int
        Of the moments and signals.
    """

    folder: Path
    seed: int
    kills: list[str] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.tmp, self.cache, self.out = (self.folder / name for name in ("tmp", "cache", "out"))
        for place in (self.tmp, self.cache, self.out):
            place.mkdir(mode=0o700)

    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "TMPDIR": str(self.tmp), "ASTROGRAM_CACHE": str(self.cache),
            "PYTHONPATH": str(ROOT), "KILLS_TOKEN": self.token,
        }  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start ``python ARGUMENTS`` as a terminal would, with signals at their defaults."""
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=self.folder, env=self.environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: [signal.signal(x, signal.SIG_DFL) for x in SIGNALS[2:]],
        )  # fmt: skip

    def call(self, *arguments: str, timeout: float = 900) -> float:
        """Run ``python ARGUMENTS`` undisturbed; return the seconds that it took."""
        began = time.monotonic()
        _, err = self.start(*arguments).communicate(timeout=timeout)
        assert "Traceback" not in err, err
        return time.monotonic() - began

    def kill(self, *arguments: str, within: float) -> tuple[int | None, str]:
        """Start ``python ARGUMENTS``, kill it at a random moment of `within` seconds.

        Returns the status by which a signal ends it if it can see to it itself, and what it said;
        None if it had ended before.
        """
        which = SIGNALS[self.rng.integers(len(SIGNALS))]
        delay = float(self.rng.uniform(0, within))
        process = self.start(*arguments)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        ended = process.poll() is not None
        # Ctrl-C reaches the whole group, as in a terminal; the others the command alone
        if not ended:
            send = os.killpg if which == signal.SIGINT else os.kill
            send(process.pid, which)
        _, err = process.communicate(timeout=120)
        self.kills.append(f"{which.name} after {delay:.2f} s")
        return (None if ended else process.returncode), err

    def orphans(self, within: float = 10) -> list[str]:
        """Return what still runs of all that was started, after at most `within` seconds."""
        deadline = time.monotonic() + within
        while (found := self._running()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def leftovers(self) -> list[str]:
        """Return what lies in the folders beside results and finished programs, of any owner."""
        found = [path for place in (self.tmp, self.out) for path in place.rglob("*")]
        found += [path for path in self.cache.iterdir() if path.name.startswith(".")]
        results = (".npz", ".nc", ".json", ".png")
        return [
            str(path.relative_to(self.folder))
            for path in found
            if path.name.startswith(".") or self.tmp in path.parents or path.suffix not in results
        ]

    def _running(self) -> list[str]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if (
                    process.environ().get("KILLS_TOKEN") == self.token
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(" ".join(process.cmdline())[:80])
        return found
