"""Text to token ids and back."""

import os
from pathlib import Path

from ternchat.engine.asked_child import Pause, nothing
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import TokenizerError
from ternchat.engine.formats.files import model_folder
from ternchat.engine.formats.tokenizer_json import TokenizerFile
from ternchat.engine.token_facts import TokenFacts
from ternchat.engine.tokenizer_library import LibraryTokenizer
from ternchat.engine.tokenizer_process import TokenizerChild, TokenizerProcess
from ternchat.engine.vocabulary import Vocabulary

MAX_TEXT_CHARACTERS = 4_000_000  # a few seconds' work, and more than any context holds

# What is done in the program holds its interpreter, and cannot be stopped: files and texts that
# take a hundredth of a second, and no pattern that might take for ever. All else has a process.
SMALL_FILE_BYTES = 1_000_000
SHORT_TEXT = 10_000


class Tokenizer:
    """Encodes text that never becomes a special token, and gives the bytes of each token.

    Several threads can use it at once.

    Attributes:
        vocab_size: ids are below it.
        markers: the texts of the special tokens.
        edges: what those do to the text beside them, where they do anything.
        adds_bos: whether the tokenizer itself would put one in front of every text.
    """

    def __init__(
        self, vocabulary: Vocabulary, process: TokenizerProcess, small: LibraryTokenizer | None
    ) -> None:
        self.vocab_size = vocabulary.size
        self.markers = vocabulary.markers
        self.edges = vocabulary.edges
        self.adds_bos = vocabulary.adds_bos
        self._vocabulary = vocabulary
        self._process = process
        self._small = small

    @classmethod
    def from_folder(
        cls, path: str | os.PathLike[str], config: ModelConfig, pause: Pause = nothing
    ) -> "Tokenizer":
        """The tokenizer in a Hugging Face folder; `pause` may end its making by an exception."""
        return TokenizerStart(model_folder(path) / "tokenizer.json", config.vocab_size).result(
            pause
        )

    @property
    def is_apart(self) -> bool:
        """Whether all its work is done in a process of its own, not only that on long texts."""
        return self._small is None

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that work for it; their memory is the model's."""
        return self._process.pids

    def encode(self, text: str, pause: Pause = nothing) -> list[int]:
        """The ids of a text; what looks like a special token in it is encoded as plain text.

        `pause` may end the work on a long text by an exception.
        """
        if len(text) > MAX_TEXT_CHARACTERS:
            raise TokenizerError(
                f"the text has {len(text):,} characters; expected at most {MAX_TEXT_CHARACTERS:,}"
            )
        if self._small is not None and len(text) <= SHORT_TEXT:
            return self._small.encode(text)
        return self._process.encode(text, pause)

    def token_to_id(self, token: str) -> int | None:
        """The id of a token, None where the vocabulary has no such token."""
        return self._vocabulary.token_to_id(token)

    def decode_bytes(self, token_id: int) -> bytes:
        """The bytes a token stands for: none for special tokens and ids without a token."""
        return self._vocabulary.decode_bytes(token_id)

    def close(self) -> None:
        """End its process."""
        self._process.close()


class TokenizerStart:
    """A tokenizer on its way: a small one is made at once, a large one beside other work."""

    def __init__(self, path: Path, vocab_size: int) -> None:
        self._tokenizer: Tokenizer | None = None
        self._child: TokenizerChild | None = None
        file = None if _size(path) > SMALL_FILE_BYTES else TokenizerFile.read(path, vocab_size)
        if file is not None and file.is_plain:
            self._process = TokenizerProcess(path, vocab_size, file.digest)
            vocabulary = Vocabulary(TokenFacts.of(file))
            self._tokenizer = Tokenizer(vocabulary, self._process, LibraryTokenizer(file))
        else:
            self._process = TokenizerProcess(path, vocab_size)
            self._child = self._process.begin()

    def look(self) -> None:
        """Raises TokenizerError as soon as it is known that there will be none."""
        if self._child is not None and self._child.look():
            self.result()

    def result(self, pause: Pause = nothing) -> Tokenizer:
        """The tokenizer, as soon as it is there; what `pause` raises ends its making."""
        if self._child is not None:
            facts = self._process.facts(self._child, pause)
            self._tokenizer, self._child = Tokenizer(Vocabulary(facts), self._process, None), None
        assert self._tokenizer is not None
        return self._tokenizer

    def close(self) -> None:
        """Give it up."""
        self._process.close()


def _size(path: Path) -> int:
    """The size of a file; 0 where reading it will say what is wrong."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0
