"""Who is wired to whom in the circuit `basal_amygdala_2011`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameters import ParameterError, ParameterSet
from models.streams import stream
from models.tissue.wiring import Edges, draw_edges

PATHWAYS = (("E", "E"), ("E", "I"), ("I", "E"), ("I", "I"))
SIZE_RANGE = (500, 100_000)


@dataclass(frozen=True)
class Wiring:
    """One network as host arrays.

    Attributes
    ----------
    n_E, n_I, n_population : int
        Excitatory and inhibitory cells; cells of the fear population, which come first among the
        excitatory, and of the extinction population, which come last.
    edges : dict of (pre, post) to Edges
        Peak conductances in nS.
    v_E, v_I : ndarray
        Initial potentials, V.
    w_cs, w_context : ndarray, shape (n_E,)
        Initial plastic conductances, nS.
    w_cs_I : ndarray, shape (n_I,)
        Fixed CS conductances of inhibitory cells, nS.
    rank : ndarray, shape (n_I,)
        Order in which inhibitory cells are silenced.
    """

    n_E: int
    n_I: int
    n_population: int
    edges: dict[tuple[str, str], Edges]
    v_E: NDArray[np.float64]
    v_I: NDArray[np.float64]
    w_cs: NDArray[np.float64]
    w_context: NDArray[np.float64]
    w_cs_I: NDArray[np.float64]
    rank: NDArray[np.int32]

    @property
    def fear(self) -> NDArray[np.int64]:
        """Excitatory cells that context A reaches."""
        return np.arange(self.n_population)

    @property
    def extinction(self) -> NDArray[np.int64]:
        """Excitatory cells that context B reaches."""
        return np.arange(self.n_E - self.n_population, self.n_E)


def draw_wiring(
    parameters: ParameterSet,
    seed: int,
    size: int | None = None,
    p: Mapping[str, float] | None = None,
) -> Wiring:
    """Draw one network.

    Parameters
    ----------
    parameters : ParameterSet
        Of the circuit ``basal_amygdala_2011``.
    seed : int
        Wiring and initial values follow from it.
    size : int, optional
        Number of cells, by default that of the tables. Mean in-degrees stay those of the tables.
    p : mapping of str to float, optional
        Other connection probabilities at full size, such as ``{"I_to_I": 0.5}``.

    Returns
    -------
    Wiring

    Raises
    ------
    ParameterError
        If `size` is outside `SIZE_RANGE` or too small for the in-degrees.
    """
    full = {name: round(parameters.value(f"population.n_{name}")) for name in "EI"}
    scale = 1.0 if size is None else size / sum(full.values())
    if size is not None and not SIZE_RANGE[0] <= size <= SIZE_RANGE[1]:
        raise ParameterError(f"size = {size} cells; allowed: {SIZE_RANGE[0]} to {SIZE_RANGE[1]}")
    n = {name: round(count * scale) for name, count in full.items()}
    edges = {}
    for pre, post in PATHWAYS:
        name = f"{pre}_to_{post}"
        chance = (p or {}).get(name, parameters.value(f"projection.{name}.p"))
        if chance > scale:
            raise ParameterError(
                f"size = {sum(n.values())} cells is too small for projection.{name}.p = "
                f"{chance:g}; allowed: at least {chance * sum(full.values()):.0f} cells"
            )
        rng = stream(seed, f"wiring/{name}")
        drawn = draw_edges(rng, np.arange(n[pre]), np.arange(n[post]), chance * full[pre], 1.0, 0.0)
        mean = parameters.value(f"projection.w_{pre}")
        spread = parameters.value("projection.w_sd")
        weight = np.maximum(0, rng.normal(mean, spread, len(drawn)))
        edges[pre, post] = Edges(drawn.source, drawn.target, weight)
    rng = stream(seed, "initial")

    def normal(mean: float, spread: float, count: int) -> NDArray[np.float64]:
        return np.maximum(0, rng.normal(mean, spread, count))

    E_L, E_L_sd = parameters.value("lif.E_L"), parameters.value("cell.E_L_sd")
    w_cs, w_cs_sd = parameters.value("input.w_cs"), parameters.value("input.w_cs_sd")
    return Wiring(
        n_E=n["E"],
        n_I=n["I"],
        n_population=round(parameters.value("population.share") * n["E"]),
        edges=edges,
        v_E=1e-3 * rng.normal(E_L, E_L_sd, n["E"]),
        v_I=1e-3 * rng.normal(E_L, E_L_sd, n["I"]),
        w_cs=normal(w_cs, w_cs_sd, n["E"]),
        w_context=normal(
            parameters.value("input.w_context"), parameters.value("input.w_context_sd"), n["E"]
        ),
        w_cs_I=normal(w_cs, w_cs_sd, n["I"]),
        rank=rng.permutation(n["I"]).astype(np.int32),
    )
