"""Text to token ids and back."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import LoadCancelled, TokenizerError
from ternchat.engine.formats.files import model_folder
from ternchat.engine.formats.json_file import shown
from ternchat.engine.formats.tokenizer_json import TokenizerFile
from ternchat.engine.token_edges import Edges
from ternchat.engine.tokenizer_library import build

MAX_TEXT_CHARACTERS = 4_000_000  # about two seconds' work, and more than any context holds
_LONG_TEXT = 10_000  # characters; the library lets other threads run only in batches


class Tokenizer:
    """Encodes text that never becomes a special token, and gives the bytes of each token.

    Attributes:
        markers: the texts of the special tokens.
        edges: what those do to the text beside them, where they do anything.
        adds_bos: whether the tokenizer itself would put one in front of every text.
    """

    def __init__(self, file: TokenizerFile, pause: Callable[[], object] = lambda: None) -> None:
        self.vocab_size = file.vocab_size
        self.markers = frozenset(t.content for t in file.added_tokens if t.is_marker)
        self.edges = {
            token.content: Edges(token.lstrip, token.rstrip, token.single_word)
            for token in file.added_tokens
            if token.is_marker and (token.lstrip or token.rstrip or token.single_word)
        }
        self.adds_bos = file.adds_bos
        self._source = file.source
        self._added = {token.id: token for token in file.added_tokens}
        self._marker_ids = {token.id for token in file.added_tokens if token.is_marker}
        self._added_ids = {token.content: token.id for token in file.added_tokens}
        with _guarded(f"{self._source} is not a tokenizer that can be loaded"):
            self._tokenizer = build(file.without_side_effects(), pause)
            self._tokenizer.encode_special_tokens = True
            self._tokenizer.encode("User: Hello!\n", add_special_tokens=False)
        for token in file.added_tokens:  # the library numbers them itself where ids have gaps
            if not token.is_marker and self._tokenizer.token_to_id(token.content) != token.id:
                raise TokenizerError(
                    f"{self._source}: the id of the added token {shown(token.content)} leaves a"
                    " gap; expected the ids of added tokens to follow those of the vocabulary"
                )

    @classmethod
    def from_folder(
        cls,
        path: str | os.PathLike[str],
        config: ModelConfig,
        pause: Callable[[], object] = lambda: None,
    ) -> "Tokenizer":
        """The tokenizer in a Hugging Face folder; `pause` may end its making by a LoadCancelled."""
        file = TokenizerFile.read(model_folder(path) / "tokenizer.json", config.vocab_size)
        pause()
        return cls(file, pause)

    def encode(self, text: str) -> list[int]:
        """The ids of a text; what looks like a special token in it is encoded as plain text."""
        if len(text) > MAX_TEXT_CHARACTERS:
            raise TokenizerError(
                f"the text has {len(text):,} characters; expected at most {MAX_TEXT_CHARACTERS:,}"
            )
        with _guarded(f"{self._source} failed on a text of {len(text):,} characters"):
            ids: list[int] = self._encode(text).ids
        if not self._marker_ids.isdisjoint(ids):
            raise TokenizerError(f"{self._source} makes special tokens of plain text")
        return ids

    def _encode(self, text: str) -> Any:
        """The library's encoding; of a long text without holding the interpreter for seconds."""
        if len(text) < _LONG_TEXT:
            return self._tokenizer.encode(text, add_special_tokens=False)
        return self._tokenizer.encode_batch([text], add_special_tokens=False)[0]

    def token_to_id(self, token: str) -> int | None:
        """The id of a token, None where the vocabulary has no such token."""
        token_id: int | None = self._added_ids.get(token)
        return self._tokenizer.token_to_id(token) if token_id is None else token_id

    def decode_bytes(self, token_id: int) -> bytes:
        """The bytes a token stands for: none for special tokens and ids without a token."""
        if token_id in self._added:
            token = self._added[token_id]
            return b"" if token.special else token.content.encode("utf-8")
        if not 0 <= token_id < self.vocab_size:
            return b""
        # Asked for here and not kept: a vocabulary takes 100 bytes a token in Python.
        piece = self._tokenizer.id_to_token(token_id) or ""
        if piece in self._added_ids:  # under a number of the library's own
            return b""
        try:
            return bytes(_BYTE_OF[character] for character in piece)
        except KeyError:  # not written in the byte alphabet: it stands for itself
            return piece.encode("utf-8")


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's alphabet: printable Latin-1 characters as they are, other bytes from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    shifted = {chr(0x100 + index): byte for index, byte in enumerate(others)}
    return {chr(byte): byte for byte in printable} | shifted


_BYTE_OF = _byte_alphabet()


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Turns whatever the tokenizers library raises into a TokenizerError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, LoadCancelled):
        raise
    except BaseException as error:  # panics of its Rust code are no Exceptions
        raise TokenizerError(f"{what}: {str(error)[:200]}") from error
