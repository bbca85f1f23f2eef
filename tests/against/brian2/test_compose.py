"""The circuits that a newcomer writes: the code of docs/compose.md, run as it stands."""

import os
import re
import subprocess
import sys

from tests.support.paths import ROOT


def examples():
    """Return the blocks of code of the page, and its advice on guarding a run as a statement."""
    text = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
    codes = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    (guard,) = re.findall(r"`(models\.checks\.guard\(.*?\))`", text)
    return codes, guard


def carried_out(code, folder):
    script = folder / "circuit.py"
    script.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def said(code, folder):
    assert len(code.splitlines()) < 60
    done = carried_out(code, folder)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_example_runs_and_is_under_sixty_lines(tmp_path):
    told = said(examples()[0][0], tmp_path)
    spikes, events = map(int, re.findall(r"(\d+) (?:spikes|gliotransmitter)", told))
    assert 100 < spikes < 50 * 10 * 100
    assert events > 0


def test_the_example_of_further_parts_runs(tmp_path):
    told = said(examples()[0][1], tmp_path)
    numbers = [float(word) for word in re.findall(r"\d+\.\d+", told)]
    share, held, free, least, most = numbers
    assert 0.5 < share < 1
    assert held == 0 < 0.05 < free
    assert 0 < least < most < 1


def test_the_guard_of_the_page_stops_the_example(tmp_path):
    (code, _), guard = examples()
    spoilt = code.replace(
        "b2.run(10 * b2.second)",
        "astrocytes.C[3] = np.nan * b2.umolar\n"
        f"import models.checks\n{guard}\nb2.run(0.3 * b2.second)",
    )
    assert spoilt.count("models.checks.guard") == 1
    done = carried_out(spoilt, tmp_path)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert re.match(r"models\.checks\.RegimeError: \w+ of astrocyte 3 is nan", last)
    assert "spikes" not in done.stdout
