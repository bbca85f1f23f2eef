"""Every TOML example of the docs does what the page says."""

import re

import pytest

from paradigms.cohort.groups import load_groups
from paradigms.protocol.files import load_protocol, parse_protocol
from paradigms.protocol.timeline import animal_timeline
from tests.support.circuit import draw
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
EXAMPLES = [
    (page.name, match)
    for page in sorted(DOCS.glob("*.md"))
    for match in re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
]


def test_the_docs_have_examples_of_each_sort():
    pages = [page for page, _ in EXAMPLES]
    assert {"protocols.md", "interventions.md", "cohorts.md"} <= set(pages)


@pytest.mark.parametrize(("page", "text"), EXAMPLES)
def test_an_example_can_be_run(page, text, tmp_path):
    """A whole protocol, a file of groups, or lines for the end of a protocol."""
    path = tmp_path / "mine.toml"
    if "[[group]]" in text:
        path.write_text(text, encoding="utf-8")
        plan = load_protocol("fear_extinction")
        for name in re.findall(r'^protocol = "(\w+\.toml)"', text, re.M):  # a file beside it
            (tmp_path / name).write_text(plan.text, encoding="utf-8")
        for group in load_groups(path):
            draw(group.protocol(plan), overrides=group.overrides)
        return
    whole = "[[session]]" in text
    plan = parse_protocol(text if whole else load_protocol("fear_extinction").text + text, page)
    for clock in plan.clocks:
        assert animal_timeline(plan, clock.name, 1).trials
    animal = draw(plan, overrides=plan.overrides)
    assert len(animal.timeline.interventions) >= len(plan.interventions)
    for kind in {item.kind for item in plan.interventions}:
        assert kind in text
