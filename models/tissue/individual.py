"""How animals differ beyond their wiring: each has its own value of some parameters."""

from __future__ import annotations

import numpy as np

from models.parameters import ParameterSet
from models.streams import stream

GROUP = "individual"


def individual(parameters: ParameterSet, seed: int) -> ParameterSet:
    """Return the parameters of one animal.

    Each parameter that a row of the table ``individual`` names is multiplied by a log-normal factor
    of mean one whose coefficient of variation is the row's value, and kept within its bounds. What
    the others draw does not depend on it.

    Parameters
    ----------
    parameters : ParameterSet
        Those of the mean animal. ``--set individual.NAME=0`` makes all animals alike in NAME.
    seed : int
        The animal.

    Returns
    -------
    ParameterSet
    """
    drawn = {}
    for row in parameters.rows():
        if row.group != GROUP or parameters.value(row.key) == 0:
            continue
        sigma = np.sqrt(np.log1p(row.value**2))
        z = stream(seed, f"{GROUP}/{row.name}").standard_normal()
        mean = parameters[row.name]
        value = mean.value * np.exp(sigma * z - 0.5 * sigma**2)
        drawn[row.name] = repr(float(np.clip(value, mean.low, mean.high)))
    return parameters.with_values(drawn)
