"""Runs the engine on its own thread and hands what it does to the window in batches."""

import importlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.turn import (
    Batch,
    Ending,
    LoadOptions,
    ModelFacts,
    Phase,
    Progress,
    Request,
)

BATCH_SECONDS = 1 / 30

log = logging.getLogger(__name__)


def import_engine() -> Any:
    """The engine; imported late and off the window's thread, because NumPy comes with it."""
    return importlib.import_module("ternchat.engine")


class EngineWorker(QObject):
    """Runs one request at a time; lives on the engine thread and owns model and session."""

    progressed = Signal(object)  # Progress
    unloaded = Signal()
    loaded = Signal(object)  # ModelFacts
    steps_ready = Signal(object)  # Batch
    finished = Signal(object)  # Ending
    failed = Signal(object)  # BaseException

    def __init__(self, engine: Callable[[], Any], options: LoadOptions) -> None:
        super().__init__()  # no parent: it moves to another thread
        self._import_engine = engine
        self._options = self._loaded_with = options
        self._model: Any = None
        self._session: Any = None
        self._facts: ModelFacts | None = None
        self._steps: list[Any] = []
        self._last_progress = self._last_batch = 0.0

    @Slot()
    def warm_up(self) -> None:
        """Import the engine before it is needed."""
        try:
            self._import_engine()
        except Exception:  # the request that needs it tells the person
            log.exception("the engine cannot be imported")

    @Slot(object, object)
    def run(self, request: Request, cancel: threading.Event) -> None:
        """Load and answer; ends in exactly one of `finished` and `failed`."""
        self._last_progress = self._last_batch = 0.0  # the first of each goes out at once
        try:
            ending = self._answer(request, cancel)
        except BaseException as error:  # tokenizers panics with a BaseException of its own
            self._flush()
            self.failed.emit(error)
        else:
            self._flush()
            self.finished.emit(ending)

    @Slot(object)
    def set_options(self, options: LoadOptions) -> None:
        """Load models like that; the next request loads the one in memory again."""
        self._options = options

    def release(self) -> None:
        """Drop model and session; only while no request runs."""
        model, self._model, self._session, self._facts = self._model, None, None, None
        if model is not None:
            model.close()

    def _answer(self, request: Request, cancel: threading.Event) -> Ending:
        if cancel.is_set():
            return Ending("cancelled")
        engine = self._import_engine()
        try:
            self._load(engine, request, cancel)
        except engine.LoadCancelled:
            return Ending("cancelled")
        if not request.messages:
            return Ending("stop")
        steps = self._session.reply(
            list(request.messages),
            engine.SamplingParams(**request.sampling),
            cancel=cancel,
            progress=lambda done, total: self._progress(Phase.READING, done, total),
        )
        for step in steps:
            self._steps.append(step)
            if time.monotonic() - self._last_batch >= BATCH_SECONDS:
                self._flush()
        last = self._session.last
        return Ending(last.finish_reason, last.timings, self._session.used_tokens)

    def _load(self, engine: Any, request: Request, cancel: threading.Event) -> None:
        if (
            self._facts is not None
            and self._facts.model == request.model
            and self._loaded_with == self._options
        ):
            return
        if self._model is not None:
            self.release()  # first: two models at once may not fit
            self.unloaded.emit()

        def progress(done: int, total: int) -> bool:
            self._progress(Phase.LOADING, done, total)
            return not cancel.is_set()

        options = self._loaded_with = self._options
        model = engine.load(
            request.model.path, threads=options.threads, isa=options.isa, progress=progress
        )
        try:
            session = engine.Session(model, options.context_length)
        except BaseException:
            model.close()
            raise
        self._model, self._session = model, session
        self._facts = ModelFacts(
            model=request.model,
            kernel=model.kernel,
            threads=model.threads,
            context_length=session.context_length,
            weights_bytes=model.memory.weights + model.memory.head,
            kv_bytes=model.memory.kv(session.context_length),
            count_tokens=_token_counter(model.tokenizer),
        )
        self.loaded.emit(self._facts)

    def _progress(self, phase: Phase, done: int, total: int) -> None:
        if time.monotonic() - self._last_progress >= BATCH_SECONDS:
            self._last_progress = time.monotonic()
            self.progressed.emit(Progress(phase, done, total))

    def _flush(self) -> None:
        if self._steps:
            steps, self._steps = self._steps, []
            self._last_batch = time.monotonic()
            text = "".join(step.text for step in steps)
            self.steps_ready.emit(Batch(text, steps[-1].timings, self._session.used_tokens))


def _token_counter(tokenizer: Any) -> Callable[[str], int]:
    """Counts without keeping the model's weights alive."""
    return lambda text: len(tokenizer.encode(text))


class EngineThread(QObject):
    """The engine as the window sees it: send, stop, close."""

    progressed = Signal(object)  # Progress
    unloaded = Signal()
    loaded = Signal(object)  # ModelFacts
    steps_ready = Signal(object)  # Batch
    finished = Signal(object)  # Ending
    failed = Signal(object)  # BaseException
    _requested = Signal(object, object)
    _warm_up_requested = Signal()
    _options_chosen = Signal(object)

    def __init__(
        self,
        options: LoadOptions = LoadOptions(),  # noqa: B008  frozen
        engine: Callable[[], Any] = import_engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cancels: list[threading.Event] = []  # of the requests that have not ended
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._worker = EngineWorker(engine, options)  # owned here and nowhere else
        self._worker.moveToThread(self._thread)
        self._requested.connect(self._worker.run)
        self._warm_up_requested.connect(self._worker.warm_up)
        self._options_chosen.connect(self._worker.set_options)
        # Signal to signal: relayed on our thread, so any slot is safe.
        self._worker.progressed.connect(self.progressed)
        self._worker.unloaded.connect(self.unloaded)
        self._worker.loaded.connect(self.loaded)
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

    def set_options(self, options: LoadOptions) -> None:
        """Load models like that from the next request on."""
        self._options_chosen.emit(options)

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
