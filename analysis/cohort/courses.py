"""What astrocytes do from hour to hour of the animal's life, for figures of cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.integrate import cumulative_trapezoid

from analysis.dataset.facets import NotMeasured
from analysis.dataset.table import BY_NAME
from analysis.trace.life import HOUR, slow_time, variable

Courses = dict[str, list[float]]
COURSES = ("receptor_density", "cAMP", "recruitment", "factor")
"""Variables of astrocytes that are kept."""
MOST_HOURS = 2400
"""Hundred days; what an animal does later is left out."""


def courses_of(dataset: xr.Dataset) -> Courses:
    """Average each of `COURSES` over astrocytes and over each hour of the animal's life.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    dict of str to list of float
        By variable, of those that were recorded, the mean of every hour that the record holds a
        part of, the first that of the hour in which life began; NaN where it holds none.  Means are
        over the animal's time, so a second awake counts no more than one of the night.
    """
    found: Courses = {}
    for name in COURSES:
        try:
            values = variable(dataset, name, name)
        except NotMeasured:
            continue
        age = slow_time(dataset, dataset["time"].values) if values.size else np.array([])
        if age.size < 2 or age[-1] <= max(age[0], 0.0):
            continue
        hours = int(min(np.ceil(age[-1] / HOUR), MOST_HOURS))
        edges = np.clip(HOUR * np.arange(hours + 1), age[0], age[-1])
        area = np.interp(edges, age, cumulative_trapezoid(values.mean(axis=0), age, initial=0.0))
        length = np.diff(edges)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[name] = np.where(length > 0, np.diff(area) / length, np.nan).tolist()
    return found


def gather_courses(
    measured: Sequence[Mapping[str, Any]], groups: Sequence[str], seeds: Sequence[int]
) -> dict[str, Any]:
    """Join the courses of animals.

    Parameters
    ----------
    measured : sequence of mapping
        ``group``, ``seed`` and ``courses`` of each, as `analysis.cohort.dataset.gather` takes them.
    groups, seeds : sequence
        In the order of the cohort.

    Returns
    -------
    dict
        ``hour`` (the middle of each, in hours of life) and ``course_NAME`` of shape (group, animal,
        hour), NaN where an animal was not recorded so long; nothing where nobody has any.
    """
    given = [(item, item.get("courses") or {}) for item in measured]
    hours = max((len(course) for _, own in given for course in own.values()), default=0)
    if not hours:
        return {}
    data: dict[str, Any] = {}
    for name in COURSES:
        values = np.full((len(groups), len(seeds), hours), np.nan)
        for item, own in given:
            course = own.get(name, [])
            where = groups.index(str(item["group"])), seeds.index(int(item["seed"]))
            values[(*where, slice(len(course)))] = course
        row = BY_NAME[name]
        attrs = {"long_name": row.long_name, "units": row.units}
        data[f"course_{name}"] = (("group", "animal", "hour"), values, attrs)
    middle = np.arange(hours) + 0.5
    data["hour"] = ("hour", middle, {"long_name": "time of the animal's life", "units": "h"})
    return data
