"""What a model computed for some tokens behind certain others, addressed by those tokens.

A text is cut into blocks of BLOCK_TOKENS tokens, the last of which may be shorter. A block's key is
a hash of its tokens and of the key before it, which begins with the model's own (fingerprint.py):

    root ── tokens 0..63 ── tokens 64..127 ── tokens 128..140
                         └─ tokens 64..131                    another text that begins so

So texts share what they have in common, and a key says everything its keys and values depend on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from ternchat.engine.kv_cache import KVPart

BLOCK_TOKENS = 64
KEY_BYTES = 16


@dataclass(frozen=True)
class Block:
    """Keys and values of at most BLOCK_TOKENS tokens.

    Attributes:
        parent: the key of the tokens before.
        token_ids: its own.
        part: what the model computed for them.

    """

    parent: bytes
    token_ids: tuple[int, ...]
    part: KVPart

    @cached_property
    def key(self) -> bytes:
        """What it is found by."""
        return block_key(self.parent, self.token_ids)


def block_key(parent: bytes, token_ids: Sequence[int]) -> bytes:
    """The key of a block with these tokens."""
    return blake2b(parent + np.asarray(token_ids, "<i4").tobytes(), digest_size=KEY_BYTES).digest()


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two texts have in common at their beginning."""
    for i, (left, right) in enumerate(zip(a, b, strict=False)):
        if left != right:
            return i
    return min(len(a), len(b))
