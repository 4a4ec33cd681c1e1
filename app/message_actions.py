"""What a person does with one message: try again, go on, branch, pin, delete, switch versions."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_queue import AnswerQueue
from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.problems import told


class MessageActions(QObject):
    """Changes chats message by message; nothing written is ever lost by it.

    Signals:
        changed: the id of a chat whose messages are others now.
        branched: a new chat.
        deleted: a message's id; `undelete` brings it back.
        problem_raised: something went wrong (Problem).
    """

    changed = Signal(int)
    branched = Signal(object)
    deleted = Signal(int)
    problem_raised = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        runner: AnswerRunner,
        queue: AnswerQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._runner = runner
        self._queue = queue

    @Slot(int)
    @told
    def regenerate(self, message_id: int) -> None:
        """Another answer to the same question, beside the one that is there."""
        message = self._store.message(message_id)
        question_id = message_id if message.role is Role.USER else message.parent
        if question_id is not None and message.state is not State.QUEUED:
            self.answer_anew(self._store.message(question_id))

    @Slot(int)
    @told
    def retry(self, message_id: int) -> None:
        """Try a failed answer again; what there is of it stays beside the new one."""
        answer = self._store.message(message_id)
        if answer.state is State.FAILED:
            self.regenerate(message_id)
            if not answer.text and not self._is_followed(answer):
                self._store.remove(message_id)
                self.changed.emit(answer.chat_id)

    @Slot(int)
    @told
    def continue_answer(self, message_id: int) -> None:
        """Go on with an answer where it ended; with a copy of it where something follows it."""
        answer = self._store.message(message_id)
        if answer.role is not Role.ASSISTANT or answer.state is State.WRITING:
            return
        self._queue.stop_answer(answer.chat_id)
        if self._is_followed(answer):
            copy = self._store.add(
                answer.chat_id, answer.parent, Role.ASSISTANT, answer.text, State.WRITING
            )
            going_on = replace(copy, stats=answer.stats)
        else:
            going_on = replace(answer, state=State.WRITING)
        self._store.save(going_on)
        self.changed.emit(answer.chat_id)
        self._queue.add(going_on)

    @Slot(int)
    @told
    def branch(self, message_id: int) -> None:
        """A new chat that goes as far as this message."""
        self._runner.checkpoint()
        self.branched.emit(self._store.copy_path(message_id))

    @Slot(int)
    @told
    def delete(self, message_id: int) -> None:
        """Take away a message with all that follows it; that can be undone."""
        message = self._store.message(message_id)
        self._queue.give_up(message.chat_id, message_id)
        self._store.delete_message(message_id)
        self.changed.emit(message.chat_id)
        self.deleted.emit(message_id)

    @Slot(int)
    @told
    def undelete(self, message_id: int) -> None:
        """Bring a deleted message back."""
        self._store.restore_message(message_id)
        self._store.select(message_id)
        self.changed.emit(self._store.message(message_id).chat_id)

    @Slot(int, bool)
    @told
    def pin(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view when others are left out, or no longer."""
        self._store.pin_message(message_id, pinned)
        running = self._queue.running
        if running is not None and running.id == message_id:
            self._runner.pin(pinned)
        self.changed.emit(self._store.message(message_id).chat_id)

    @Slot(int, int)
    @told
    def show_sibling(self, message_id: int, step: int) -> None:
        """Show another version of a message, with what followed it."""
        versions = self._store.siblings(message_id)
        place = versions.index(message_id) + step if message_id in versions else -1
        if 0 <= place < len(versions):
            self._store.select(versions[place])
            self.changed.emit(self._store.message(message_id).chat_id)

    def answer_anew(self, question: Message) -> None:
        """Let a question that has its place in a chat be answered."""
        self._queue.stop_answer(question.chat_id)
        answer = self._store.add(question.chat_id, question.id, Role.ASSISTANT, "", State.WRITING)
        self.changed.emit(question.chat_id)
        self._queue.add(answer)

    def _is_followed(self, message: Message) -> bool:
        """Whether something on the screen comes after a message."""
        shown = [m for m in self._store.messages(message.chat_id) if m.state is not State.QUEUED]
        return any(m.parent == message.id for m in shown)
