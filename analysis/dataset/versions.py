"""Datasets of the versions before: what they lack follows from what they hold.

Version 2 knew the populations of one circuit and nothing else of a neuron.  Their region, role and
transmitter are rows of ``tables/populations.csv``; all its datasets were simulated.  Version 3 had
one conditioned and one unconditioned stimulus, without names, and no behaviour but freezing: it
lacks what may be lacking.
"""

from __future__ import annotations

import xarray as xr

from analysis.dataset.table import BY_NAME, SCHEMA_VERSION
from analysis.dataset.validation import check_variable
from analysis.dataset.words import flag_variable, labels
from analysis.packaged import read_table

BEFORE = ("2", "3")
_LABELS = ("region", "role", "transmitter")


def upgraded(dataset: xr.Dataset, source: str) -> xr.Dataset:
    """Return a dataset of version 2 or 3 as one of this version, any other as it is.

    Parameters
    ----------
    dataset : xarray.Dataset
        Read from a file, not validated yet.
    source : str
        Name used in the message.

    Raises
    ------
    DatasetError
        If it names its populations in no way that could be read.
    """
    version = dataset.attrs.get("schema_version")
    if not isinstance(version, str) or version not in BEFORE or "paradigm" in dataset.attrs:
        return dataset
    found = _with_labels(dataset, source) if version == "2" else dataset.copy()
    found.attrs |= {"schema_version": SCHEMA_VERSION}
    found.encoding = dict(dataset.encoding)
    return found


def _with_labels(dataset: xr.Dataset, source: str) -> xr.Dataset:
    """Return a dataset of version 2 with what version 3 says of its cells."""
    check_variable(dataset, BY_NAME["population"], source)
    rows = {row["population"]: row for row in read_table("populations")}
    population = labels(dataset["population"]).tolist()
    found = dataset.assign_coords({
        name: flag_variable(name, [rows.get(word, {}).get(name, "") for word in population])
        for name in _LABELS
    })  # fmt: skip
    return found.assign_attrs(source="simulation")
