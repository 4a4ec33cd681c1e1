"""What can go wrong on the way from a hub: each fault spoils one answer."""

import gzip
from dataclasses import dataclass, field

LOGIN_PAGE = (
    b"<!doctype html><title>Hotel</title><form action=/login>Please accept our terms.</form>"
)


@dataclass(frozen=True)
class Drop:
    """The connection breaks after so many bytes of the body."""

    after_bytes: int


@dataclass(frozen=True)
class Stall:
    """After so many bytes nothing more comes; the connection stays open."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Slow:
    """The body comes in small pieces with a pause between them."""

    piece_bytes: int
    pause_seconds: float = 0.01


@dataclass(frozen=True)
class Status:
    """Another status than 200."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Corrupt:
    """Some bytes of the file are others; offsets count from its start."""

    offset: int
    count: int = 1


@dataclass(frozen=True)
class Shorter:
    """The server has fewer bytes than announced, and says so in Content-Length."""

    by: int


@dataclass(frozen=True)
class Longer:
    """The server sends more than the file has; with no Content-Length, so that nobody is warned."""

    by: int


@dataclass(frozen=True)
class IgnoreRange:
    """The whole file, whatever part was asked for."""


@dataclass(frozen=True)
class WrongRange:
    """Another part than the one asked for."""

    by: int


@dataclass(frozen=True)
class Redirect:
    """Somewhere else; "%self%" stands for the address that was asked for."""

    location: str
    code: int = 302


@dataclass(frozen=True)
class Headers:
    """The right answer with other headers; None takes one away."""

    headers: dict[str, str | None]


@dataclass(frozen=True)
class Gzip:
    """The body compressed although identity was asked for."""

    @staticmethod
    def of(body: bytes) -> bytes:
        """The compressed body."""
        return gzip.compress(body)


def captive_portal() -> Status:
    """A web page of the network between us and the hub."""
    return Status(200, {"Content-Type": "text/html; charset=utf-8"}, LOGIN_PAGE)


Fault = (
    Drop
    | Stall
    | Slow
    | Status
    | Corrupt
    | Shorter
    | Longer
    | IgnoreRange
    | WrongRange
    | Redirect
    | Headers
    | Gzip
)
