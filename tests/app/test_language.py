"""Another language, and one that is read from right to left."""

import re

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from ternchat.app.core import language
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.context_use import ContextUse
from ternchat.app.core.conversation import Chat, State, now
from ternchat.app.core.export.exporting import ExportProgress
from ternchat.app.core.folders import Folder
from ternchat.app.core.problem import Problem
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.core.wording import kernel_text, rate_text, size_text
from ternchat.app.models.put_away_model import archive_model, trash_model
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.views.archive_dialog import ArchiveDialog
from ternchat.app.views.export_progress import ExportProgressDialog
from ternchat.app.views.language import QtLanguage
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.settings_dialog import SettingsDialog
from ternchat.app.views.shortcut_sheet import ShortcutSheet
from ternchat.app.views.trash_dialog import TrashDialog

# What stays as it is in every language: names, keys, what the person or a model wrote.
NAMES = (
    "Ternchat", "Fledgling", "Ctrl", "Shift", "Alt", "Esc", "Enter", "Return", "PgUp", "PgDown",
    "Tab", "Up", r"F\d+", "scalar", "notes.md", "GB", "Hello", "t0", r"\w",
)  # fmt: skip
DATES = [QLocale().dayName(day) for day in range(1, 8)] + [
    QLocale().monthName(month) for month in range(1, 13)
]  # Qt knows them in every language
ALLOWED = re.compile(rf"\b(?:{'|'.join((*NAMES, *DATES, 'UTC'))})\b")


class Brackets(QTranslator):
    """Puts every text it is asked for into brackets."""

    def translate(self, _context, text, _comment=None, count=-1):
        return f"[{text.replace('%n', str(count)) if count >= 0 else text}]"

    def isEmpty(self):
        return False


@pytest.fixture
def brackets(qapp):
    translator = Brackets()
    qapp.installTranslator(translator)
    language.set_language(QtLanguage())
    yield
    qapp.removeTranslator(translator)
    language.set_language(language.English())


@pytest.fixture
def window(brackets, theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    return window


@pytest.fixture
def right_to_left(qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def words_of(widget):
    """Everything a widget says to eyes and ears."""
    yield from (widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
    yield re.sub(r"<[^>]*>", "", widget.toolTip())
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QPlainTextEdit():
            yield widget.placeholderText()
        case QComboBox():
            yield from (widget.itemText(i) for i in range(widget.count()))
        case QDoubleSpinBox():
            yield from (widget.specialValueText(), widget.suffix())
        case QMenu():
            yield widget.title()
            yield from (action.text() for action in widget.actions())


def untranslated(*tops):
    left = set()
    for top in tops:
        for widget in (top, *top.findChildren(QWidget)):
            if widget.objectName().startswith("qt_") or widget.inherits("QTipLabel"):
                continue
            for words in words_of(widget):
                plain = words
                while (shorter := re.sub(r"\[[^\[\]]*\]", "", plain)) != plain:
                    plain = shorter
                if re.search(r"[^\W\d_]", ALLOWED.sub("", plain)):
                    left.add(words)
    return left


def test_every_word_of_the_window_is_translated(window, controller, conversation, qtbot, theme):
    composer = window.page.composer
    assert untranslated(window) == set()
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)
    composer.attachments.add(Attachment("notes.md", "text/markdown", "x" * 40))
    composer.attachments.add_paths(["notes.md"])
    composer.set_editing(True)
    composer.set_busy(True)
    composer.show_context(ContextUse(chat=0, draft=980, length=1000))
    composer.paste_notice.say("[x]")
    window.page.errors.show_problem(Problem.of(MemoryError("[x]")))
    window.panel.show_settings(ChatSettings("Hello", seed=3))
    window.panel.show()
    assert conversation.messages()[-1].state is State.DONE
    assert untranslated(window) == set()


def test_every_word_of_the_dialogs_is_translated(window, theme, tmp_path, qtbot):
    model = SettingsModel(SettingsFile(tmp_path / "settings.toml"))
    dialog = SettingsDialog(theme, model, window)
    sheet = ShortcutSheet(theme, window.menus, window)
    assert untranslated(dialog, sheet) == set()


def test_every_word_about_whole_chats_is_translated(window, theme):
    chats = [Chat(1, "[x]", trashed=now(), folder="[x]")]
    trash, archive = trash_model(window), archive_model(window)
    dialogs = [TrashDialog(theme, trash, window), ArchiveDialog(theme, archive, window)]
    assert untranslated(*dialogs) == set()
    for model in (trash, archive):
        model.set_rows(chats)
        assert all(
            part.startswith("[") for part in model.index(0).data(model.DetailRole).split(" · ")
        )
        assert model.index(0).data(model.HeadingRole) == "[Today]"
    progress = ExportProgressDialog(theme, window)
    progress.show_progress(ExportProgress(1, 2))
    assert untranslated(*dialogs, progress) == set()
    requests = window.sidebar.requests
    requests.places.fill(chats, [Folder("[x]")])
    words = {
        action.text()
        for menu in (requests.menu, requests.folder_menu, requests.places)
        for action in menu.actions()
        if action.text()
    }
    assert len(words) > 8
    assert {word for word in words if not word.startswith("[")} == set()


def test_a_problem_is_told_in_the_person_s_language(brackets):
    problem = Problem.of(MemoryError())
    assert problem.title == "[Not enough memory]"
    assert problem.advice.startswith("[")


def test_numbers_are_written_as_in_the_person_s_country(brackets):
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        assert (size_text(2_340_000_000), rate_text(34.12)) == (
            "[2,34 GB]",
            "[34,1 tok/s]",
        )
        assert language.number(12345) == "12.345"
    finally:
        QLocale.setDefault(before)


@pytest.mark.parametrize(("threads", "text"), [(1, "avx2, 1 thread"), (2, "avx2, 2 threads")])
def test_english_has_its_plurals_without_any_translation(qapp, threads, text):
    from types import SimpleNamespace

    now = SimpleNamespace(facts=SimpleNamespace(kernel="avx2", threads=threads))
    assert kernel_text(now) == text
    language.set_language(QtLanguage())
    try:
        assert kernel_text(now) == text
    finally:
        language.set_language(language.English())


def test_from_right_to_left_everything_changes_its_side(
    right_to_left, theme, controller, conversation, chats, status, qtbot
):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.menus.chat_settings.trigger()
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)

    def x(widget):
        return widget.mapTo(window, widget.rect().center()).x()

    composer = window.page.composer
    composer.attachments.add(Attachment("a.txt", "text/plain", "x", 1))
    composer.attachments.add(Attachment("b.txt", "text/plain", "x", 1))
    assert x(window.panel) < x(window.page) < x(window.sidebar)
    assert x(composer.button) < x(composer.attach)
    first, second = composer.chips.chips()
    qtbot.waitUntil(lambda: x(second) < x(first))
    inside = window.rect()
    for widget in (first, second, composer.button, composer.attach, window.panel.close_button):
        assert inside.contains(widget.mapTo(window, widget.rect().topLeft()))
        assert inside.contains(widget.mapTo(window, widget.rect().bottomRight()))
