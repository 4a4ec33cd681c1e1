"""Makes everything Ternchat needs, then starts it or its tests.

    python3 start.py [ternchat arguments]       the program
    python3 start.py test [pytest arguments]    the checks and tests

The environment goes into .venv beside this file; the next start finds it there. Standard
library only; this file parses on every Python 3, so that an old one gets a sentence.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def main() -> int:
    """Run what the arguments say; gives the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036
        found = ".".join(map(str, sys.version_info[:3]))
        print("start.py: Ternchat needs Python 3.11 or newer; this is " + found, file=sys.stderr)
        return 1
    sys.path.insert(0, os.path.join(ROOT, "packaging"))
    from bootstrap import commands

    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
