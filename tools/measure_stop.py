"""How long it takes from Stop to the end, in each phase: loading, reading, writing.

    python tools/measure_stop.py [--model FOLDER | --random 2b4t] [--rounds N] [--threads N]

Runs the engine on its thread as the window does, stops at a random moment of the phase, and prints
the median and the longest time until the request has ended.
"""

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from ternchat.app.core import random_checkpoint
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_shapes import NAMED_SHAPES
from ternchat.app.core.turn import LoadOptions, Phase, Request
from ternchat.app.workers.engine_thread import EngineThread

FLEDGLING = Path(__file__).parents[1] / "resources" / "fledgling"
LONGEST_MS = 60_000
PHASES = (Phase.LOADING, Phase.READING, Phase.WRITING)


def main() -> None:
    """Measure and print."""
    options = arguments()
    app = QCoreApplication(sys.argv[:1])
    folder = options.model
    if options.random:
        folder = random_checkpoint.ensure_checkpoint(
            options.random, DataPaths.from_option(None).cache
        )
    model = InstalledModel(str(folder), Path(folder).name, Path(folder))
    print(f"{model.title}, {options.rounds} rounds")
    for phase in PHASES:
        times = [stop_in(phase, model, options) for _ in range(options.rounds)]
        known = [seconds for seconds in times if seconds is not None]
        if not known:
            print(f"{phase:8} over before it could be stopped")
            continue
        print(
            f"{phase:8} median {1000 * statistics.median(known):.0f} ms,"
            f" longest {1000 * max(known):.0f} ms ({len(known)} times)"
        )
    app.quit()


def stop_in(phase: Phase, model: InstalledModel, options: argparse.Namespace) -> float | None:
    """Seconds from Stop to the end; None when the phase was over too soon."""
    engine = EngineThread(LoadOptions(threads=options.threads))
    question = "rain and snow " * options.words if phase is Phase.READING else "Tell me a story."
    request = Request(model, ({"role": "user", "content": question, "id": 1},))
    if phase is not Phase.LOADING:
        run(engine, Request(model))
    loop, stopped, begun, endings = QEventLoop(), [], [], []

    def stop() -> None:
        stopped.append(time.perf_counter())
        engine.stop()

    def begin(_event: object) -> None:
        if not begun:
            begun.append(True)
            QTimer.singleShot(random.randrange(options.delay_ms), stop)

    signal = engine.steps_ready if phase is Phase.WRITING else engine.progressed
    signal.connect(begin)
    engine.finished.connect(endings.append)
    engine.finished.connect(loop.quit)
    engine.failed.connect(loop.quit)
    QTimer.singleShot(LONGEST_MS, loop.quit)
    engine.send(request)
    loop.exec()
    ended = time.perf_counter()
    engine.close()
    was_stopped = stopped and endings and endings[0].cancelled
    return ended - stopped[0] if was_stopped else None


def run(engine: EngineThread, request: Request) -> None:
    """Bring one request to its end."""
    loop = QEventLoop()
    engine.finished.connect(loop.quit)
    engine.failed.connect(loop.quit)
    engine.send(request)
    loop.exec()


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=FLEDGLING)
    parser.add_argument("--random", choices=NAMED_SHAPES)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--words", type=int, default=60, help="of the text that is read")
    parser.add_argument("--delay-ms", type=int, default=50, help="Stop comes within so long")
    return parser.parse_args()


if __name__ == "__main__":
    main()
