"""What the animal did in each epoch, as numbers that animals are compared by."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from analysis.behaviour.discrimination import (
    context_discrimination,
    discrimination,
    generalisation,
)
from analysis.cohort.results import Results, Values
from analysis.dataset.facets import NotMeasured, require

RECORDED = ("approach", "time_in_zone")
"""Behaviours of trials that a dataset may hold beside freezing."""
OF_CONTEXTS = (
    ("generalisation", generalisation), ("context_discrimination", context_discrimination),
)  # fmt: skip
"""What is asked of contexts, within an epoch and over all recalls."""
TOLD_APART = (("discrimination", discrimination), *OF_CONTEXTS)
"""What follows from freezing in trials whose stimuli have names."""


def behaviour_values(results: Results) -> Values:
    """Return freezing, what else was recorded of behaviour, and what is told apart, by epoch.

    Raises
    ------
    NotMeasured
        If the dataset has no behaviour.
    """
    dataset, design = results.dataset, results.design
    require(dataset, "freezing", "behaviour")
    values: Values = {}
    for name in (epoch.name for epoch in design):
        trials = results.trials(name)
        freezing = dataset["freezing"].values[trials]
        values["freezing", name] = float(freezing.mean()) if freezing.size else float("nan")
        for quantity in filter(dataset.data_vars.__contains__, RECORDED):
            found = dataset[quantity].values[trials]
            found = found[np.isfinite(found)]  # the others are no place tests
            values[quantity, name] = float(found.mean()) if found.size else float("nan")
        for quantity, analysis in TOLD_APART:
            with suppress(NotMeasured):
                values[quantity, name] = analysis(dataset, trials)
    return values
