"""What an HTTP status, or an exception of the HTTP library, means for a transfer."""

import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from .language import sentence
from .transfer_errors import TransferError
from .transfer_faults import Fault
from .translatable import QT_TRANSLATE_NOOP

# A server that asks for more patience than this is asked again all the same.
MAX_RETRY_AFTER_SECONDS = 300.0

_BUSY = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_REFUSED = frozenset({401, 403, 451})
_PASSWORD_WANTED = QT_TRANSLATE_NOOP(
    "Sentence", "the proxy answered 407: it wants a name and a password"
)

_FOREIGN = QT_TRANSLATE_NOOP(
    "Sentence",
    "the certificate of the server for {what} was issued by somebody this computer does not trust",
)
_OTHER_NAME = QT_TRANSLATE_NOOP(
    "Sentence",
    "the certificate of the server for {what} is for another name: somebody else may be answering",
)
# OpenSSL's numbers of what is wrong with a certificate.
_CERTIFICATES = {
    9: QT_TRANSLATE_NOOP(
        "Sentence",
        "the certificate of the server for {what} is not valid yet,"
        " or the date of this computer is wrong",
    ),
    10: QT_TRANSLATE_NOOP(
        "Sentence",
        "the certificate of the server for {what} has expired,"
        " or the date of this computer is wrong",
    ),
    18: QT_TRANSLATE_NOOP(
        "Sentence", "the certificate of the server for {what} was issued by the server itself"
    ),
    19: _FOREIGN,
    20: _FOREIGN,
    21: _FOREIGN,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
_INVALID = QT_TRANSLATE_NOOP(
    "Sentence", "the certificate of the server for {what} is not valid: {error}"
)


def from_status(
    code: int, headers: Mapping[str, str], what: str, *, token: bool = False, at_hub: bool = True
) -> TransferError:
    """The error that an HTTP status means; `what` was asked for, `at_hub` or at its storage."""
    gated = headers.get("x-error-code", "") == "GatedRepo"
    wait = retry_after(headers)
    if code == 407:
        return Fault.PROXY_AUTH.error(sentence(_PASSWORD_WANTED))
    if code == 429:
        text = sentence("the hub answered 429 (too many requests) for {what}", what=what)
        return Fault.RATE_LIMITED.error(text, wait)
    if code in _BUSY:
        return Fault.SERVER.error(
            sentence("the server answered {code} for {what}", code=code, what=what), wait
        )
    if code == 416:
        text = sentence("the server has less of {what} than it announced (416)", what=what)
        return Fault.CHANGED.error(text)
    if code in _REFUSED and not at_hub:
        # A signed address that has expired; the next attempt gets a fresh one from the hub.
        text = sentence(
            "the storage behind the hub answered {code} for {what}", code=code, what=what
        )
        return Fault.SERVER.error(text)
    if code in (401, 403) and gated:
        known = sentence("it is gated")
        if token:
            known = sentence("the access token that was given does not open it")
        text = sentence(
            "{what} is handed out to people who accepted its terms: {known}", what=what, known=known
        )
        return Fault.GATED.error(text)
    if (code == 401 and not token) or code in (404, 410):
        return Fault.MODEL_GONE.error(
            sentence("the hub knows no {what} ({code})", what=what, code=code)
        )
    if code in _REFUSED:
        return Fault.FORBIDDEN.error(
            sentence("the hub answered {code} for {what}", code=code, what=what)
        )
    text = sentence(
        "the server answered {code} for {what}, which was not expected", code=code, what=what
    )
    return Fault.SERVER_ANSWER.error(text)


def from_exception(error: BaseException, what: str, via: str = "") -> TransferError:
    """The error that an exception of the HTTP library means; `via` is the proxy that was named."""
    if isinstance(error, TransferError):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    text = " ".join(str(error).split()) or type(error).__name__
    way = sentence("the connection for {what}", what=what)
    if via:
        way = sentence("the connection for {what} through the proxy {via}", what=what, via=via)
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Fault.CERTIFICATE.error(_certificate(cause, what))
    if "OfflineModeIsEnabled" in names:
        return Fault.OFFLINE.error(
            sentence("{what} would need a connection, and connections are switched off", what=what)
        )
    if "ProxyError" in names:
        return _from_proxy(text, way)
    if "TooManyRedirects" in names:
        return Fault.REDIRECT.error(sentence("the hub sends us in circles for {what}", what=what))
    if "TimeoutException" in names:
        return Fault.NO_NETWORK.error(sentence("{way} gave no answer in time", way=way))
    if "TransportError" in names or isinstance(error, OSError):
        return Fault.NO_NETWORK.error(sentence("{way} failed: {text}", way=way, text=text))
    text = sentence(
        "the answer for {what} cannot be understood: {text}", what=what, text=text[:200]
    )
    return Fault.SERVER_ANSWER.error(text)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a server asks us to wait, within reason; None when it does not say."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value) if value.isdigit() else _until(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _from_proxy(text: str, way: str) -> TransferError:
    """What it means that a proxy did not make the connection; `text` begins with its status."""
    status = text[:3]
    if status == "407":
        return Fault.PROXY_AUTH.error(sentence(_PASSWORD_WANTED))
    # 5xx: the proxy does not get through to the hub either, which may pass.
    fault = Fault.NO_NETWORK if status.startswith("5") else Fault.PROXY
    refused = sentence("{way} was refused by the proxy: {text}", way=way, text=text[:100])
    return TransferError(fault, refused)


def _certificate(error: ssl.SSLCertVerificationError, what: str) -> str:
    text = _CERTIFICATES.get(getattr(error, "verify_code", 0), _INVALID)
    return sentence(text, what=what, error=error)


def _until(date: str) -> float:
    # By this computer's clock, which may be wrong: the caller bounds the result.
    return parsedate_to_datetime(date).timestamp() - time.time()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 20:
        yield error
        error = error.__cause__ or error.__context__
        seen += 1
