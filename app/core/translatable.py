"""Marks words for translation where there is no Qt; the window translates what it shows."""


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """The text itself; the name is the one that Qt's lupdate collects texts by."""
    return text
