"""Sends an answer, whole or in part, and spoils it when a fault says how."""

import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from .faults import (
    Corrupt,
    Drop,
    Fault,
    Gzip,
    Headers,
    IgnoreRange,
    Longer,
    Redirect,
    Shorter,
    Slow,
    Stall,
    Status,
    WrongRange,
)

PIECE_BYTES = 1 << 18


@dataclass(frozen=True)
class Answer:
    """A status, headers, and the whole body, of which a range may be sent."""

    code: int
    headers: dict[str, str | None] = field(default_factory=dict)
    body: bytes | Path = b""


def send(
    handler: BaseHTTPRequestHandler,
    answer: Answer,
    fault: Fault | None = None,
    closing: threading.Event | None = None,
) -> None:
    """Send the answer to the handler's client."""
    if isinstance(fault, Status):
        answer, fault = Answer(fault.code, dict(fault.headers), fault.body), None
        _send_plain(handler, answer)
    elif isinstance(fault, Redirect):
        location = fault.location.replace("%self%", handler.path)
        _send_plain(handler, Answer(fault.code, {"Location": location}))
    elif answer.code != 200:
        headers = answer.headers | (fault.headers if isinstance(fault, Headers) else {})
        _send_plain(handler, Answer(answer.code, headers, answer.body))
    else:
        _Body(handler, answer, fault, closing or threading.Event()).send()


def _send_plain(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.code)
    for name, value in answer.headers.items():
        if value is not None:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer.body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(answer.body)


class _Body:
    """One body with its range and its fault."""

    def __init__(
        self,
        handler: BaseHTTPRequestHandler,
        answer: Answer,
        fault: Fault | None,
        closing: threading.Event,
    ) -> None:
        self._handler, self._answer, self._fault, self._closing = handler, answer, fault, closing
        self._sent = 0
        body = answer.body
        if isinstance(body, bytes):
            if isinstance(fault, Corrupt):
                end = fault.offset + fault.count
                flipped = bytes(b ^ 0xFF for b in body[fault.offset : end])
                body = body[: fault.offset] + flipped + body[end:]
            if isinstance(fault, Shorter):
                body = body[: -fault.by]
            if isinstance(fault, Gzip):
                body = Gzip.of(body)
        self._body = body
        self._size = len(body) if isinstance(body, bytes) else body.stat().st_size

    def send(self) -> None:
        """Send status, headers and body."""
        headers = dict(self._answer.headers)
        first, end, code = 0, self._size, 200
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self._handler.headers.get("Range", ""))
        if asked and not isinstance(self._fault, IgnoreRange):
            first = int(asked[1])
            end = min(int(asked[2]) + 1 if asked[2] else end, end)
            if first >= self._size:
                _send_plain(self._handler, Answer(416, {"Content-Range": f"bytes */{self._size}"}))
                return
            if isinstance(self._fault, WrongRange):
                first = max(0, first + self._fault.by)
            code = 206
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{self._size}"
        longer = self._fault.by if isinstance(self._fault, Longer) else 0
        if longer:
            self._handler.close_connection = True
            headers["Connection"] = "close"
        else:
            headers["Content-Length"] = str(end - first)
        headers.setdefault("Content-Type", "application/octet-stream")
        if isinstance(self._fault, Gzip):
            headers["Content-Encoding"] = "gzip"
        if isinstance(self._fault, Headers):
            headers |= self._fault.headers
        self._handler.send_response(code)
        for name, value in headers.items():
            if value is not None:
                self._handler.send_header(name, value)
        self._handler.end_headers()
        if self._handler.command == "HEAD":
            return
        if isinstance(self._body, bytes):
            self._write(memoryview(self._body)[first:end])
        else:
            self._write_file(self._body, first, end)
        self._write(memoryview(bytes(longer)))

    def _write_file(self, path: Path, first: int, end: int) -> None:
        with path.open("rb") as file:
            if self._fault is None:
                self._handler.wfile.flush()
                self._handler.connection.sendfile(file, first, end - first)
                return
            file.seek(first)
            while first < end:
                piece = file.read(min(PIECE_BYTES, end - first))
                self._write(memoryview(piece))
                first += len(piece)

    def _write(self, data: memoryview) -> None:
        """Write the data as far as the fault lets it through."""
        handler, fault = self._handler, self._fault
        if isinstance(fault, (Drop, Stall)):
            room = max(0, fault.after_bytes - self._sent)
            handler.wfile.write(data[:room])
            self._sent += len(data[:room])
            if len(data) < room:
                return
            handler.wfile.flush()
            handler.close_connection = True
            if isinstance(fault, Stall):
                self._closing.wait(60)
            else:
                handler.connection.shutdown(2)
            raise ConnectionResetError
        if isinstance(fault, Slow):
            for at in range(0, len(data), fault.piece_bytes):
                handler.wfile.write(data[at : at + fault.piece_bytes])
                handler.wfile.flush()
                if self._closing.wait(fault.pause_seconds):
                    raise ConnectionResetError
            return
        handler.wfile.write(data)
