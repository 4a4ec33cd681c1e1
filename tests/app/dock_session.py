"""A session with a message bus: what the dock is told while two models are fetched.

Run inside `dbus-run-session`; prints each update that an independent listener saw.
"""

import re
import subprocess

from PySide6.QtCore import QCoreApplication, Qt

from ternchat.app.core.progress import Progress, State
from ternchat.app.workers.dock_progress import DockProgress
from ternchat.app.workers.taskbar import taskbar_of

RULE = "type='signal',interface='com.canonical.Unity.LauncherEntry'"
HIDDEN = re.compile(r'"progress-visible"\s+variant +boolean false')


def main() -> None:
    app = QCoreApplication([])
    with subprocess.Popen(
        ["dbus-monitor", "--session", RULE], stdout=subprocess.PIPE, text=True, bufsize=1
    ) as monitor:
        while "NameLost" not in monitor.stdout.readline():
            pass  # from then on it is a monitor
        dock = DockProgress(taskbar_of(lambda: 0), app)
        for progress in (
            Progress("one", State.QUEUED),
            Progress("one", State.RESOLVING),
            Progress("one", State.DOWNLOADING, 100, 1000),
            Progress("one", State.DOWNLOADING, 101, 1000),
            Progress("one", State.STALLED, 500, 1000),
            Progress("two", State.COPYING, 0, 1000),
            Progress("one", State.READY, 1000, 1000),
            Progress("two", State.VERIFYING, 1000, 1000),
            Progress("two", State.FAILED, 1000, 1000),
        ):
            dock.on_progress(progress)
        dock.on_application_state(Qt.ApplicationState.ApplicationActive)
        text = ""
        while not HIDDEN.search(text) or not text.rstrip(" ").endswith("]\n"):
            text += monitor.stdout.readline()  # to the end of the last thing told
        monitor.terminate()
    print(text)


main()
