"""The circuit that a newcomer writes: the code of docs/compose.md, run as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_runs_and_is_under_sixty_lines(tmp_path):
    text = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
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
    spikes, events = map(int, re.findall(r"(\d+) (?:spikes|gliotransmitter)", done.stdout))
    assert 100 < spikes < 50 * 10 * 100
    assert events > 0
