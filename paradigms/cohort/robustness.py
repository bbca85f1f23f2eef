"""A robustness map: all chosen parameters varied together, and cohorts of what comes of each draw.

A draw of a Latin hypercube multiplies every parameter that was chosen, and not published, by a
factor of its own.  Each draw is a small cohort with animals of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import qmc

from analysis.cohort.robustness_maps import FIRST, MAPS
from models.checks import ModelError, RegimeError
from models.parameters import Parameter, ParameterError, load_parameters
from models.streams import stream
from paradigms.cohort.check import check_count
from paradigms.cohort.cohort import (
    Progress,
    Subject,
    asked_of,
    complete,
    finish,
    plan_cohort,
    results,
    simulate_subject,
)
from paradigms.cohort.groups import Group
from paradigms.protocol.plan import Protocol
from paradigms.run.preflight import check_seeds

SPREAD = 0.2
"""Largest relative change of a parameter."""

LEFT_OUT = (
    ("numerics.*", "time steps"),
    ("recording.*", "what is recorded, and how often"),
    ("readout.sample", "sampling interval of the read-out"),
    ("*.n_*", "count of cells or afferents, a whole number: size is varied on its own"),
    ("protein.a_moment", "keeps a quotient finite where nothing is divided, and has no other say"),
    ("population.[A-Z]*", "count of cells, a whole number that sizes the compiled program"),
    ("population.cells_per_astrocyte", "sets the count of astrocytes, as above"),
    ("population.side", "scale of the map of cells, on which no equation depends"),
)
"""Chosen parameters that are not varied: pattern of their names, and why."""

RECORDED = {"recording.n_synapses": "1"}
"""No weight is measured, and how many of each kind are sampled would follow from the in-degrees:
every draw would be another program. With one of each kind it is one program for all."""


@dataclass(frozen=True)
class Draws:
    """A plan of draws.

    Attributes
    ----------
    parameters : tuple of str
        ``group.name`` of what is varied.
    factors : ndarray, shape (n_draws, n_parameters)
        By what each is multiplied, within 1 - `SPREAD` to 1 + `SPREAD`, and nearer to 1 where the
        product would leave the bounds of the table.
    values : ndarray, shape (n_draws, n_parameters)
        The products, in the units of the tables.
    """

    parameters: tuple[str, ...]
    factors: NDArray[np.float64]
    values: NDArray[np.float64]

    def overrides(self, draw: int) -> dict[str, str]:
        """Settings of one draw, as every run takes them."""
        values = self.values[draw].tolist()
        return {key: repr(value) for key, value in zip(self.parameters, values, strict=True)}


def left_out(row: Parameter) -> str:
    """Why a parameter is not varied; ``""`` if it is."""
    if "chosen" not in row.source:
        return "published"
    if row.value == 0:
        return "zero, which no factor changes"
    return next((why for pattern, why in LEFT_OUT if fnmatchcase(row.key, pattern)), "")


def plan_draws(draws: int, seed: int) -> Draws:
    """Plan a robustness map of the parameter tables as they are.

    Every parameter that `left_out` does not name is varied.  Along each of them the draws are
    spread evenly: with n draws, each n-th of its range is drawn from once.

    Parameters
    ----------
    draws : int
        Number of draws.
    seed : int
        The same seed gives the same plan.

    Returns
    -------
    Draws
    """
    check_seeds([seed])
    check_count(1, 1, draws)
    rows = [row for row in load_parameters().rows() if not left_out(row)]
    hypercube = qmc.LatinHypercube(d=len(rows), rng=stream(seed, "robustness"))
    factors = 1 - SPREAD + 2 * SPREAD * hypercube.random(draws)
    base, low, high = (
        np.array([getattr(row, name) for row in rows]) for name in ("value", "low", "high")
    )
    values = np.clip(base * factors, low, high)
    return Draws(tuple(row.key for row in rows), values / base, values)


def plan_map(
    plan: Protocol, draws: Draws, groups: Sequence[Group], animals: int, first_seed: int,
    folder: Path, *, size: int | None = None, clock: str | None = None,
) -> list[list[Subject]]:  # fmt: skip
    """Return the animals of every draw: each has seeds of its own, and each is in every group.

    What a group sets is set in every draw, and so is what its protocol has otherwise.

    Raises
    ------
    ProtocolError, ParameterError, RequestError
        As `paradigms.cohort.cohort.plan_cohort`.
    """
    check_count(animals, len(groups), len(draws.factors))
    subjects = []
    for draw, first in zip(range(len(draws.factors)), count(first_seed, animals), strict=False):
        own = [
            replace(group, overrides=RECORDED | draws.overrides(draw) | group.overrides)
            for group in groups
        ]
        seeds = range(first, first + animals)
        subjects.append(plan_cohort(plan, own, seeds, folder, size=size, clock=clock, keep=False))
    return subjects


def run_map(
    subjects: Sequence[Sequence[Subject]], draws: Draws, *, rows: str = MAPS[FIRST].rows,
    jobs: int = 1, progress: Progress | None = None, overwrite: bool = False,
) -> xr.Dataset:  # fmt: skip
    """Simulate and measure what is missing, and collect it.

    Parameters
    ----------
    subjects : sequence of sequence of Subject
        From `plan_map`, one for each draw.
    draws : Draws
        What they were planned from.
    rows : str
        Table of the rows that are asked of the map.
    jobs : int
        Worker processes, one animal each.
    progress, overwrite
        As in `paradigms.cohort.cohort.run_cohort`.

    Returns
    -------
    xarray.Dataset
        See `analysis.cohort.robustness_dataset.collect`; the same whether or not it was
        interrupted.
    """
    from analysis.cohort.robustness_dataset import collect

    everyone = [subject for own in subjects for subject in own]
    complete(
        everyone, jobs=jobs, progress=progress, work=simulate_or_refuse, overwrite=overwrite,
        drawn=False,
    )  # fmt: skip
    for subject in everyone:
        subject.dataset.unlink(missing_ok=True)  # of one that was killed when it was all but done
    found = collect([results(own) for own in subjects], draws.parameters, draws.factors, rows)
    found.attrs["asked"] = map_asked(subjects)
    return found


def map_asked(subjects: Sequence[Sequence[Subject]]) -> str:
    """Return what a map is the answer to, as it travels in its dataset's attribute ``asked``."""
    return json.dumps([asked_of(own) for own in subjects], sort_keys=True)


def simulate_or_refuse(subject: Subject) -> None:
    """Simulate one animal, or keep why the model refuses it."""
    try:
        simulate_subject(subject)
    except (ModelError, ParameterError, RegimeError) as error:
        finish(subject, {"refused": str(error)})
