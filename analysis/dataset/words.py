"""Labels: flags on disk, words in the hand of a reader.

A file holds labels as CF flag variables, small numbers with their meanings.  `as_words` gives them
as words, with which xarray selects; every analysis takes either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from analysis.dataset.errors import DatasetError
from analysis.dataset.rows import Variable
from analysis.dataset.table import BY_NAME, VARIABLES
from analysis.dataset.validation import is_label
from astrogram.text import shown


def flag_variable(
    name: str, values: ArrayLike, meanings: Sequence[str] | None = None
) -> xr.Variable:
    """Encode labels as a CF flag variable.

    Parameters
    ----------
    name : str
        A flag variable of the schema; gives dims, type and attributes.
    values : array_like of str, shape as the schema's dims
        Labels; the empty label becomes ``none``.
    meanings : sequence of str, optional
        Meanings in the order of their values, for a variable whose meanings the dataset names
        itself; default: as they first appear in `values`.

    Returns
    -------
    xarray.Variable
        ``int8`` with ``flag_values`` and ``flag_meanings``.

    Raises
    ------
    DatasetError
        If a label is not among the meanings or cannot be a CF flag meaning.
    """
    row = BY_NAME[name]
    names = np.asarray(values, dtype=str)
    names = np.where(names == "", "none", names)
    if row.flags:
        meanings = row.flags
    elif meanings is None:
        meanings = tuple(dict.fromkeys(names.ravel().tolist())) or ("none",)
    for word in meanings:
        if not is_label(word):
            raise DatasetError(
                f"label {shown(word)} of '{name}' cannot be stored: letters, digits and _ . + @ - "
                "are allowed; rename it in the protocol"
            )
    code = {word: value for value, word in enumerate(meanings)}
    unknown = sorted(set(names.ravel().tolist()) - set(code))
    if unknown or len(code) > 127:
        raise DatasetError(
            f"'{name}' has label {shown(', '.join(unknown[:3]))} ({len(code)} known, 127 at most); "
            f"allowed: {', '.join(meanings[:20])}; rename the label or add it to the schema"
        )
    data = np.array([code[word] for word in names.ravel().tolist()], "int8").reshape(names.shape)
    attrs = {
        **attributes_of(row),
        "flag_values": np.arange(len(meanings), dtype="int8"),
        "flag_meanings": " ".join(meanings),
    }
    return xr.Variable(row.dims, data, attrs)


def labels(variable: xr.DataArray) -> NDArray[np.str_]:
    """Labels of a CF flag variable, or of one that holds words, as an array of str of its shape."""
    if is_words(variable):
        return np.asarray(variable.values, dtype=str)
    meanings = np.array(str(variable.attrs["flag_meanings"]).split())
    values = np.atleast_1d(np.asarray(variable.attrs["flag_values"]))
    order = np.argsort(values)
    place = np.searchsorted(values[order], variable.values)
    return np.asarray(meanings[order][place])


def is_words(variable: xr.DataArray | xr.Variable) -> bool:
    """Whether a variable holds words."""
    return variable.dtype.kind in "UOT"


def as_words(dataset: xr.Dataset) -> xr.Dataset:
    """Return a valid dataset with words for its flags.

    Parameters
    ----------
    dataset : xarray.Dataset
        As `analysis.dataset.storage.read_dataset` gives it.

    Returns
    -------
    xarray.Dataset
        The same, each label a word: ``dataset["population"] == "BLA_P"``.
    """
    words = {
        row.name: (row.dims, labels(dataset[row.name]), attributes_of(row))
        for row in VARIABLES if row.flags is not None and row.name in dataset.variables
    }  # fmt: skip
    found = dataset.assign_coords(words)
    found.encoding = dict(dataset.encoding)
    return found


def as_flags(dataset: xr.Dataset) -> xr.Dataset:
    """Return a dataset with flags for its words, as files hold them.

    Raises
    ------
    DatasetError
        If a word cannot be a label.
    """
    flags = {
        row.name: flag_variable(row.name, dataset[row.name].values)
        for row in VARIABLES
        if row.flags is not None and row.name in dataset.variables
        and dataset[row.name].dims == row.dims and is_words(dataset[row.name])
    }  # fmt: skip
    return dataset.assign_coords(flags) if flags else dataset


def attributes_of(row: Variable) -> dict[str, Any]:
    """Attributes of a variable of the schema, but for its flags."""
    return {"long_name": row.long_name, "units": row.units, **dict(row.attrs)}
