"""What is known of a tokenizer apart from how it encodes; small enough to be sent and kept."""

import json
import struct
from dataclasses import astuple, dataclass

from ternchat.engine.formats.tokenizer_json import AddedToken, TokenizerFile

GAP = b"\xff"
"""Stands between two tokens: no text in UTF-8 has this byte."""

_LENGTH = struct.Struct(">I")
_FIELDS = (str, int, bool, bool, bool, bool)  # of an AddedToken


@dataclass(frozen=True)
class TokenFacts:
    """The tokens of a file.

    Attributes:
        vocab_size: ids are below it.
        added_tokens: those that are looked for before a text is cut into pieces.
        adds_bos: whether the tokenizer itself would put one in front of every text.
        digest: a hash of the file.
        pieces: the vocabulary as it is written in the file, from id 0 on, none where an id has no
            token: a GAP before each and one behind the last.
    """

    vocab_size: int
    added_tokens: tuple[AddedToken, ...]
    adds_bos: bool
    digest: str
    pieces: bytes

    @classmethod
    def of(cls, file: TokenizerFile) -> "TokenFacts":
        """What a file says."""
        pieces = [b""] * (1 + max(file.vocabulary.values()))
        for piece, token_id in file.vocabulary.items():
            pieces[token_id] = piece.encode("utf-8")
        whole = GAP.join((b"", *pieces, b""))
        return cls(file.vocab_size, file.added_tokens, file.adds_bos, file.digest, whole)

    def to_bytes(self) -> bytes:
        """The facts as they are sent."""
        added = [astuple(token) for token in self.added_tokens]
        facts = [self.vocab_size, added, self.adds_bos, self.digest]
        head = json.dumps(facts).encode("ascii")
        return _LENGTH.pack(len(head)) + head + self.pieces

    @classmethod
    def from_bytes(cls, data: bytes) -> "TokenFacts":
        """The facts that were sent; ValueError where these bytes cannot be any."""
        end = _LENGTH.size + int.from_bytes(data[: _LENGTH.size], "big")
        try:
            vocab_size, added, adds_bos, digest = json.loads(data[_LENGTH.size : end])
            for token in added:
                if tuple(map(type, token)) != _FIELDS:
                    raise ValueError("an added token is none")
            tokens = tuple(AddedToken(*token) for token in added)
        except (TypeError, RecursionError) as error:
            raise ValueError(f"facts of another form: {error}") from error
        facts = cls(vocab_size, tokens, adds_bos, digest, data[end:])
        facts._check()
        return facts

    def _check(self) -> None:
        kinds = type(self.vocab_size), type(self.adds_bos), type(self.digest)
        if kinds != (int, bool, str):
            raise ValueError(f"facts of the kinds {kinds}")
        count = self.pieces.count(GAP) - 1
        if not 0 < count <= self.vocab_size or {self.pieces[:1], self.pieces[-1:]} != {GAP}:
            raise ValueError(f"{count:,} pieces of {self.vocab_size:,}")
        if any(not 0 <= token.id < self.vocab_size for token in self.added_tokens):
            raise ValueError("the id of an added token is beyond the vocabulary")
