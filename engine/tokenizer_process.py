"""The process a tokenizer lives in: begun beside other work, asked for ids, begun anew if lost."""

import contextlib
import json
import threading
import time
import weakref
from pathlib import Path

import numpy as np

from ternchat.engine.asked_child import (
    AskedChild,
    ChildEnded,
    ChildError,
    Pause,
    Question,
    never_says,
    nothing,
)
from ternchat.engine.child_process import module_command
from ternchat.engine.errors import TokenizerError, Words
from ternchat.engine.token_facts import TokenFacts
from ternchat.engine.tokenizer_child import FAILED, MEMORY_BYTES, OK

READ_SECONDS = 120.0  # the largest file takes three, on a machine that has nothing else to do
ENCODE_SECONDS = 10.0  # and one more for so many characters:
CHARACTERS_PER_SECOND = 40_000  # a fiftieth of what is usual

_PATIENCE_SECONDS = 0.05  # a child is not ended for what is over sooner: another takes longer
_MARGIN_BYTES = 256 << 20  # the system's own bound comes first where it has one
_IDS_AT_ONCE = 1 << 18  # of a long text; in between other threads run


class TokenizerProcess:
    """The tokenizer of a file, in a child that any thread can ask.

    A child that is gone is begun anew, as long as its file is the same.
    """

    def __init__(self, path: Path, vocab_size: int, digest: str = "") -> None:
        self._path = path
        self._vocab_size = vocab_size
        self._digest = digest  # "": whatever the file is when it is read first
        self._lock = threading.Lock()
        self._child: TokenizerChild | None = None
        self._is_closed = False

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes it has running."""
        child = self._child
        return (child.pid,) if child is not None and child.is_alive else ()

    def begin(self) -> "TokenizerChild":
        """The child, begun if there is none."""
        with self._lock:
            if self._is_closed:
                raise TokenizerError("{path} was closed with its model", path=self._path)
            if self._child is None or not self._child.is_alive:
                self._child = TokenizerChild(self._path, self._vocab_size)
                # for an owner that is forgotten rather than closed
                weakref.finalize(self, self._child.end)
            return self._child

    def facts(self, child: "TokenizerChild", pause: Pause = nothing) -> TokenFacts:
        """What the file says; TokenizerError where it is none that can be used."""
        try:
            facts = child.facts(pause)
        except ChildError as error:
            raise TokenizerError(
                "{path} could not be read by the process for it: {reason}",
                path=self._path,
                reason=error.reason,
            ) from error
        self._digest = facts.digest
        return facts

    def encode(self, text: str, pause: Pause = nothing) -> list[int]:
        """The ids of a text; what `pause` raises ends the work on it."""
        begun = time.monotonic()

        def patient_pause() -> None:
            if time.monotonic() - begun > _PATIENCE_SECONDS:
                pause()

        try:
            return self._ids(text, patient_pause)
        except (ChildError, UnicodeEncodeError) as error:
            raise TokenizerError(
                "{path} failed on a text of {characters} characters: {reason}",
                path=self._path,
                characters=len(text),
                reason=error.reason if isinstance(error, ChildError) else str(error),
            ) from error
        except TokenizerError:
            raise
        except BaseException:
            with contextlib.suppress(TokenizerError):
                self.begin()  # at once: the next text need not wait
            raise

    def close(self) -> None:
        """End the child; whoever asks from now on is told."""
        with self._lock:
            self._is_closed = True
            if self._child is not None:
                self._child.end()

    def _ids(self, text: str, pause: Pause) -> list[int]:
        data = text.encode("utf-8")
        seconds = ENCODE_SECONDS + len(text) / CHARACTERS_PER_SECOND
        try:
            return self._checked(pause).ids(data, seconds, pause)
        except ChildEnded:  # of another text, or killed: this one gets a second chance
            return self._checked(pause).ids(data, seconds, pause)

    def _checked(self, pause: Pause) -> "TokenizerChild":
        """The child, once it is known to have read the same file as the first one."""
        child = self.begin()
        digest = child.digest(pause)
        if self._digest not in ("", digest):
            child.end()
            raise TokenizerError("{path} has changed since its model was loaded", path=self._path)
        return child


class TokenizerChild:
    """One process that reads the file and then encodes texts."""

    def __init__(self, path: Path, vocab_size: int) -> None:
        try:
            self._process = AskedChild(
                module_command("tokenizer_child"), MEMORY_BYTES + _MARGIN_BYTES
            )
        except OSError as error:
            raise TokenizerError(
                "{path} cannot be read: the process for it does not start: {error}",
                path=path,
                error=str(error),
            ) from error
        question = {"path": str(path), "vocab_size": vocab_size}
        self._reading: Question | None = self._process.begin(json.dumps(question).encode("ascii"))
        self._vocab_size = vocab_size
        self._digest = ""

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.is_alive

    def end(self) -> None:
        """End it at once."""
        self._process.end()

    def look(self) -> bool:
        """Whether it has read the file, or cannot; one that takes too long or too much is ended."""
        return self._reading is None or self._reading.look(READ_SECONDS)

    def facts(self, pause: Pause = nothing) -> TokenFacts:
        """What the file says, to be asked for once; TokenizerError where it cannot be used."""
        if self._reading is None:
            raise ChildError(Words("it was asked for the same again"))
        return self._told(self._reading, pause)

    def digest(self, pause: Pause = nothing) -> str:
        """The hash of the file that it has read."""
        reading = self._reading
        return self._digest if reading is None else self._told(reading, pause).digest

    def ids(self, text: bytes, seconds: float, pause: Pause = nothing) -> list[int]:
        """The ids of a text; ChildError where there are none in time."""
        answer = self._process.ask(text, seconds, pause)
        try:
            found = np.frombuffer(_content(answer), np.int32)  # (tokens,)
            if len(found) and not 0 <= int(found.min()) <= int(found.max()) < self._vocab_size:
                raise ValueError("ids beyond the vocabulary")
        except ValueError as error:
            raise self._wrong(error) from error
        ids: list[int] = []
        for begin in range(0, len(found), _IDS_AT_ONCE):
            ids += found[begin : begin + _IDS_AT_ONCE].tolist()
        return ids

    def _told(self, reading: Question, pause: Pause) -> TokenFacts:
        try:
            facts = TokenFacts.from_bytes(_content(reading.answer(READ_SECONDS, pause)))
            if facts.vocab_size != self._vocab_size:
                raise ValueError(f"a vocabulary of {facts.vocab_size:,}")
        except TokenizerError:
            self.end()
            raise
        except ValueError as error:
            raise self._wrong(error) from error
        self._digest = facts.digest
        self._reading = None  # which holds all of it
        return facts

    def _wrong(self, error: ValueError) -> ChildError:
        self.end()
        return ChildError(never_says(error))


def _content(answer: bytes) -> bytes:
    """What an answer says; TokenizerError where it says why there is none."""
    kind, content = answer[:1], answer[1:]
    if kind == FAILED:
        words = Words.from_data(json.loads(content))
        if words is None:
            raise ValueError("a sentence that is none")
        raise TokenizerError(words)
    if kind != OK:
        raise ValueError(f"an answer of the kind {kind!r}")
    return content
