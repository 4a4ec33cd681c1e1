"""The person's language, as Qt knows it, for words and numbers made without Qt."""

from importlib import resources
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

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


def translations() -> Path:
    """The folder of the translations that came with the program."""
    return Path(str(resources.files("ternchat.resources") / "translations"))


def install_translators(app: QCoreApplication, folder: Path, locale: QLocale) -> bool:
    """Speak a language where there is a translation into it, Qt's own words included."""
    ours, theirs = QTranslator(app), QTranslator(app)
    if not ours.load(locale, "ternchat", "_", str(folder)):
        return False  # half of the words would be worse than none
    app.installTranslator(ours)
    if theirs.load(
        locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        app.installTranslator(theirs)
    return True
