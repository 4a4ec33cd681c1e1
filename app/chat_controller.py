"""What a person does with chats: send, edit, queue, stop, switch, choose a model."""

import logging
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_queue import AnswerQueue
from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_screen import ChatScreen
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import (
    Chat,
    Message,
    ReadPosition,
    Role,
    State,
    title_of,
)
from ternchat.app.core.errors import AppError
from ternchat.app.core.model_store import InstalledModel, ModelStore
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import Phase
from ternchat.app.core.wording import phase_text
from ternchat.app.drafting import Drafting
from ternchat.app.message_actions import MessageActions
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.problems import told

log = logging.getLogger(__name__)


class ChatController(QObject):
    """Carries out the window's requests for the chat on the screen.

    Attributes:
        actions: the same for single messages.

    Signals:
        chat_changed: the chat now on the screen, None for a new one.
        draft_changed: the text the composer should hold.
        editing_changed: whether that is an earlier message, and its attachments.
        files_returned, files_moved: see Drafting.
        settings_changed: the ChatSettings of the chat on the screen.
        temporary_changed: whether the new chat on the screen will never touch the disk.
        busy_changed: whether something can be stopped for this chat.
        repeating_changed: whether the answer being written here repeats itself.
        answering_changed: whether an answer is being written, or waits to be, in any chat.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
    """

    chat_changed = Signal(object)
    draft_changed = Signal(str)
    editing_changed = Signal(bool, object)
    files_returned = Signal(object, object)
    files_moved = Signal(object, object)
    settings_changed = Signal(object)
    temporary_changed = Signal(bool)
    busy_changed = Signal(bool)
    repeating_changed = Signal(bool)
    answering_changed = Signal(bool)
    problem_raised = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        models: ModelStore,
        runner: AnswerRunner,
        conversation: ConversationModel,
        chats: ChatListModel,
        status: StatusModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._models = models
        self._runner = runner
        self._conversation = conversation
        self._chats = chats
        self._status = status
        self._queue = AnswerQueue(store, models, runner, self)
        self.actions = MessageActions(store, runner, self._queue, self)
        self._drafting = Drafting(store, self)
        self._screen = ChatScreen(store, conversation, runner)
        self._temporary = False  # whether the next chat will be
        self._settings = ChatSettings()
        self._problems: dict[int, Problem] = {}  # answer -> why there is none
        self._busy = self._repeating = self._answering = False
        self._connect()
        chats.set_chats(store.chats())

    @property
    def quiet(self) -> bool:
        """True when nothing runs and nothing waits."""
        return self._queue.quiet

    # ---- Messages -------------------------------------------------------------------------------

    @Slot(str)
    @Slot(str, object)
    @told
    def send(self, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """Store the person's message, then answer it, or queue it while something runs."""
        text = text.strip("\n")
        if not text.strip() and not attachments:
            return
        if self._drafting.editing is not None:
            self._send_edited(self._drafting.editing, text, attachments)
            return
        chat, is_new = self._screen.chat, self._screen.chat is None
        if chat is None:
            chat = self._create_chat(text.strip() or attachments[0].name)
        path = [m.id for m in self._store.messages(chat.id) if m.state is not State.QUEUED]
        state = State.DONE if self._queue.idle else State.QUEUED
        parent = path[-1] if path else None
        try:
            message = self._store.add(chat.id, parent, Role.USER, text, state, attachments)
        except AppError:
            if is_new:
                self._store.purge([chat.id])
            raise
        if is_new:
            self._screen.chat = chat
            self.chat_changed.emit(chat)
        self._conversation.insert(message)
        self._list_chats()
        self._drafting.sent(chat.id)
        self.problem_raised.emit(None)
        self._queue.add(message)

    @Slot()
    def stop(self) -> None:
        """End what runs or waits for this chat; what was written stays."""
        self._queue.stop(self._chat_id)

    @Slot(int)
    @told
    def begin_edit(self, message_id: int) -> None:
        """Put an earlier message into the composer; one that still waits is taken back."""
        message = self._store.message(message_id)
        if message.state is State.QUEUED:
            self.take_back(message_id)
        elif message.role is Role.USER and message.chat_id == self._chat_id:
            self._drafting.begin_edit(message)

    @Slot()
    def begin_edit_last(self) -> None:
        """Edit the person's last message."""
        mine = self._screen.last(Role.USER)
        if mine is not None:
            self.begin_edit(mine.id)

    @Slot()
    def regenerate_last(self) -> None:
        """Another answer to the last question."""
        answer = self._screen.last(Role.ASSISTANT)
        if answer is not None:
            self.actions.regenerate(answer.id)

    @Slot()
    def end_edit(self) -> None:
        """Leave the message as it is; the draft comes back."""
        self._drafting.end_edit()

    @Slot(int)
    @told
    def take_back(self, message_id: int) -> None:
        """Return a queued message to the composer."""
        message = self._queue.take_back(message_id)
        if message is not None:
            self._return_to_drafts([message])

    # ---- Chats ----------------------------------------------------------------------------------

    @Slot()
    def new_chat(self) -> None:
        """Show an empty chat; it is stored with its first message."""
        self._show(None)

    @Slot()
    def new_temporary_chat(self) -> None:
        """Show an empty chat that never touches the disk."""
        self._show(None, temporary=True)

    @Slot(int)
    @told
    def open_chat(self, chat_id: int) -> None:
        """Show a stored chat; an answer being written elsewhere goes on."""
        if self._chat_id != chat_id:
            self._show(self._store.chat(chat_id))

    def reopen(self, chat_id: int) -> None:
        """Show a chat of an earlier run, if it is still there."""
        if any(chat.id == chat_id for chat in self._store.chats()):
            self.open_chat(chat_id)

    def give_up(self, chat_ids: Iterable[int]) -> None:
        """End all that is done for chats that are being deleted."""
        for chat_id in chat_ids:
            self._queue.give_up(chat_id)

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Remember what the composer holds for the chat on the screen."""
        self._drafting.set(text)

    @Slot(object)
    @told
    def set_settings(self, settings: ChatSettings) -> None:
        """Answer the chat on the screen like that from its next message on."""
        self._settings = settings
        if self._chat_id is not None:
            self._store.set_settings(self._chat_id, settings.to_dict())
        self.settings_changed.emit(settings)

    @Slot(int, object)
    @told
    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading a chat, if it is still there."""
        if any(chat.id == chat_id for chat in self._store.chats()):
            self._store.set_read_position(chat_id, position)

    # ---- Models ---------------------------------------------------------------------------------

    @Slot(str)
    @told
    def use_model(self, name_or_path: str) -> None:
        """Choose a model and load it as soon as nothing else runs."""
        model = self._models.resolve(name_or_path)
        self.problem_raised.emit(None)
        if self._queue.held:  # somebody is tired of waiting for another one
            self._queue.go_on(model)
        else:
            self._queue.add(model)

    @property
    def model_in_use(self) -> str:
        """The name of the model in memory, "" without one."""
        facts = self._status.snapshot.facts
        return "" if facts is None else facts.model.name

    def wait_for_model(self) -> None:
        """Let everything wait for a model that is on its way."""
        self._queue.hold()

    def model_came(self, model: InstalledModel | None) -> None:
        """Go on with it; None: it will not come, and what was asked returns to the composer."""
        self._queue.go_on(model)

    @Slot()
    def use_built_in(self) -> None:
        """Choose Fledgling."""
        self.use_model(self._models.built_in.name)

    def close(self) -> None:
        """The program ends: keep what is typed and what was written."""
        self._drafting.save()
        self._queue.close()

    # ---- What happens ---------------------------------------------------------------------------

    def _connect(self) -> None:
        self._drafting.draft_changed.connect(self.draft_changed)
        self._drafting.editing_changed.connect(self.editing_changed)
        self._drafting.files_returned.connect(self.files_returned)
        self._drafting.files_moved.connect(self.files_moved)
        self._runner.started.connect(self._on_started)
        self._runner.fitted.connect(self._on_fitted)
        self._runner.repeating.connect(self._tell)
        self._runner.unsaved.connect(self._on_unsaved)
        self._status.changed.connect(self._on_status)
        self._queue.changed.connect(self._tell)
        self._queue.message_changed.connect(self._conversation.update)
        self._queue.ended.connect(self._on_ended)
        self._queue.returned.connect(self._return_to_drafts)
        self.actions.changed.connect(self._on_messages_changed)
        self.actions.branched.connect(self._on_branched)
        self.actions.problem_raised.connect(self.problem_raised)

    @Slot(object)
    def _on_started(self, answer: Message) -> None:
        self._list_chats()
        self._chats.set_answering(answer.chat_id)
        if answer.chat_id == self._chat_id:
            self._screen.refresh()

    @Slot(object, object)
    def _on_fitted(self, answer: Message, read: frozenset[int]) -> None:
        self._screen.set_read(answer.chat_id, read)

    @Slot(object, object)
    def _on_ended(self, answer: Message | None, error: BaseException | None) -> None:
        if answer is not None:
            self._chats.set_answering(None)
            self._mark_unread(answer.chat_id, answer.chat_id != self._chat_id)
        if error is not None:
            problem = Problem.of(error)
            if answer is not None:
                self._problems[answer.id] = problem
            if answer is None or answer.chat_id == self._chat_id:
                self.problem_raised.emit(problem)

    @Slot(object)
    def _on_unsaved(self, error: BaseException) -> None:
        self.problem_raised.emit(Problem.of(error))

    @Slot(object)
    def _on_status(self, now: Snapshot) -> None:
        answer = self._queue.running
        activity = ""
        if answer is None or answer.chat_id == self._chat_id:
            activity = phase_text(now) if now.phase in (Phase.LOADING, Phase.READING) else ""
        elif self._queue.waits(self._chat_id):
            activity = self.tr("Waiting for the answer in another chat")
        self._conversation.set_activity(activity)

    @Slot(int)
    def _on_messages_changed(self, chat_id: int) -> None:
        if chat_id == self._chat_id:
            self._screen.refresh()
            self.problem_raised.emit(self._problem())

    @Slot(object)
    def _on_branched(self, chat: Chat) -> None:
        self._list_chats()
        self._show(chat)

    @Slot()
    def _tell(self) -> None:
        """Tell what has changed of what the window shows of the engine's work."""
        running = self._queue.running
        here = running is not None and running.chat_id == self._chat_id
        busy, answering = self._queue.can_stop(self._chat_id), self._queue.answering
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

    # ---- Helpers --------------------------------------------------------------------------------

    def _create_chat(self, words: str) -> Chat:
        chat = self._store.create_chat(title_of(words), temporary=self._temporary)
        self._store.set_settings(chat.id, self._settings.to_dict())
        return chat

    def _send_edited(
        self, message: Message, text: str, attachments: tuple[Attachment, ...]
    ) -> None:
        self._queue.stop_answer(message.chat_id)
        question = self._store.add(
            message.chat_id, message.parent, Role.USER, text, State.DONE, attachments
        )
        self.end_edit()
        self.actions.answer_anew(question)
        self._list_chats()

    def _show(self, chat: Chat | None, *, temporary: bool = False) -> None:
        self._temporary = temporary
        self._settings = ChatSettings.from_dict(self._store.settings(chat.id) if chat else {})
        if chat is not None:
            self._reclaim_queued(chat.id)
            self._mark_unread(chat.id, False)
        self._screen.show(chat)
        self.problem_raised.emit(self._problem())
        self.chat_changed.emit(chat)
        self.temporary_changed.emit(temporary or (chat is not None and chat.temporary))
        self._drafting.show(self._chat_id, private=temporary)
        self.settings_changed.emit(self._settings)
        self._tell()

    def _problem(self) -> Problem | None:
        """Why the last answer on the screen did not come about."""
        answer = self._screen.last(Role.ASSISTANT)
        failed = answer is not None and answer.state is State.FAILED
        return self._problems.get(answer.id) if answer is not None and failed else None

    def _reclaim_queued(self, chat_id: int) -> None:
        """What still waited when the program ended goes back into the composer."""
        messages = self._store.messages(chat_id)
        lost = [m for m in messages if m.state is State.QUEUED and not self._queue.holds(m.id)]
        if lost:
            self._drafting.take_back(lost)
        for message in lost:
            self._store.remove(message.id)

    @Slot(object)
    def _return_to_drafts(self, waiting: list[Message]) -> None:
        self._drafting.take_back(waiting)
        for message in waiting:
            self._store.remove(message.id)
            self._conversation.remove(message.id)
        self._list_chats()
        chat_id = self._chat_id
        if chat_id is not None and self._chats.row_of(chat_id) < 0:
            # It held nothing else.
            self._drafting.move(chat_id, None)
            self._show(None)

    def _mark_unread(self, chat_id: int, unread: bool) -> None:
        try:
            self._store.set_unread(chat_id, unread)
        except KeyError:
            log.info("a chat was deleted before its answer ended")
        except AppError as error:  # no reason not to show it
            log.warning("a mark cannot be stored: %s", error)
        self._list_chats()

    def _list_chats(self) -> None:
        self._chats.set_chats(self._store.chats())

    @property
    def _chat_id(self) -> int | None:
        return self._screen.chat_id
