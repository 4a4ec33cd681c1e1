"""Reads a tokenizer.json and encodes texts, in a process of its own.

The tokenizers library holds the interpreter while it makes a large vocabulary, and a file of
unknown origin may have patterns that never come to an end, or texts made of one character that take
all memory. Questions come on standard input, answers go out on standard output (see frames.py):

    the first   {"path": ..., "vocab_size": ...}    TokenFacts
    all others  a text in UTF-8                     its ids, four bytes each

An answer begins with OK, or with FAILED and a sentence instead (Words, as JSON).
"""

import ctypes
import gc
import json
import os
import sys
import threading
from array import array
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from ternchat.engine import frames
from ternchat.engine.errors import TokenizerError, Words
from ternchat.engine.formats.tokenizer_json import TokenizerFile
from ternchat.engine.template_child import address_space, limit, limit_time
from ternchat.engine.token_facts import TokenFacts
from ternchat.engine.tokenizer_library import LibraryTokenizer

OK, FAILED = b"\0", b"\1"
MEMORY_BYTES = 2 << 30  # half of it for four million letters of prose
CPU_SECONDS = 120
MAX_QUESTION_BYTES = 32 << 20

_THREADS = 2  # a long text that is only counted keeps no prompt waiting
_LONG_TEXT_BYTES = 1 << 16
_malloc_trim: Callable[[int], int] | None = (
    getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
)


def main() -> int:
    """Answer until standard input ends."""
    os.putenv("TOKENIZERS_PARALLELISM", "false")  # there is never more than one text at a time
    limit(RLIMIT_CORE=0, RLIMIT_FSIZE=0, RLIMIT_AS=address_space() + MEMORY_BYTES)
    limit_time(CPU_SECONDS)
    threading.excepthook = lambda _: os._exit(1)  # rather than a question without an answer
    child = _Child(sys.stdout.buffer)
    child.say(frames.HELLO, json.dumps({"pid": os.getpid()}).encode("ascii"))
    requests = sys.stdin.buffer
    while (frame := frames.read(requests, MAX_QUESTION_BYTES)) is not None:
        child.take(*frame)
    os._exit(0)  # whatever its threads are at


class _Child:
    """Makes the tokenizer of the first question, and answers the others with it."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._texts: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
        self._is_made = False

    def say(self, number: int, data: bytes) -> None:
        """Answer a question."""
        with self._lock:
            frames.write(self._answers, number, data)

    def take(self, number: int, question: bytes) -> None:
        """Answer now, or soon: the thread that reads questions has to see their end."""
        if self._is_made:
            self._texts.put((number, question))
            return
        made = self._made(**json.loads(question))
        _return_memory()  # first: whoever asked looks at what it takes
        self.say(number, made)

    def _made(self, path: str, vocab_size: int) -> bytes:
        try:
            file = TokenizerFile.read(Path(path), vocab_size)
            facts = TokenFacts.of(file).to_bytes()
            tokenizer = LibraryTokenizer(file)
        except MemoryError:
            words = Words("{path} needs more memory than it may have", path=path)
            return _failed(TokenizerError(words))
        except TokenizerError as error:
            return _failed(error)
        for _ in range(_THREADS):
            threading.Thread(target=self._encode_all, args=(tokenizer,), daemon=True).start()
        limit(RLIMIT_NPROC=0, RLIMIT_NOFILE=3)
        self._is_made = True
        return OK + facts

    def _encode_all(self, tokenizer: LibraryTokenizer) -> None:
        while True:
            number, question = self._texts.get()
            limit_time(CPU_SECONDS)
            self.say(number, _ids(tokenizer, question))
            if len(question) > _LONG_TEXT_BYTES:
                del question
                _return_memory()


def _ids(tokenizer: LibraryTokenizer, text: bytes) -> bytes:
    try:
        return OK + array("i", tokenizer.encode_beside(text.decode("utf-8"))).tobytes()
    except TokenizerError as error:
        return _failed(error)


def _failed(error: TokenizerError) -> bytes:
    words = error.words or Words("{error}", error=error)
    return FAILED + json.dumps(words.data()).encode("ascii")


def _return_memory() -> None:
    """Give back what the allocator keeps: after a vocabulary as Python's objects, a lot."""
    gc.collect()
    if _malloc_trim is not None:  # glibc's
        _malloc_trim(0)


if __name__ == "__main__":
    sys.exit(main())
