"""Measures what the conversation costs: opening, scrolling, streaming, memory.

    python tools/measure_conversation.py [--json] [--shape NAME ...]

Runs without a screen (Qt's offscreen platform, software rendering). Opening is the time that
passes, everything else what the program takes of the processor, painting what changed included;
memory is that of the whole program, without a model.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget
from stream_shapes import ANSWER, SHAPES

from ternchat.app.cli.arguments import parse
from ternchat.app.context import AppContext
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.paths import DataPaths

MESSAGES = 2000
TOKENS = 10_000
TOKEN = 4  # characters
WINDOW = 100  # tokens around the places that are compared
PLACES = (WINDOW, *range(1000, TOKENS, 1000), TOKENS - WINDOW)


class Steps(QObject):
    """Runs a generator step by step in the event loop, so that timers run in between."""

    def __init__(self, app: QApplication, steps: Iterator[None]) -> None:
        super().__init__()
        self._app, self._steps = app, steps
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    def run(self) -> None:
        """Run to the end."""
        self._timer.start()
        self._app.exec()

    @Slot()
    def _next(self) -> None:
        try:
            next(self._steps)
        except StopIteration:
            self._timer.stop()
            self._app.exit()  # quit() would close the window, and nothing would be painted


def main() -> int:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="stream only this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), options.shape)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        for name, value in results.items():
            print(f"{name:58} {value}")
    return 0


def measure(folder: Path, shapes: list[str] | None) -> dict[str, float | int | str]:
    """All figures by name, or those of streaming some shapes of answers."""
    app = QApplication([sys.argv[0]])
    paths = DataPaths.from_option(folder)
    paths.create()
    context = AppContext.build(app, paths, parse([]))
    window, conversation = context.window, context.conversation
    window.resize(1160, 780)
    window.show()
    window.repaint()
    results: dict[str, float | int | str] = {"memory at the start, MB": memory()}
    view = window.page.conversation

    def opening() -> Iterator[None]:
        yield
        for count in (20, MESSAGES):
            conversation.set_messages(chat(0))
            yield
            results[f"opening {count} messages, ms"] = timed(
                lambda: (conversation.set_messages(chat(count)), window.repaint())  # noqa: B023
            )
            yield

    def scrolling() -> Iterator[None]:
        bar = view.verticalScrollBar()
        for name, positions in (
            ("scrolling by the wheel", range(bar.maximum(), bar.maximum() - 30_000, -60)),
            ("jumping about", [bar.maximum() * (n * 37 % 100) // 100 for n in range(100)]),
        ):
            frames = []
            for position in positions:
                started = time.process_time()
                bar.setValue(position)
                paint(window)
                frames.append(1000 * (time.process_time() - started))
                yield
            results[f"{name}, ms a frame: median"] = round(statistics.median(frames), 1)
            results[f"{name}, ms a frame: mean"] = round(statistics.mean(frames), 1)
            results[f"{name}, ms a frame: 95 of 100 below"] = round(
                statistics.quantiles(frames, n=20)[-1], 1
            )
            results[f"{name}, ms a frame: longest"] = round(max(frames), 1)
        results["widgets of messages after scrolling"] = len(view.message_widgets())

    def streaming(name: str, begin: str, text: str) -> Iterator[None]:
        conversation.set_messages([question(1), answer(2, "", State.WRITING)])
        conversation.append_text(2, begin)
        feed = view.message_widgets()[-1]._feed  # noqa: SLF001
        whole = text * (TOKENS * TOKEN // len(text) + 1)
        done, means = 0, []
        for at in PLACES:
            first = (at - WINDOW // 2) * TOKEN
            for start in range(done, first, 1000):
                conversation.append_text(2, whole[start : min(first, start + 1000)])
                yield
            costs = []
            for start in range(first, first + WINDOW * TOKEN, TOKEN):
                while feed.resting:  # as between tokens that come at their own pace
                    yield
                started = time.process_time()
                conversation.append_text(2, whole[start : start + TOKEN])
                paint(window)
                costs.append(1000 * (time.process_time() - started))
                yield
            done = first + WINDOW * TOKEN
            means.append(round(statistics.mean(costs), 2))
        results[f"streaming {name}, ms a token"] = (
            f"{means[0]} at {PLACES[0]}, {means[-1]} at {PLACES[-1]}, {max(means)} where it is most"
        )

    if shapes is None:
        Steps(app, opening()).run()
        results["memory with 2,000 messages open, MB"] = memory()
        Steps(app, scrolling()).run()
        results["memory after scrolling, MB"] = memory()
    for name in shapes or SHAPES:
        Steps(app, streaming(name, *SHAPES[name])).run()
    results["memory at the end, MB"] = memory()
    context.close()
    return results


def question(id_: int) -> Message:
    """A person's message."""
    return Message(id_, 1, id_ - 1 or None, Role.USER, f"Question {id_}: what is rain?")


def answer(id_: int, text: str, state: State = State.DONE) -> Message:
    """A model's message."""
    return Message(id_, 1, id_ - 1, Role.ASSISTANT, text, state)


def chat(count: int) -> list[Message]:
    """That many messages, no two of them the same: nothing is found in a cache."""
    text = ANSWER.replace("splash", "splash {0}").replace("air", "air {0}")
    return [
        answer(n, text.replace("{0}", str(n)) * (n % 3 + 1)) if n % 2 == 0 else question(n)
        for n in range(1, count + 1)
    ]


def paint(window: QWidget) -> None:
    """Paint what changed, now instead of a little later."""
    QApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest)


def timed(act: Callable[[], object]) -> float:
    """How long something takes, in milliseconds."""
    started = time.perf_counter()
    act()
    return round(1000 * (time.perf_counter() - started), 1)


def memory() -> float:
    """What the program takes and does not share, in megabytes."""
    return round(psutil.Process().memory_full_info().uss / 1e6, 1)


if __name__ == "__main__":
    sys.exit(main())
