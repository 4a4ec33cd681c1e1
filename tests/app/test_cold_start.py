"""What is not imported before there is something to see."""

import json
import subprocess
import sys

HEAVY = (
    "numpy", "tokenizers", "huggingface_hub", "safetensors", "torch", "transformers", "pypdf",
    "tomli_w", "pygments", "ternchat.engine.model", "ternchat.ext",
)  # fmt: skip
START = """
import json, sys
from PySide6.QtWidgets import QApplication
from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core.paths import DataPaths

def seen(shown):
    if shown:
        print(json.dumps(sorted(sys.modules)))
        app.quit()

paths = DataPaths.from_option(sys.argv[1])
paths.create()
app = QApplication([])
context = AppContext.build(app, paths, arguments.parse(["--data-dir", sys.argv[1]]))
context.window.seen.connect(seen)
context.settings.restore()
context.window.show()
assert context.close()
"""


def test_nothing_heavy_is_imported_before_the_window_is_shown(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stdout)
    assert "ternchat.app.views.main_window" in modules
    assert [name for name in HEAVY if name in modules] == []
