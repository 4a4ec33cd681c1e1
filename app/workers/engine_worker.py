"""What the engine's thread does: loads a model, answers, keeps what was read."""

import importlib
import logging
import shutil
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ternchat.app.core import machine
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.model_surroundings import context_of
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
FAREWELL_SECONDS = 1.0  # what may be spent on writing when the program ends

log = logging.getLogger(__name__)


AroundLoad = Callable[[InstalledModel], AbstractContextManager[None]]
"""What goes on around loading a model: a note that it was tried, another that it went well."""


def nothing_around(_model: InstalledModel) -> AbstractContextManager[None]:
    """Nothing."""
    return nullcontext()


def import_engine() -> Any:
    """The engine; imported late and off the window's thread, because NumPy comes with it."""
    for part in ("loader", "session"):  # which the package itself leaves until it is asked for them
        importlib.import_module(f"ternchat.engine.{part}")
    return importlib.import_module("ternchat.engine")


class EngineWorker(QObject):
    """Runs one request at a time; lives on the engine thread and owns model and session.

    Signals:
        progressed: Progress.
        unloaded: the model left the memory.
        loaded: ModelFacts.
        fitted: the ids of the messages that the model reads for this answer.
        steps_ready: Batch.
        finished: Ending.
        failed: BaseException.
    """

    progressed = Signal(object)
    unloaded = Signal()
    loaded = Signal(object)
    fitted = Signal(object)
    steps_ready = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    _idled = Signal()

    def __init__(
        self,
        engine: Callable[[], Any],
        options: LoadOptions,
        around_load: AroundLoad = nothing_around,
    ) -> None:
        super().__init__()  # no parent: it moves to another thread
        self._around_load = around_load
        self._import_engine = engine
        self._options = self._loaded_with = options
        self._model: Any = None
        self._pool: Any = None
        self._session: Any = None
        self._facts: ModelFacts | None = None
        self._steps: list[Any] = []
        self._last_progress = self._last_batch = 0.0
        # Through the event loop, also from our own thread: requests come in between.
        self._idled.connect(self._write_one, Qt.ConnectionType.QueuedConnection)

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
        self._idled.emit()

    @Slot(object)
    def set_options(self, options: LoadOptions) -> None:
        """Load models like that; the next request loads the one in memory again."""
        self._options = options

    @Slot()
    def forget_texts(self) -> None:
        """Forget what was read, on disk too."""
        if self._pool is not None:
            self._session.forget()
            self._pool.clear()
        elif self._options.read_texts is not None:
            shutil.rmtree(self._options.read_texts, ignore_errors=True)

    @Slot()
    def forget_private_texts(self) -> None:
        """Forget what was read of chats that no longer exist anywhere."""
        if self._pool is not None:
            self._session.forget(private_only=True)
            self._pool.forget_private()

    @Slot()
    def unload(self) -> None:
        """Let go of the model; the next request loads it again."""
        if self._model is not None:
            self.release()
            self.unloaded.emit()

    def release(self) -> None:
        """Write what was read, though not for long; drop model and session. While nothing runs."""
        end = time.monotonic() + FAREWELL_SECONDS
        self.forget_private_texts()
        if self._session is not None:
            self._session.park()
            while time.monotonic() < end and self._pool.write_one():
                pass
        model, self._model = self._model, None
        self._pool = self._session = self._facts = None
        if model is not None:
            model.close()

    def _answer(self, request: Request, cancel: threading.Event) -> Ending:
        if cancel.is_set():
            return Ending("cancelled")
        engine = self._import_engine()
        try:
            self._load(engine, request, cancel)
            return self._reply(engine, request, cancel) if request.messages else Ending("stop")
        except (engine.LoadCancelled, engine.ForwardCancelled):
            return Ending("cancelled")

    def _reply(self, engine: Any, request: Request, cancel: threading.Event) -> Ending:
        session, sampling = self._session, engine.SamplingParams(**request.sampling)
        prompt = session.prompt(request.messages, sampling, cancel)
        self.fitted.emit(frozenset(request.messages[place].get("id") for place in prompt.read))
        steps = session.generate(
            prompt.token_ids,
            sampling,
            cancel=cancel,
            progress=lambda done, total: self._progress(Phase.READING, done, total),
            begun=len(prompt.open_ids),
            private=request.private,
        )
        for step in steps:
            self._steps.append(step)
            if time.monotonic() - self._last_batch >= BATCH_SECONDS:
                self._flush()
        last = session.last
        return Ending(
            last.finish_reason,
            last.timings,
            session.used_tokens,
            (*prompt.open_ids, *last.token_ids),
            last.seed,
            self._pool.nbytes,
        )

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
        program = machine.residence()
        with self._around_load(request.model):
            model = engine.load(
                request.model.path, threads=options.threads, isa=options.isa, progress=progress
            )
        try:
            pool = engine.PrefixPool(model, self._store(engine))
            context = context_of(model.config.max_position_embeddings, options.context_length)
            session = engine.Session(model, context, pool=pool)
            facts = _facts(request.model, model, session, program)  # a model may have no tokenizer
        except BaseException:
            model.close()
            raise
        self._model, self._pool, self._session, self._facts = model, pool, session, facts
        self.loaded.emit(facts)

    def _store(self, engine: Any) -> Any:
        options = self._options
        if options.read_texts is None:
            return None
        return engine.KVStore(options.read_texts, options.read_texts_bytes)

    @Slot()
    def _write_one(self) -> None:
        """Write a little of what was read, as long as nothing else is to be done."""
        if self._pool is not None and self._pool.write_one():
            self._idled.emit()

    def _progress(self, phase: Phase, done: int, total: int) -> None:
        if time.monotonic() - self._last_progress >= BATCH_SECONDS:
            self._last_progress = time.monotonic()
            self.progressed.emit(Progress(phase, done, total))

    def _flush(self) -> None:
        if self._steps:
            steps, self._steps = self._steps, []
            self._last_batch = time.monotonic()
            text = "".join(step.text for step in steps)
            last = steps[-1]
            used = self._session.used_tokens
            self.steps_ready.emit(Batch(text, last.timings, used, last.repeats))


def _facts(
    installed: InstalledModel, model: Any, session: Any, program: machine.Residence
) -> ModelFacts:
    """What was loaded, and what of it the system has in memory."""
    memory, context, holdings = model.memory, session.context_length, session.holdings
    held = holdings.measured()
    return ModelFacts(
        model=installed,
        kernel=model.kernel,
        threads=model.threads,
        writing_threads=model.writing_threads,
        context_length=context,
        weights_bytes=memory.weights + memory.head,
        mapped_bytes=memory.mapped(),
        kv_bytes=memory.kv(context),
        work_bytes=memory.screen + memory.work,
        predicted_bytes=model.predicted.held(context),
        told_bytes=model.predicted.filled(),
        taken_bytes=None if held is None else held.loading,
        measure=holdings.measured,
        program=program,
        count_tokens=_token_counter(model.tokenizer),
        pids=_processes(weakref.ref(model)),
    )


def _token_counter(tokenizer: Any) -> Callable[[str], int]:
    """Counts without keeping the model's weights alive."""
    return lambda text: len(tokenizer.encode(text))


def _processes(model: Callable[[], Any]) -> Callable[[], tuple[int, ...]]:
    """Those of a model that may be gone already."""
    return lambda: () if (there := model()) is None else there.pids
