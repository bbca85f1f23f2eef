"""The circuits that a newcomer writes: the code of docs/compose.md, run as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def said_by_example(number, tmp_path):
    text = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)[number]
    assert len(code.splitlines()) < 60
    script = tmp_path / "circuit.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_example_runs_and_is_under_sixty_lines(tmp_path):
    said = said_by_example(0, tmp_path)
    spikes, events = map(int, re.findall(r"(\d+) (?:spikes|gliotransmitter)", said))
    assert 100 < spikes < 50 * 10 * 100
    assert events > 0


def test_the_example_of_further_parts_runs(tmp_path):
    numbers = [float(word) for word in re.findall(r"\d+\.\d+", said_by_example(1, tmp_path))]
    share, held, free, least, most = numbers
    assert 0.5 < share < 1
    assert held == 0 < 0.05 < free
    assert 0 < least < most < 1
