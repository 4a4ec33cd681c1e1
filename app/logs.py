"""The log files: what the program did, never what was written in it."""

import faulthandler
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 512 * 1024
BACKUPS = 3


def start_logging(folder: Path) -> None:
    """Log to `folder`, and leave a trace there when the process crashes."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "ternchat.log",
            maxBytes=MAX_BYTES,
            backupCount=BACKUPS,
            encoding="utf-8",
            delay=True,
        )
        crash = (folder / "crash.log").open("a", encoding="utf-8")  # open as long as we run
    except OSError:
        logging.getLogger(__name__).warning("no log can be kept in %s", folder, exc_info=True)
        return
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    root.addHandler(handler)
    faulthandler.enable(crash)
