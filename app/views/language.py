"""The person's language, as Qt knows it, for words and numbers made without Qt."""

from PySide6.QtCore import QCoreApplication, QLocale

from ternchat.app.core.language import English


class QtLanguage(English):
    """Translates with the installed translators; English where they have nothing."""

    def translate(self, context: str, text: str, count: int | None) -> str:
        """The text in the person's language."""
        translated = QCoreApplication.translate(context, text, None, -1 if count is None else count)
        untouched = text if count is None else text.replace("%n", str(count))
        return super().translate(context, text, count) if translated == untouched else translated

    def number(self, value: float, decimals: int) -> str:
        """As the person's country writes it."""
        return QLocale().toString(float(value), "f", decimals)
