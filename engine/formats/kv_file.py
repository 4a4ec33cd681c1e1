"""The file of one block of keys and values; whatever is wrong with one, it counts as absent.

    8 bytes     magic, the last four of them the format's version
    16          the model's fingerprint
    16          key of the block before
    4           number of tokens n
    4 n         token ids
    ...         keys and values, as KVPart.pieces gives them
    16          hash of all of the above

Numbers are little-endian.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.files import open_regular
from ternchat.engine.kv_block import BLOCK_TOKENS, KEY_BYTES, Block
from ternchat.engine.kv_cache import KVPart

_MAGIC = b"TNKV0001"
_HEAD = struct.Struct(f"<8s{KEY_BYTES}s{KEY_BYTES}sI")
_LONGEST_HEAD = _HEAD.size + 4 * BLOCK_TOKENS

MakePart = Callable[[bytes, int], KVPart]
"""The keys and values that so many bytes say, of so many tokens; ValueError where they cannot."""


@dataclass(frozen=True)
class KVFile:
    """How the blocks of one model are written and read.

    Attributes:
        root: the model's fingerprint.
        make_part: bytes to keys and values.

    """

    root: bytes
    make_part: MakePart

    def pieces(self, block: Block) -> list[bytes]:
        """The bytes of a file, one behind the other."""
        head = _HEAD.pack(_MAGIC, self.root, block.parent, len(block.token_ids))
        ids = np.asarray(block.token_ids, "<i4").tobytes()
        pieces = [head, ids, *block.part.pieces()]
        digest = blake2b(digest_size=KEY_BYTES)
        for piece in pieces:
            digest.update(piece)
        return [*pieces, digest.digest()]

    def token_ids(self, path: Path) -> tuple[int, ...] | None:
        """The tokens a file says it is about; None if it is none of ours."""
        try:
            with open_regular(path) as file:
                return self._head(file.read(_LONGEST_HEAD))[1]
        except (ModelFileError, OSError, ValueError):
            return None

    def read(self, path: Path) -> Block | None:
        """The block in a file; None if anything is wrong with it."""
        try:
            with open_regular(path) as file:
                data = file.read()
            parent, ids = self._head(data)
            begin, end = _HEAD.size + 4 * len(ids), len(data) - KEY_BYTES
            if blake2b(data[:end], digest_size=KEY_BYTES).digest() != data[end:]:
                return None
            return Block(parent, ids, self.make_part(data[begin:end], len(ids)))
        except (ModelFileError, OSError, ValueError):
            return None

    def _head(self, data: bytes) -> tuple[bytes, tuple[int, ...]]:
        if len(data) < _HEAD.size:
            raise ValueError("the file is too short")
        magic, root, parent, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or root != self.root or not 1 <= count <= BLOCK_TOKENS:
            raise ValueError("the file is of another kind or model")
        ids = np.frombuffer(data, "<i4", count, _HEAD.size)
        return parent, tuple(ids.tolist())
