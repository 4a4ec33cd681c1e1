"""Addresses: what a person may type for a model, and where a connection may go."""

import ipaddress
import os
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from .errors import AppError
from .language import sentence
from .proxy import Proxy
from .remote_names import is_repository, is_revision
from .translatable import QT_TRANSLATE_NOOP

DEFAULT_ENDPOINT = "https://huggingface.co"
_HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_PAGES = frozenset({"tree", "blob", "resolve", "raw", "commit"})


class AddressError(AppError):
    """An address that leads nowhere, or somewhere we do not go."""

    code = "address"
    title = QT_TRANSLATE_NOOP("Problem", "This address cannot be used")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Give a repository as owner/name, or the address of its page."
    )


@dataclass(frozen=True)
class RepositoryRef:
    """A model on the hub, at a branch, tag or commit."""

    repository: str
    revision: str = "main"


@dataclass(frozen=True)
class HubOptions:
    """How the hub is reached.

    Attributes:
        endpoint: its address; https, or http on this computer.
        proxy: the way connections take.
        offline: whether every connection is forbidden.
    """

    endpoint: str = DEFAULT_ENDPOINT
    proxy: Proxy = field(default_factory=Proxy)
    offline: bool = False

    def __post_init__(self) -> None:
        parts = _split(self.endpoint)
        if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
            raise AddressError(
                sentence("{value!r} is no address of a model hub", value=_shown(self.endpoint))
            )
        check_address(self.endpoint)
        object.__setattr__(self, "endpoint", self.endpoint.rstrip("/"))

    @classmethod
    def of(
        cls, endpoint: str | None = None, offline: bool = False, proxy: Proxy | None = None
    ) -> "HubOptions":
        """What was asked for, then what the hub's own environment variables say."""
        return cls(
            endpoint or os.environ.get("HF_ENDPOINT", "").strip() or DEFAULT_ENDPOINT,
            proxy or Proxy(),
            offline or os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"),
        )


def is_endpoint(text: str) -> bool:
    """Whether it can be the address of a model hub."""
    try:
        HubOptions(text)
    except AddressError:
        return False
    return True


def parse_repository(text: str, endpoint: str = DEFAULT_ENDPOINT) -> RepositoryRef:
    """The repository meant by "owner/name", "owner/name@revision", or the address of a page."""
    plain = text.strip()
    if "://" in plain or plain.split("/")[0].lower() in _HUB_HOSTS:
        return _parse_url(plain, endpoint)
    repository, _, revision = plain.partition("@")
    return _checked(repository, revision or "main", text)


def check_address(url: str) -> None:
    """Raises unless the address is https, or plain http to this computer itself."""
    parts = _split(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return
    raise AddressError(
        sentence(
            "{scheme}://{host} is not safe: models are fetched over https only"
            " (http only from this computer itself)",
            scheme=parts.scheme,
            host=parts.hostname or "",
        )
    )


def is_about(url: str, endpoint: str, repository: str) -> bool:
    """Whether the address belongs to this repository of this hub: who has its token may see it."""
    parts, hub = _split(url), _split(endpoint)
    if origin(url) != origin(endpoint) or parts.username:
        return False
    path, base = unquote(parts.path).casefold(), unquote(hub.path).rstrip("/").casefold()
    if ".." in path.split("/"):
        return False
    places = (f"{base}/{repository.casefold()}/", f"{base}/api/models/{repository.casefold()}/")
    return f"{path}/".startswith(places)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what makes two addresses those of one server."""
    parts = _split(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def is_loopback(host: str | None) -> bool:
    """Whether the host is this computer."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parse_url(text: str, endpoint: str) -> RepositoryRef:
    url = _split(text if "://" in text else f"https://{text}")
    known = {*_HUB_HOSTS, (urlsplit(endpoint).hostname or "").lower()}
    if url.scheme not in ("http", "https", "hf"):
        raise AddressError(sentence("{text!r} is no address of a model hub", text=text))
    parts = [unquote(part) for part in url.path.split("/") if part]
    if url.scheme == "hf":
        parts.insert(0, url.netloc)
        if parts[0] == "models":
            del parts[0]
        name, _, revision = "/".join(parts[:2]).partition("@")
        return _checked(name, revision or "main", text)
    if (url.hostname or "").lower() not in known:
        raise AddressError(
            sentence(
                "{hostname} is not a model hub that is set here; --endpoint names another one",
                hostname=url.hostname,
            )
        )
    if parts and parts[0] in ("datasets", "spaces", "kernels"):
        raise AddressError(sentence("{text!r} is not the page of a model", text=text))
    revision = "main"
    if len(parts) > 3 and parts[2] in _PAGES:
        # "refs/pr/7" is one name; after any other the path goes on into folders.
        revision = "/".join(parts[3:6]) if parts[3] == "refs" else parts[3]
    return _checked("/".join(parts[:2]), revision, text)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at here, because looking may fail
    except ValueError as error:
        raise AddressError(sentence("{value!r:.200} is no address", value=_shown(url))) from error
    return parts


def _shown(url: str) -> str:
    """The address without a name and a password in it."""
    head, _, rest = url.partition("://")
    return f"{head}://{rest.rpartition('@')[2]}" if rest else head.rpartition("@")[2]


def _checked(repository: str, revision: str, text: str) -> RepositoryRef:
    if not is_repository(repository):
        raise AddressError(sentence("{text!r} names no repository; expected owner/name", text=text))
    if not is_revision(revision):
        raise AddressError(
            sentence(
                "{revision!r} is no branch, tag or commit of {repository}",
                revision=revision,
                repository=repository,
            )
        )
    return RepositoryRef(repository, revision)
