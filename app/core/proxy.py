"""Which way connections take: as the system says, straight, or through a proxy that is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from .errors import AppError
from .language import sentence
from .translatable import QT_TRANSLATE_NOOP

SYSTEM, NONE = "system", "none"
HIDDEN = "•••"


class ProxyAddressError(AppError):
    """What was given is no address of a proxy."""

    code = "proxy"
    title = QT_TRANSLATE_NOOP("Problem", "This proxy cannot be used")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Give it as http://proxy:port or http://name:password@proxy:port."
    )


@dataclass(frozen=True)
class Proxy:
    """A way to the hub; a password in it is not shown.

    Attributes:
        address: of a proxy, name and password included; "" for the other two ways.
        direct: whether proxies of the system do not count either.
    """

    address: str = field(default="", repr=False)
    direct: bool = False

    @classmethod
    def of(cls, text: str | None) -> Proxy:
        """The way meant by "system" (or nothing), "none", or an address."""
        plain = (text or "").strip()
        if plain.lower() in ("", SYSTEM):
            return cls()
        if plain.lower() == NONE:
            return cls(direct=True)
        return cls(_checked(plain if "://" in plain else f"http://{plain}"))

    @property
    def setting(self) -> str | None:
        """What `of` makes it of again; None is the system's way."""
        return self.address or (NONE if self.direct else None)

    @property
    def server(self) -> str:
        """Host and port of the proxy that is named; "" without one."""
        return urlsplit(self.address).netloc.rpartition("@")[2]

    def __str__(self) -> str:
        """What may be shown: the password is hidden."""
        if not self.address:
            return NONE if self.direct else SYSTEM
        parts = urlsplit(self.address)
        if parts.password is None:
            return self.address
        shown = f"{parts.username}:{HIDDEN}@{self.server}"
        return urlunsplit(parts._replace(netloc=shown))

    def edited(self, text: str) -> Proxy:
        """The way after a person changed what `str` showed; a password left hidden stays."""
        password = urlsplit(self.address).password
        if password is not None and f":{HIDDEN}@" in text:
            text = text.replace(HIDDEN, password, 1)
        return Proxy.of(text)


def is_proxy(text: str) -> bool:
    """Whether `Proxy.of` understands it."""
    try:
        Proxy.of(text)
    except ProxyAddressError:
        return False
    return True


def _checked(address: str) -> str:
    """The address, once it is known to be one; no error repeats it, for the password in it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ProxyAddressError(sentence("this is no address of a proxy")) from None
    if parts.scheme not in ("http", "https"):
        raise ProxyAddressError(sentence("the proxy's address must begin with http:// or https://"))
    if not parts.hostname or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise ProxyAddressError(
            sentence("a proxy's address has a name and a port, and nothing behind them")
        )
    if HIDDEN in address or not address.isprintable() or " " in address:
        raise ProxyAddressError(sentence("the proxy's address has signs that none can have"))
    return address.rstrip("/")
