"""One answer with bytes of a file, followed through its redirects and checked before it is used."""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from ternchat.app.core.http_errors import from_exception, from_status
from ternchat.app.core.hub_address import AddressError, check_address, is_about, origin
from ternchat.app.core.language import sentence
from ternchat.app.core.remote_names import is_sha1, is_sha256
from ternchat.app.core.transfer_faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ternchat.app.core.access_token import AccessToken
    from ternchat.app.core.hub import Hub
    from ternchat.app.core.remote_model import RemoteFile, RemoteModel

MAX_REDIRECTS = 5
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")


@dataclass(frozen=True)
class Source:
    """A file of a model on a hub, and the token that opens it."""

    hub: Hub
    model: RemoteModel
    file: RemoteFile
    token: AccessToken | None = None


@dataclass(frozen=True)
class Body:
    """Bytes on their way.

    Attributes:
        start: where in the file the first of them belongs.
    """

    start: int
    response: Any

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come."""
        yield from self.response.iter_raw()

    def wake(self) -> None:
        """Make a thread that waits for bytes return; from any thread."""
        stream = self.response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream is not None else None
        if connection is not None:
            with suppress(OSError, ValueError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def open_body(source: Source, first: int, end: int) -> Iterator[Body]:
    """The bytes of the file from `first` up to `end`, or all of it from a server without ranges."""
    what = f"{source.model.repository}/{source.file.name}"
    try:
        with _followed(source, first, end, what) as response:
            yield Body(_start(response, source, first, what), response)
    except Exception as error:
        raise from_exception(error, what, source.hub.options.proxy.server) from error


@contextmanager
def _followed(source: Source, first: int, end: int, what: str) -> Iterator[Any]:
    """The last answer of a chain of redirects, its status one that has bytes."""
    url = source.hub.file_url(source.model, source.file)
    client = source.hub.client()
    for _ in range(MAX_REDIRECTS + 1):
        with client.stream("GET", url, headers=_headers(source, url, first, end)) as response:
            at_hub = origin(url) == origin(source.hub.options.endpoint)
            if at_hub:
                _check_announcement(response.headers, source, what)
            if response.status_code in (301, 302, 303, 307, 308):
                url = _target(url, response.headers.get("location", ""), what)
                continue
            if response.status_code not in (200, 206):
                token = source.token is not None
                raise from_status(
                    response.status_code, response.headers, what, token=token, at_hub=at_hub
                )
            yield response
            return
    raise Fault.REDIRECT.error(
        sentence(
            "the hub sent us on more than {max_redirects} times for {what}",
            max_redirects=MAX_REDIRECTS,
            what=what,
        )
    )


def _headers(source: Source, url: str, first: int, end: int) -> dict[str, str]:
    headers = {}
    if first or end < source.file.size_bytes:
        headers["Range"] = f"bytes={first}-{end - 1}"
    # Not the storage the hub sends us to, and no other repository either.
    endpoint, repository = source.hub.options.endpoint, source.model.repository
    if source.token is not None and is_about(url, endpoint, repository):
        headers["Authorization"] = f"Bearer {source.token.reveal()}"
    return headers


def _check_announcement(headers: Mapping[str, str], source: Source, what: str) -> None:
    """Holds what the hub says about the file against what it said when it was asked first."""
    commit = headers.get("x-repo-commit")
    if commit is not None and commit != source.model.commit:
        raise Fault.CHANGED.error(
            sentence(
                "the hub hands out {what} of another commit ({commit!r:.60})",
                what=what,
                commit=commit,
            )
        )
    tag = headers.get("x-linked-etag") or headers.get("etag")
    if tag is not None:
        value = tag.strip().removeprefix("W/").strip('"')
        if not is_sha1(value) and not is_sha256(value):
            raise Fault.SERVER_ANSWER.error(
                sentence("the hub names {tag!r:.80} as the hash of {what}", tag=tag, what=what)
            )
        if value != source.file.digest.hex:
            raise Fault.CHANGED.error(
                sentence("the hub has another {what} than it announced", what=what)
            )
    size = headers.get("x-linked-size")
    if size is not None and size != str(source.file.size_bytes):
        raise Fault.CHANGED.error(
            sentence("the hub announces {size!r:.30} bytes of {what} now", size=size, what=what)
        )


def _target(url: str, location: str, what: str) -> str:
    """Where a redirect leads, if it may be followed."""
    try:
        target = urljoin(url, location)
        check_address(target)
    except (AddressError, ValueError) as error:
        raise Fault.REDIRECT.error(
            sentence(
                "the hub sends us to an unsafe place for {what}: {error}", what=what, error=error
            )
        ) from error
    if not location or target == url:
        raise Fault.REDIRECT.error(sentence("the hub sends us in circles for {what}", what=what))
    return target


def _start(response: Any, source: Source, first: int, what: str) -> int:
    """Where the body begins in the file, once the answer is known to be bytes of it."""
    headers, size = response.headers, source.file.size_bytes
    if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise Fault.SERVER_ANSWER.error(
            sentence("the server compresses {what} although that was not wanted", what=what)
        )
    length = headers.get("content-length")
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        if match is None or int(match[1]) != first:
            found = headers.get("content-range", "nothing")
            raise Fault.SERVER_ANSWER.error(
                sentence(
                    "asked for {what} from byte {first}, got {found!r:.80}",
                    what=what,
                    first=first,
                    found=found,
                )
            )
        if match[3] not in ("*", str(size)):
            raise Fault.CHANGED.error(
                sentence(
                    "the server has {match} bytes of {what}; announced were {size}",
                    match=match[3],
                    what=what,
                    size=size,
                )
            )
        return first
    if headers.get("content-type", "").lower().startswith("text/html") and length != str(size):
        raise Fault.CAPTIVE_PORTAL.error(sentence("a web page came in place of {what}", what=what))
    if length is not None and length != str(size):
        raise Fault.CHANGED.error(
            sentence(
                "the server has {length!r:.30} bytes of {what}; announced were {size}",
                length=length,
                what=what,
                size=size,
            )
        )
    return 0
