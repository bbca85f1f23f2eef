"""``python -m paradigms`` is the command ``astrogram``."""

import sys

from paradigms.command.signals import until_interrupted


def main() -> int:
    """Run the command line and return the exit status; see `paradigms.command.cli.main`."""

    def work() -> int:
        from paradigms.command.cli import command  # Ctrl-C ends that, too, without a traceback

        return command()

    return until_interrupted(work)


if __name__ == "__main__":
    sys.exit(main())
