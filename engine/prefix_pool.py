"""Remembers what the model has read, for when a text with the same beginning comes again."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from ternchat.engine import backend
from ternchat.engine.fingerprint import fingerprint
from ternchat.engine.formats.kv_file import KVFile, MakePart
from ternchat.engine.kv_block import BLOCK_TOKENS, Block, block_key, common_prefix
from ternchat.engine.kv_cache import KVCache, KVPart
from ternchat.engine.kv_store import KVStore
from ternchat.engine.model import Cancel, Model

_MOST_BYTES = 2 << 30
_MEMORY_SHARE = 4  # one part in so many of the memory that is free, or would be without the pool


def memory_to_spare(held_bytes: int) -> int:
    """Bytes the pool may hold now, when it holds so many."""
    return min(_MOST_BYTES, (backend.available_memory() + held_bytes) // _MEMORY_SHARE)


class PrefixPool:
    """Blocks of one model's keys and values, in memory and perhaps on disk; least used out first.

    What is read again is found again to the token, from whichever chat it came.
    """

    def __init__(
        self,
        model: Model,
        store: KVStore | None = None,
        budget: Callable[[int], int] = memory_to_spare,
    ) -> None:
        self._root = fingerprint(model)
        self._store = store
        self._budget = budget
        self._blocks: OrderedDict[bytes, Block] = OrderedDict()  # used last at the end
        self._children: dict[bytes, set[bytes]] = {}
        self._used: dict[bytes, int] = {}  # when, in nanoseconds
        self._unwritten: set[bytes] = set()
        self._private: set[bytes] = set()  # keys of what may not be written to disk
        self._nbytes = 0
        if store is not None:
            store.open(KVFile(self._root, _part_maker(model)))

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self._nbytes

    def keep(self, token_ids: Sequence[int], cache: KVCache, private: bool = False) -> None:
        """Remember what the cache holds of a text; `private`: in memory only."""
        chain, room = list[bytes](), self._budget(self._nbytes)
        for parent, begin in _blocks(self._root, token_ids):
            ids = tuple(token_ids[begin : begin + BLOCK_TOKENS])
            key, common = self._longest(parent, ids)
            # a private block may say more than is public
            hidden = not private and key in self._private and self._blocks[key].token_ids != ids
            if common < len(ids) or hidden:
                block = Block(parent, ids, cache.read(begin, begin + len(ids)))
                self._add(block)
                key = block.key
                if private:
                    self._private.add(key)
            if not private:
                self._private.discard(key)
                self._mark_unwritten(key)
            self._blocks.move_to_end(key)
            chain.append(key)
            room -= self._blocks[key].part.nbytes
            if room < 0:  # this text alone is too much: its beginning has to do
                break
            self._shrink()
        self._touch(chain)
        self._shrink()

    def restore(
        self, token_ids: Sequence[int], cache: KVCache, cancel: Cancel | None = None
    ) -> int:
        """Let the cache, which holds a beginning of a text, hold as much of it as is known.

        Gives how many tokens that is. Between two blocks it looks at `cancel`.
        """
        chain = []
        for parent, begin in _blocks(self._root, token_ids):
            end = begin + BLOCK_TOKENS
            if cache.length >= end:
                continue
            if cancel is not None and cancel.is_set():
                break
            block, common = self._find(parent, tuple(token_ids[begin:end]))
            if block is None or begin + common <= cache.length:
                break
            cache.append(block.part, cache.length - begin, common)
            chain.append(block.key)
            if common < BLOCK_TOKENS:
                break
        self._touch(chain)
        self._shrink()
        return cache.length

    def write_one(self) -> bool:
        """Write one block to disk, what was used last first; False when there is none."""
        if self._store is not None:
            # the whole of the memory may be more than the disk takes: one try for each
            for key in sorted(self._unwritten, key=self._used.__getitem__, reverse=True):
                self._unwritten.discard(key)
                if self._store.save(self._blocks[key], self._used[key]):
                    return True
        return False

    def forget_private(self) -> None:
        """Drop what may not be written to disk."""
        for key in [*self._private]:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything, on disk too."""
        for key in [*self._blocks]:
            self._drop(key)
        if self._store is not None:
            self._store.clear()

    def _find(self, parent: bytes, ids: tuple[int, ...]) -> tuple[Block | None, int]:
        """The block that has most of these tokens behind a key, and how many of them."""
        key, common = self._longest(parent, ids)
        if self._store is not None and common < len(ids):
            block, more = self._store.find(parent, ids, more_than=common)
            if block is not None:
                self._add(block)
                return block, more
        return self._blocks.get(key), common

    def _longest(self, parent: bytes, ids: tuple[int, ...]) -> tuple[bytes, int]:
        """The key of the block in memory with most of these tokens, and how many of them."""
        best, most = b"", 0
        for key in self._children.get(parent, ()):
            common = common_prefix(self._blocks[key].token_ids, ids)
            if common > most:
                best, most = key, common
        return best, most

    def _add(self, block: Block) -> None:
        for key in [*self._children.get(block.parent, ())]:
            shorter = self._blocks[key].token_ids
            if block.token_ids[: len(shorter)] == shorter:  # the new one says all that it says
                self._drop(key)
        self._blocks[block.key], self._used[block.key] = block, time.time_ns()
        self._children.setdefault(block.parent, set()).add(block.key)
        self._nbytes += block.part.nbytes

    def _drop(self, key: bytes) -> None:
        block = self._blocks.pop(key)
        siblings = self._children[block.parent]
        siblings.discard(key)
        if not siblings:
            del self._children[block.parent]
        self._private.discard(key)
        self._unwritten.discard(key)
        del self._used[key]
        self._nbytes -= block.part.nbytes

    def _mark_unwritten(self, key: bytes) -> None:
        if self._store is not None and not self._store.holds(key):
            self._unwritten.add(key)

    def _touch(self, chain: list[bytes]) -> None:
        """Used now; the end of a text is given up before its beginning, which it needs."""
        now = time.time_ns()
        for age, key in reversed([*enumerate(chain)]):
            if key in self._blocks:
                self._blocks.move_to_end(key)
                self._used[key] = now - age
                if self._store is not None:
                    self._store.touch(key, now - age)

    def _shrink(self) -> None:
        if self._blocks:
            most = self._budget(self._nbytes)
            while self._blocks and self._nbytes > most:
                self._drop(next(iter(self._blocks)))


def _part_maker(model: Model) -> MakePart:
    config, dtype = model.config, model.kv_dtype
    return lambda data, tokens: KVPart.from_bytes(data, config, dtype, tokens)


def _blocks(root: bytes, token_ids: Sequence[int]) -> Iterator[tuple[bytes, int]]:
    """The key before each block of a text, and where the block begins."""
    parent = root
    for begin in range(0, len(token_ids), BLOCK_TOKENS):
        yield parent, begin
        parent = block_key(parent, token_ids[begin : begin + BLOCK_TOKENS])
