"""The numbers of one animal that comparisons between animals and with the paper are made of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from analysis.activity.cells import with_label
from analysis.activity.ensembles import Responses
from analysis.activity.handoff import predict_targets
from analysis.activity.information import cs_information
from analysis.activity.transfer import STATES, cs_transfer, state_transfer
from analysis.astrocytes.calcium import CLASSES, epoch_area
from analysis.cohort.behaviour import behaviour_values
from analysis.cohort.courses import Courses, courses_of
from analysis.cohort.results import Results, Values, results_of
from analysis.cohort.trace import trace_values
from analysis.dataset.facets import NotMeasured, require
from analysis.dataset.schema import labels
from analysis.design.contrasts import family
from analysis.design.epochs import Design
from analysis.design.own_rows import design_text
from analysis.packaged import read_table
from analysis.statistics import correlation

NAN = float("nan")
LEAD = 0.02  # s by which prefrontal activity is shifted to tell which area is the earlier


@dataclass(frozen=True)
class MeasuredAnimal:
    """What was measured in one animal, simulated or recorded.

    Attributes
    ----------
    group : str
        ``control``, or what was done to it (``tables/groups.csv``).
    seed : int
        Seed.
    origin : tuple of str
        Protocol, clock and hash of the parameters.
    values : dict
        (quantity, epoch) -> value; NaN where it cannot be measured.
    trials : dict
        ``stage`` and ``block`` of every trial, its ``freezing`` (percent) and its
        ``fear_output`` (held-out output of the decoder of fear state; NaN where there is none).
    design : Design
        Its epochs, and the rows that its protocol asks for.
    courses : dict
        What its astrocytes do from hour to hour (`analysis.cohort.courses.courses_of`).
    """

    group: str
    seed: int
    origin: tuple[str, str, str]
    values: Values = field(repr=False)
    trials: dict[str, list[Any]] = field(default_factory=dict, repr=False)
    design: Design = field(default=Design(), repr=False)
    courses: Courses = field(default_factory=dict, repr=False)

    def record(self) -> dict[str, Any]:
        """Return what `analysis.cohort.dataset.gather` takes beside group and seed, for JSON."""
        values = [[*key, value] for key, value in self.values.items()]
        return {
            "origin": list(self.origin), "values": values, "trials": self.trials,
            "design": design_text(self.design), "courses": self.courses,
        }  # fmt: skip


def group_of(dataset: xr.Dataset) -> str:
    """Name the group: as the cohort named it, else by the interventions that took place."""
    if "group" in dataset.attrs:
        return str(dataset.attrs["group"])
    if "intervention_kind" not in dataset:
        return "control"
    known = {row["kind"]: row["group"] for row in read_table("groups")}
    kinds = np.unique(labels(dataset["intervention_kind"])).tolist()
    return "+".join(sorted({known.get(kind.lower(), kind) for kind in kinds})) or "control"


def measure(given: xr.Dataset | Results) -> MeasuredAnimal:
    """Measure one animal.

    Parameters
    ----------
    given : xarray.Dataset or Results
        A valid dataset, or what was found in one already.

    Returns
    -------
    MeasuredAnimal
        With behaviour and calcium of every epoch, responsive cells (percent) and information (bits)
        of the epochs with matched windows, ensembles and their drift, decoders within and across
        epochs and their output beside freezing, what the memory cells predict of others, and whom
        sessions recruit of the astrocytes: the rows of ``tables/quantities.csv``.  Quantities that
        need a facet which the dataset lacks are not among its values.

    Raises
    ------
    NotMeasured
        If the dataset has no trials.
    """
    results = results_of(given)
    dataset, design = results.dataset, results.design
    require(dataset, "an animal", "trials")
    values: Values = {}
    for quantity in (
        behaviour_values, trace_values, _calcium, _responsive, _information,
        _decoder_freezing, _ensembles,
        _transfer, _handoff, _fear_output,
    ):  # fmt: skip
        with suppress(NotMeasured):  # the comparison says so of each row that asks for it
            values |= quantity(results)
    attrs, none = dataset.attrs, np.full(dataset.sizes["trial"], NAN)
    origin = (
        str(attrs.get("protocol", "")), str(attrs.get("clock", "")),
        str(attrs.get("parameters_hash", "")),
    )  # fmt: skip
    trials = {
        "stage": labels(dataset["trial_stage"]).tolist(),
        "block": dataset["trial_block"].values.tolist(),
        "freezing": (dataset["freezing"].values if "freezing" in dataset else none)
        .astype(float).tolist(),
        "fear_output": _output(results).tolist(),
    }  # fmt: skip
    seed = int(attrs.get("seed", 0))
    courses = courses_of(dataset)
    return MeasuredAnimal(group_of(dataset), seed, origin, values, trials, design, courses)


def responsive_share(dataset: xr.Dataset, found: Responses, cells: str) -> float:
    """Percent of those of the cells tested that carry a label that the stimulus changes.

    `cells` is a condition such as ``projection=PL`` (`analysis.activity.cells.with_label`).
    """
    chosen = np.isin(found.cells, with_label(dataset, cells))
    return 100.0 * _mean((found.excited | found.inhibited)[chosen])


def _calcium(results: Results) -> Values:
    values: Values = {}
    dataset, design = results.dataset, results.design
    cs, us = results.cs_evoked, results.us_evoked
    known = design.role("fear")
    reference = epoch_area(dataset, cs, known) if known else NAN
    for epoch in (each.name for each in design):
        to_cs, to_us = epoch_area(dataset, cs, epoch), epoch_area(dataset, us, epoch)
        values["calcium_cs", epoch] = to_cs
        values["calcium_us", epoch] = to_us
        values["calcium_cs_ratio", epoch] = to_cs / reference if reference > 0 else NAN
        values["calcium_us_ratio", epoch] = to_us / reference if reference > 0 else NAN
        # A response to the stimulus of about nothing makes no sense below a fraction.
        values["calcium_us_cs", epoch] = to_us / max(to_cs, 0.01 * to_us) if to_us > 0 else NAN
    test = design.role("test")
    if known and test:
        classes = results.classes
        for name in CLASSES:
            values[f"calcium_{name}", test] = 100.0 * _mean(classes == name)
        present = float(np.unique(classes).size)
        values["calcium_classes", test] = present if classes.size else NAN
    return values


def _responsive(results: Results) -> Values:
    values: Values = {}
    for epoch in results.design.tested:
        found = results.responses(results.trials(epoch))
        values["cs_excited", epoch] = 100.0 * _mean(found.excited)
        values["cs_inhibited", epoch] = 100.0 * _mean(found.inhibited)
        for quantity, cells in family("cs_responsive").items():
            values[quantity, epoch] = responsive_share(results.dataset, found, cells)
    return values


def _information(results: Results) -> Values:
    return {
        ("cs_information", epoch): _mean(cs_information(results.dataset, results.trials(epoch)))
        for epoch in results.design.tested
    }


def _ensembles(results: Results) -> Values:
    """Fear and extinction cells, and what becomes of the pattern and cells of recalled fear."""
    values: Values = {}
    found, drift, design = results.ensembles, results.drift, results.design
    if len(design.roles("fear", "test", "return")) == 3:
        values["fear_cells", "all"] = 100.0 * _mean(found.fear_cells)
        values["extinction_cells", "all"] = 100.0 * _mean(found.extinction_cells)
    reference = design.role("fear")
    for epoch in [name for name in drift.epochs if reference and name != reference]:
        for quantity, matrix in (
            ("pattern_similarity", drift.similarity),
            ("ensemble_overlap", drift.overlap),
            ("ensemble_turnover", 100.0 * drift.turnover),
        ):
            values[quantity, epoch] = drift.to(matrix, reference, epoch)
    return values


def _transfer(results: Results) -> Values:
    """Decoders trained in one epoch (or pair of epochs) and applied to the others."""
    values: Values = {}
    design = results.design
    cs, state = cs_transfer(results.dataset), state_transfer(results.dataset)
    reference = design.role("fear")
    for column, epoch in enumerate(cs.names):
        values["cs_output", epoch] = float(cs.output[column, column])
        if reference in cs.names:
            row = cs.names.index(reference)
            values["cs_transfer", epoch] = 100.0 * float(cs.accuracy[row, column])
    pairs = {" - ".join(design.roles(*pair)): pair for pair in STATES}
    trained = " - ".join(design.roles(*STATES[0]))
    if trained in state.names:
        row = state.accuracy[state.names.index(trained)]
        for name, accuracy in zip(state.names, row, strict=True):
            # Named by the epoch that the training pair lacks, or by its own second one
            fear, calm = pairs[name]
            new = design.role(calm if fear == STATES[0][0] else fear)
            values["state_transfer", new] = 100.0 * float(accuracy)
    return values


def _output(results: Results) -> np.ndarray:
    """Output of the decoder of fear state in every trial, NaN where there is none."""
    output = np.full(results.dataset.sizes["trial"], NAN)
    with suppress(NotMeasured):
        if (track := results.state_track) is not None:
            output[track.trials] = track.output.mean(axis=1)
    return output


def _fear_output(results: Results) -> Values:
    """Output of the decoder of fear state in epochs, and how it goes with freezing."""
    track, output = results.state_track, _output(results)
    if track is None:
        return {}
    values: Values = {("state_freezing_r", "all"): track.r}
    values["state_freezing_parts_r", "all"] = track.r_parts
    for epoch in (each.name for each in results.design):
        inside = output[results.trials(epoch)]
        values["fear_output", epoch] = _mean(inside[np.isfinite(inside)])
    return values


def _handoff(results: Results) -> Values:
    """What the memory cells predict of others beyond trials in another order."""
    values: Values = {}
    # A narrow scan and one control: this is measured in every animal of a cohort
    targets = {cells: cells for cells in family("handoff").values()}
    every = predict_targets(results.dataset, targets, lags=(-LEAD, 0.0, LEAD), shuffles=1)
    for cells, found in every.items():
        explained, lead, rank = (
            next(quantity for quantity, of in family(name).items() if of == cells)
            for name in ("handoff", "handoff_lead", "handoff_rank")
        )
        for epoch in results.design.tested:
            value = found.beyond_chance(results.trials(epoch))[1]
            values[explained, epoch] = 100.0 * float(value)
        whole = found.beyond_chance()
        values[explained, "all"] = 100.0 * float(whole[1])
        values[lead, "all"] = 100.0 * float(whole[2] - whole[0])
        values[rank, "all"] = float(np.median(found.rank[1]))
    return values


def _decoder_freezing(results: Results) -> Values:
    require(results.dataset, "decoder output with freezing", "behaviour")
    decoded, r = results.cs_decoding, NAN
    if decoded is not None:
        r = correlation(results.dataset["freezing"].values[decoded.trials], decoded.output)
    return {("decoder_freezing_r", "all"): r}


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else NAN
