"""A dataset that differs in one variable."""

import numpy as np


def changed(dataset, name, **changes):
    variable = dataset[name]
    new = dataset.copy()
    new[name] = (
        changes.get("dims", variable.dims),
        np.asarray(changes.get("values", variable.values), changes.get("dtype")),
        {**variable.attrs, **changes.get("attrs", {})},
    )
    return new
