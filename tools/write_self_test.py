"""Writes the reference that a model's self-test is held against: `write_self_test.py FOLDER`.

To be run when the model's weights have changed, on a machine whose kernels are known to be right.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from ternchat import engine
from ternchat.engine import self_test


def main(folder: Path) -> None:
    """Let the model answer and write down what it says."""
    model = engine.load(folder, isa="scalar")
    run = self_test.answer(model)
    (folder / self_test.REFERENCE_FILE).write_text(json.dumps(asdict(run)) + "\n", "utf-8")
    model.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
