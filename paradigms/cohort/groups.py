"""The groups of a cohort, read from a TOML file: what is done to the animals of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from astrogram.text import shown
from paradigms.cohort.changes import changed
from paradigms.protocol.files import Protocol, load_protocol, parse_intervention, parse_protocol
from paradigms.protocol.reading import ProtocolError, Table
from paradigms.protocol.toml_files import read_toml

GROUPS_DIR = Path(__file__).parents[1] / "groups"


@dataclass(frozen=True)
class Group:
    """One group: interventions as on the command line, parameters and a protocol that differ.

    `own` is the group's own protocol, None for that of the cohort; `change`, what is otherwise in
    it (`paradigms.cohort.changes`).
    """

    name: str
    intervene: tuple[str, ...]
    overrides: dict[str, str]
    own: Protocol | None = None
    change: dict[str, Any] = field(default_factory=dict)

    def protocol(self, plan: Protocol) -> Protocol:
        """Return the group's protocol, by default `plan`, with its changes and interventions."""
        plan = changed(self.own or plan, self.change, f"group {shown(self.name)}")
        return plan.with_interventions([parse_intervention(item, plan) for item in self.intervene])


def shipped_groups() -> list[str]:
    """Return the names of the group files that ship with the project, sorted."""
    return sorted(path.stem for path in GROUPS_DIR.glob("*.toml"))


def load_groups(source: str | Path) -> list[Group]:
    """Read a shipped group file by name, or a file by path.

    Raises
    ------
    ProtocolError
        If there is no such file, or its content is refused.
    """
    path = Path(source)
    if path.suffix != ".toml":
        if str(source) not in shipped_groups():
            raise ProtocolError(
                f"groups {shown(str(source))} are not known; allowed: "
                f"{', '.join(shipped_groups())}, or the path of a .toml file"
            )
        path = GROUPS_DIR / f"{source}.toml"
    content = read_toml(path)
    table = Table(path.name, content)
    groups = [_read(path, item) for item in table.tables("group")]
    table.finish()
    if not groups:
        raise ProtocolError(f"{path.name}: no group; add a [[group]] table with a name")
    names = [group.name.lower() for group in groups]  # they name files, whose case may not count
    for name in names:
        if names.count(name) > 1:
            raise ProtocolError(
                f"{path.name}: group {shown(name)} stands twice; give each its own name"
            )
    return groups


def ask_beside(
    plan: Protocol, groups: Sequence[Group], file: Path
) -> tuple[Protocol, list[Group]]:
    """Let a cohort's protocol, and those of its groups, ask for a file's epochs and contrasts, too.

    A group's own protocol asks for those that it can have and does not name itself; that of the
    cohort must have them all.

    Raises
    ------
    RowsError, ProtocolError
        If the file is refused, or the cohort's protocol cannot have an epoch or contrast of it.
    """
    from analysis.dataset.errors import RowsError
    from analysis.design.epochs import Own
    from analysis.design.own_rows import load_rows
    from analysis.design.own_rows import with_rows as joined

    rows = load_rows(file)

    def asking(protocol: Protocol, own: Own) -> Protocol:
        return parse_protocol(joined(protocol.text, own), f"{protocol.name} with {file.name}")

    def can_have(protocol: Protocol, own: Own) -> bool:
        try:
            asking(protocol, own)
        except (ProtocolError, RowsError):
            return False
        return True

    def possible(protocol: Protocol) -> Own:
        epochs = tuple(x for x in rows.epochs if can_have(protocol, Own((x,), ())))
        contrasts = tuple(x for x in rows.contrasts if can_have(protocol, Own(epochs, (x,))))
        return Own(epochs, contrasts)

    changed = [
        group if group.own is None
        else replace(group, own=asking(group.own, possible(group.own)))
        for group in groups
    ]  # fmt: skip
    return asking(plan, rows), changed


def _read(path: Path, item: object) -> Group:
    where = path.name
    assert isinstance(item, dict)  # what Table.tables returns
    table = Table(where, item)
    name = table.label("name", 'name = "control"')
    table.where = f"{where}: group {shown(name)}"
    intervene = item.get("intervene", [])
    own = None
    if table.has("protocol"):
        named = table.text("protocol", 'protocol = "my_protocol.toml"')
        own = load_protocol(path.parent / named if named.endswith(".toml") else named)
    if not isinstance(intervene, list) or not all(isinstance(x, str) for x in intervene):
        raise table.refuse("intervene", 'must be a list such as ["Gq=1@extinction_1"]')
    table.known.add("intervene")
    change = item.get("change", {})
    if not isinstance(change, dict):
        raise table.refuse("change", 'must be a table such as { "night_1.offline" = "21 days" }')
    table.known.add("change")
    settings = table.settings("set")
    table.finish()
    return Group(name, tuple(intervene), settings, own, change)
