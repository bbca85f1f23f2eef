"""Exported folders of small animals."""

import subprocess

from paradigms.export.folder import Request
from tests.support.circuit import SIZE, blink

BARE = {"PATH": "/usr/bin:/bin"}
SEEDS = (1, 2)


def request(seed, **changes):
    return Request(
        **{"name": f"blink_seed{seed}", "group": "", "seed": seed, "protocol_toml": blink().text,
           "overrides": {}, "size": SIZE, "clock": None, **changes}
    )  # fmt: skip


def run(folder, *arguments, **environment):
    return subprocess.run(
        [str(folder / "run.sh"), *arguments], env={**BARE, **environment}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
