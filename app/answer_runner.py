"""One request at a time on its way through the engine: started, stopped, brought to an end."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.attachments import prompt_text
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore, StorageError
from ternchat.app.core.conversation import AnswerStats, Message, Role, Runs, State
from ternchat.app.core.left_out import runs_of
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
        fitted: that answer, and the ids of the messages that had no room and are not read for it.
        repeating: that answer repeats itself.
        ended: that answer (None after a load), and the error if there was one.
        unsaved: the store could not keep what was written (StorageError); once an answer.
    """

    busy_changed = Signal(bool)
    started = Signal(object)
    fitted = Signal(object, object)
    repeating = Signal(object)
    ended = Signal(object, object)
    unsaved = Signal(object)

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
        self._facts: ModelFacts | None = None  # of the model in memory
        self._request: Request | None = None  # at the engine, until it has ended
        self._answer: Message | None = None  # that the request writes
        self._path: Sequence[Message] = ()  # what it follows
        self._left_out: Runs = ()  # what of that is not read
        self._stopping = self._repeats = self._told_unsaved = False
        self._saved_at = 0.0
        self._saved_length = 0  # of the answer's text
        self._unstored: dict[int, Message] = {}  # what the store could not take
        engine.unloaded.connect(self._on_unloaded)
        engine.loaded.connect(self._on_loaded)
        engine.fitted.connect(self._on_fitted)
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

    def newest(self, message: Message) -> Message:
        """The message as it is now, where the store holds an older state of it."""
        if self._answer is not None and self._answer.id == message.id:
            return self._answer
        return self._unstored.get(message.id, message)

    @property
    def repeats(self) -> bool:
        """Whether that answer repeats itself."""
        return self._repeats

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

    def reply(
        self,
        model: InstalledModel,
        path: Sequence[Message],
        settings: ChatSettings,
        *,
        private: bool = False,
    ) -> None:
        """Answer the last message of a chat, or go on with it where it is an answer.

        `private`: nothing of it may be written to disk.
        """
        self.flush()
        answer = path[-1]
        if answer.role is Role.USER:
            answer = self._store.add(answer.chat_id, answer.id, Role.ASSISTANT, "", State.WRITING)
        self._answer, self._repeats, self._told_unsaved = answer, False, False
        self._path, self._left_out = path, ()
        self._saved_at, self._saved_length = time.monotonic(), len(answer.text)
        self.started.emit(answer)
        messages = _messages(path, settings.system_prompt)
        self._start(Request(model, messages, settings.sampling(), private))

    def stop(self) -> None:
        """End the request; what was written stays, and it shows at once."""
        if self.busy:
            self._engine.stop()
            self._stopping = True
            if self._answer is not None:
                self._change_answer(replace(self._answer, state=State.STOPPED))
            self._status.stop()
            self.busy_changed.emit(False)

    def pin(self, pinned: bool) -> None:
        """Pin the answer being written, or no longer."""
        if self._answer is not None:
            self._answer = replace(self._answer, pinned=pinned)

    def checkpoint(self) -> None:
        """Let the store have all that was written so far."""
        if self._answer is not None and len(self._answer.text) > self._saved_length:
            piece = self._answer.text[self._saved_length :]
            if self._keep(lambda answer: self._store.append_text(answer.id, piece)):
                self._saved_length = len(self._answer.text)

    def flush(self) -> None:
        """Store what could not be stored before, if that is possible now."""
        for answer in list(self._unstored.values()):
            with suppress(StorageError):
                with suppress(KeyError):  # deleted meanwhile
                    self._store.save(answer)
                del self._unstored[answer.id]

    def close(self) -> None:
        """The program ends: an answer that has not is marked as interrupted."""
        self._engine.stop()
        if self._answer is not None and self._answer.state is State.WRITING:
            self._change_answer(replace(self._answer, state=State.INTERRUPTED))

    def _start(self, request: Request) -> None:
        self._request, self._stopping = request, False
        loading = self._facts is None or request.model != self._model
        self._status.start(request.model.title, loading=loading)
        self.busy_changed.emit(True)
        self._engine.send(request)

    @Slot()
    def _on_unloaded(self) -> None:
        self._facts = None

    @Slot(object)
    def _on_loaded(self, facts: ModelFacts) -> None:
        self._model, self._facts = facts.model, facts

    @Slot(object)
    def _on_fitted(self, read: frozenset[int]) -> None:
        if self._answer is not None:
            unread = [
                place
                for place, message in enumerate(self._path)
                if message.id not in read and _says_something(message)
            ]
            self._left_out = runs_of(unread)
            self.fitted.emit(self._answer, frozenset(self._path[place].id for place in unread))

    @Slot(object)
    def _on_steps(self, batch: Batch) -> None:
        if self._answer is None:
            return
        self._answer = replace(self._answer, text=self._answer.text + batch.text)
        self._conversation.append_text(self._answer.id, batch.text)
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self._saved_at = time.monotonic()
            self.checkpoint()
        if batch.repeats is not self._repeats:
            self._repeats = batch.repeats
            self.repeating.emit(self._answer)

    @Slot(object)
    def _on_finished(self, ending: Ending) -> None:
        if self._answer is not None:
            state = State.STOPPED if ending.cancelled else State.DONE
            stats = AnswerStats.of(self._facts, ending)
            stats = replace(stats, left_out=self._left_out) if stats else self._answer.stats
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
        self._stopping = self._repeats = False
        if was_busy:
            self.busy_changed.emit(False)
        self.ended.emit(answer, error)

    def _change_answer(self, answer: Message) -> None:
        self._answer = answer
        self._keep(self._store.save)
        self._conversation.update(answer)

    def _keep(self, write: Callable[[Message], None]) -> bool:
        """Write the answer to the store, which may have been deleted there, or not be able to."""
        assert self._answer is not None
        try:
            write(self._answer)
        except KeyError:
            return False
        except StorageError as error:
            log.error("an answer cannot be stored: %s", error)
            self._unstored[self._answer.id] = self._answer
            if not self._told_unsaved:
                self._told_unsaved = True
                self.unsaved.emit(error)
            return False
        self._unstored.pop(self._answer.id, None)
        return True


def _messages(path: Sequence[Message], system_prompt: str) -> tuple[dict[str, Any], ...]:
    """A chat as the engine takes it; what has no text says nothing."""
    messages: list[dict[str, Any]] = []
    if system_prompt.strip():
        messages.append({"role": "system", "content": system_prompt})
    for message in path:
        if _says_something(message):
            text, stats = prompt_text(message.text, message.attachments), message.stats
            messages.append(
                {
                    "role": message.role.value,
                    "content": text,
                    "id": message.id,
                    "pinned": message.pinned,
                    "token_ids": stats.token_ids if stats else (),
                }
            )
    return tuple(messages)


def _says_something(message: Message) -> bool:
    return bool(message.text or message.attachments)
