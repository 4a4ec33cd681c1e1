"""Whole chats in memory: copied, taken out, put in, searched."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ternchat.app.core.chat_store import Arrival, Hit
from ternchat.app.core.conversation import Chat, ChatTree, State
from ternchat.app.core.message_tree import copy_of_path, storable_chat, subtree
from ternchat.app.core.word_search import Query, snippet, words

from .belongings import BelongingsInMemory
from .chats import ChatsInMemory
from .folders import FoldersInMemory
from .messages import MessagesInMemory


class WholeChatsInMemory(ChatsInMemory, FoldersInMemory, BelongingsInMemory, MessagesInMemory):
    """The part of a store that knows chats with all their branches; see `ChatStore`."""

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""
        tree = self.tree(self.messages_by_id[message_id].chat_id)
        return self.add_tree(copy_of_path(tree, message_id, self.clock()))

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""
        messages = subtree(None, self.there(chat_id))
        shown = sorted((m.id for m in messages), key=lambda id_: self.chosen[id_])
        return ChatTree(
            self.chats_by_id[chat_id],
            tuple(messages),
            tuple(shown),
            self.settings(chat_id),
            self.draft(chat_id),
            self.draft_files(chat_id),
        )

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""
        return self._put(tree, next(self.ids))

    def take_in(self, trees: Iterable[ChatTree]) -> Iterator[tuple[Arrival, ...]]:
        """Keep new chats that nobody sees yet, in steps."""
        for tree in trees:
            chat_id = next(self.ids)
            self.arriving[chat_id] = tree
            yield (Arrival(chat_id, storable_chat(tree.chat).folder),)

    def welcome(self, arrivals: Iterable[Arrival]) -> None:
        """Let all of them be seen at once, in their folders."""
        for arrival in arrivals:
            self._put(self.arriving.pop(arrival.chat_id), arrival.chat_id)

    def clean_up(self) -> Iterator[None]:
        """Forget arrivals nobody has welcomed."""
        self.arriving.clear()
        yield from ()

    def _put(self, tree: ChatTree, chat_id: int) -> Chat:
        temporary = tree.chat.temporary
        chat = replace(storable_chat(tree.chat), id=chat_id, temporary=temporary)
        if chat.folder is not None:
            self.add_folder(chat.folder)
        self.chats_by_id[chat.id] = chat
        self.set_settings(chat.id, tree.settings)
        self.set_draft(chat.id, tree.draft)
        self.set_draft_files(chat.id, tree.draft_files)
        new_ids: dict[int | None, int | None] = {None: None}
        for message in tree.messages:
            copy = replace(
                message, id=next(self.ids), chat_id=chat.id, parent=new_ids[message.parent]
            )
            self.messages_by_id[copy.id] = copy
            self.save(copy)
            new_ids[message.id] = copy.id
        for old_id in tree.shown:
            new_id = new_ids[old_id]
            assert new_id is not None
            self.chosen[new_id] = next(self.choices)
        return chat

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for."""
        wanted = Query.of(query)
        chats = {chat.id: chat for chat in self.chats()}
        complete = [
            m
            for m in reversed(self.messages_by_id.values())
            if m.chat_id in chats and m.id not in self.deleted and m.state is not State.WRITING
        ]
        complete.sort(key=lambda m: m.created, reverse=True)
        places: list[tuple[Chat, int | None, str]] = [
            (chat, None, chat.title) for chat in chats.values()
        ]
        places += [(chats[m.chat_id], m.id, m.text) for m in complete]
        hits = (
            Hit(chat.id, message_id, chat.title, snippet(text, wanted), chat.archived)
            for chat, message_id, text in places
            if wanted.places(list(words(text)))
        )
        return [hit for hit, _ in zip(hits, range(limit), strict=False)]
