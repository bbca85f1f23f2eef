"""The numbers of one animal that comparisons between animals and with the paper are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from analysis.calcium import CLASSES, cs_evoked, epoch_area, heterogeneity, us_evoked
from analysis.decoding import decode_cs
from analysis.ensembles import Responses, cs_responses
from analysis.information import cs_information
from analysis.schema import labels
from analysis.windows import epoch_trials, epochs, read_table

NAN = float("nan")
REFERENCE = "early_extinction"  # epoch to which calcium responses are compared
SHOWN = (
    "before_conditioning", "conditioning_first", "conditioning_last", REFERENCE,
    "late_extinction", "retrieval", "renewal",
)  # fmt: skip
TESTED = ("before_conditioning", REFERENCE, "late_extinction", "retrieval", "renewal")


@dataclass(frozen=True)
class Animal:
    """One simulated animal.

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
    """

    group: str
    seed: int
    origin: tuple[str, str, str]
    values: dict[tuple[str, str], float] = field(repr=False)


def group_of(dataset: xr.Dataset) -> str:
    """Name the group: as the cohort named it, else by the interventions that took place."""
    if "group" in dataset.attrs:
        return str(dataset.attrs["group"])
    known = {row["kind"]: row["group"] for row in read_table("groups")}
    kinds = np.unique(labels(dataset["intervention_kind"])).tolist()
    return "+".join(sorted({known.get(kind.lower(), kind) for kind in kinds})) or "control"


def measure(dataset: xr.Dataset) -> Animal:
    """Measure one animal.

    Parameters
    ----------
    dataset : xarray.Dataset
        A valid dataset.

    Returns
    -------
    Animal
        With freezing (percent) and calcium of every epoch, responsive cells (percent) and
        information (bits) of the epochs with matched windows, and the correlation over trials of
        the stimulus decoder's held-out output with freezing.
    """
    values: dict[tuple[str, str], float] = {}
    freezing = dataset["freezing"].values
    for epoch in epochs():
        values["freezing", epoch] = _mean(freezing[epoch_trials(dataset, epoch)])
    values |= _calcium(dataset)
    for epoch in TESTED:
        values |= _responsive(dataset, epoch)
    values["decoder_freezing_r", "all"] = _decoder_freezing(dataset)
    attrs = dataset.attrs
    origin = (attrs["protocol"], attrs["clock"], attrs["parameters_hash"])
    return Animal(group_of(dataset), int(attrs["seed"]), origin, values)


def responsive_share(dataset: xr.Dataset, found: Responses, projecting_to_pl: bool) -> float:
    """Percent of cells, projecting to PL or not, that the stimulus excites or inhibits."""
    to_pl = labels(dataset["projection"])[found.cells] == "PL"
    chosen = to_pl if projecting_to_pl else ~to_pl
    return 100.0 * _mean((found.excited | found.inhibited)[chosen])


def _calcium(dataset: xr.Dataset) -> dict[tuple[str, str], float]:
    values: dict[tuple[str, str], float] = {}
    cs, us = cs_evoked(dataset), us_evoked(dataset)
    reference = epoch_area(dataset, cs, REFERENCE)
    for epoch in epochs():
        to_cs, to_us = epoch_area(dataset, cs, epoch), epoch_area(dataset, us, epoch)
        values["calcium_cs", epoch] = to_cs
        values["calcium_us", epoch] = to_us
        values["calcium_cs_ratio", epoch] = to_cs / reference if reference > 0 else NAN
        values["calcium_us_ratio", epoch] = to_us / reference if reference > 0 else NAN
        # A response to the stimulus of about nothing makes no sense below a fraction.
        values["calcium_us_cs", epoch] = to_us / max(to_cs, 0.01 * to_us) if to_us > 0 else NAN
    classes = heterogeneity(dataset)
    for name in CLASSES:
        values[f"calcium_{name}", "retrieval"] = 100.0 * _mean(classes == name)
    present = float(np.unique(classes).size)
    values["calcium_classes", "retrieval"] = present if classes.size else NAN
    return values


def _responsive(dataset: xr.Dataset, epoch: str) -> dict[tuple[str, str], float]:
    trials = epoch_trials(dataset, epoch)
    if not trials.size:
        return {}
    found = cs_responses(dataset, trials)
    return {
        ("cs_excited", epoch): 100.0 * _mean(found.excited),
        ("cs_inhibited", epoch): 100.0 * _mean(found.inhibited),
        ("cs_responsive_PL", epoch): responsive_share(dataset, found, True),
        ("cs_responsive_not_PL", epoch): responsive_share(dataset, found, False),
        ("cs_information", epoch): _mean(cs_information(dataset, trials)),
    }


def _decoder_freezing(dataset: xr.Dataset) -> float:
    decoded = decode_cs(dataset, shuffles=0)
    if decoded is None:
        return NAN
    freezing = dataset["freezing"].values[decoded.trials]
    if decoded.trials.size < 3 or np.ptp(freezing) == 0 or np.ptp(decoded.output) == 0:
        return NAN
    return float(np.corrcoef(freezing, decoded.output)[0, 1])


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else NAN
