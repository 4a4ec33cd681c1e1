"""Everything that can go wrong between a model hub and the models folder: one table of words."""

from enum import Enum

from .transfer_errors import TransferError
from .translatable import QT_TRANSLATE_NOOP


class Fault(Enum):
    """A kind of trouble.

    Attributes:
        title: what is wrong, in a few plain words.
        advice: what to do.
        transient: whether asking again later may help by itself.
    """

    # ---- The way to the hub ---------------------------------------------------------------------
    OFFLINE = (
        QT_TRANSLATE_NOOP("Problem", "Ternchat is offline"),
        QT_TRANSLATE_NOOP(
            "Problem", "Start it without --offline (or HF_HUB_OFFLINE), then try again."
        ),
    )
    NO_NETWORK = (
        QT_TRANSLATE_NOOP("Problem", "No connection to the model hub"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "See whether this computer is online; then resume. Nothing that came is lost.",
        ),
        True,
    )
    STALLED = (
        QT_TRANSLATE_NOOP("Problem", "The download has come to a halt"),
        QT_TRANSLATE_NOOP(
            "Problem", "See whether the connection is good enough; then resume. Nothing is lost."
        ),
        True,
    )
    PROXY = (
        QT_TRANSLATE_NOOP("Problem", "The proxy cannot be used"),
        QT_TRANSLATE_NOOP(
            "Problem", "Check its address in Settings, --proxy or HTTPS_PROXY, or use none."
        ),
    )
    PROXY_AUTH = (
        QT_TRANSLATE_NOOP("Problem", "The proxy asks for a password"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Put name and password into the proxy's address: http://name:password@proxy:port,"
            " in Settings or in HTTPS_PROXY.",
        ),
    )
    CAPTIVE_PORTAL = (
        QT_TRANSLATE_NOOP("Problem", "The network wants you to sign in first"),
        QT_TRANSLATE_NOOP(
            "Problem", "Open any web page in your browser, sign in to the network, then resume."
        ),
    )
    CERTIFICATE = (
        QT_TRANSLATE_NOOP("Problem", "The hub's certificate cannot be trusted"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Check date and time of this computer. Where your organisation inspects connections,"
            " SSL_CERT_FILE has to name the file with its certificate.",
        ),
    )
    REDIRECT = (
        QT_TRANSLATE_NOOP("Problem", "The hub sends us somewhere we do not go"),
        QT_TRANSLATE_NOOP("Problem", "Try again; if a mirror is set, try without it."),
    )

    # ---- What the hub says ----------------------------------------------------------------------
    GATED = (
        QT_TRANSLATE_NOOP("Problem", "This model asks you to accept its terms"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Accept them on the model's page, and give an access token of your account.",
        ),
    )
    FORBIDDEN = (
        QT_TRANSLATE_NOOP("Problem", "The hub refuses to hand out this model"),
        QT_TRANSLATE_NOOP(
            "Problem", "See the model's page on the hub; a private model needs an access token."
        ),
    )
    MODEL_GONE = (
        QT_TRANSLATE_NOOP("Problem", "There is no such model on the hub"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Check the spelling. It may also be private, renamed, or taken away by its owner.",
        ),
    )
    RATE_LIMITED = (
        QT_TRANSLATE_NOOP("Problem", "The hub asks us to slow down"),
        QT_TRANSLATE_NOOP("Problem", "Wait some minutes, then resume."),
        True,
    )
    SERVER = (
        QT_TRANSLATE_NOOP("Problem", "The hub has a problem of its own"),
        QT_TRANSLATE_NOOP("Problem", "Try again later; nothing that came is lost."),
        True,
    )
    SERVER_ANSWER = (
        QT_TRANSLATE_NOOP("Problem", "The hub's answer cannot be right"),
        QT_TRANSLATE_NOOP("Problem", "Try again. If a mirror is set, try without it."),
    )
    CHANGED = (
        QT_TRANSLATE_NOOP("Problem", "The model has changed on the hub"),
        QT_TRANSLATE_NOOP("Problem", "Start the download again: it then takes the new version."),
    )

    # ---- The model ------------------------------------------------------------------------------
    BAD_HASH = (
        QT_TRANSLATE_NOOP("Problem", "The file arrived damaged"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Try again. If it happens again, something on the way changes files:"
            " try another network.",
        ),
    )
    UNSUPPORTED = (
        QT_TRANSLATE_NOOP("Problem", "Ternchat cannot run this model"),
        QT_TRANSLATE_NOOP("Problem", "Choose another one; the catalogue lists models that work."),
    )
    UNSAFE_NAME = (
        QT_TRANSLATE_NOOP("Problem", "A file of this model has an unsafe name"),
        QT_TRANSLATE_NOOP(
            "Problem",
            "Do not use this model: it tries to place files where they do not belong.",
        ),
    )
    SELF_TEST = (
        QT_TRANSLATE_NOOP("Problem", "The model does not work on this computer"),
        QT_TRANSLATE_NOOP(
            "Problem", "It is kept, but do not trust its answers; another model may do."
        ),
    )
    SOURCE_GONE = (
        QT_TRANSLATE_NOOP("Problem", "The model's files are gone"),
        QT_TRANSLATE_NOOP("Problem", "See whether the disk or folder they were on is still there."),
    )

    # ---- This computer --------------------------------------------------------------------------
    NO_DISK = (
        QT_TRANSLATE_NOOP("Problem", "Not enough room on the disk"),
        QT_TRANSLATE_NOOP(
            "Problem", "Make room, or move the models folder to another disk; then resume."
        ),
    )
    READ_ONLY = (
        QT_TRANSLATE_NOOP("Problem", "The models folder cannot be written"),
        QT_TRANSLATE_NOOP(
            "Problem", "Choose another folder, or give yourself permission to write there."
        ),
    )
    DISK = (
        QT_TRANSLATE_NOOP("Problem", "The disk reports an error"),
        QT_TRANSLATE_NOOP("Problem", "See whether the disk is still there and healthy."),
    )
    BUSY = (
        QT_TRANSLATE_NOOP("Problem", "Another Ternchat is at work on this model"),
        QT_TRANSLATE_NOOP("Problem", "Wait until it is done, or stop it there."),
    )

    def __init__(self, title: str, advice: str, transient: bool = False) -> None:
        self.title = title
        self.advice = advice
        self.transient = transient

    @property
    def code(self) -> str:
        """One word for programs and tests."""
        return self.name.lower()

    def error(self, message: str, retry_after: float | None = None) -> TransferError:
        """The error to raise; `message` says what happened."""
        return TransferError(self, message, retry_after)
