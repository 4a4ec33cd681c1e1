"""What can go wrong outside the engine; every message is a sentence for a person."""


def reason_of(error: OSError) -> str:
    """What the system says is wrong, without number and path."""
    return error.strerror or str(error)


class AppError(Exception):
    """Anything the application refuses or cannot do, other than the engine's own errors.

    Attributes:
        code: one word for programs and tests; "" when nothing depends on it.
        title: what is wrong, in a few plain words; "" where the problem page finds its own.
        advice: what to do.
    """

    code: str = ""
    title: str = ""
    advice: str = ""
