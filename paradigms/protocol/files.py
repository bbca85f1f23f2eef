"""Protocols read from TOML files, those of the project and those of users.

A protocol says what is done to the animal in the time of the real experiment. How long that
takes in the simulation is the business of a clock (`paradigms.protocol.timeline`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from astrogram.text import one_line, shown, suggestion
from paradigms.protocol.declared import (
    read_clocks,
    read_contexts,
    read_stimuli,
    used_contexts,
    used_stimuli,
)
from paradigms.protocol.intervention_reading import Kinds, parse_intervention, read_interventions
from paradigms.protocol.keys import PROTOCOL
from paradigms.protocol.plan import Clock, Intervention, Phase, Protocol, Session
from paradigms.protocol.reading import ProtocolError, Table, refuse_twice
from paradigms.protocol.scoring import check_scoring
from paradigms.protocol.sessions import read_session
from paradigms.protocol.things import BUILT_IN
from paradigms.protocol.toml_files import parse_toml, read_text

__all__ = [
    "Clock",
    "Intervention",
    "Phase",
    "Protocol",
    "ProtocolError",
    "Session",
    "load_protocol",
    "parse_intervention",
    "parse_protocol",
    "shipped_protocols",
]

PROTOCOLS_DIR = Path(__file__).parents[1] / "protocols"


def shipped_protocols() -> list[str]:
    """Return the names of the protocols that ship with the project, sorted."""
    return sorted(path.stem for path in PROTOCOLS_DIR.glob("*.toml"))


def load_protocol(source: str | Path, kinds: Kinds | None = None) -> Protocol:
    """Read a shipped protocol by name or a protocol file by path.

    Parameters
    ----------
    source : str or Path
        Name such as ``"fear_extinction"``, or the path of a ``.toml`` file.
    kinds : mapping of str to paradigms.protocol.interventions.TargetedTool, optional
        Interventions allowed; those of `paradigms.protocol.interventions` by default.

    Returns
    -------
    Protocol

    Raises
    ------
    ProtocolError
        If there is no such protocol, or its content is refused.

    Examples
    --------
    >>> [session.name for session in load_protocol("fear_extinction").sessions][:2]
    ['conditioning', 'night_1']
    """
    given = str(source)
    if given.endswith(".toml") or isinstance(source, Path):
        path = Path(given)
    elif given in shipped_protocols():
        path = PROTOCOLS_DIR / f"{given}.toml"
    else:
        names = shipped_protocols()
        raise ProtocolError(
            f"protocol {shown(given)} is not known; allowed: {', '.join(names)}, or the path of "
            f"a .toml file{suggestion(given, names)}"
        )
    return parse_protocol(read_text(path), path.name, kinds)


def parse_protocol(text: str, where: str, kinds: Kinds | None = None) -> Protocol:
    """Read a protocol from TOML `text`; `where` names it in messages. See `load_protocol`."""
    where = one_line(where)
    table = Table(where, parse_toml(text, where), PROTOCOL)
    name, title, reference = (table.read(key) for key in ("name", "title", "reference"))
    clocks = read_clocks(table)
    default = table.read("default_clock", [clock.name for clock in clocks])
    overrides = table.settings("set")
    found = table.tables("intervention")
    stimuli, contexts = read_stimuli(table), read_contexts(table)
    known = {**BUILT_IN, **stimuli}
    sessions = tuple(read_session(where, item, known, contexts) for item in table.tables("session"))
    refuse_twice(where, "session", [session.name for session in sessions])
    if not any(session.phases for session in sessions):
        raise ProtocolError(f"{where}: no awake session; add a [[session]] with [[session.phase]]")
    table.finish()
    used = used_stimuli(where, stimuli, sessions), used_contexts(where, contexts, sessions)
    check_scoring(table.values, sessions, where)
    _check_parameters(where, overrides)
    protocol = Protocol(
        name, title, reference, clocks, default, sessions, (), text.removeprefix("\ufeff"),
        overrides, *used,
    )  # fmt: skip
    return replace(protocol, interventions=read_interventions(where, found, protocol, kinds))


def _check_parameters(where: str, overrides: dict[str, str]) -> None:
    if not overrides:
        return
    from models.parameters import ParameterError, load_parameters
    from models.units import UnitError

    try:
        load_parameters(overrides)
    except (ParameterError, UnitError) as error:
        raise ProtocolError(f"{where}: set: {error}") from None
