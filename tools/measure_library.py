"""Measures what many chats cost the window: opening, listing, searching, imports, backups.

    python tools/measure_library.py import [--megabytes 100]
    python tools/measure_library.py many [--chats 20000] [--messages 500000] [--folder FOLDER]

Runs without a screen. "import" brings in an export of ChatGPT while the window lives; "many" makes
a store once (kept in FOLDER, where one is given) and does to it what a person does. Told is how
long one action takes, or how late the window's thread was for an event at most: in wall time, and
in processor time of that thread.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from ternchat.app.cli.arguments import parse
from ternchat.app.context import AppContext
from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.paths import DataPaths
from ternchat.app.views.search_palette import SearchPalette

BEAT_MS = 4
TYPED = "the rain in spain"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Heartbeat(QObject):
    """Notices how late the window's thread is for a timer."""

    def __init__(self) -> None:
        super().__init__()
        self._last = time.perf_counter()
        self._cpu = time.thread_time()
        self.longest_ms = self.cpu_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def begin(self) -> None:
        """Forget what was before."""
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self.longest_ms = self.cpu_ms = 0.0

    @Slot()
    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.longest_ms = max(self.longest_ms, 1000 * (now - self._last) - BEAT_MS)
        self.cpu_ms = max(self.cpu_ms, 1000 * (cpu - self._cpu))
        self._last, self._cpu = now, cpu


class Words:
    """Text of a vocabulary in which few words are frequent, as in any language."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        letters = "eeeetttaaooiinnsshhrrddlluucmwfgypbvk"
        self._words = ["the", "rain", "in", "spain"] + [
            "".join(self._random.choices(letters, k=self._random.randint(2, 11)))
            for _ in range(40_000)
        ]

    def text(self, count: int) -> str:
        """So many words."""
        numbers = (int(len(self._words) * self._random.random() ** 4) for _ in range(count))
        return " ".join(self._words[number] for number in numbers)


class Program:
    """The whole program with its window, on a data folder."""

    def __init__(self, folder: Path) -> None:
        self.app = QApplication([sys.argv[0]])
        paths = DataPaths.from_option(folder)
        paths.create()
        self.tell("open the program", lambda: self._open(paths))
        window = self.context.window
        window.resize(1160, 780)
        self.tell("show the window", lambda: (window.show(), window.repaint()))
        self.beat = Heartbeat()
        self.live(0.5)

    def _open(self, paths: DataPaths) -> None:
        self.context = AppContext.build(self.app, paths, parse([]))

    def tell(self, name: str, act: Callable[[], object]) -> None:
        """Print how long an action takes."""
        started, cpu = time.perf_counter(), time.thread_time()
        act()
        wall, cpu = time.perf_counter() - started, time.thread_time() - cpu
        print(f"{name:56} {1000 * wall:8.0f} ms  (processor {1000 * cpu:6.0f})", flush=True)

    def watch(self, name: str, done: Callable[[], bool]) -> None:
        """Print how late the window's thread was at most until something is done."""
        self.beat.begin()
        started = time.perf_counter()
        while not done():
            self.live(0.1)
        seconds = time.perf_counter() - started
        beat = self.beat
        print(
            f"{name:56} {beat.longest_ms:8.0f} ms  (processor {beat.cpu_ms:6.0f})"
            f"  in {seconds:.1f} s",
            flush=True,
        )

    def live(self, seconds: float) -> None:
        """Let events happen."""
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop, loop.quit)
        loop.exec()


def export_of_chatgpt(path: Path, megabytes: int) -> int:
    """Write conversations of all sizes; gives their number."""
    words, rng, count = Words(), random.Random(2), 0
    with open(path, "w", encoding="utf-8") as file:
        file.write("[")
        while file.tell() < megabytes * 1_000_000:
            file.write(",\n" if count else "")
            json.dump(_conversation(words, rng, count), file, ensure_ascii=False)
            count += 1
        file.write("]")
    return count


def _conversation(words: Words, rng: random.Random, number: int) -> dict[str, object]:
    mapping: dict[str, object] = {}
    length = 2 * rng.randint(1, 12) if number % 200 else 400
    for place in range(length):
        text = words.text(rng.randint(20, 120) if place % 2 == 0 else rng.randint(100, 600))
        mapping[f"{number}-{place}"] = {
            "id": f"{number}-{place}",
            "parent": f"{number}-{place - 1}" if place else None,
            "children": [f"{number}-{place + 1}"],
            "message": {
                "author": {"role": "assistant" if place % 2 else "user"},
                "create_time": 1_700_000_000 + number,
                "content": {"content_type": "text", "parts": [f"“{text}”" if place % 5 else text]},
                "status": "finished_successfully",
                "weight": 1.0,
                "recipient": "all",
                "metadata": {"model_slug": "gpt-4o"},
            },
        }
    return {"title": words.text(4), "mapping": mapping, "create_time": 1_700_000_000 + number}


def measure_import(folder: Path, megabytes: int) -> None:
    """An export comes in, is taken back, and is wiped."""
    path = folder / "conversations.json"
    count = export_of_chatgpt(path, megabytes)
    print(f"{count} conversations, {path.stat().st_size / 1e6:.0f} MB")
    program = Program(folder / "data")
    library, store = program.context.library, program.context.chats.store
    before, peak = psutil.Process().memory_info().rss, Peak()
    library.import_from(str(path))
    program.watch("import: longest wait for an event", lambda: peak.look(library.importer.is_busy))
    print(f"memory: {before / 1e6:.0f} MB before, {peak.bytes / 1e6:.0f} MB at most")
    print(f"{len(store.chats())} chats")
    library.undo()
    path = program.context.paths.database
    program.watch("undo, and wiping: longest wait for an event", lambda: not _has_gone(program))
    program.context.close()


class Peak:
    """The most memory that was seen."""

    def __init__(self) -> None:
        self.bytes = 0

    def look(self, busy: bool) -> bool:
        """Whether it is over."""
        self.bytes = max(self.bytes, psutil.Process().memory_info().rss)
        return not busy


def _has_gone(program: Program) -> bool:
    return program.context.chat_jobs.is_pending("wipe deleted chats")


def make_many(folder: Path, chats: int, messages: int) -> None:
    """A store with so many chats and messages, made once."""
    path = DataPaths.from_option(folder).database
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    opened = open_chats(path)
    words, arrivals = Words(), []
    started = time.perf_counter()
    for arrived in opened.store.take_in(_trees(words, chats, messages // chats)):
        arrivals += arrived
    opened.store.welcome(arrivals)
    print(f"made in {time.perf_counter() - started:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
    opened.store.close()


def _trees(words: Words, chats: int, length: int) -> Iterator[ChatTree]:
    for number in range(chats):
        moment = NOW - timedelta(hours=number)
        messages = tuple(
            Message(
                place, 0, place - 1 or None, Role.USER if place % 2 else Role.ASSISTANT,
                words.text(40), created=moment,
            )
            for place in range(1, length + 1)
        )  # fmt: skip
        folder = f"folder {number % 40}" if number % 10 == 0 else None
        chat = Chat(0, words.text(4), moment, moment, folder=folder)
        yield ChatTree(chat, messages, tuple(range(1, length + 1)))


def measure_many(folder: Path, chats: int, messages: int) -> None:
    """What a person does with many chats."""
    make_many(folder, chats, messages)
    program = Program(folder)
    context = program.context
    window, library, store = context.window, context.library, context.chats.store
    view = window.sidebar.chats
    program.tell("read all lists anew", library.refresh)
    program.tell("paint the sidebar", view.repaint)
    bar = view.verticalScrollBar()
    program.tell(
        "scroll through it, 50 places",
        lambda: [(bar.setValue(bar.maximum() * n // 50), view.repaint()) for n in range(50)],
    )
    first = store.chats()[5].id
    program.tell("open a chat", lambda: (context.controller.open_chat(first), window.repaint()))
    program.tell("bring the list up to date", context.controller._follower.list_chats)  # noqa: SLF001
    program.tell("rename a chat", lambda: library.rename(first, "Another title"))
    program.tell("pin a chat", lambda: library.set_pinned([first], True))
    program.tell("move a chat", lambda: library.folders.move([first], "folder 10"))
    program.tell("archive a chat", lambda: library.set_archived([first], True))
    program.tell("delete a chat", lambda: library.delete([first]))
    program.tell("undo", library.undo)
    measure_search(program)
    file = folder / "all.json"
    program.tell("begin to export all", lambda: library.export_to(
        library.all_ids(), str(file), ExportFormat.JSON))  # fmt: skip
    program.watch("export all: longest wait", lambda: not library.exporter.is_busy)
    print(f"{file.stat().st_size / 1e6:.0f} MB")
    file.unlink()
    for copy in (folder / "backups").glob("*.db"):
        copy.unlink()
    library.housekeeping.back_up(context.chats.back_up)
    program.watch("backup: longest wait", lambda: not context.chat_jobs.is_pending("back up chats"))
    program.tell("move all to the trash", lambda: library.delete(library.all_ids()))
    program.tell("undo", library.undo)
    some = library.all_ids()[:2000]
    program.tell("delete 2,000 chats for ever", lambda: (library.delete(some), library.purge(some)))
    program.watch("wiping them: longest wait", lambda: not _has_gone(program))
    context.chat_jobs.close()
    os._exit(0)  # what closing costs is not the window's


def measure_search(program: Program) -> None:
    """Words are typed letter by letter."""
    program.context.window.menus.search.trigger()
    [palette] = program.context.window.findChildren(SearchPalette)
    program.live(0.3)
    for length in range(1, len(TYPED) + 1):
        palette.field.setText(TYPED[:length])
        program.watch(f"search {TYPED[:length]!r}: longest wait", lambda: _found(palette))
    palette.close()


def _found(palette: SearchPalette) -> bool:
    return not palette._timer.isActive()  # noqa: SLF001


def main() -> int:
    """Measure one or the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["import", "many"])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--chats", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.what == "import":
            measure_import(Path(temporary), options.megabytes)
        else:
            measure_many(folder, options.chats, options.messages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
