"""What a person does with chats: send, queue, stop, switch, choose a model."""

from collections import deque
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Chat, Message, Role, State, title_of
from ternchat.app.core.drafts import Drafts
from ternchat.app.core.errors import AppError
from ternchat.app.core.model_store import InstalledModel, ModelStore
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import Phase
from ternchat.app.core.wording import phase_text
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel


class ChatController(QObject):
    """Carries out the window's requests; what cannot be done yet waits in a queue.

    Signals:
        chat_changed: the chat now on the screen, None for a new one.
        draft_changed: the text the composer should hold.
        settings_changed: the ChatSettings of the chat on the screen.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
    """

    chat_changed = Signal(object)
    draft_changed = Signal(str)
    settings_changed = Signal(object)
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
        self._chat: Chat | None = None
        self._drafts = Drafts()
        self._settings = ChatSettings()  # of the chat on the screen
        self._queue: deque[Message | InstalledModel] = deque()  # to be answered, to be loaded
        runner.started.connect(self._on_started)
        runner.ended.connect(self._on_ended)
        status.changed.connect(self._on_status)

    @property
    def quiet(self) -> bool:
        """True when nothing runs and nothing waits."""
        return self._runner.idle and not self._queue

    @Slot(str)
    @Slot(str, object)
    def send(self, text: str, attachments: tuple[Attachment, ...] = ()) -> None:
        """Store the person's message, then answer it, or queue it while something runs."""
        if not text.strip() and not attachments:
            return
        if self._chat is None:
            self._drafts.set(None, "")
            words = text if text.strip() else attachments[0].name
            self._chat = self._store.create_chat(title_of(words))
            self._store.set_settings(self._chat.id, self._settings.to_dict())
            self.chat_changed.emit(self._chat)
        chat_id = self._chat.id
        state = State.DONE if self._runner.idle else State.QUEUED
        message = self._store.add(
            chat_id, self._last_id(chat_id), Role.USER, text.strip("\n"), state, attachments
        )
        self._conversation.insert(message)
        self._chats.set_chats(self._store.chats())
        self._drafts.set(chat_id, "")
        self.draft_changed.emit("")
        self.problem_raised.emit(None)
        self._enqueue(message)

    @Slot()
    def stop(self) -> None:
        """End what runs; what was written stays."""
        self._runner.stop()

    @Slot()
    def new_chat(self) -> None:
        """Show an empty chat; it is stored with its first message."""
        self._show(None)

    @Slot(int)
    def open_chat(self, chat_id: int) -> None:
        """Show a stored chat; an answer being written elsewhere goes on."""
        if self._chat_id != chat_id:
            self._show(next(c for c in self._store.chats() if c.id == chat_id))

    def reopen(self, chat_id: int) -> None:
        """Show a chat of an earlier run, if it is still there."""
        if any(chat.id == chat_id for chat in self._store.chats()):
            self.open_chat(chat_id)

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Remember what the composer holds for the chat on the screen."""
        self._drafts.set(self._chat_id, text)

    @Slot(object)
    def set_settings(self, settings: ChatSettings) -> None:
        """Answer the chat on the screen like that from its next message on."""
        self._settings = settings
        if self._chat is not None:
            self._store.set_settings(self._chat.id, settings.to_dict())
        self.settings_changed.emit(settings)

    @Slot(str)
    def use_model(self, name_or_path: str) -> None:
        """Choose a model and load it as soon as nothing else runs."""
        try:
            model = self._models.resolve(name_or_path)
        except AppError as error:
            self.problem_raised.emit(Problem.of(error))
            return
        self.problem_raised.emit(None)
        self._enqueue(model)

    @Slot()
    def use_built_in(self) -> None:
        """Choose Fledgling."""
        self.use_model(self._models.built_in.name)

    @Slot(int)
    def retry(self, message_id: int) -> None:
        """Try a failed answer again, if it is still the last one."""
        messages = [m for m in self._conversation.messages() if m.state is not State.QUEUED]
        if messages[-1].id == message_id and messages[-1].state is State.FAILED:
            self._store.remove(message_id)
            self._conversation.remove(message_id)
            self.problem_raised.emit(None)
            self._enqueue(messages[-2])

    @Slot(int)
    def take_back(self, message_id: int) -> None:
        """Return a queued message to the composer."""
        self._return_to_drafts(
            [m for m in self._queue if isinstance(m, Message) and m.id == message_id]
        )

    @Slot(object)
    def _on_started(self, answer: Message) -> None:
        self._chats.set_chats(self._store.chats())
        self._chats.set_answering(answer.chat_id)
        if answer.chat_id == self._chat_id:
            self._conversation.insert(answer)

    @Slot(object, object)
    def _on_ended(self, answer: Message | None, error: BaseException | None) -> None:
        if answer is not None:
            self._chats.set_answering(None)
            self._chats.set_unread(answer.chat_id, answer.chat_id != self._chat_id)
        if error is not None:
            # What waited was meant for a conversation that did not come about.
            self._return_to_drafts([m for m in self._queue if isinstance(m, Message)])
            self.problem_raised.emit(Problem.of(error))
        if self._queue:
            self._start(self._queue.popleft())

    @Slot(object)
    def _on_status(self, now: Snapshot) -> None:
        waiting = now.phase in (Phase.LOADING, Phase.READING)
        self._conversation.set_activity(phase_text(now) if waiting else "")

    def _enqueue(self, task: Message | InstalledModel) -> None:
        if self._runner.idle:
            self._start(task)
        else:
            self._queue.append(task)

    def _start(self, task: Message | InstalledModel) -> None:
        if isinstance(task, InstalledModel):
            self._runner.load(task)
            return
        if task.state is State.QUEUED:
            task = replace(task, state=State.DONE, parent=self._last_id(task.chat_id))
            self._store.save(task)
            self._conversation.update(task)
        settings = ChatSettings.from_dict(self._store.settings(task.chat_id))
        model = self._runner.model or self._models.built_in
        self._runner.reply(model, self._path(task.chat_id), settings)

    def _show(self, chat: Chat | None) -> None:
        self._chat = chat
        messages = self._store.messages(chat.id) if chat else []
        live = self._runner.answer
        self._conversation.set_messages(
            [live if live is not None and m.id == live.id else m for m in messages]
        )
        if chat is not None:
            self._chats.set_unread(chat.id, False)
        self.problem_raised.emit(None)
        self.chat_changed.emit(chat)
        self.draft_changed.emit(self._drafts.of(self._chat_id))
        stored = self._store.settings(chat.id) if chat else {}
        self._settings = ChatSettings.from_dict(stored)
        self.settings_changed.emit(self._settings)

    def _return_to_drafts(self, waiting: list[Message]) -> None:
        if not waiting:
            return
        for message in reversed(waiting):
            self._queue.remove(message)
            if message.state is State.QUEUED:  # not one that is tried again
                self._store.remove(message.id)
                self._conversation.remove(message.id)
                self._drafts.put_before(message.chat_id, message.text)
        chats = self._store.chats()
        self._chats.set_chats(chats)
        if self._chat is not None and all(c.id != self._chat_id for c in chats):
            # It held nothing else.
            self._drafts.move(self._chat.id, None)
            self._show(None)
        self.draft_changed.emit(self._drafts.of(self._chat_id))

    def _path(self, chat_id: int) -> list[Message]:
        """The chat without what waits in the queue."""
        return [m for m in self._store.messages(chat_id) if m.state is not State.QUEUED]

    def _last_id(self, chat_id: int) -> int | None:
        path = self._path(chat_id)
        return path[-1].id if path else None

    @property
    def _chat_id(self) -> int | None:
        return self._chat.id if self._chat else None
