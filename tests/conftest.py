"""What all tests share."""

import os

# Before Qt is imported: tests of widgets need no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
