"""What the engine is to do, one thing after the other, over all chats."""

import logging
from collections import deque
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.errors import AppError
from ternchat.app.core.model_store import InstalledModel, ModelStore

log = logging.getLogger(__name__)


class AnswerQueue(QObject):
    """Questions to be answered, answers to be gone on with, models to be loaded.

    A question that waits is QUEUED and finds its place in the chat when its turn comes; an answer
    that waits stands there already, WRITING.

    Signals:
        changed: something waits, runs, or does so no longer.
        message_changed: a message has another state or place.
        ended: an answer (None after a load), and the error if there was one.
        returned: questions (list) that nobody will answer after that error.
    """

    changed = Signal()
    message_changed = Signal(object)
    ended = Signal(object, object)
    returned = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        models: ModelStore,
        runner: AnswerRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._models = models
        self._runner = runner
        self._waiting: deque[Message | InstalledModel] = deque()
        self._held = False  # until the model is there that is to answer
        runner.ended.connect(self._on_ended)
        runner.busy_changed.connect(self.changed)

    @property
    def idle(self) -> bool:
        """True when the engine would begin at once."""
        return self._runner.idle and not self._held

    @property
    def quiet(self) -> bool:
        """True when nothing runs and nothing waits."""
        return self._runner.idle and not self._waiting

    @property
    def answering(self) -> bool:
        """True while an answer is being written or waits to be."""
        running = self.running is not None and self._runner.busy
        return running or bool(self._messages())

    @property
    def running(self) -> Message | None:
        """The answer being written, newer than in the store."""
        return self._runner.answer

    def add(self, task: Message | InstalledModel) -> None:
        """Do this when its turn comes."""
        self._waiting.insert(self._place_for(task), task)
        self._start_next()
        self.changed.emit()

    def hold(self) -> None:
        """Begin nothing before the model has come that is to answer."""
        self._held = True

    def go_on(self, model: InstalledModel | None) -> None:
        """Begin with that model; without one, give back the questions that were for it."""
        was_held, self._held = self._held, False
        if model is not None:
            self._waiting.appendleft(model)
        elif was_held:
            self._return([m for m in self._messages() if m.role is Role.USER])
        self._start_next()
        self.changed.emit()

    @property
    def held(self) -> bool:
        """Whether everything waits for a model to come."""
        return self._held

    def holds(self, message_id: int) -> bool:
        """Whether a message waits here."""
        return any(message.id == message_id for message in self._messages())

    @property
    def chat_ids(self) -> set[int]:
        """The chats for which something runs or waits."""
        running = [] if self.running is None else [self.running]
        return {message.chat_id for message in [*running, *self._messages()]}

    def can_stop(self, chat_id: int | None) -> bool:
        """Whether there is something to stop for the person who looks at that chat."""
        return self._runs_for(chat_id) or bool(self._waiting_answers(chat_id))

    def waits(self, chat_id: int | None) -> bool:
        """Whether an answer in that chat waits for its turn."""
        return bool(self._waiting_answers(chat_id))

    def stop(self, chat_id: int | None) -> None:
        """End what runs for that chat, or else what waits to be written there."""
        if self._runs_for(chat_id):
            self._runner.stop()
        else:
            self._end_waiting(self._waiting_answers(chat_id), State.STOPPED)

    def stop_answer(self, chat_id: int) -> None:
        """End the answer of a chat, whether it is being written or waits to be."""
        answer = self.running
        if answer is not None and answer.chat_id == chat_id:
            self._runner.stop()
        self._end_waiting(self._waiting_answers(chat_id), State.STOPPED)

    def take_back(self, message_id: int) -> Message | None:
        """A question that will not be answered after all; None when its turn has come."""
        for message in self._messages():
            if message.id == message_id and message.role is Role.USER:
                self._waiting.remove(message)
                self.changed.emit()
                return message
        return None

    def give_up(self, chat_id: int, message_id: int | None = None) -> None:
        """End all that is done in a chat, or for a message there and what follows it."""
        answer = self.running
        if answer is not None and answer.chat_id == chat_id and self._follows(answer, message_id):
            self._runner.stop()
        mine = [m for m in self._messages() if m.chat_id == chat_id]
        lost = [m for m in mine if self._follows(m, message_id)]
        self._end_waiting([m for m in lost if m.role is Role.ASSISTANT], State.STOPPED)
        for question in (m for m in lost if m.role is Role.USER):
            self._waiting.remove(question)
        self.changed.emit()

    def close(self) -> None:
        """The program ends: what waits to be written is marked as interrupted."""
        self._end_waiting([m for m in self._messages() if m.role is Role.ASSISTANT])
        self._runner.close()

    @Slot(object, object)
    def _on_ended(self, answer: Message | None, error: BaseException | None) -> None:
        self.ended.emit(answer, error)
        if error is not None:
            # What was asked after an answer that did not come about, or of another model.
            lost = [m for m in self._messages() if answer is None or m.chat_id == answer.chat_id]
            self._end_waiting([m for m in lost if m.role is Role.ASSISTANT], State.FAILED)
            self._return([m for m in lost if m.role is Role.USER])
        self._start_next()
        self.changed.emit()

    def _return(self, questions: list[Message]) -> None:
        for question in questions:
            self._waiting.remove(question)
        if questions:
            self.returned.emit(questions)

    def _start_next(self) -> None:
        while self._waiting and self.idle:
            task = self._waiting.popleft()
            try:
                self._start(task)
            except KeyError:
                log.info("a message was deleted before its turn came")
            except AppError as error:
                self.ended.emit(None, error)

    def _start(self, task: Message | InstalledModel) -> None:
        if isinstance(task, InstalledModel):
            self._runner.load(task)
            return
        message = self._store.message(task.id)
        if message.state is State.QUEUED:
            last = [m.id for m in self._shown(message.chat_id)][-1:]
            message = replace(message, state=State.DONE, parent=last[0] if last else None)
        elif message.role is Role.ASSISTANT:
            message = replace(message, state=State.WRITING)
        self._store.save(message)
        self.message_changed.emit(message)
        self._runner.reply(
            self._runner.model or self._models.default(),
            self._path(message),
            ChatSettings.from_dict(self._store.settings(message.chat_id)),
            private=self._store.chat(message.chat_id).temporary,
        )

    def _path(self, message: Message) -> list[Message]:
        """A message with all those it follows, on the screen or not."""
        shown = self._shown(message.chat_id)
        for place, other in enumerate(shown):
            if other.id == message.id:
                return [*shown[:place], message]
        path = [message]
        while path[0].parent is not None:
            path.insert(0, self._store.message(path[0].parent))
        return path

    def _shown(self, chat_id: int) -> list[Message]:
        return [m for m in self._store.messages(chat_id) if m.state is not State.QUEUED]

    def _place_for(self, task: Message | InstalledModel) -> int:
        """An answer comes before the questions that were asked after it in its chat."""
        if isinstance(task, Message) and task.role is Role.ASSISTANT:
            for place, other in enumerate(self._waiting):
                if isinstance(other, Message) and other.chat_id == task.chat_id:
                    return place
        return len(self._waiting)

    def _follows(self, message: Message, ancestor_id: int | None) -> bool:
        """Whether a message is that one or comes after it; None is the whole chat."""
        while ancestor_id is not None and message.id != ancestor_id:
            if message.parent is None:
                return False
            message = self._store.message(message.parent)
        return True

    def _runs_for(self, chat_id: int | None) -> bool:
        """Whether something runs that concerns a chat: a load concerns all of them."""
        answer = self.running
        return self._runner.busy and (answer is None or answer.chat_id == chat_id)

    def _messages(self) -> list[Message]:
        return [task for task in self._waiting if isinstance(task, Message)]

    def _waiting_answers(self, chat_id: int | None) -> list[Message]:
        return [m for m in self._messages() if m.role is Role.ASSISTANT and m.chat_id == chat_id]

    def _end_waiting(self, answers: list[Message], state: State = State.INTERRUPTED) -> None:
        for answer in answers:
            self._waiting.remove(answer)
            ended = replace(self._store.message(answer.id), state=state)
            self._store.save(ended)
            self.message_changed.emit(ended)
        if answers:
            self.changed.emit()
