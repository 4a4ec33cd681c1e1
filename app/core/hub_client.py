"""The HTTP client for a hub: goes nowhere unsafe, asks for no compression, reads no endless page.

Imported by hub.py alone, after it has told huggingface_hub to be quiet.
"""

from collections.abc import Iterator

# The HTTP library that huggingface_hub uses: httpx in its version 1, httpx2 in version 2.
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

from ternchat import __version__

from .hub_address import HubOptions, check_address, is_about
from .language import sentence
from .transfer_faults import Fault

MAX_PAGE_BYTES = 8_000_000
CONNECT_SECONDS = 10.0
# Longer than the silence a download accepts: it gives up a connection itself.
READ_SECONDS = 20.0

# What the environment's proxies are filed under; nothing there is the straight way.
_ALL_WAYS = ("http://", "https://", "all://")


def new_client(options: HubOptions, pages_of: str | None = None) -> httpx.Client:
    """A client for files, which leaves redirects to its user, or for a repository's pages."""
    pages = pages_of is not None

    def keep_token(request: httpx.Request) -> None:
        """Takes the token away where a redirect leaves the repository it was given for."""
        if pages_of is not None and not is_about(str(request.url), options.endpoint, pages_of):
            request.headers.pop("Authorization", None)

    try:
        return httpx.Client(
            headers={"Accept-Encoding": "identity", "User-Agent": f"ternchat/{__version__}"},
            event_hooks={
                "request": [_check_request, keep_token],
                "response": [_limit_page] if pages else [],
            },
            follow_redirects=pages,
            max_redirects=5,
            proxy=options.proxy.address or None,
            mounts=dict.fromkeys(_ALL_WAYS) if options.proxy.direct else None,
            timeout=httpx.Timeout(CONNECT_SECONDS, read=READ_SECONDS),
        )
    except OSError as error:
        reason = error.strerror or sentence("it holds no certificate")
        raise Fault.CERTIFICATE.error(
            sentence(
                "the certificates that SSL_CERT_FILE names cannot be read: {reason}", reason=reason
            )
        ) from error
    except (ValueError, ImportError, httpx.InvalidURL):
        # Without its text, which may repeat the address with a password in it.
        raise Fault.PROXY.error(
            sentence("the address of the system's proxy makes no sense")
        ) from None


def _check_request(request: httpx.Request) -> None:
    """Looks at every request, redirected ones too, before anything is sent."""
    check_address(str(request.url))


def _limit_page(response: httpx.Response) -> None:
    """Refuses what is no answer of a hub's interface, before it is read."""
    kind = response.headers.get("content-type", "").lower()
    if response.status_code == 200 and kind.startswith("text/html"):
        raise Fault.CAPTIVE_PORTAL.error(sentence("a web page came in place of the hub's answer"))
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Fault.SERVER_ANSWER.error(
            sentence("the hub's answer is compressed although that was not wanted")
        )
    assert isinstance(response.stream, httpx.SyncByteStream)
    response.stream = _Limited(response.stream)


class _Limited(httpx.SyncByteStream):
    """A body that ends in an error when it goes on for too long."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > MAX_PAGE_BYTES:
                raise Fault.SERVER_ANSWER.error(
                    sentence(
                        "the hub's answer has more than {max_page_bytes} bytes",
                        max_page_bytes=MAX_PAGE_BYTES,
                    )
                )
            yield chunk

    def close(self) -> None:
        """Let go of the connection."""
        self._stream.close()
