"""The tokens of a model by id and by name, a few bytes for each."""

import codecs
from array import array
from bisect import bisect_left

import numpy as np

from ternchat.engine.token_edges import Edges
from ternchat.engine.token_facts import GAP, TokenFacts


class Vocabulary:
    """What each token is.

    Attributes:
        size: ids are below it.
        markers: the texts of the special tokens.
        marker_ids: their ids.
        edges: what those do to the text beside them, where they do anything.
        adds_bos: whether the tokenizer itself would put one in front of every text.
    """

    def __init__(self, facts: TokenFacts) -> None:
        markers = [token for token in facts.added_tokens if token.is_marker]
        self.size = facts.vocab_size
        self.adds_bos = facts.adds_bos
        self.markers = frozenset(token.content for token in markers)
        self.marker_ids = frozenset(token.id for token in markers)
        self.edges = {
            token.content: Edges(token.lstrip, token.rstrip, token.single_word)
            for token in markers
            if token.lstrip or token.rstrip or token.single_word
        }
        self._added = {token.id: token for token in facts.added_tokens}
        self._added_ids = {token.content: token.id for token in facts.added_tokens}
        # One text and where its gaps are: objects of Python take 100 bytes a token.
        self._pieces = facts.pieces
        gaps = np.flatnonzero(np.frombuffer(facts.pieces, np.uint8) == GAP[0])  # (tokens + 1,)
        self._gaps = array("i", gaps.astype(np.intc).tobytes())

    def token_to_id(self, token: str) -> int | None:
        """The id of a token, None where there is no such token."""
        if not token or token in self._added_ids:
            return self._added_ids.get(token)
        place = self._pieces.find(GAP + token.encode("utf-8", "surrogatepass") + GAP)
        return None if place < 0 else bisect_left(self._gaps, place)

    def decode_bytes(self, token_id: int) -> bytes:
        """The bytes a token stands for: none for special tokens and ids without a token."""
        if token_id in self._added:
            token = self._added[token_id]
            return b"" if token.special else token.content.encode("utf-8")
        if not 0 <= token_id < len(self._gaps) - 1:
            return b""
        piece = self._pieces[self._gaps[token_id] + 1 : self._gaps[token_id + 1]]
        try:
            return codecs.charmap_encode(piece.decode("utf-8"), "strict", _BYTE_OF)[0]
        except UnicodeError:  # not written in the byte alphabet: it stands for itself
            return piece


def _byte_alphabet() -> dict[int, int]:
    """GPT-2's alphabet: printable Latin-1 characters as they are, other bytes from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = {0x100 + index: byte for index, byte in enumerate(others)}
    return {byte: byte for byte in printable} | shifted


_BYTE_OF = _byte_alphabet()
