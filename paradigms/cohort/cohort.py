"""Many animals in many groups, in parallel, and again from where it stopped.

Every animal is one file, which appears whole or not at all, and one file of what was measured in
it. A second call finds them and simulates only what is missing or damaged, so a cohort that was
killed loses the animals in flight and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import xarray as xr

from analysis.dataset.errors import DatasetError
from astrogram.errors import AstrogramError, OutputError
from astrogram.text import shown
from models.parameters import load_parameters
from paradigms.cohort.check import check_cohort, check_count
from paradigms.cohort.groups import Group
from paradigms.cohort.subject import (
    Subject,
    finish,
    hash_of,
    is_another,
    is_done,
    measured,
    simulated,
)
from paradigms.cohort.workers import Work, locally, on_cluster
from paradigms.protocol.files import parse_protocol
from paradigms.protocol.plan import Protocol
from paradigms.run.output import attributes
from paradigms.run.preflight import check_seeds
from paradigms.run.sources import SIMULATED

Progress = Callable[[int, int, str], None]

MOST_NAMED = 8
"""Animals that a message names."""


class CohortError(AstrogramError, RuntimeError):
    """Animals of a cohort that failed; the others are kept. One line.

    Attributes
    ----------
    failures : tuple of (str, int, str)
        Group, seed and reason of each.
    """

    def __init__(self, failures: Sequence[tuple[str, int, str]], total: int) -> None:
        self.failures = tuple(failures)
        by_reason: dict[str, list[str]] = {}
        for group, seed, reason in failures[:MOST_NAMED]:
            by_reason.setdefault(reason, []).append(f"{group} seed {seed}")
        told = "; ".join(f"{', '.join(who)}: {reason}" for reason, who in by_reason.items())
        more = len(failures) - MOST_NAMED
        told += f"; and {more} more" if more > 0 else ""
        super().__init__(
            f"{len(failures)} of {total} animals failed: {told}; the others are kept, call again "
            "to go on with these"
        )


def plan_cohort(
    plan: Protocol, groups: Sequence[Group], seeds: Sequence[int], folder: Path,
    *, size: int | None = None, clock: str | None = None, keep: bool = True,
) -> list[Subject]:  # fmt: skip
    """Return every animal of a cohort: each seed is simulated once in every group.

    Raises
    ------
    ProtocolError, ParameterError, RequestError
        If an intervention, a parameter or the clock of a group, a seed, or the number of animals is
        refused.
    """
    check_seeds(seeds)
    check_count(len(seeds), len(groups))
    texts = {}
    for group in groups:
        own = group.protocol(plan)
        own.clock(clock)
        load_parameters({**own.overrides, **group.overrides})
        texts[group.name] = own.text
    # One animal of every group after the other, so that half a cohort can be compared
    return [
        Subject(
            group.name, int(seed), texts[group.name], group.overrides, size, clock,
            str(folder.absolute()), keep,
        )
        for seed in seeds for group in groups
    ]  # fmt: skip


def run_cohort(
    subjects: Sequence[Subject], *, jobs: int = 1, scheduler: str | None = None,
    progress: Progress | None = None, overwrite: bool = False,
) -> xr.Dataset:  # fmt: skip
    """Simulate and measure every animal that is not there yet.

    Parameters
    ----------
    subjects : sequence of Subject
        From `plan_cohort`.
    jobs : int
        Worker processes on this machine, one animal each.
    scheduler : str, optional
        Address of a dask scheduler to use instead; its workers must see the same folder.
    progress : callable, optional
        Called with the number of animals that are done, their total, and the one just done.
    overwrite : bool
        Whether animals of other settings in the same files may be replaced.

    Returns
    -------
    xarray.Dataset
        Dimensions group, animal and epoch (`analysis.cohort.dataset`); the same whether or not the
        cohort was interrupted.

    Raises
    ------
    CohortError
        If animals failed, after all others are done.
    AstrogramError
        Before the first animal: see `paradigms.cohort.check.check_cohort`.
    """
    from analysis.cohort.dataset import gather

    complete(subjects, jobs=jobs, scheduler=scheduler, progress=progress, overwrite=overwrite)
    found = gather(results(subjects))
    found.attrs["asked"] = json.dumps(asked_of(subjects), sort_keys=True)
    return found


def complete(
    subjects: Sequence[Subject], *, jobs: int = 1, scheduler: str | None = None,
    progress: Progress | None = None, work: Work | None = None, overwrite: bool = False,
    drawn: bool = True,
) -> None:  # fmt: skip
    """Do `work`, by default `simulate_subject`, for every animal that is not there yet.

    What it must leave is what `finish` writes; `drawn` as in
    `paradigms.cohort.check.check_cohort`; the rest is as in `run_cohort`.
    """
    missing = [subject for subject in subjects if not is_done(subject)]
    if missing:
        if not overwrite:
            _refuse_others(missing)
        check_cohort(missing, jobs=0 if scheduler else jobs, drawn=drawn)
    done = len(subjects) - len(missing)
    if progress is not None:
        progress(done, len(subjects), "")
    if not missing:
        return
    Path(missing[0].folder).mkdir(parents=True, exist_ok=True)
    failures = []
    found = (
        locally(work or simulate_subject, missing, jobs) if scheduler is None
        else on_cluster(work or simulate_subject, missing, scheduler)
    )  # fmt: skip
    with closing(found):
        for subject, reason in found:
            if reason:
                failures.append((subject.group, subject.seed, reason))
                continue
            done += 1
            if progress is not None:
                progress(done, len(subjects), f"{subject.group}, seed {subject.seed}")
    if failures:
        raise CohortError(failures, len(subjects))


def simulate_subject(subject: Subject) -> None:
    """Simulate one animal, measure it, and write both, the measurements last.

    Its dataset is used again if it is there whole, and removed at the end if it is not kept.
    """
    from analysis.cohort.measures import measure
    from analysis.dataset.schema import read_dataset, write_dataset
    from paradigms.run.simulate import simulate

    request, dataset = subject.request(SIMULATED), None
    if (attributes(subject.dataset) or {}).get("request") == request:
        with suppress(DatasetError):
            dataset = read_dataset(subject.dataset)
    if dataset is None:
        plan = parse_protocol(subject.protocol_toml, "protocol.toml")
        made = simulate(
            plan, seed=subject.seed, size=subject.size, clock=subject.clock,
            overrides=subject.overrides,
        )  # fmt: skip
        made.attrs |= {"group": subject.group, "request": request}
        write_dataset(made, subject.dataset)
        # From the file in any case, so that a restart measures the same numbers
        dataset = read_dataset(subject.dataset)
    finish(subject, measure(dataset.assign_attrs(protocol_toml=subject.protocol_toml)).record())
    if not subject.keep:
        subject.dataset.unlink(missing_ok=True)


def results(subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    """Return what was measured in animals that are all done."""
    found = [measured(subject) for subject in subjects]
    lost = [subject for subject, content in zip(subjects, found, strict=True) if content is None]
    if lost:
        raise OutputError(f"{lost[0].measured} was changed meanwhile; call again to make it anew")
    return [content for content in found if content is not None]


def _refuse_others(subjects: Sequence[Subject]) -> None:
    others = [subject for subject in subjects if is_another(subject)]
    if others:
        raise OutputError(
            f"{others[0].dataset} is there already, an animal of other settings, and so are "
            f"{len(others) - 1} more; choose another --out, or replace them by --overwrite"
        )


def asked_of(subjects: Sequence[Subject]) -> dict[str, Any]:
    """Return what a cohort is the answer to: its groups, each by a hash of its settings, and seeds.

    It travels in the cohort's dataset as the attribute ``asked``.
    """
    of_group = {subject.group: simulated(subject.asked()) for subject in subjects}
    return {
        "groups": {name: hash_of(asked | {"seed": 0}) for name, asked in of_group.items()},
        "seeds": sorted({subject.seed for subject in subjects}),
    }


def not_covered(found: Mapping[str, Any], subjects: Sequence[Subject]) -> list[str]:
    """Return in what a cohort that is there, by its attributes, is not a part of this one."""
    asked = asked_of(subjects)
    try:
        there = json.loads(found["asked"])
        groups, seeds = dict(there["groups"]), set(there["seeds"])
    except (ValueError, LookupError, TypeError):
        return ["of another version"]
    other = [f"group {shown(name)}" for name in groups if asked["groups"].get(name) != groups[name]]
    return other + (["more animals"] if seeds - set(asked["seeds"]) else [])
