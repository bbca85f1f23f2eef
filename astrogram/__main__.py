"""The command ``astrogram``, also as ``python -m astrogram``."""

import sys

from astrogram.rooms import InTheWayError, check_rooms
from astrogram.text import one_line


def main() -> int:
    """Run the command line and return the exit status; see `paradigms.command.cli.main`."""
    try:
        check_rooms()
    except InTheWayError as error:
        print(f"astrogram: {one_line(str(error))}", file=sys.stderr)
        return 2
    from paradigms.command.signals import until_interrupted

    def work() -> int:
        from paradigms.command.cli import command  # Ctrl-C ends that, too, without a traceback

        return command()

    return until_interrupted(work)


if __name__ == "__main__":
    sys.exit(main())
