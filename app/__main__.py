"""`python -m ternchat.app`: the same as the command `ternchat`."""

import sys

from ternchat.app.main import main

if __name__ == "__main__":
    sys.exit(main())
