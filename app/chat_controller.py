"""Ties the chats to the engine: send, stop, queue, and what comes back."""

import time
from collections import deque
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import AnswerStats, Chat, Message, Role, State, title_of
from ternchat.app.core.errors import AppError
from ternchat.app.core.model_store import InstalledModel, ModelStore
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Snapshot, Statistics
from ternchat.app.core.turn import Batch, Ending, ModelFacts, Phase, Progress, Request
from ternchat.app.core.wording import phase_text
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.workers.engine_thread import EngineThread

CHECKPOINT_SECONDS = 1.0


class ChatController(QObject):
    """Runs one request at a time; whatever is asked meanwhile waits in a queue.

    Signals:
        busy_changed: True while something can be stopped.
        chat_changed: the chat now on the screen, None for a new one.
        draft_changed: the text the composer should hold.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
        status_changed: new numbers (Snapshot).
    """

    busy_changed = Signal(bool)
    chat_changed = Signal(object)
    draft_changed = Signal(str)
    problem_raised = Signal(object)
    status_changed = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        models: ModelStore,
        engine: EngineThread,
        conversation: ConversationModel,
        chats: ChatListModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._models = models
        self._engine = engine
        self._conversation = conversation
        self._chats = chats
        self._statistics = Statistics()
        self._chat: Chat | None = None
        self._drafts: dict[int | None, str] = {}
        self._queue: deque[Message | InstalledModel] = deque()  # to be answered, to be loaded
        self._model: InstalledModel | None = None  # the last that could be loaded
        self._loaded = False  # whether it still is
        self._request: Request | None = None  # at the engine, until it has ended
        self._answer: Message | None = None  # that the request writes
        self._stopping = False
        self._was_busy = False
        self._saved_at = 0.0
        engine.progressed.connect(self._on_progress)
        engine.unloaded.connect(self._on_unloaded)
        engine.loaded.connect(self._on_loaded)
        engine.steps_ready.connect(self._on_steps)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    @property
    def snapshot(self) -> Snapshot:
        """The numbers now."""
        return self._statistics.snapshot

    @property
    def busy(self) -> bool:
        """True while something can be stopped."""
        return self._request is not None and not self._stopping

    # Requests of the window

    @Slot(str)
    def send(self, text: str) -> None:
        """Store the person's message, then answer it, or queue it while something runs."""
        if not text.strip():
            return
        if self._chat is None:
            self._drafts.pop(None, None)
            self._chat = self._store.create_chat(title_of(text))
            self.chat_changed.emit(self._chat)
        path = self._path(self._chat.id)
        state = State.DONE if self._request is None else State.QUEUED
        parent = path[-1].id if path else None
        message = self._store.add(self._chat.id, parent, Role.USER, text.strip("\n"), state)
        self._conversation.insert(message)
        self._chats.set_chats(self._store.chats())
        self._set_draft(self._chat.id, "")
        self.problem_raised.emit(None)
        if self._request is None:
            self._start_answer(message)
        else:
            self._queue.append(message)

    @Slot()
    def stop(self) -> None:
        """End what runs; what was written stays."""
        if not self.busy:
            return
        self._engine.stop()
        self._stopping = True
        if self._answer is not None:
            self._change_answer(replace(self._answer, state=State.STOPPED))
        self._statistics.stopping()
        self._announce()

    @Slot()
    def new_chat(self) -> None:
        """Show an empty chat; it is stored with its first message."""
        self._show(None)

    @Slot(int)
    def open_chat(self, chat_id: int) -> None:
        """Show a stored chat; an answer being written elsewhere goes on."""
        if self._chat is None or self._chat.id != chat_id:
            self._show(next(c for c in self._store.chats() if c.id == chat_id))

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Remember what the composer holds for the chat on the screen."""
        self._drafts[self._chat.id if self._chat else None] = text

    @Slot(str)
    def use_model(self, name_or_path: str) -> None:
        """Choose a model and load it as soon as nothing else runs."""
        try:
            model = self._models.resolve(name_or_path)
        except AppError as error:
            self.problem_raised.emit(Problem.of(error))
            return
        self.problem_raised.emit(None)
        if self._request is None:
            self._start_load(model)
        else:
            self._queue.append(model)

    @Slot()
    def use_built_in(self) -> None:
        """Choose Fledgling."""
        self.use_model(self._models.built_in.name)

    @Slot(int)
    def retry(self, message_id: int) -> None:
        """Try a failed answer again."""
        messages = self._conversation.messages()
        failed = next(m for m in messages if m.id == message_id)
        question = next(m for m in messages if m.id == failed.parent)
        if failed.state is State.FAILED and failed is messages[-1] and self._request is None:
            self._store.remove(failed.id)
            self._conversation.remove(failed.id)
            self.problem_raised.emit(None)
            self._start_answer(question)

    @Slot(int)
    def take_back(self, message_id: int) -> None:
        """Return a queued message to the composer."""
        waiting = [m for m in self._queue if isinstance(m, Message) and m.id == message_id]
        self._return_to_drafts(waiting)

    @Slot(object)
    def set_process_memory(self, size_bytes: int) -> None:
        """Take a sample of the system probe."""
        self._statistics.memory(size_bytes)
        self._announce()

    # What the engine says

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        if not self._stopping:
            self._statistics.progress(progress)
            self._announce()

    @Slot()
    def _on_unloaded(self) -> None:
        self._loaded = False
        self._statistics.unloaded()
        self._announce()

    @Slot(object)
    def _on_loaded(self, facts: ModelFacts) -> None:
        self._model, self._loaded = facts.model, True
        self._statistics.loaded(facts)
        if self._stopping:
            self._statistics.stopping()
        self._announce()

    @Slot(object)
    def _on_steps(self, batch: Batch) -> None:
        if self._answer is None:
            return
        self._answer = replace(self._answer, text=self._answer.text + batch.text)
        self._conversation.append_text(self._answer.id, batch.text)
        now = time.monotonic()
        if now - self._saved_at >= CHECKPOINT_SECONDS:
            self._saved_at = now
            self._store.save(self._answer)
        if not self._stopping:
            self._statistics.wrote(batch)
            self._announce()

    @Slot(object)
    def _on_finished(self, ending: Ending) -> None:
        self._statistics.finished(ending)
        if self._answer is not None:
            state = State.STOPPED if ending.cancelled else State.DONE
            self._change_answer(replace(self._answer, state=state, stats=self._stats(ending)))
        self._end_request()
        self._start_next()

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self._statistics.failed()
        if self._answer is not None:
            self._change_answer(replace(self._answer, state=State.FAILED))
        self._end_request()
        # What waited was meant for a conversation that did not come about.
        self._return_to_drafts([m for m in self._queue if isinstance(m, Message)])
        self.problem_raised.emit(Problem.of(error))
        self._start_next()

    # Steps

    def _start_answer(self, message: Message) -> None:
        history = tuple(
            {"role": str(m.role), "content": m.text} for m in self._path(message.chat_id) if m.text
        )
        answer = self._store.add(message.chat_id, message.id, Role.ASSISTANT, "", State.WRITING)
        self._chats.set_chats(self._store.chats())
        self._answer, self._saved_at = answer, time.monotonic()
        self._chats.set_answering(answer.chat_id)
        if self._on_screen(answer):
            self._conversation.insert(answer)
        self._start(Request(self._model or self._models.built_in, history))

    def _start_load(self, model: InstalledModel) -> None:
        self._start(Request(model))

    def _start(self, request: Request) -> None:
        self._request, self._stopping = request, False
        loading = not (self._loaded and request.model == self._model)
        self._statistics.start(request.model.title, loading=loading)
        self._engine.send(request)
        self._announce()

    def _start_next(self) -> None:
        if not self._queue:
            return
        waiting = self._queue.popleft()
        if isinstance(waiting, InstalledModel):
            self._start_load(waiting)
            return
        path = self._path(waiting.chat_id)
        message = replace(waiting, state=State.DONE, parent=path[-1].id if path else None)
        self._store.save(message)
        if self._on_screen(message):
            self._conversation.update(message)
        self._start_answer(message)

    def _end_request(self) -> None:
        if self._answer is not None:
            self._chats.set_answering(None)
            self._chats.set_unread(self._answer.chat_id, not self._on_screen(self._answer))
        self._request = self._answer = None
        self._stopping = False
        self._announce()

    def _change_answer(self, answer: Message) -> None:
        self._answer = answer
        self._store.save(answer)
        self._conversation.update(answer)

    def _stats(self, ending: Ending) -> AnswerStats | None:
        timings = ending.timings
        if timings is None or self._request is None:
            return None
        return AnswerStats(
            model=self._request.model.title,
            finish_reason=ending.finish_reason,
            prompt_tokens=timings.prompt_tokens,
            new_tokens=timings.new_tokens,
            prefill_tokens_per_second=timings.prefill_tokens_per_second,
            decode_tokens_per_second=timings.decode_tokens_per_second,
        )

    def _show(self, chat: Chat | None) -> None:
        self._chat = chat
        messages = self._store.messages(chat.id) if chat else []
        live = self._answer  # newer than its last checkpoint
        self._conversation.set_messages(
            [live if live is not None and m.id == live.id else m for m in messages]
        )
        if chat is not None:
            self._chats.set_unread(chat.id, False)
        self.problem_raised.emit(None)
        self.chat_changed.emit(chat)
        self.draft_changed.emit(self._drafts.get(chat.id if chat else None, ""))

    def _return_to_drafts(self, waiting: list[Message]) -> None:
        for message in reversed(waiting):
            self._queue.remove(message)
            self._store.remove(message.id)
            self._conversation.remove(message.id)
            draft = self._drafts.get(message.chat_id, "")
            self._drafts[message.chat_id] = "\n".join(t for t in (message.text, draft) if t)
        if not waiting:
            return
        chats = self._store.chats()
        self._chats.set_chats(chats)
        if self._chat is not None and self._chat not in chats:  # it held nothing else
            self._drafts[None] = self._drafts.pop(self._chat.id)
            self._show(None)
        self.draft_changed.emit(self._drafts.get(self._chat.id if self._chat else None, ""))

    def _path(self, chat_id: int) -> list[Message]:
        """The chat without what waits in the queue."""
        return [m for m in self._store.messages(chat_id) if m.state is not State.QUEUED]

    def _set_draft(self, chat_id: int, text: str) -> None:
        self._drafts[chat_id] = text
        self.draft_changed.emit(text)

    def _on_screen(self, message: Message) -> bool:
        return self._chat is not None and self._chat.id == message.chat_id

    def _announce(self) -> None:
        now = self.snapshot
        writing = now.phase in (Phase.LOADING, Phase.READING)
        self._conversation.set_activity(phase_text(now) if writing else "")
        self.status_changed.emit(now)
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)
