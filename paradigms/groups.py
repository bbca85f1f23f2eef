"""The groups of a cohort, read from a TOML file: what is done to the animals of each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from astrogram.text import shown
from paradigms.protocol import Protocol, parse_intervention
from paradigms.reading import ProtocolError, Table

GROUPS_DIR = Path(__file__).parent / "groups"


@dataclass(frozen=True)
class Group:
    """One group: interventions as on the command line, and parameters that differ."""

    name: str
    intervene: tuple[str, ...]
    overrides: dict[str, str]

    def protocol(self, plan: Protocol) -> Protocol:
        """Return `plan` with the group's interventions."""
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
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProtocolError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path.name}: {error}; see docs/cohorts.md for an example") from None
    table = Table(path.name, content)
    groups = [_read(path.name, item) for item in table.tables("group")]
    table.finish()
    if not groups:
        raise ProtocolError(f"{path.name}: no group; add a [[group]] table with a name")
    names = [group.name for group in groups]
    for name in names:
        if names.count(name) > 1:
            raise ProtocolError(f"{path.name}: group {shown(name)} stands twice")
    return groups


def _read(where: str, item: object) -> Group:
    assert isinstance(item, dict)  # what Table.tables returns
    table = Table(where, item)
    name = table.label("name", 'name = "control"')
    table.where = f"{where}: group {shown(name)}"
    intervene = item.get("intervene", [])
    overrides = item.get("set", {})
    if not isinstance(intervene, list) or not all(isinstance(x, str) for x in intervene):
        raise table.refuse("intervene", 'must be a list such as ["Gq=1@extinction_1"]')
    if not isinstance(overrides, dict) or not all(isinstance(x, str) for x in overrides.values()):
        raise table.refuse("set", 'must be a table such as { "plasticity.eta" = "0" }')
    table.known |= {"intervene", "set"}
    table.finish()
    return Group(name, tuple(intervene), dict(overrides))
