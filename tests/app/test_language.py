"""Another language, and one that is read from right to left."""

import re

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

from ternchat.app.chat_library import ChatLibrary
from ternchat.app.core import language
from ternchat.app.core import problem as problem_module
from ternchat.app.core.attachment_error import AttachmentError
from ternchat.app.core.attachments import Attachment, read_attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.context_use import ContextUse
from ternchat.app.core.conversation import Chat, Role, State, now
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.database.outcome import Finding, Outcome, Rescue
from ternchat.app.core.errors import AppError
from ternchat.app.core.export.exporting import ExportProgress
from ternchat.app.core.folders import Folder
from ternchat.app.core.importing.importer import ImportPhase, ImportProgress
from ternchat.app.core.model_overview import overview
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.problem import Problem
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.core.transfer_faults import Fault
from ternchat.app.core.wording import kernel_text, rate_text, size_text
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.models.put_away_model import archive_model, trash_model
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.views.archive_dialog import ArchiveDialog
from ternchat.app.views.chat_page import ChatPage
from ternchat.app.views.close_question import CloseQuestion
from ternchat.app.views.export_progress import ExportProgressDialog
from ternchat.app.views.import_progress import ImportProgressDialog
from ternchat.app.views.info_card import InfoCard
from ternchat.app.views.language import QtLanguage
from ternchat.app.views.library_views import LibraryViews
from ternchat.app.views.link_dialog import LinkDialog
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.menus import Menus
from ternchat.app.views.models_page import ModelsPage
from ternchat.app.views.settings_dialog import SettingsDialog
from ternchat.app.views.shortcut_sheet import ShortcutSheet
from ternchat.app.views.trash_dialog import TrashDialog
from ternchat.app.workers.job_thread import JobThread

from .documents import pdf

# What stays as it is in every language: names, keys, what the person or a model wrote.
NAMES = (
    "Ternchat", "Fledgling", "Ctrl", "Shift", "Alt", "Esc", "Enter", "Return", "PgUp", "PgDown",
    "Tab", "Up", r"F\d+", "scalar", "notes.md", "GB", "Hello", "t0", r"\w",
)  # fmt: skip
DATES = [QLocale().dayName(day) for day in range(1, 8)] + [
    QLocale().monthName(month) for month in range(1, 13)
]  # Qt knows them in every language
ALLOWED = re.compile(rf"\b(?:{'|'.join((*NAMES, *DATES, 'UTC'))})\b")


class Listener(QTranslator):
    """Knows nothing, and keeps what of ours it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = set()

    def translate(self, context, text, _comment=None, _count=-1):
        if not context.startswith("Q"):  # of a method inherited, all its classes are asked for
            self.asked.add(text)
        return None

    def isEmpty(self):
        return False


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


@pytest.fixture(scope="module")
def collected(collect_texts):
    return {text.source for text in collect_texts.texts()}


def subclasses(kind):
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)


def without_brackets(words):
    while (shorter := re.sub(r"\[[^\[\]]*\]", "", words)) != words:
        words = shorter
    return words


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
                if re.search(r"[^\W\d_]", ALLOWED.sub("", without_brackets(words))):
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


def test_every_word_of_the_small_windows_is_translated(window, theme, controller, store, qtbot):
    library = ChatLibrary(store, ChatListModel(), controller, JobThread("chats"))
    views = LibraryViews(window, theme, library)
    chat = store.create_chat("Hello")
    question = store.add(chat.id, None, Role.USER, "Hello", State.DONE)
    store.add(chat.id, question.id, Role.ASSISTANT, "Hello", State.DONE)
    gone = store.create_chat("Hello")
    store.add(gone.id, None, Role.USER, "Hello", State.DONE)
    library.delete([gone.id])
    controller.open_chat(chat.id)
    window.page.find()
    window.menus.trash.trigger()
    window.menus.search.trigger()
    window.menus.delete_all.trigger()
    tops = [
        *window.findChildren(QDialog),
        CloseQuestion(window),
        LinkDialog(theme, "https://Hello", window),
        *(InfoCard(theme, message, window) for message in store.messages(chat.id)),
        *(window.menuBar().findChildren(QMenu)),
    ]
    assert len(tops) > 8
    assert untranslated(window, *tops) == set()
    assert views.parent() is window  # which closes them all


def test_every_word_of_the_models_page_is_translated(brackets, theme, tmp_path, qtbot):
    paths = DataPaths.from_option(tmp_path)
    page = ModelsPage(theme, DownloadModel())
    qtbot.addWidget(page)
    page.show()
    seen = overview(paths, ModelStore(paths), ())
    names = {card.title for card in seen.cards} | {card.summary for card in seen.cards}
    names.add(str(tmp_path))
    page.show_overview(seen)
    page.ask_import("/Hello")
    left = {words for words in untranslated(page) if not any(name in words for name in names)}
    assert left == set()


@pytest.mark.parametrize("kind", [*sorted(problem_module._KNOWN), "Exception"])
def test_every_known_error_has_its_words_in_the_person_s_language(brackets, kind):
    problem = Problem.of(type(kind, (Exception,), {})("[x]"))
    assert all(words.startswith("[") for words in (problem.title, problem.advice))


def test_every_error_that_describes_itself_does_so_in_the_person_s_language(brackets):
    kinds = [kind for kind in subclasses(AppError) if isinstance(kind.title, str) and kind.title]
    errors = [kind.__new__(kind) for kind in kinds] + [fault.error("[x]") for fault in Fault]
    assert len(errors) > 20
    for error in errors:
        problem = Problem.of(error)
        assert all(w.startswith("[") for w in (problem.title, problem.advice) if w), error


def refused_files(folder):
    """Each file that cannot be attached, for a reason of its own."""
    files = {
        "empty.txt": b"", "blank.txt": b" ", "picture.png": b"\0\1", "long.txt": b"x" * 1_000_001,
        "broken.pdf": b"%PDF-", "scan.pdf": pdf(""), "broken.docx": b"PK\x03\x04",
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [*(folder / name for name in files), folder, folder / "missing"]


def test_what_cannot_be_attached_is_told_in_the_person_s_language(brackets, tmp_path):
    for path in refused_files(tmp_path):
        with pytest.raises(AttachmentError) as refused:
            read_attachment(path)
        assert re.fullmatch(r"\[.*\]", str(refused.value)), refused.value


def test_what_is_wrong_with_chats_and_settings_is_told_in_the_person_s_language(brackets, tmp_path):
    for finding in Finding:
        rescue = Rescue(tmp_path / "kept", 2, 3, 1, tmp_path / "backup")
        problem = Outcome(finding, tmp_path / "chats.db", "[x]", rescue).problem
        if problem is not None:
            assert all(w.startswith("[") for w in (problem.title, problem.text, problem.advice))
    (tmp_path / "chats.db").mkdir()
    assert open_chats(tmp_path / "chats.db").outcome.reason.startswith("[")
    file = SettingsFile(tmp_path / "settings.toml")
    for text in ("zoom = 9", 'theme = "red"', "threads = 'x'", "broken"):
        (tmp_path / "settings.toml").write_text(text)
        notice = file.load().notice
        assert notice.startswith("[")
        assert without_brackets(notice).strip(" .") == ""


def test_all_that_the_window_says_can_be_collected_for_translators(window, qapp, collected):
    listener = Listener()
    qapp.installTranslator(listener)
    try:
        ShortcutSheet(window._theme, Menus(QMainWindow()), window)
        ChatPage(window._theme, ConversationModel())
        Problem.of(MemoryError())
    finally:
        qapp.removeTranslator(listener)
    assert len(listener.asked) > 80
    assert listener.asked - collected == set()


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
    imports = [ImportProgressDialog(theme, window) for _ in range(3)]
    imports[0].begin()
    imports[1].show_progress(ImportProgress(ImportPhase.READING, 2, None, 10**7, 10**8))
    imports[2].show_progress(ImportProgress(ImportPhase.WRITING, 2, 5, 10**7, 10**8))
    assert untranslated(*dialogs, progress, *imports) == set()
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
        assert language.sentence("{count} files", count=12345) == "[12.345 files]"
    finally:
        QLocale.setDefault(before)


@pytest.mark.parametrize(("threads", "text"), [(1, "avx2, 1 thread"), (2, "avx2, 2 threads")])
def test_english_has_its_plurals_without_any_translation(qapp, threads, text):
    from types import SimpleNamespace

    facts = SimpleNamespace(kernel="avx2", threads=threads, writing_threads=None)
    now = SimpleNamespace(facts=facts)
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
