"""The one check of a cohort before its first animal: seeds, files, every protocol, room on disk."""

from __future__ import annotations

from collections.abc import Sequence

from astrogram.text import shown
from models.parameters import load_parameters
from models.tissue.drawing import at_rest, background
from paradigms.cohort.subject import Subject
from paradigms.protocol.files import Protocol, parse_protocol
from paradigms.run.output import check_name, check_writable
from paradigms.run.preflight import Needs, RequestError, check_room, needed, prepare

MOST_ANIMALS = 10_000
"""Of one cohort, all groups together; a robustness map is one, too."""


def check_count(seeds: int, groups: int, draws: int = 1) -> None:
    """Refuse a cohort of no or absurdly many animals.

    Raises
    ------
    RequestError
    """
    if not 1 <= seeds * groups * draws <= MOST_ANIMALS:
        many = f"{draws} draws of " if draws > 1 else ""
        raise RequestError(
            f"{many}{seeds} animals in each of {groups} groups are {shown(seeds * groups * draws)} "
            f"in all; allowed: 1 to {MOST_ANIMALS}"
        )


def check_cohort(missing: Sequence[Subject], *, jobs: int, drawn: bool = True) -> None:
    """Check the animals of a cohort that are to be simulated, before its first worker starts.

    Parameters
    ----------
    missing : sequence of Subject
    jobs : int
        How many run at a time on this machine; 0 if they run elsewhere.
    drawn : bool
        Whether each animal's own parameters are checked. A robustness map asks whether an animal is
        possible at all, and keeps a refusal as its answer.

    Raises
    ------
    AstrogramError
        As `prepare`; or if a file of an animal cannot be written, or disk or memory will not do.
    """
    for subject in missing:
        check_name(subject.dataset)
        check_name(subject.measured)
    check_writable(missing[0].dataset)
    protocols: dict[str, Protocol] = {}
    plans: dict[tuple, Needs] = {}
    animals = set()
    needs = []
    for subject in missing:
        text = subject.protocol_toml
        if text not in protocols:
            protocols[text] = parse_protocol(text, f"protocol of group {subject.group}")
        protocol = protocols[text]
        plan = (text, subject.size, subject.clock)
        overrides = {**protocol.overrides, **(subject.overrides if drawn else {})}
        animal = (*plan[1:], tuple(overrides.items()), subject.seed)
        if plan not in plans or (drawn and animal not in animals):
            found = prepare(
                protocol, seed=subject.seed, size=subject.size, clock=subject.clock,
                overrides=overrides,
            )  # fmt: skip
            plans[plan] = needed(found)
            animals.add(animal)
        needs.append(plans[plan])
    usual = at_rest(load_parameters())
    for values in {animal[-2] for animal in animals}:
        changed = load_parameters(dict(values))
        if at_rest(changed) != usual:  # seconds, and known to go well otherwise
            background(changed)
    at_once = sorted(needs, key=lambda need: -need.temporary)[:jobs]
    kept = sum(need.dataset for subject, need in zip(missing, needs, strict=True) if subject.keep)
    check_room(
        Needs(kept, sum(need.temporary for need in at_once), sum(need.memory for need in at_once)),
        missing[0].dataset,
    )
