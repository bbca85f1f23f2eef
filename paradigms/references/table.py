"""The reference checks: what this project computes beside what it should, in one table.

A check is a function that takes nothing and returns rows; `REFERENCES` names all of them. The
tests call the same functions and assert on their rows.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MET, MISSED, NOT_RUN = "met", "missed", "not run"


@dataclass(frozen=True)
class Check:
    """One row: a number of ours beside its reference.

    Attributes
    ----------
    check : str
        What is compared, in words.
    reference, ours : float
        The published, independent or exact value, and what the parts of this project give.
    tolerance : str
        What was asked of `ours`, such as ``"within 1 %"`` or ``"at most"``.
    verdict : str
        `MET`, `MISSED` or `NOT_RUN`.
    unit : str
        Of both numbers.
    note : str
        Source of the reference, and what a reader should know to judge the row.
    """

    check: str
    reference: float
    ours: float
    tolerance: str
    verdict: str
    unit: str = "1"
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the row is within its tolerance."""
        return self.verdict == MET


def near(
    check: str, reference: float, ours: float, *, absolute: float | None = None,
    relative: float | None = None, unit: str = "1", note: str = "",
) -> Check:  # fmt: skip
    """Row that asks `ours` to be within an `absolute` or `relative` distance of `reference`."""
    if (absolute is None) == (relative is None):
        raise ValueError("give one of absolute and relative")
    if absolute is not None:
        bound, text = absolute, f"within {absolute:g}"
    else:
        assert relative is not None
        bound, text = relative * abs(reference), f"within {100 * relative:g} %"
    return _row(check, reference, ours, text, abs(ours - reference) <= bound, unit, note)


def factor(
    check: str, reference: float, ours: float, times: float, *, unit: str = "1", note: str = ""
) -> Check:
    """Row that asks `ours` to be within a factor `times` of `reference`, both above 0."""
    met = ours > 0 and 1 / times <= ours / reference <= times
    return _row(check, reference, ours, f"within a factor {times:g}", met, unit, note)


def at_least(
    check: str, reference: float, ours: float, *, unit: str = "1", note: str = ""
) -> Check:
    """Row that asks `ours` to reach `reference`."""
    return _row(check, reference, ours, "at least", ours >= reference, unit, note)


def at_most(check: str, reference: float, ours: float, *, unit: str = "1", note: str = "") -> Check:
    """Row that asks `ours` not to exceed `reference`."""
    return _row(check, reference, ours, "at most", ours <= reference, unit, note)


def _row(
    check: str, reference: float, ours: float, tolerance: str, met: bool, unit: str, note: str
) -> Check:
    verdict = MET if met and math.isfinite(ours) else MISSED
    return Check(check, float(reference), float(ours), tolerance, verdict, unit, note)


@dataclass(frozen=True)
class Reference:
    """One check function: where it stands and whether it takes minutes."""

    subject: str
    module: str
    function: str
    slow: bool = False

    def run(self) -> list[Check]:
        """Import the module and compute the rows.

        Returns
        -------
        list of Check
            One row `NOT_RUN` where a library that the reference needs is not installed.
        """
        compute: Callable[[], Iterable[Check]] = getattr(
            importlib.import_module(self.module), self.function
        )
        try:
            return list(compute())
        except ModuleNotFoundError as error:
            nan, why = float("nan"), f"needs {error.name}, which is not installed"
            return [Check(self.function.replace("_", " "), nan, nan, "", NOT_RUN, note=why)]


def _references(
    subject: str, module: str, *functions: str, slow: tuple[str, ...] = ()
) -> tuple[Reference, ...]:
    return tuple(
        Reference(subject, f"paradigms.{module}", f"{name}_checks", name in slow)
        for name in (*functions, *slow)
    )


REFERENCES = (
    *_references(
        "single astrocyte", "references.astrocyte", "solver", "regime", "convergence"
    ),
    *_references("single astrocyte", "references.stability", "bifurcation", "noise"),
    *_references("single astrocyte", "references.nest", "nest"),
    *_references(
        "release", "references.release", "steady_state", "transition", "filtering", "receptor"
    ),
    *_references("tripartite synapse", "references.loop", "loop"),
    *_references("gap junction", "references.astrocyte", "conservation"),
    *_references(
        "calcium wave", "references.waves", "ring", "turnover", "grid",
        slow=("topology", "exogenous_ring"),
    ),
    *_references(
        "domain formulation", "references.domains", "domain_formulation", slow=("heterogeneity",)
    ),
    *_references(
        "neuron-glia network", "references.neuron_glia", "placement",
        slow=("neuron_glia", "full_size"),
    ),
    *_references("tag and capture", "references.tag_and_capture", "equations", "published"),
    *_references(
        "tag and capture", "references.tag_and_capture_recall", slow=("recall", "neuromodulator")
    ),
    *_references("fear network", "references.basal_amygdala", slow=("basal_amygdala",)),
)  # fmt: skip
"""All checks, in the order of the table."""


def run_references(
    *, quick: bool = False, announce: Callable[[str], None] | None = None
) -> Iterator[tuple[Reference, list[Check]]]:
    """Compute the checks one after the other.

    Parameters
    ----------
    quick : bool
        Leave out those that take minutes.
    announce : callable, optional
        Called with one line before each check.

    Yields
    ------
    tuple of Reference and list of Check
    """
    chosen = [reference for reference in REFERENCES if not (quick and reference.slow)]
    for place, reference in enumerate(chosen, start=1):
        if announce is not None:
            words = reference.function.replace("_", " ")
            announce(f"{place} of {len(chosen)}: {reference.subject}, {words}")
        yield reference, reference.run()
