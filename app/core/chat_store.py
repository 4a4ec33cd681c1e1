"""Where chats are kept: the interface of every store."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .attachments import Attachment
from .conversation import Chat, ChatTree, Message, ReadPosition, Role, State
from .errors import AppError
from .folders import Folder
from .word_search import Span

TRASH_DAYS = 30


class StorageError(AppError):
    """Chats cannot be read or written."""


@dataclass(frozen=True)
class Hit:
    """A place where a search found something: a message, or a title (`message_id` None)."""

    chat_id: int
    message_id: int | None
    title: str
    snippet: tuple[Span, ...]
    archived: bool = False  # the chat is


@dataclass(frozen=True)
class Arrival:
    """A chat that has been written, and is shown to nobody yet."""

    chat_id: int
    folder: str | None


class ChatStore(Protocol):
    """Keeps chats and their trees of messages; every call has taken effect when it returns.

    What is not there any more is a KeyError; what cannot be kept is a StorageError, and nothing
    has changed then.
    """

    # Chats

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to.

        Archived ones are among them.
        """

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages; a temporary one never touches the disk."""

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever."""

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""

    # Folders and the archive

    def folders(self) -> list[Folder]:
        """All folders, by name."""

    def add_folder(self, name: str) -> Folder:
        """The folder of that name; a new one where there is none."""

    def rename_folder(self, name: str, new_name: str) -> None:
        """Call a folder otherwise; a name that cannot be is a FolderNameError."""

    def delete_folder(self, name: str) -> None:
        """Delete a folder; its chats stay, in no folder."""

    def set_folded(self, name: str, folded: bool) -> None:
        """Remember whether the list hides what is in a folder."""

    def move(self, chat_ids: Iterable[int], folder: str | None) -> None:
        """Put chats into a folder that is there, or into none."""

    def set_archived(self, chat_ids: Iterable[int], archived: bool) -> None:
        """Keep chats out of the list, or bring them back; so does a new message of a person."""

    # What belongs to a chat

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""

    def draft_files(self, chat_id: int | None) -> tuple[Attachment, ...]:
        """The files that are to go with it."""

    def set_draft_files(self, chat_id: int | None, files: Iterable[Attachment]) -> None:
        """Replace them."""

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""

    # Messages

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation.

        What waits in the queue has no place in the tree yet, and no siblings.
        """

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""

    def add(
        self,
        chat_id: int,
        parent: int | None,
        role: Role,
        text: str,
        state: State,
        attachments: Iterable[Attachment] = (),
    ) -> Message:
        """A new message; among its siblings it is the one shown.

        What was deleted cannot be followed: a KeyError.
        """

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id.

        One that leaves the queue is shown among its siblings from then on.
        """

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""

    # Whole chats

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""

    def take_in(self, trees: Iterable[ChatTree]) -> Iterator[tuple[Arrival, ...]]:
        """Write new chats that nobody sees yet, in steps between which others come to their turn.

        Each step tells which chats became whole. This may be gone through on another thread.
        """

    def welcome(self, arrivals: Iterable[Arrival]) -> None:
        """Let all of them be seen at once, in their folders."""

    def clean_up(self) -> Iterator[None]:
        """Wipe, in steps, what was deleted for ever, and arrivals nobody has welcomed.

        This may be gone through on another thread, but not beside `take_in`.
        """

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for.

        Titles come in the order of `chats`, messages the newest first.
        """

    def close(self) -> None:
        """Let go of files."""
