"""What a person does with chats: send, edit, queue, stop, switch, choose a model."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_follower import AnswerFollower
from ternchat.app.answer_queue import AnswerQueue
from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_screen import ChatScreen
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Chat, ReadPosition, Role
from ternchat.app.core.drafts import TEMPORARY, Place
from ternchat.app.core.model_store import InstalledModel, ModelStore
from ternchat.app.drafting import Drafting
from ternchat.app.message_actions import MessageActions
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.problems import told
from ternchat.app.sending import Sending


class ChatController(QObject):
    """Carries out the window's requests for the chat on the screen.

    Attributes:
        actions: the same for single messages.

    Signals:
        chat_changed: the chat now on the screen, None for a new one.
        draft_changed: the text the composer should hold.
        editing_changed: whether that is an earlier message, and its attachments.
        place_changed, files_returned, files_moved: see Drafting.
        settings_changed: the ChatSettings of the chat on the screen.
        temporary_changed: whether the new chat on the screen will never touch the disk.
        private_ended: a temporary chat is gone, and nothing of it may be remembered.
        busy_changed, repeating_changed, answering_changed: see AnswerFollower.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
    """

    chat_changed = Signal(object)
    draft_changed = Signal(str)
    editing_changed = Signal(bool, object)
    place_changed = Signal(object, object)
    files_returned = Signal(object, object)
    files_moved = Signal(object, object)
    settings_changed = Signal(object)
    temporary_changed = Signal(bool)
    private_ended = Signal()
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
        self._status = status
        self._queue = AnswerQueue(store, models, runner, self)
        self.actions = MessageActions(store, runner, self._queue, self)
        self._drafting = Drafting(store, self)
        self._screen = ChatScreen(store, conversation, runner)
        self._sending = Sending(
            *(store, self._queue, self._screen, conversation, self._drafting, self.actions),
            parent=self,
        )
        self._follower = AnswerFollower(
            *(store, runner, self._queue, self._screen, conversation, chats, status), parent=self
        )
        self._connect()
        self._follower.list_chats()

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
        self._sending.send(text, attachments)

    @Slot(str)
    @told
    def send_suggestion(self, text: str) -> None:
        """Send a prompt that an empty chat offers; what is typed stays in the composer."""
        self._sending.send(text, (), typed=False)

    @Slot()
    def stop(self) -> None:
        """End what runs or waits for this chat; what was written stays."""
        self._queue.stop(self._screen.chat_id)

    @Slot(int)
    @told
    def begin_edit(self, message_id: int) -> None:
        """Put an earlier message into the composer; one that still waits is taken back."""
        self._sending.begin_edit(message_id)

    @Slot()
    def begin_edit_last(self) -> None:
        """Edit the person's last message."""
        mine = self._screen.last(Role.USER)
        if mine is not None:
            self.begin_edit(mine.id)

    @Slot()
    def end_edit(self) -> None:
        """Leave the message as it is; the draft comes back."""
        self._drafting.end_edit()

    @Slot()
    def regenerate_last(self) -> None:
        """Another answer to the last question."""
        answer = self._screen.last(Role.ASSISTANT)
        if answer is not None:
            self.actions.regenerate(answer.id)

    @Slot(int)
    @told
    def take_back(self, message_id: int) -> None:
        """Return a queued message to the composer."""
        self._sending.take_back(message_id)

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Remember what the composer holds for the chat on the screen."""
        self._drafting.set(text)

    @Slot(object, object)
    def set_draft_files(self, place: Place, files: tuple[Attachment, ...]) -> None:
        """Remember the files that are to go with a draft."""
        self._drafting.set_files(place, files)

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
        if self._screen.chat_id != chat_id:
            self._show(self._store.chat(chat_id))

    def reopen(self, chat_id: int) -> None:
        """Show a chat of an earlier run, if it is still there."""
        if self._is_listed(chat_id):
            self.open_chat(chat_id)

    def give_up(self, chat_ids: Iterable[int]) -> None:
        """End all that is done for chats that are being deleted."""
        deleted = {*chat_ids}
        for chat_id in self._queue.chat_ids & deleted:
            self._queue.give_up(chat_id)
        if any(chat.temporary and chat.id in deleted for chat in self._store.chats()):
            self.private_ended.emit()

    @Slot(object)
    @told
    def set_settings(self, settings: ChatSettings) -> None:
        """Answer the chat on the screen like that from its next message on."""
        self._screen.set_settings(settings)
        self.settings_changed.emit(settings)

    @Slot(int, object)
    @told
    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading a chat, if it is still there."""
        if self._is_listed(chat_id):
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
        drafting, follower = self._drafting, self._follower
        drafting.draft_changed.connect(self.draft_changed)
        drafting.editing_changed.connect(self.editing_changed)
        drafting.place_changed.connect(self.place_changed)
        drafting.files_returned.connect(self.files_returned)
        drafting.files_moved.connect(self.files_moved)
        follower.busy_changed.connect(self.busy_changed)
        follower.repeating_changed.connect(self.repeating_changed)
        follower.answering_changed.connect(self.answering_changed)
        follower.problem_raised.connect(self.problem_raised)
        self._sending.began.connect(self.chat_changed)
        self._sending.added.connect(self._on_added)
        self._sending.removed.connect(self._on_removed)
        self.actions.changed.connect(self._on_messages_changed)
        self.actions.branched.connect(self._on_branched)
        self.actions.problem_raised.connect(self.problem_raised)

    @Slot()
    def _on_added(self) -> None:
        self._follower.list_chats()
        self.problem_raised.emit(None)

    @Slot()
    def _on_removed(self) -> None:
        self._follower.list_chats()
        chat_id = self._screen.chat_id
        if chat_id is not None and not self._is_listed(chat_id):
            # It held nothing else.
            temporary = self._screen.temporary
            if temporary:
                self.private_ended.emit()
            self._drafting.move(chat_id, TEMPORARY if temporary else None)
            self._show(None, temporary=temporary)

    @Slot(int)
    def _on_messages_changed(self, chat_id: int) -> None:
        if chat_id == self._screen.chat_id:
            self._screen.refresh()
            self.problem_raised.emit(self._follower.problem)

    @Slot(object)
    def _on_branched(self, chat: Chat) -> None:
        self._follower.list_chats()
        self._show(chat)

    def _show(self, chat: Chat | None, *, temporary: bool = False) -> None:
        if chat is not None:
            self._sending.reclaim_queued(chat.id)
            self._follower.mark_unread(chat.id, False)
            if not self._is_listed(chat.id):
                # It held nothing but what waited in the queue when the program died.
                self._drafting.move(chat.id, None)
                chat = None
        screen = self._screen
        screen.show(chat, temporary=temporary)
        self.problem_raised.emit(self._follower.problem)
        self.chat_changed.emit(chat)
        self.temporary_changed.emit(screen.temporary)
        self._drafting.show(TEMPORARY if temporary else screen.chat_id)
        self.settings_changed.emit(screen.settings)
        self._follower.tell()

    def _is_listed(self, chat_id: int) -> bool:
        return any(chat.id == chat_id for chat in self._store.chats())
