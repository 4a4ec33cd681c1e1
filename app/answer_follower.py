"""What the window shows of the engine's work: which chats answer, what can be stopped, failures."""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_queue import AnswerQueue
from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_screen import ChatScreen
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.errors import AppError
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import Phase
from ternchat.app.core.wording import phase_text
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel

_AT_WORK = (Phase.LOADING, Phase.READING, Phase.WRITING)

log = logging.getLogger(__name__)


class AnswerFollower(QObject):
    """Keeps the list of chats and the chat on the screen in step with queue and engine.

    Signals:
        busy_changed: whether something can be stopped for the chat on the screen.
        repeating_changed: whether the answer being written there repeats itself.
        answering_changed: whether an answer is being written, or waits to be, in any chat.
        problem_raised: something went wrong (Problem).
    """

    busy_changed = Signal(bool)
    repeating_changed = Signal(bool)
    answering_changed = Signal(bool)
    problem_raised = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        runner: AnswerRunner,
        queue: AnswerQueue,
        screen: ChatScreen,
        conversation: ConversationModel,
        chats: ChatListModel,
        status: StatusModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._runner = runner
        self._queue = queue
        self._screen = screen
        self._conversation = conversation
        self._chats = chats
        self._status = status
        self._problems: dict[int, Problem] = {}  # answer -> why there is none
        self._busy = self._repeating = self._answering = False
        runner.started.connect(self._on_started)
        runner.fitted.connect(self._on_fitted)
        runner.repeating.connect(self.tell)
        runner.unsaved.connect(self._on_unsaved)
        status.changed.connect(self._on_status)
        queue.changed.connect(self.tell)
        queue.message_changed.connect(conversation.update)
        queue.ended.connect(self._on_ended)

    @property
    def problem(self) -> Problem | None:
        """Why the last answer on the screen did not come about."""
        answer = self._screen.last(Role.ASSISTANT)
        failed = answer is not None and answer.state is State.FAILED
        return self._problems.get(answer.id) if answer is not None and failed else None

    def list_chats(self) -> None:
        """Bring the list of chats up to date."""
        self._chats.set_chats(self._store.chats())

    def mark_unread(self, chat_id: int, unread: bool) -> None:
        """Remember in the list whether an answer has been seen."""
        try:
            self._store.set_unread(chat_id, unread)
        except KeyError:
            log.info("a chat was deleted before its answer ended")
        except AppError as error:  # no reason not to show it
            log.warning("a mark cannot be stored: %s", error)
        self.list_chats()

    @Slot()
    def tell(self) -> None:
        """Tell what has changed for the chat on the screen."""
        running, chat_id = self._queue.running, self._screen.chat_id
        here = running is not None and running.chat_id == chat_id
        busy, answering = self._queue.can_stop(chat_id), self._queue.answering
        repeating = here and busy and self._runner.repeats
        before = self._busy, self._repeating, self._answering
        self._busy, self._repeating, self._answering = busy, repeating, answering
        if busy is not before[0]:
            self.busy_changed.emit(busy)
        if repeating is not before[1]:
            self.repeating_changed.emit(repeating)
        if answering is not before[2]:
            self.answering_changed.emit(answering)
        self._on_status(self._status.snapshot)

    @Slot(object)
    def _on_started(self, answer: Message) -> None:
        self.list_chats()
        self._chats.set_answering(answer.chat_id)
        if answer.chat_id == self._screen.chat_id:
            self._screen.refresh()

    @Slot(object, object)
    def _on_fitted(self, answer: Message, left_out: frozenset[int]) -> None:
        self._screen.set_left_out(answer, left_out)

    @Slot(object, object)
    def _on_ended(self, answer: Message | None, error: BaseException | None) -> None:
        here = answer is None or answer.chat_id == self._screen.chat_id
        if answer is not None:
            self._chats.set_answering(None)
            self.mark_unread(answer.chat_id, not here)
        if error is not None:
            problem = Problem.of(error)
            if answer is not None:
                self._problems[answer.id] = problem
            if here:
                self.problem_raised.emit(problem)

    @Slot(object)
    def _on_unsaved(self, error: BaseException) -> None:
        self.problem_raised.emit(Problem.of(error))

    @Slot(object)
    def _on_status(self, now: Snapshot) -> None:
        answer, chat_id = self._queue.running, self._screen.chat_id
        activity = ""
        if answer is None or answer.chat_id == chat_id:
            activity = phase_text(now) if now.phase in _AT_WORK else ""
        elif self._queue.waits(chat_id):
            activity = self.tr("Waiting for the answer in another chat")
        self._conversation.set_activity(activity)
