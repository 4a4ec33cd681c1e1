"""The engine's thread, as the window sees it."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.turn import LoadOptions, Request

from .engine_worker import AroundLoad, EngineWorker, import_engine, nothing_around


class EngineThread(QObject):
    """The engine as the window sees it: send, stop, close; signals as those of EngineWorker."""

    progressed = Signal(object)  # Progress
    unloaded = Signal()
    loaded = Signal(object)  # ModelFacts
    fitted = Signal(object)  # frozenset of message ids
    steps_ready = Signal(object)  # Batch
    finished = Signal(object)  # Ending
    failed = Signal(object)  # BaseException
    _requested = Signal(object, object)
    _warm_up_requested = Signal()
    _options_chosen = Signal(object)
    _unload_requested = Signal()
    _forget_texts_requested = Signal()
    _forget_private_texts_requested = Signal()

    def __init__(
        self,
        options: LoadOptions = LoadOptions(),
        engine: Callable[[], Any] = import_engine,
        parent: QObject | None = None,
        around_load: AroundLoad = nothing_around,
    ) -> None:
        super().__init__(parent)
        self.options = options  # of the next load
        self._cancels: list[threading.Event] = []  # of the requests that have not ended
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._worker = EngineWorker(engine, options, around_load)  # owned here and nowhere else
        self._worker.moveToThread(self._thread)
        self._requested.connect(self._worker.run)
        self._warm_up_requested.connect(self._worker.warm_up)
        self._options_chosen.connect(self._worker.set_options)
        self._forget_texts_requested.connect(self._worker.forget_texts)
        self._unload_requested.connect(self._worker.unload)
        self._forget_private_texts_requested.connect(self._worker.forget_private_texts)
        # Signal to signal: relayed on our thread, so any slot is safe.
        self._worker.progressed.connect(self.progressed)
        self._worker.unloaded.connect(self.unloaded)
        self._worker.loaded.connect(self.loaded)
        self._worker.fitted.connect(self.fitted)
        self._worker.steps_ready.connect(self.steps_ready)
        self._worker.finished.connect(self.finished)
        self._worker.failed.connect(self.failed)
        self.finished.connect(self._forget)
        self.failed.connect(self._forget)
        self._thread.start()

    def send(self, request: Request) -> None:
        """Queue a request; it can be stopped from this moment on."""
        cancel = threading.Event()  # fresh: a late stop cannot hit the next request
        self._cancels.append(cancel)
        self._requested.emit(request, cancel)

    @Slot()
    def warm_up(self) -> None:
        """Import the engine while nothing is asked of it."""
        self._warm_up_requested.emit()

    @Slot()
    def unload(self) -> None:
        """Let go of the model, as soon as nothing runs."""
        self._unload_requested.emit()

    def set_options(self, options: LoadOptions) -> None:
        """Load models like that from the next request on."""
        self.options = options
        self._options_chosen.emit(options)

    @Slot()
    def forget_texts(self) -> None:
        """Forget what was read of all chats, on disk too, as soon as nothing runs."""
        self._forget_texts_requested.emit()

    @Slot()
    def forget_private_texts(self) -> None:
        """Forget what was read of temporary chats."""
        self._forget_private_texts_requested.emit()

    def stop(self) -> None:
        """End every request sent so far as soon as the engine looks up."""
        for cancel in self._cancels:
            cancel.set()

    def close(self, timeout_ms: int = 5000) -> bool:
        """Stop, end the thread, free the model; False when the engine did not let go in time."""
        self.stop()
        self._thread.quit()
        if not self._thread.wait(timeout_ms):
            return False
        self._worker.release()
        return True

    @Slot()
    def _forget(self) -> None:
        self._cancels.pop(0)  # requests end in the order they were sent
