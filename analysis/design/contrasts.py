"""The rows of a comparison, and what can be measured: the package's own tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from analysis.design.targets import expectation
from analysis.packaged import read_table

WHOLE = "all"
"""Where a quantity stands that is measured once in an animal."""


@dataclass(frozen=True)
class Contrast:
    """A row of a comparison: a value, or a difference between epochs or groups, and its target.

    Attributes
    ----------
    name : str
        The row.
    quantity : str
        A row of ``tables/quantities.csv``.
    epoch, minus_epoch : str
        Epoch, or `WHOLE`; epoch whose value is subtracted within each animal, or ``""``.
    group, minus_group : str
        Group; group that it is compared with, or ``""``.
    form : str
        ``value``, ``difference``, ``ratio`` (of groups) or ``correlation`` (over animals of both).
    beside, beside_epoch : str
        Quantity with which a correlation is, and its epoch; ``""``: `epoch`.
    expect : str
        What would meet it (`analysis.design.targets`), or ``""``.
    value, sem : float, optional
        Published (or otherwise expected) value and its standard error.
    n, trust, note : str
        Its number of animals, how far it can be trusted, and where it is from.
    decisive : bool
        Whether it belongs to the pattern of signs that decides.
    trials : int, optional
        Number of trials that the epoch's stage must have for the row to speak of it.
    """

    name: str
    quantity: str = "freezing"
    epoch: str = WHOLE
    minus_epoch: str = ""
    group: str = "control"
    minus_group: str = ""
    form: str = "value"
    beside: str = ""
    expect: str = ""
    value: float | None = None
    sem: float | None = None
    n: str = ""
    trust: str = ""
    note: str = ""
    decisive: bool = False
    trials: int | None = None
    beside_epoch: str = ""

    @property
    def unit(self) -> str:
        """Unit of its value."""
        plain = self.form in ("value", "difference")
        return quantities()[self.quantity]["units"] if plain else "1"

    @property
    def epochs(self) -> tuple[str, ...]:
        """Epochs that it speaks of."""
        named = self.epoch, self.minus_epoch, self.beside_epoch
        return tuple(name for name in named if name not in ("", WHOLE))

    @property
    def other(self) -> Contrast:
        """What a correlation is with, as a row of its own."""
        return replace(self, quantity=self.beside, epoch=self.beside_epoch or self.epoch)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that it speaks of."""
        return tuple(name for name in (self.group, self.minus_group) if name)


@cache
def quantities() -> dict[str, dict[str, str]]:
    """Return the table of quantities by name, in order."""
    return {row["quantity"]: row for row in read_table("quantities")}


def family(name: str) -> dict[str, str]:
    """Return the quantities that ask one question of several kinds of cells.

    Parameters
    ----------
    name : str
        Column ``family`` of the table of quantities.

    Returns
    -------
    dict of str to str
        By quantity, the cells that it is asked of: see `analysis.activity.cells.with_label`.
    """
    return {key: row["cells"] for key, row in quantities().items() if row["family"] == name}


PUBLISHED = "targets_section1", "targets_section2"
"""Tables of the published experiments, each with the rows of one."""


@cache
def published_contrasts(table: str = "targets_section1") -> tuple[Contrast, ...]:
    """Return the rows of a table of the package as contrasts, in order."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    return tuple(
        Contrast(
            row["row"], row["quantity"], row["epoch"], row.get("minus_epoch", ""), row["group"],
            row["minus_group"], row["form"], row.get("beside", ""),
            expectation(row["rule"], row.get("value", ""), row["bar"], row.get("of", "")),
            number(row.get("value", "")), number(row.get("sem", "")), row.get("n", ""),
            row.get("trust", ""), row["note"], bool(row["decisive"]),
            int(row["trials"]) if row.get("trials") else None,
        )
        for row in read_table(table)
    )  # fmt: skip
