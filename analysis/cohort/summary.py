"""One animal on one screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from analysis.activity.cells import OUTPUT, cells_of, names_of, with_label
from analysis.astrocytes.calcium import CLASSES, find_events
from analysis.cohort.behaviour import RECORDED, TOLD_APART
from analysis.cohort.measures import measure
from analysis.cohort.results import Results, Values, results_of
from analysis.dataset.facets import SIGNAL, NotMeasured, facets_of, require
from analysis.dataset.schema import DatasetError, labels, parameter
from analysis.design.contrasts import quantities

Row = tuple[str, str, Any, str]
"""Quantity, stage, value and unit."""


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
        the circuit does not have is left out; where a facet of the dataset is missing that some
        rows need, one row says so (value ``not measured``). A row ``regime`` names a population
        that is silent or fires too fast (see `analysis.activity.regime`).
    """
    results = results_of(given)
    values = measure(results).values if "trials" in facets_of(results.dataset) else {}
    rows: list[Row] = []
    for name, section in (
        ("freezing", _freezing), ("output rate", _output_rate), ("rates", _rates),
        ("regime", _regime), ("responsive cells", _responsive), ("ensembles", _ensembles),
        ("decoders", _decoders), ("calcium responses", _calcium), ("calcium events", _events),
        ("weights at bounds", _weights),
    ):  # fmt: skip
        try:
            rows += [row for row in section(results, values) if np.isfinite(row[2])]
        except NotMeasured as answer:
            rows.append((name, "all", "not measured", f"needs {answer.lacks}"))
    keys = ("quantity", "stage", "value", "unit")
    return [dict(zip(keys, row, strict=True)) for row in rows]


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
    require(dataset, "weights at bounds", "weights", "model")
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


def _freezing(results: Results, values: Values) -> list[Row]:
    require(results.dataset, "freezing", "trials", "behaviour")
    names = ("freezing", *RECORDED, *(name for name, _ in TOLD_APART))
    return [
        (name.replace("_", " "), epoch, values.get((name, epoch), np.nan),
         quantities()[name]["units"])
        for name in names for epoch in results.design.shown
    ]  # fmt: skip


def _output_rate(results: Results, values: Values) -> list[Row]:
    """Rate of the output cells in the trials: to be read beside freezing, which saturates."""
    rate = results.freezing.rate
    name = names_of(results.dataset, with_label(results.dataset, f"role={OUTPUT}"))
    return [
        (f"{name} rate in trials", epoch, float(rate[results.trials(epoch)].mean()), "Hz")
        for epoch in results.design.tested if name
    ]  # fmt: skip


def _rates(results: Results, values: Values) -> list[Row]:
    return [("mean rate", name, rate, "Hz") for name, rate in results.rates.items()]


def _regime(results: Results, values: Values) -> list[Row]:
    return [("regime", it.population, it.rate, "Hz") for it in results.regime]


def _responsive(results: Results, values: Values) -> list[Row]:
    require(results.dataset, "responsive cells", "trials", "neurons", SIGNAL)
    return [
        (title, epoch, values.get((quantity, epoch), np.nan), _of_cells(results))
        for quantity, title, tested in (
            ("cs_excited", "CS-excited", results.design.tested),
            ("cs_inhibited", "CS-inhibited", results.design.roles("fear")),
        )
        for epoch in tested
    ]


def _of_cells(results: Results) -> str:
    """Unit of a share of the memory cells."""
    return f"percent of {names_of(results.dataset, cells_of(results.dataset))}"


def _ensembles(results: Results, values: Values) -> list[Row]:
    found = results.ensembles
    rows: list[Row] = [
        (title, "all", 100.0 * float(mask.mean()), _of_cells(results))
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


def _decoders(results: Results, values: Values) -> list[Row]:
    rows: list[Row] = []
    both = (("CS decoder", results.cs_decoding), ("state decoder", results.state_decoding))
    for title, found in both:
        if found is not None:
            rows.append((f"{title} accuracy", "all", found.accuracy, "1"))
            rows.append((f"{title} shuffled 95 %", "all", found.chance_95, "1"))
    return rows


def _calcium(results: Results, values: Values) -> list[Row]:
    require(results.dataset, "calcium responses", "trials", "calcium")
    design, unit = results.design, f"{results.dataset['calcium'].attrs['units']} s"
    shown = design.shown
    first_us = [epoch for epoch in shown if np.isfinite(values["calcium_us", epoch])][:1]
    rows: list[Row] = [
        (title, epoch, values[quantity, epoch], unit)
        for quantity, title, places in (
            ("calcium_cs", "calcium to CS", shown),
            ("calcium_us", "calcium to US", first_us),
        )
        for epoch in places
    ]
    return rows + [
        (f"astrocytes {name}", test, values.get((f"calcium_{name}", test), np.nan), "percent")
        for test in design.roles("test") for name in CLASSES
    ]  # fmt: skip


def _events(results: Results, values: Values) -> list[Row]:
    found, astrocytes = find_events(results.dataset), results.dataset.sizes["astrocyte"]
    rate = found.start.size / astrocytes if astrocytes else float("nan")
    return [("calcium events", "all", rate, "per astrocyte")]


def _weights(results: Results, values: Values) -> list[Row]:
    return [
        ("weights at bounds", pathway, share, "percent")
        for pathway, share in weights_at_bounds(results.dataset).items()
    ]
