"""Whole chats on the disk: copied, taken out, put in, searched."""

from ternchat.app.core.chat_store import Hit
from ternchat.app.core.conversation import Chat, ChatTree
from ternchat.app.core.message_tree import (
    copy_of_path,
    storable_chat,
    subtree,
)
from ternchat.app.core.word_search import Query, snippet

from .stored_arrivals import StoredArrivals
from .stored_belongings import StoredBelongings
from .stored_chats import StoredChats
from .stored_folders import StoredFolders
from .stored_messages import StoredMessages
from .stored_remains import StoredRemains


class StoredWholeChats(
    StoredChats, StoredFolders, StoredBelongings, StoredMessages, StoredArrivals, StoredRemains
):
    """The part of a store that knows chats with all their branches; see `ChatStore`."""

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""
        tree = self.tree(self.message_table.get(message_id).chat_id)
        return self.add_tree(copy_of_path(tree, message_id, self.clock()))

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""
        messages = subtree(None, self.there(chat_id))
        chosen = self.message_table.chosen(chat_id)
        shown = sorted((m.id for m in messages), key=lambda id_: chosen[id_])
        return ChatTree(
            self.chat(chat_id),
            tuple(messages),
            tuple(shown),
            self.settings(chat_id),
            self.draft(chat_id),
            self.draft_files(chat_id),
        )

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""
        folder = storable_chat(tree.chat).folder
        with self.database.writing():
            *_, chat_id = self.insert_tree(tree)
            if folder is not None:
                self.chat_table.change(chat_id, folder=self.folder_table.id_for(folder))
        return self.chat_table.get(chat_id)

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for."""
        wanted = Query.of(query)
        if not wanted.phrases:
            return []
        places: list[tuple[int, int | None, str | None]] = [
            (chat_id, None, None) for chat_id in self.index.titles(wanted, limit)
        ]
        places += self.index.messages(wanted, limit - len(places))
        chats = {
            chat_id: self.chat_table.get(chat_id) for chat_id in {place[0] for place in places}
        }
        return [
            Hit(
                chat_id,
                message_id,
                chats[chat_id].title,
                snippet(chats[chat_id].title if text is None else text, wanted),
                chats[chat_id].archived,
            )
            for chat_id, message_id, text in places
        ]
