"""What a dataset speaks of, and the answer to a question that it has nothing to say to.

Every analysis names the facets that it needs (`needs`); where one is missing it answers that it
is not measured (`NotMeasured`), which summaries, comparisons and figures pass on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import xarray as xr

from analysis.dataset.errors import DatasetError
from analysis.dataset.table import FACETS, VARIABLES

P = ParamSpec("P")
T = TypeVar("T")
SIGNAL = "spikes or activity"
"""What any rate of a neuron is taken from; spikes where there are both."""


class NotMeasured(DatasetError):
    """A question to a dataset that lacks what would answer it: one line.

    Attributes
    ----------
    lacks : str
        The facet, or facets of which one would do, such as ``spikes or activity``.
    """

    def __init__(self, what: str, lacks: str, has: set[str]) -> None:
        known = ", ".join(name for name in FACETS if name in has) or "nothing"
        super().__init__(f"{what} is not measured: it needs {lacks}; the dataset has {known}")
        self.lacks = lacks


def facets_of(dataset: xr.Dataset) -> set[str]:
    """Return the facets of `analysis.dataset.table.FACETS` that a dataset has."""
    found = {row.facet for row in VARIABLES if row.name in dataset.variables and not row.optional}
    return found | ({"model"} if "parameters" in dataset.attrs else set())


def require(dataset: xr.Dataset, what: str, *facets: str) -> None:
    """Refuse a question that a dataset has nothing to say to.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.
    what : str
        What is asked for.
    *facets : str
        Facets that it needs, each a name, or names joined by ``or``.

    Raises
    ------
    NotMeasured
        If one is missing.
    """
    has = facets_of(dataset)
    for each in facets:
        if not has & set(each.split(" or ")):
            raise NotMeasured(what, each, has)


def needs(
    *facets: str,
) -> Callable[[Callable[Concatenate[xr.Dataset, P], T]], Callable[Concatenate[xr.Dataset, P], T]]:
    """State the facets that an analysis of a dataset needs; it raises `NotMeasured` without.

    Parameters
    ----------
    *facets : str
        As in `require`; kept as the function's attribute ``needs``.
    """

    def stated(
        analysis: Callable[Concatenate[xr.Dataset, P], T],
    ) -> Callable[Concatenate[xr.Dataset, P], T]:
        @wraps(analysis)
        def asked(dataset: xr.Dataset, /, *args: P.args, **kwargs: P.kwargs) -> T:
            require(dataset, analysis.__name__, *facets)
            return analysis(dataset, *args, **kwargs)

        answer: Any = asked
        answer.needs = facets
        return asked

    return stated
