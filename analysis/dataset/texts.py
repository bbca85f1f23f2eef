"""Attributes that a file can hold and a terminal can show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from analysis.dataset.errors import DatasetError
from astrogram.text import shown

#: Lines and tabs are text; other control characters cut it short in a file (NUL) or are obeyed by
#: a terminal, and half a surrogate pair cannot be written at all.
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")


def check_texts(dataset: xr.Dataset, source: str) -> None:
    """Check that every attribute is text or numbers that a file can hold and a terminal show.

    Raises
    ------
    DatasetError
        Names the first that is not, in one line.
    """
    everything: list[tuple[Any, Mapping[Any, Any]]] = [("the dataset", dataset.attrs)]
    everything += [(name, variable.attrs) for name, variable in dataset.variables.items()]
    for name, attrs in everything:
        for key, value in {"name": name, **attrs}.items():
            where = f"{source}: attribute {shown(key)} of {shown(name)}"
            if isinstance(value, str):
                texts = [value]
            elif isinstance(value, list | tuple | np.ndarray):
                array = np.asarray(value)
                texts = [item for item in array.ravel().tolist() if isinstance(item, str)]
                if array.dtype.kind not in "iufU":
                    raise DatasetError(
                        f"{where} is a list of mixed kinds, which files cannot hold; write text or "
                        "numbers"
                    )
            elif is_number(value):
                texts = []
            else:
                raise DatasetError(
                    f"{where} is a {type(value).__name__}, which files cannot hold; write text or "
                    "a number"
                )
            for text in (str(key), *texts):
                strange = _NO_TEXT.search(text)
                if strange:
                    raise DatasetError(
                        f"{where} holds the control character {strange.group()!a}; allowed: "
                        "text that can be printed; remove it"
                    )


def is_number(value: Any) -> bool:
    """Whether a value is a number, which true and false are not."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    return number and not isinstance(value, bool)
