"""``python -m paradigms`` is the command ``astrogram``."""

import sys

from paradigms.cli import main

sys.exit(main())
