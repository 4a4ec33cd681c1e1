"""What can go wrong outside the engine; every message is a sentence for a person."""


class AppError(Exception):
    """Anything the application refuses or cannot do, other than the engine's own errors."""
