"""What can go wrong between here and a model hub, each with a title and a way on."""

import errno
import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import ClassVar

from .errors import AppError
from .translatable import QT_TRANSLATE_NOOP

# A server that asks for more patience than this is asked again all the same.
MAX_RETRY_AFTER_SECONDS = 300.0

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


class TransferError(AppError):
    """A download cannot go on.

    Attributes:
        transient: whether asking again later may help by itself.
        retry_after: the seconds the server asked us to wait.
    """

    transient: ClassVar[bool] = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OfflineError(TransferError):
    """Connections are switched off."""

    code = "offline"
    title = QT_TRANSLATE_NOOP("Problem", "Ternchat is offline")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Start it without --offline (or HF_HUB_OFFLINE), then try again."
    )


class NoNetworkError(TransferError):
    """The hub cannot be reached."""

    code = "no_network"
    title = QT_TRANSLATE_NOOP("Problem", "No connection to the model hub")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "See whether this computer is online; then resume. Nothing that came is lost."
    )
    transient = True


class StalledError(NoNetworkError):
    """The connection is there, but nothing comes."""

    code = "stalled"
    title = QT_TRANSLATE_NOOP("Problem", "The download has come to a halt")


class ProxyAuthError(TransferError):
    """The proxy wants a name and a password."""

    code = "proxy_auth"
    title = QT_TRANSLATE_NOOP("Problem", "The proxy asks for a password")
    advice = QT_TRANSLATE_NOOP(
        "Problem",
        "Put name and password into the proxy's address (http://name:password@proxy:port).",
    )


class CaptivePortalError(TransferError):
    """The network answers in place of the hub."""

    code = "captive_portal"
    title = QT_TRANSLATE_NOOP("Problem", "The network wants you to sign in first")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Open any web page in your browser, sign in to the network, then resume."
    )


class CertificateError(TransferError):
    """The server is not who it says it is."""

    code = "certificate"
    title = QT_TRANSLATE_NOOP("Problem", "The hub's certificate cannot be trusted")
    advice = QT_TRANSLATE_NOOP(
        "Problem",
        "Check date and time of this computer, and whether the network inspects connections.",
    )


class GatedError(TransferError):
    """The model's terms must be accepted first."""

    code = "gated"
    title = QT_TRANSLATE_NOOP("Problem", "This model asks you to accept its terms")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Accept them on the model's page, and give an access token of your account."
    )


class ForbiddenError(TransferError):
    """The hub does not let us have it."""

    code = "forbidden"
    title = QT_TRANSLATE_NOOP("Problem", "The hub refuses to hand out this model")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "See the model's page on the hub; a private model needs an access token."
    )


class ModelGoneError(TransferError):
    """There is no such repository, revision or file."""

    code = "model_gone"
    title = QT_TRANSLATE_NOOP("Problem", "There is no such model on the hub")
    advice = QT_TRANSLATE_NOOP(
        "Problem",
        "Check the spelling. It may also be private, renamed, or taken away by its owner.",
    )


class RateLimitedError(TransferError):
    """The hub has had enough of us for now."""

    code = "rate_limited"
    title = QT_TRANSLATE_NOOP("Problem", "The hub asks us to slow down")
    advice = QT_TRANSLATE_NOOP("Problem", "Wait some minutes, then resume.")
    transient = True


class ServerError(TransferError):
    """The hub has trouble of its own."""

    code = "server"
    title = QT_TRANSLATE_NOOP("Problem", "The hub has a problem of its own")
    advice = QT_TRANSLATE_NOOP("Problem", "Try again later; nothing that came is lost.")
    transient = True


class ServerAnswerError(TransferError):
    """The answer makes no sense, or is not what may be sent."""

    code = "server_answer"
    title = QT_TRANSLATE_NOOP("Problem", "The hub's answer cannot be right")
    advice = QT_TRANSLATE_NOOP("Problem", "Try again; if a mirror is set, try without it.")


class RedirectError(ServerAnswerError):
    """The hub sends us in circles, or somewhere unsafe."""

    code = "redirect"
    title = QT_TRANSLATE_NOOP("Problem", "The hub sends us somewhere we do not go")


class ChangedError(TransferError):
    """The file on the server is not the one that was announced."""

    code = "changed"
    title = QT_TRANSLATE_NOOP("Problem", "The model has changed on the hub")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Start the download again: it then takes the new version."
    )


class BadHashError(TransferError):
    """What arrived is not what the hub says it should be."""

    code = "bad_hash"
    title = QT_TRANSLATE_NOOP("Problem", "The file arrived damaged")
    advice = (
        "Try again. If it happens again, something on the way changes files: try another network."
    )


class NoDiskError(TransferError):
    """The disk is full."""

    code = "no_disk"
    title = QT_TRANSLATE_NOOP("Problem", "Not enough room on the disk")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Make room, or move the models folder to another disk; then resume."
    )


class ReadOnlyError(TransferError):
    """The folder cannot be written."""

    code = "read_only"
    title = QT_TRANSLATE_NOOP("Problem", "The models folder cannot be written")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Choose another folder, or give yourself permission to write there."
    )


class DiskError(TransferError):
    """The disk reports an error."""

    code = "disk"
    title = QT_TRANSLATE_NOOP("Problem", "The disk reports an error")
    advice = QT_TRANSLATE_NOOP("Problem", "See whether the disk is still there and healthy.")


class BusyError(TransferError):
    """Another program works on the same model."""

    code = "busy"
    title = QT_TRANSLATE_NOOP("Problem", "Another Ternchat is at work on this model")
    advice = QT_TRANSLATE_NOOP("Problem", "Wait until it is done, or stop it there.")


class UnsupportedError(TransferError):
    """The engine could not run it, so it is not fetched."""

    code = "unsupported"
    title = QT_TRANSLATE_NOOP("Problem", "Ternchat cannot run this model")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Choose another one; the catalogue lists models that work."
    )


class UnsafeNameError(ServerAnswerError):
    """A file has a name that no file should have."""

    code = "unsafe_name"
    title = QT_TRANSLATE_NOOP("Problem", "A file of this model has an unsafe name")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Do not use this model: it tries to place files where they do not belong."
    )


class SelfTestError(TransferError):
    """The model is complete but does not answer."""

    code = "self_test"
    title = QT_TRANSLATE_NOOP("Problem", "The model does not work on this computer")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "It is kept, but do not trust its answers; another model may do."
    )


class SourceGoneError(TransferError):
    """What was to be copied is not there any more."""

    code = "source_gone"
    title = QT_TRANSLATE_NOOP("Problem", "The model's files are gone")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "See whether the disk or folder they were on is still there."
    )


def from_status(
    code: int, headers: Mapping[str, str], what: str, *, token: bool = False, at_hub: bool = True
) -> TransferError:
    """The error that an HTTP status means; `what` was asked for, `at_hub` or at its storage."""
    reason = headers.get("x-error-code", "")
    if code == 407:
        return ProxyAuthError("the proxy answered 407: it wants a name and a password")
    if code == 429:
        return RateLimitedError(
            f"the hub answered 429 (too many requests) for {what}", retry_after(headers)
        )
    if code in _BUSY:
        return ServerError(f"the server answered {code} for {what}", retry_after(headers))
    if code == 416:
        return ChangedError(f"the server has less of {what} than it announced (416)")
    if code in (401, 403, 451) and not at_hub:
        # A signed address that has expired; the next attempt gets a fresh one from the hub.
        return ServerError(f"the storage behind the hub answered {code} for {what}")
    if code in (401, 403) and reason == "GatedRepo":
        known = "the access token that was given does not open it" if token else "it is gated"
        return GatedError(f"{what} is handed out to people who accepted its terms: {known}")
    if (code == 401 and not token) or code in (404, 410):
        return ModelGoneError(f"the hub knows no {what} ({code})")
    if code in (401, 403, 451):
        return ForbiddenError(f"the hub answered {code} for {what}")
    return ServerAnswerError(f"the server answered {code} for {what}, which was not expected")


def from_exception(error: BaseException, what: str) -> TransferError:
    """The error that an exception of the HTTP library means."""
    names = {kind.__name__ for kind in type(error).__mro__}
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, TransferError):
        return error
    if "OfflineModeIsEnabled" in names:
        return OfflineError(f"{what} would need a connection, and connections are switched off")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _chain(error)):
        return CertificateError(f"the certificate of the server for {what} is not valid: {text}")
    if "ProxyError" in names and "407" in text:
        return ProxyAuthError("the proxy answered 407: it wants a name and a password")
    if "TooManyRedirects" in names:
        return RedirectError(f"the hub sends us in circles for {what}")
    if "TimeoutException" in names:
        return NoNetworkError(f"no answer for {what} in time")
    if "TransportError" in names or isinstance(error, OSError):
        return NoNetworkError(f"the connection for {what} failed: {text}")
    return ServerAnswerError(f"the answer for {what} cannot be understood: {text[:200]}")


def from_os_error(error: OSError) -> TransferError:
    """The error that the operating system's refusal to read or write means."""
    where = f" ({error.filename})" if error.filename else ""
    reason = (error.strerror or str(error)).lower()
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return NoDiskError(f"the disk took no more: {reason}{where}")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnlyError(f"writing was refused: {reason}{where}")
    return DiskError(f"{reason}{where}")


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


def _until(date: str) -> float:
    # By this computer's clock, which may be wrong: the caller bounds the result.
    return parsedate_to_datetime(date).timestamp() - time.time()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = 0
    while error is not None and seen < 20:
        yield error
        error = error.__cause__ or error.__context__
        seen += 1
