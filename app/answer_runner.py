"""One request at a time on its way through the engine: started, stopped, brought to an end."""

import logging
import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.attachments import prompt_text
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.turn import Batch, Ending, ModelFacts, Request
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.workers.engine_thread import EngineThread

CHECKPOINT_SECONDS = 1.0

log = logging.getLogger(__name__)


class AnswerRunner(QObject):
    """Lets the engine answer, and writes what comes back into store and conversation.

    Signals:
        busy_changed: True while something can be stopped.
        started: the answer that is being written.
        ended: that answer (None after a load), and the error if there was one.
    """

    busy_changed = Signal(bool)
    started = Signal(object)
    ended = Signal(object, object)

    def __init__(
        self,
        store: ChatStore,
        engine: EngineThread,
        conversation: ConversationModel,
        status: StatusModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._engine = engine
        self._conversation = conversation
        self._status = status
        self._model: InstalledModel | None = None  # the last that could be loaded
        self._loaded = False  # whether it still is
        self._request: Request | None = None  # at the engine, until it has ended
        self._answer: Message | None = None  # that the request writes
        self._stopping = False
        self._saved_at = 0.0
        self._saved_length = 0  # of the answer's text
        engine.unloaded.connect(self._on_unloaded)
        engine.loaded.connect(self._on_loaded)
        engine.steps_ready.connect(self._on_steps)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    @property
    def model(self) -> InstalledModel | None:
        """The model in use; None before the first one was loaded."""
        return self._model

    @property
    def answer(self) -> Message | None:
        """The answer being written, newer than its last checkpoint."""
        return self._answer

    @property
    def idle(self) -> bool:
        """True when the next request can be started."""
        return self._request is None

    @property
    def busy(self) -> bool:
        """True while something can be stopped."""
        return self._request is not None and not self._stopping

    def load(self, model: InstalledModel) -> None:
        """Load a model without asking it anything."""
        self._start(Request(model))

    def reply(self, model: InstalledModel, path: list[Message], settings: ChatSettings) -> None:
        """Answer the last message of a chat."""
        asked = path[-1]
        contents = [("system", settings.system_prompt)]
        contents += [(str(m.role), prompt_text(m.text, m.attachments)) for m in path]
        history = tuple({"role": role, "content": text} for role, text in contents if text)
        self._answer = self._store.add(asked.chat_id, asked.id, Role.ASSISTANT, "", State.WRITING)
        self._saved_at, self._saved_length = time.monotonic(), 0
        self.started.emit(self._answer)
        self._start(Request(model, history, settings.sampling()))

    def stop(self) -> None:
        """End the request; what was written stays, and it shows at once."""
        if self.busy:
            self._engine.stop()
            self._stopping = True
            if self._answer is not None:
                self._change_answer(replace(self._answer, state=State.STOPPED))
            self._status.stop()
            self.busy_changed.emit(False)

    def _start(self, request: Request) -> None:
        self._request, self._stopping = request, False
        loading = not (self._loaded and request.model == self._model)
        self._status.start(request.model.title, loading=loading)
        self.busy_changed.emit(True)
        self._engine.send(request)

    @Slot()
    def _on_unloaded(self) -> None:
        self._loaded = False

    @Slot(object)
    def _on_loaded(self, facts: ModelFacts) -> None:
        self._model, self._loaded = facts.model, True

    @Slot(object)
    def _on_steps(self, batch: Batch) -> None:
        if self._answer is None:
            return
        self._answer = replace(self._answer, text=self._answer.text + batch.text)
        self._conversation.append_text(self._answer.id, batch.text)
        now = time.monotonic()
        if now - self._saved_at >= CHECKPOINT_SECONDS:
            self._saved_at = now
            self._store.append_text(self._answer.id, self._answer.text[self._saved_length :])
            self._saved_length = len(self._answer.text)

    @Slot(object)
    def _on_finished(self, ending: Ending) -> None:
        if self._answer is not None and self._request is not None:
            state = State.STOPPED if ending.cancelled else State.DONE
            stats = AnswerStats.of(self._request.model.title, ending)
            self._change_answer(replace(self._answer, state=state, stats=stats))
        self._end(None)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        log.error("the engine failed", exc_info=error)
        if self._answer is not None:
            self._change_answer(replace(self._answer, state=State.FAILED))
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        answer, was_busy = self._answer, self.busy
        self._request = self._answer = None
        self._stopping = False
        if was_busy:
            self.busy_changed.emit(False)
        self.ended.emit(answer, error)

    def _change_answer(self, answer: Message) -> None:
        self._answer = answer
        self._store.save(answer)
        self._conversation.update(answer)
