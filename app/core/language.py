"""Words, sentences and numbers for a person, without Qt; English unless told otherwise."""

from typing import Protocol


class Language(Protocol):
    """What the window knows about a person's language."""

    def translate(self, context: str, text: str, count: int | None) -> str:
        """The text in that language; "%n" in it is the count."""

    def number(self, value: float, decimals: int) -> str:
        """The number as it is written there."""


class English:
    """The language everything is written in."""

    def translate(self, _context: str, text: str, count: int | None) -> str:
        """The text itself."""
        if count is None:
            return text
        return text.replace("%n", self.number(count, 0)).replace("(s)", "" if count == 1 else "s")

    def number(self, value: float, decimals: int) -> str:
        """With commas between thousands."""
        return f"{value:,.{decimals}f}"


_language: Language = English()


def set_language(language: Language) -> None:
    """Speak another language from now on; once, before anything is shown."""
    global _language
    _language = language


def translate(context: str, text: str, count: int | None = None) -> str:
    """The text in the person's language."""
    return _language.translate(context, text, count)


def sentence(text: str, /, **values: object) -> str:
    """What is to be told, in the person's language, with numbers as the person writes them.

    The text is a constant: `tools/collect_texts.py` finds it below the context "Sentence".
    """
    told = {name: _told(value) for name, value in values.items()}
    return translate("Sentence", text).format(**told)


def number(value: float, decimals: int = 0) -> str:
    """The number as the person writes it: "1,234.5"."""
    return _language.number(value, decimals)


def _told(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return value
