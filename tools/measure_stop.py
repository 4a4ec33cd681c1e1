"""How long it takes from Stop to the end, in each phase: loading, the prompt, reading, writing.

    python tools/measure_stop.py [--model FOLDER | --random 2b4t] [--large-tokenizer] [--rounds N]

Runs the engine on its thread as the window does, stops at a random moment of the phase, and prints
the median and the longest time until the request has ended. And how long the window's thread is
kept from running while a model is loaded: the longest gap between two beats of a timer of 5 ms.

With `--large-tokenizer` the model gets a tokenizer as large as Llama 3's (large_tokenizer.py).
"""

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import large_tokenizer
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QTimer, Slot

from ternchat.app.core import random_checkpoint
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_shapes import NAMED_SHAPES
from ternchat.app.core.turn import LoadOptions, Request
from ternchat.app.workers.engine_thread import EngineThread

FLEDGLING = Path(__file__).parents[1] / "resources" / "fledgling"
LONGEST_MS = 60_000
BEAT_MS = 5


@dataclass(frozen=True)
class Phase:
    """When a request is stopped.

    Attributes:
        question: what is asked, of a model that is there already; None: to load it.
        begin: the name of the signal that the phase begins with; None: with the request.
        longest_ms: Stop comes within so long; None: as the arguments say.
    """

    name: str
    question: str | None = None
    begin: str | None = "progressed"
    longest_ms: int | None = None


class Heartbeat(QObject):
    """The longest time in which the thread could not take care of a timer."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_seconds = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_seconds = max(self.longest_seconds, now - self._last)
        self._last = now


def main() -> None:
    """Measure and print."""
    options = arguments()
    app = QCoreApplication(sys.argv[:1])
    with ExitStack() as stack:
        folder = options.model
        if options.random:
            cache = DataPaths.from_option(None).cache
            folder = random_checkpoint.ensure_checkpoint(options.random, cache)
        if options.large_tokenizer:
            folder = with_large_tokenizer(folder, Path(stack.enter_context(scratch())))
        measure(InstalledModel(str(folder), Path(folder).name, Path(folder)), options)
    app.quit()


def measure(model: InstalledModel, options: argparse.Namespace) -> None:
    """Stop in each phase, and look how the window's thread fares."""
    print(f"{model.title}, {options.rounds} rounds")
    for phase in (
        Phase("loading", longest_ms=options.loading_ms),
        Phase("prompt", "rain and snow " * 280_000, begin=None, longest_ms=1000),
        Phase("reading", "rain and snow " * options.words),
        Phase("writing", "Tell me a story.", begin="steps_ready"),
    ):
        known = [s for _ in range(options.rounds) if (s := stop_in(phase, model, options))]
        print(f"{phase.name:8} {summary(known)}" if known else f"{phase.name:8} over too soon")
    gaps = [gap_while_loading(model, options) for _ in range(options.rounds)]
    print(f"longest gap of the window's thread while loading: {summary(gaps)}")


def stop_in(phase: Phase, model: InstalledModel, options: argparse.Namespace) -> float | None:
    """Seconds from Stop to the end; None when the phase was over too soon."""
    engine = EngineThread(LoadOptions(threads=options.threads))
    messages: tuple[dict[str, object], ...] = ()
    if phase.question is not None:
        run(engine, Request(model))
        messages = ({"role": "user", "content": phase.question, "id": 1},)
    loop, stopped, begun, endings = QEventLoop(), [], [], []

    def stop() -> None:
        stopped.append(time.perf_counter())
        engine.stop()

    def begin(_event: object = None) -> None:
        if not begun:
            begun.append(True)
            QTimer.singleShot(random.randrange(phase.longest_ms or options.delay_ms), stop)

    if phase.begin is not None:
        getattr(engine, phase.begin).connect(begin)
    engine.finished.connect(endings.append)
    end_with(engine, loop.quit)
    engine.send(Request(model, messages))
    if phase.begin is None:
        begin()
    loop.exec()
    ended = time.perf_counter()
    engine.close()
    was_stopped = stopped and endings and endings[0].cancelled
    return ended - stopped[0] if was_stopped else None


def gap_while_loading(model: InstalledModel, options: argparse.Namespace) -> float:
    """The longest gap of the window's thread, in seconds."""
    engine = EngineThread(LoadOptions(threads=options.threads))
    heart = Heartbeat()
    run(engine, Request(model))
    longest = heart.longest_seconds
    engine.close()
    return longest


def run(engine: EngineThread, request: Request) -> None:
    """Bring one request to its end."""
    loop = QEventLoop()
    end_with(engine, loop.quit)
    engine.send(request)
    loop.exec()


def end_with(engine: EngineThread, quit_loop: Callable[[], None]) -> None:
    """Leave the loop when the request has ended, and in any case some time."""
    engine.finished.connect(quit_loop)
    engine.failed.connect(quit_loop)
    QTimer.singleShot(LONGEST_MS, quit_loop)


def with_large_tokenizer(model: Path, folder: Path) -> Path:
    """The same model in a folder of its own, with the large tokenizer."""
    size = json.loads((model / "config.json").read_text("utf-8"))["vocab_size"]
    if size < large_tokenizer.VOCABULARY:
        sys.exit(f"{model} has {size:,} tokens; the tokenizer needs {large_tokenizer.VOCABULARY:,}")
    for file in model.iterdir():
        (folder / file.name).symlink_to(file.resolve())
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(FLEDGLING / "tokenizer_config.json", folder)
    text = json.dumps(large_tokenizer.contents(), ensure_ascii=False, indent=1)
    (folder / "tokenizer.json").write_text(text, "utf-8")
    return folder


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the measurement is over."""
    return tempfile.TemporaryDirectory(prefix="ternchat-")


def summary(seconds: list[float]) -> str:
    """The median and the longest of some times."""
    median, longest = (1000 * value for value in (statistics.median(seconds), max(seconds)))
    return f"median {median:.0f} ms, longest {longest:.0f} ms ({len(seconds)} times)"


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=FLEDGLING)
    parser.add_argument("--random", choices=NAMED_SHAPES)
    parser.add_argument("--large-tokenizer", action="store_true")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--words", type=int, default=60, help="of the text that is read")
    parser.add_argument("--delay-ms", type=int, default=50, help="Stop comes within so long")
    parser.add_argument("--loading-ms", type=int, default=1500, help="the same while loading")
    return parser.parse_args()


if __name__ == "__main__":
    main()
