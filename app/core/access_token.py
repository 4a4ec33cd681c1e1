"""An access token: opens gated and private repositories, and is shown to nobody."""

from .errors import AppError
from .language import sentence
from .translatable import QT_TRANSLATE_NOOP

MAX_CHARACTERS = 1000

# Problems that a token may put an end to, by their code. A private repository seems not to exist.
OPENED_BY_TOKEN = frozenset({"gated", "forbidden", "model_gone"})


class TokenError(AppError):
    """What was given cannot be an access token."""

    code = "token"
    title = QT_TRANSLATE_NOOP("Problem", "This is no access token")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "Copy it from the settings of your account on the hub; it begins with hf_."
    )


class AccessToken:
    """A token that was given for one repository; it cannot be printed by mistake.

    It is passed along with that repository, kept in memory only, and sent to no other address:
    `hub_address.is_about` says which ones those are.
    """

    __slots__ = ("_secret",)

    def __init__(self, text: str) -> None:
        secret = text.strip()
        if not secret:
            raise TokenError(sentence("no access token was given"))
        if len(secret) > MAX_CHARACTERS or not secret.isascii() or not secret.isprintable():
            raise TokenError(sentence("an access token is one line of letters and digits"))
        if " " in secret:
            raise TokenError(sentence("an access token has no spaces"))
        self._secret = secret

    def reveal(self) -> str:
        """The token itself, for the one request it is meant for."""
        return self._secret

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccessToken) and other.reveal() == self._secret

    def __hash__(self) -> int:
        return hash(self._secret)

    def __repr__(self) -> str:
        return "AccessToken(…)"

    __str__ = __repr__
