"""The analysis needs neither the simulator nor the other two packages."""

import subprocess
import sys

CODE = """
import importlib, pkgutil, sys
for name in ("brian2", "models", "paradigms"):
    sys.modules[name] = None  # importing it now fails
import analysis
names = [m.name for m in pkgutil.walk_packages(analysis.__path__, "analysis.")]
assert len(names) > 40
for name in names:
    importlib.import_module(name)
assert not any(name.startswith(("brian2.", "models.", "paradigms.")) for name in sys.modules)
assert "matplotlib.pyplot" not in sys.modules
"""


def test_analysis_stands_alone():
    subprocess.run([sys.executable, "-c", CODE], check=True)
