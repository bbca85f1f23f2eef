"""``python -m paradigms`` is the command ``astrogram``."""

import sys

from astrogram.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
