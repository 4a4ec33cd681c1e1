"""Chats that come in by the thousand: written in short transactions, then seen all at once."""

from collections.abc import Iterable, Iterator

from ternchat.app.core.chat_store import Arrival
from ternchat.app.core.conversation import ChatTree
from ternchat.app.core.message_tree import storable_chat

from .chat_table import GONE
from .slices import in_slices
from .tables import Tables

BATCH_CHARACTERS = 1 << 18  # so much is read before it is written


class StoredArrivals(Tables):
    """The part of a store that takes in many chats; see `ChatStore`.

    Until they are welcome they are marked like chats deleted for ever: when the program is killed,
    `clean_up` takes them away at its next start.
    """

    def take_in(self, trees: Iterable[ChatTree]) -> Iterator[tuple[Arrival, ...]]:
        """Write new chats that nobody sees yet, in steps."""
        for batch in _batches(trees):
            arrived: list[Arrival] = []
            for _ in in_slices(self.database, self._write(batch, arrived)):
                yield tuple(arrived)
                arrived.clear()

    def welcome(self, arrivals: Iterable[Arrival]) -> None:
        """Let all of them be seen at once, in their folders."""
        inside: dict[str | None, list[int]] = {}
        for arrival in arrivals:
            inside.setdefault(arrival.folder, []).append(arrival.chat_id)
        with self.database.writing():
            for name, chat_ids in inside.items():
                folder = None if name is None else self.folder_table.id_for(name)
                self.chat_table.make_seen(chat_ids, folder)

    def _write(self, trees: list[ChatTree], arrived: list[Arrival]) -> Iterator[None]:
        for tree in trees:
            steps = self.insert_tree(tree, trashed=GONE)
            chat_id = next(steps)
            for _ in steps:
                yield
            arrived.append(Arrival(chat_id, storable_chat(tree.chat).folder))
            yield


def _batches(trees: Iterable[ChatTree]) -> Iterator[list[ChatTree]]:
    """The trees together with others, so that small ones share a transaction."""
    batch: list[ChatTree] = []
    characters = 0
    for tree in trees:
        batch.append(tree)
        characters += sum(len(message.text) for message in tree.messages)
        if characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
