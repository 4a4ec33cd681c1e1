"""Reads a JSON text piece by piece, so that a long list never lies in memory as a whole."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ternchat.app.core.language import sentence

from .errors import ImportFileError

CHUNK_BYTES = 1 << 20
VALUE_LIMIT = 1 << 27  # characters: what is read as one value is held as one
_TAIL = 16  # so near to the end of what was read an error may only mean that more is needed
_SIGN_BYTES = 4  # that tell the encoding
_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()

Read = Callable[[int], bytes]


class JsonStream:
    """A JSON text as a list of values, an object of values, or one value.

    `items` and `members` must be gone through in the order of the text; what is wrong with it is
    an ImportFileError that names the place.
    """

    def __init__(self, read: Read, name: str) -> None:
        self._read = read
        self._name = name
        self._place = 0  # in `_text`
        self._before = 0  # characters that came before `_text`
        self._bytes = 0
        self._at_end = False
        first = self._next_bytes()
        while len(first) < _SIGN_BYTES and (more := self._next_bytes()):
            first += more
        self._decoder = codecs.getincrementaldecoder(json.detect_encoding(first))()
        self._text = self._decoded(first)

    @property
    def done_bytes(self) -> int:
        """How much of the file has been read."""
        return self._bytes

    def begins_with(self) -> str:
        """The first character of the next value; "" at the end of the text."""
        while True:
            blanks = _BLANKS.match(self._text, self._place)
            assert blanks is not None, "nothing at all is a match"
            self._place = blanks.end()
            if self._place < len(self._text):
                return self._text[self._place]
            if self._at_end:
                return ""
            self._more()

    def value(self) -> Any:
        """The next value as a whole."""
        self.begins_with()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if self._at_end or not self._may_be_cut(error):
                    raise self._fault(error.msg, error.pos) from error
            except RecursionError as error:
                raise ImportFileError(
                    sentence("{name} is nested too deeply", name=self._name)
                ) from error
            except ValueError as error:  # a number of thousands of digits
                raise self._fault(str(error), self._place) from error
            else:
                # A number that ends with what was read may go on: "1" of "1e+2".
                if end + len("e+2") <= len(self._text) or self._at_end:
                    self._place = end
                    return value
            # Twice as much each time: a long value is not tried again and again.
            self._more(max(1, (len(self._text) - self._place) // CHUNK_BYTES))

    def items(self) -> Iterator[Any]:
        """The values of a list, one after the other."""
        self._take("[")
        if self.begins_with() == "]":
            self._place += 1
            return
        while True:
            yield self.value()
            if self._take(",]") == "]":
                return

    def members(self) -> Iterator[str]:
        """The names in an object; whoever is given one reads its value."""
        self._take("{")
        if self.begins_with() == "}":
            self._place += 1
            return
        while True:
            if self.begins_with() != '"':
                raise self._fault("Expecting property name enclosed in double quotes", self._place)
            name: str = self.value()
            self._take(":")
            yield name
            if self._take(",}") == "}":
                return

    def end(self) -> None:
        """Nothing may follow."""
        if self.begins_with():
            raise self._fault("Extra data", self._place)

    def _take(self, wanted: str) -> str:
        found = self.begins_with()
        if not found or found not in wanted:
            raise self._fault(f"Expecting {' or '.join(map(repr, wanted))}", self._place)
        self._place += 1
        return found

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the rest of the value may be all that is missing."""
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _TAIL

    def _more(self, chunks: int = 1) -> None:
        """Read on; what has been gone through is let go of."""
        pieces = [self._text[self._place :]]
        self._before += self._place
        while chunks and not self._at_end:
            pieces.append(self._decoded(self._next_bytes()))
            chunks -= 1
        self._text, self._place = "".join(pieces), 0
        if len(self._text) > VALUE_LIMIT + CHUNK_BYTES:
            raise ImportFileError(
                sentence(
                    "a chat in {name} is larger than {most} MB",
                    name=self._name,
                    most=VALUE_LIMIT >> 20,
                )
            )

    def _next_bytes(self) -> bytes:
        data = self._read(CHUNK_BYTES)
        self._bytes += len(data)
        return data

    def _decoded(self, data: bytes) -> str:
        self._at_end = not data
        try:
            return self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise ImportFileError(
                sentence(
                    "{name} is no text: {reason} at byte {start}",
                    name=self._name,
                    reason=error.reason,
                    start=self._bytes - len(error.object) + error.start,
                )
            ) from error

    def _fault(self, reason: str, place: int) -> ImportFileError:
        return ImportFileError(
            sentence(
                "{name} is no JSON: {error}",
                name=self._name,
                error=f"{reason} (char {self._before + place})",
            )
        )
