"""One animal on one screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from analysis.astrocytes.calcium import CLASSES, find_events
from analysis.cohort.measures import measure
from analysis.cohort.results import Results, results_of
from analysis.dataset.schema import DatasetError, labels, parameter


def summarise(given: xr.Dataset | Results) -> list[dict[str, Any]]:
    """Summarise one animal.

    Parameters
    ----------
    given : xarray.Dataset or Results
        A valid dataset, or what was found in one already.

    Returns
    -------
    list of dict
        Rows with the keys ``quantity``, ``stage``, ``value`` and ``unit``; what the protocol or
        the circuit does not have is left out. A row ``regime`` names a population that is silent
        or fires too fast (see `analysis.activity.regime`).
    """
    results = results_of(given)
    values, design, dataset = measure(results).values, results.design, results.dataset
    shown = design.shown
    rows = [("freezing", epoch, values["freezing", epoch], "percent") for epoch in shown]
    rows += _output_rate(results)
    rows += [("mean rate", name, rate, "Hz") for name, rate in results.rates.items()]
    rows += [("regime", it.population, it.rate, "Hz") for it in results.regime]
    rows += [
        (title, epoch, values.get((quantity, epoch), np.nan), "percent of BLA_P")
        for quantity, title, tested in (
            ("cs_excited", "CS-excited", design.tested),
            ("cs_inhibited", "CS-inhibited", design.roles("fear")),
        )
        for epoch in tested
    ]
    rows += _ensembles(results)
    rows += _decoders(results)
    first_us = [epoch for epoch in shown if np.isfinite(values["calcium_us", epoch])][:1]
    rows += [
        (f"calcium to {name}", epoch, values[f"calcium_{name.lower()}", epoch], "umol L-1 s")
        for name, places in (("CS", shown), ("US", first_us))
        for epoch in places
    ]
    rows += [
        (f"astrocytes {name}", test, values.get((f"calcium_{name}", test), np.nan), "percent")
        for test in design.roles("test") for name in CLASSES
    ]  # fmt: skip
    rows += [("calcium events", "all", _event_rate(dataset), "per astrocyte")]
    rows += [
        ("weights at bounds", pathway, share, "percent")
        for pathway, share in weights_at_bounds(dataset).items()
    ]
    keys = ("quantity", "stage", "value", "unit")
    return [dict(zip(keys, row, strict=True)) for row in rows if np.isfinite(row[2])]


def weights_at_bounds(dataset: xr.Dataset) -> dict[str, float]:
    """Share of sampled synapses at a bound of plasticity at the end of the experiment.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    dict
        Percent by pathway: on the way from the naive weight to either bound, at most 1 % of it is
        left, or the bound is passed; empty if the dataset's parameters name no bounds.
    """
    try:
        low = parameter(dataset, "plasticity.w_min", "1")
        high = parameter(dataset, "plasticity.w_max", "1")
    except DatasetError:
        return {}
    if not dataset.sizes["synapse"] or not dataset.sizes["weight_time"]:
        return {}
    naive, last = dataset["weight"].values[:, 0], dataset["weight"].values[:, -1]
    pinned = (last - low <= 0.01 * (naive - low)) | (high - last <= 0.01 * (high - naive))
    pathway = labels(dataset["synapse_pathway"])
    return {name: 100.0 * pinned[pathway == name].mean() for name in dict.fromkeys(pathway)}


def _output_rate(results: Results) -> list[tuple[str, str, float, str]]:
    """CeM rate in the trials: to be read beside freezing, which saturates."""
    rate = results.freezing.rate
    return [
        ("CeM rate in trials", epoch, float(rate[results.trials(epoch)].mean()), "Hz")
        for epoch in results.design.tested
    ]


def _ensembles(results: Results) -> list[tuple[str, str, float, str]]:
    found = results.ensembles
    rows = [
        (title, "all", 100.0 * float(mask.mean()), "percent of BLA_P")
        for title, mask in (
            ("retrieval ensemble", found.retrieval),
            ("extinction ensemble", found.extinction),
            ("fear cells", found.fear_cells),
            ("extinction cells", found.extinction_cells),
        )
        if mask.size
    ]
    both = found.overlap
    if both is not None and found.cells.size:
        rows.append(("cells excited early and at retrieval", "all", float(both.shared), "cells"))
        rows.append(("cells excited in both by chance", "all", both.expected, "cells"))
    return rows


def _decoders(results: Results) -> list[tuple[str, str, float, str]]:
    rows = []
    both = (("CS decoder", results.cs_decoding), ("state decoder", results.state_decoding))
    for title, found in both:
        if found is not None:
            rows.append((f"{title} accuracy", "all", found.accuracy, "1"))
            rows.append((f"{title} shuffled 95 %", "all", found.chance_95, "1"))
    return rows


def _event_rate(dataset: xr.Dataset) -> float:
    astrocytes = dataset.sizes["astrocyte"]
    return find_events(dataset).start.size / astrocytes if astrocytes else float("nan")
