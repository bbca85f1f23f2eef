"""Many animals in many groups, in parallel, and again from where it stopped.

Every animal is one file, which appears whole or not at all, and one file of what was measured in
it. A second call finds them and simulates only what is missing, so a cohort that was killed
loses the animals in flight and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from astrogram.files import write_text
from models.parameters import load_parameters
from paradigms.groups import Group
from paradigms.plan import Protocol
from paradigms.protocol import parse_protocol
from paradigms.provenance import code_hash, versions
from paradigms.scoring import simulated_part

Progress = Callable[[int, int, str], None]

# Whose code a simulated animal, and what was measured in it, follow from.
SIMULATED = ("models", "paradigms")
MEASURED = (*SIMULATED, "analysis")


@dataclass(frozen=True)
class Life:
    """One animal of one group: all that a worker must know."""

    group: str
    seed: int
    protocol_toml: str
    overrides: dict[str, str]
    size: int | None
    clock: str | None
    folder: str

    @property
    def dataset(self) -> Path:
        """The animal's file."""
        return Path(self.folder) / f"{self.group}_seed{self.seed}.nc"

    @property
    def measured(self) -> Path:
        """What was measured in it."""
        return self.dataset.with_suffix(".json")

    def request(self, *packages: str) -> str:
        """Hash of everything that a file of the animal follows from, code of `packages` too."""
        table = load_parameters(self.overrides).to_json()
        text = self.protocol_toml if "analysis" in packages else simulated_part(self.protocol_toml)
        parts = [self.group, self.seed, text, table, self.size, self.clock]
        made_with = [versions(), code_hash(*packages)]
        return hashlib.sha256(json.dumps([parts, made_with], sort_keys=True).encode()).hexdigest()


def plan_cohort(
    plan: Protocol, groups: Sequence[Group], seeds: Sequence[int], folder: Path,
    *, size: int | None = None, clock: str | None = None,
) -> list[Life]:  # fmt: skip
    """Return every animal of a cohort: each seed lives once in every group.

    Raises
    ------
    ProtocolError, ParameterError
        If an intervention or a parameter of a group is refused.
    """
    plan.clock(clock)
    lives = []
    for group in groups:
        text = group.protocol(plan).text
        load_parameters(group.overrides)
        lives += [
            Life(group.name, seed, text, group.overrides, size, clock, str(folder))
            for seed in seeds
        ]
    # One animal of every group after the other, so that half a cohort can be compared
    return sorted(lives, key=lambda life: seeds.index(life.seed))


def run_cohort(
    lives: Sequence[Life], *, jobs: int = 1, scheduler: str | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:  # fmt: skip
    """Simulate and measure every animal that is not there yet.

    Parameters
    ----------
    lives : sequence of Life
        From `plan_cohort`.
    jobs : int
        Worker processes on this machine, one animal each.
    scheduler : str, optional
        Address of a dask scheduler to use instead; its workers must see the same folder.
    progress : callable, optional
        Called with the number of animals that are done, their total, and the one just done.

    Returns
    -------
    xarray.Dataset
        Dimensions group, animal and epoch (`analysis.cohort`); the same whether or not the cohort
        was interrupted.
    """
    from analysis.cohort import gather

    complete(lives, jobs=jobs, scheduler=scheduler, progress=progress)
    return gather([json.loads(life.measured.read_text()) for life in lives])


def complete(
    lives: Sequence[Life], *, jobs: int = 1, scheduler: str | None = None,
    progress: Progress | None = None, work: Callable[[Life], None] | None = None,
) -> None:  # fmt: skip
    """Do `work`, by default `live`, for every animal that is not there yet.

    What it must leave is the file `Life.measured`; the rest is as in `run_cohort`.
    """
    missing = [life for life in lives if not is_done(life)]
    done = len(lives) - len(missing)
    if progress is not None:
        progress(done, len(lives), "")
    if not missing:
        return
    Path(missing[0].folder).mkdir(parents=True, exist_ok=True)
    with _workers(jobs, scheduler) as client:
        from distributed import as_completed

        futures = {client.submit(work or live, life, pure=False): life for life in missing}
        for future in as_completed(futures):
            future.result()
            done += 1
            if progress is not None:
                life = futures[future]
                progress(done, len(lives), f"{life.group}, seed {life.seed}")


def live(life: Life) -> None:
    """Simulate one animal, measure it, and write both, the measurements last."""
    from analysis.measures import measure
    from analysis.schema import read_dataset, write_dataset
    from paradigms.simulate import simulate

    simulated = life.request(*SIMULATED)
    if _request_of(life.dataset) != simulated:
        plan = parse_protocol(life.protocol_toml, "protocol.toml")
        dataset = simulate(
            plan, seed=life.seed, size=life.size, clock=life.clock, overrides=life.overrides
        )
        dataset.attrs |= {"group": life.group, "request": simulated}
        write_dataset(dataset, life.dataset)
    # From the file in any case, so that a restart measures the same numbers
    dataset = read_dataset(life.dataset).assign_attrs(protocol_toml=life.protocol_toml)
    finish(life, measure(dataset).record())


def finish(life: Life, content: Mapping[str, Any]) -> None:
    """Write what became of an animal: `is_done` from now on."""
    content = {
        "request": life.request(*MEASURED), "group": life.group, "seed": life.seed, **content
    }  # fmt: skip
    write_text(life.measured, json.dumps(content))


def is_done(life: Life) -> bool:
    """Whether the animal was simulated and measured with just these settings and versions."""
    try:
        return bool(json.loads(life.measured.read_text())["request"] == life.request(*MEASURED))
    except (OSError, ValueError, KeyError):
        return False


def _request_of(path: Path) -> str:
    try:
        with xr.open_dataset(path, decode_timedelta=False) as opened:
            return str(opened.attrs.get("request", ""))
    except (OSError, ValueError):
        return ""


@contextmanager
def _workers(jobs: int, scheduler: str | None) -> Iterator[Any]:
    """A dask client of a scheduler, or of `jobs` single-threaded processes of our own."""
    from distributed import Client, LocalCluster

    if scheduler is not None:
        with Client(scheduler) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=jobs, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
            memory_limit=0,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client
