"""The panel of a chat's settings, the dialog of the program's, and what comes of them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ternchat.app.cli import arguments
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.fields import Number
from ternchat.app.core.settings import ColourScheme, SendKey, Settings, WindowPlace
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.core.turn import LoadOptions, Request
from ternchat.app.hub_settings import HubSettings
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.settings_controller import SettingsController
from ternchat.app.views.chat_settings_panel import ChatSettingsPanel
from ternchat.app.views.colours import DARK
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.number_field import NumberField
from ternchat.app.views.settings_dialog import SettingsDialog
from ternchat.app.views.window_place import on_screen

SCREENS = [QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 1000)]


@pytest.fixture
def panel(theme, qtbot):
    panel = ChatSettingsPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    return panel


@pytest.fixture
def file(tmp_path):
    return SettingsFile(tmp_path / "settings.toml")


@pytest.fixture
def model(qapp, file):
    return SettingsModel(file)


@pytest.fixture
def dialog(theme, model, qtbot):
    dialog = SettingsDialog(theme, model)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.fixture
def window(theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def program(model, theme, window, engine, models, controller):
    """Makes the settings count, as the program does."""
    return SettingsController(model, LoadOptions(), 3, theme, window, engine, models, controller)


def row(panel, name):
    return panel._rows[name]


# Numbers


def test_a_number_left_alone_says_so_and_the_first_step_goes_to_its_start(theme, qtbot):
    field = NumberField(theme, Number(0.0, 2.0, 0.05, start=0.7, optional=True), "Default")
    qtbot.addWidget(field)
    field.set_number(None)
    assert (field.number, field.text()) == (None, "Default")
    field.stepBy(-1)
    assert field.number is None
    field.stepBy(1)
    assert field.number == 0.7
    field.set_number(0)
    field.stepBy(-1)
    assert field.number is None


def test_a_number_that_must_be_stays_within_its_limits(theme, qtbot):
    field = NumberField(theme, Number(80, 200))
    qtbot.addWidget(field)
    field.set_number(80)
    field.stepBy(-1)
    assert field.number == 80
    assert isinstance(field.number, int)


def test_the_wheel_scrolls_the_page_unless_the_number_has_the_focus(theme, qtbot):
    field = NumberField(theme, Number(0, 10))
    qtbot.addWidget(field)
    field.set_number(5)
    place = QPointF(2, 2)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert (field.number, event.isAccepted()) == (5, False)


# The panel


def test_every_setting_of_a_chat_is_shown_named_and_explained(panel):
    for name in ChatSettings.__dataclass_fields__:
        control = row(panel, name).control
        assert control.accessibleName()
        assert control.accessibleDescription().endswith(".")


def test_a_change_is_told_at_once_and_can_be_taken_back(panel, qtbot):
    with qtbot.waitSignal(panel.settings_changed) as changed:
        row(panel, "temperature").control.setValue(0.2)
    assert changed.args == [ChatSettings(temperature=0.2)]
    assert row(panel, "temperature").reset.isVisible()
    assert not row(panel, "top_k").reset.isVisible()
    with qtbot.waitSignal(panel.settings_changed) as changed:
        row(panel, "temperature").reset.click()
    assert changed.args == [ChatSettings()]
    assert row(panel, "temperature").control.text() == "Default (0.70)"


def test_the_system_prompt_is_told_as_it_is_typed(panel, qtbot):
    told = []
    panel.settings_changed.connect(lambda settings: told.append(settings.system_prompt))
    qtbot.keyClicks(row(panel, "system_prompt").control, "Be")
    assert told == ["B", "Be"]


def test_a_system_prompt_that_is_too_long_leaves_the_last_good_one(panel):
    told = []
    panel.settings_changed.connect(told.append)
    row(panel, "system_prompt").control.setPlainText("x" * 20_001)
    assert told == []


def test_another_chat_s_settings_are_shown_without_being_told(panel, qtbot):
    with qtbot.assertNotEmitted(panel.settings_changed):
        panel.show_settings(ChatSettings("Hello", seed=7, max_tokens=100))
    assert row(panel, "system_prompt").control.toPlainText() == "Hello"
    assert row(panel, "seed").control.text() == "7"
    with qtbot.waitSignal(panel.settings_changed) as changed:
        panel.reset_all.click()
    assert changed.args == [ChatSettings()]
    assert not panel.reset_all.isEnabled()


def test_the_panel_leaves_room_for_the_chat_or_takes_its_place(window, qtbot):
    window.show()
    window.resize(1200, 700)
    window.menus.chat_settings.trigger()
    assert all(part.isVisible() for part in (window.sidebar, window.page, window.panel))
    window.resize(800, 600)
    assert not window.sidebar.isVisible()
    assert window.page.isVisible()
    window.resize(480, 360)
    qtbot.waitUntil(lambda: window.panel.width() == 480)
    assert not window.page.isVisible()
    qtbot.keyClick(window.panel, Qt.Key.Key_Escape)
    assert (window.page.isVisible(), window.panel.isVisible()) == (True, False)
    assert not window.sidebar.isVisible()


def test_settings_belong_to_their_chat_and_reach_the_engine(
    window, controller, store, fake, conversation, qtbot
):
    window.panel.settings_changed.emit(ChatSettings("Be brief.", temperature=0.1))
    controller.send("one")
    qtbot.waitUntil(lambda: controller.quiet)
    assert fake.asked[-1][0] == {"role": "system", "content": "Be brief."}
    assert fake.sampled[-1].temperature == 0.1
    (chat,) = store.chats()
    controller.new_chat()
    assert window.panel._settings == ChatSettings()
    controller.send("two")
    qtbot.waitUntil(lambda: controller.quiet)
    assert [message["role"] for message in fake.asked[-1]] == ["user"]
    controller.open_chat(chat.id)
    assert window.panel._settings == ChatSettings("Be brief.", temperature=0.1)


def test_files_dropped_on_any_part_of_the_window_are_attached(window, controller, tmp_path, qtbot):
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)
    window.show()
    window.menus.chat_settings.trigger()
    (tmp_path / "a.txt").write_text("text")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.txt"))])
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    texts = (
        window.page.composer.prompt,
        window.sidebar.chats,
        row(window.panel, "system_prompt").control,
    )
    parts = [window, window.page.conversation, window.status, *(text.viewport() for text in texts)]
    for count, part in enumerate(parts, 1):
        enter = QDragEnterEvent(QPoint(3, 3), Qt.DropAction.CopyAction, data, *buttons)
        QApplication.sendEvent(part, enter)
        assert enter.isAccepted(), part
        drop = QDropEvent(QPointF(3, 3), Qt.DropAction.CopyAction, data, *buttons)
        QApplication.sendEvent(part, drop)
        assert len(window.page.composer.attachments.files) == count, part


# The dialog


def test_the_dialog_shows_and_changes_every_setting(dialog, model):
    dialog.control("zoom").setValue(150)
    theme = dialog.control("theme")
    theme.setCurrentIndex(2)
    key = dialog.control("send_key")
    key.setCurrentIndex(1)
    dialog.control("remember").click()
    dialog.control("models_folder").folder_chosen.emit("/models")
    dialog.control("threads").setValue(2)
    dialog.control("context_length").setValue(8192)
    dialog.control("kv_disk_bytes").setValue(1.5)
    assert model.settings == Settings(
        models_folder="/models",
        threads=2,
        context_length=8192,
        kv_disk_bytes=3 * 1024**3 // 2,
        theme=ColourScheme.DARK,
        zoom=150,
        send_key=SendKey.CTRL_ENTER,
        remember=False,
    )


def test_the_dialog_follows_changes_made_elsewhere_and_resets(dialog, model):
    model.change(zoom=125, last_chat=9)
    assert dialog.control("zoom").text() == "125 %"
    dialog._rows["zoom"].reset.click()
    assert model.settings == Settings(last_chat=9)
    model.change(threads=2, send_key=SendKey.CTRL_ENTER)
    dialog.reset_all.click()
    assert model.settings == Settings(last_chat=9)
    assert not dialog.reset_all.isEnabled()


def test_the_dialog_is_not_modal(dialog):
    assert not dialog.isModal()


# What comes of them


def test_settings_hold_at_once(program, model, theme, window, models, tmp_path):
    model.change(
        theme=ColourScheme.DARK, zoom=150, send_key=SendKey.CTRL_ENTER, models_folder=str(tmp_path)
    )
    assert theme.colours is DARK
    assert theme.zoom == 150
    assert window.page.composer.prompt.send_key is SendKey.CTRL_ENTER
    assert "Ctrl+" in window.page.composer.button.toolTip()
    assert models.folder == tmp_path
    default = models.folder
    model.change(models_folder=None)
    assert models.folder != default


def test_zoom_by_key_is_remembered(program, theme, model):
    theme.zoom_in()
    assert model.settings.zoom == 110


def test_other_threads_load_the_model_again_with_the_next_request(
    program, model, engine, models, fake, qtbot
):
    for threads in (None, 2, 2):
        model.change(threads=threads)
        with qtbot.waitSignal(engine.finished):
            engine.send(Request(models.built_in))
    assert fake.threads == [3, 2]
    assert [loaded.closed for loaded in fake.models] == [True, False]


def test_the_room_on_disk_for_read_chats_can_be_chosen_and_taken_away(
    model, theme, window, engine, models, controller, tmp_path, monkeypatch
):
    chosen = []
    monkeypatch.setattr(engine, "set_options", chosen.append)
    given = LoadOptions(read_texts=tmp_path)
    program = SettingsController(model, given, None, theme, window, engine, models, controller)
    model.change(kv_disk_bytes=1024**3)
    model.change(kv_disk_bytes=0)
    kept = [(options.read_texts, options.read_texts_bytes) for options in chosen]
    assert kept == [(tmp_path, 2 * 1024**3), (tmp_path, 1024**3), (None, 0)]
    program.deleteLater()


def test_the_command_line_wins(model, theme, window, engine, models, controller, fake, qtbot):
    given = LoadOptions(threads=5)
    program = SettingsController(model, given, 3, theme, window, engine, models, controller)
    model.change(threads=2)
    with qtbot.waitSignal(engine.finished):
        engine.send(Request(models.built_in))
    assert fake.threads == [5]
    program.deleteLater()


def test_the_next_start_is_where_the_last_one_ended(
    program, model, file, window, controller, store, qtbot
):
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)
    window.show()
    window.setGeometry(40, 50, 700, 500)
    window.menus.chat_settings.trigger()
    program.remember()
    settings = file.load().settings
    assert settings.last_chat == store.chats()[0].id
    assert replace(settings.window, sidebar=True) == WindowPlace(
        40, 50, 700, 500, chat_settings=True
    )
    window.setGeometry(0, 0, 500, 400)
    window.menus.chat_settings.trigger()
    controller.new_chat()
    model.change(last_chat=settings.last_chat)
    program.restore()
    assert window.geometry() == QRect(40, 50, 700, 500)
    assert not window.panel.isHidden()
    assert window.page.header.title.text() == "Hello"


def test_a_temporary_chat_is_not_remembered_as_the_last_one(program, model, controller, qtbot):
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)
    controller.new_temporary_chat()
    controller.send("secret")
    qtbot.waitUntil(lambda: controller.quiet)
    assert model.settings.last_chat is None


def test_a_last_chat_that_is_gone_is_no_trouble(program, model, window):
    model.change(last_chat=999)
    program.restore()
    assert window.page.header.title.text() == ""


def test_nothing_is_restored_when_the_person_does_not_want_it(program, model, window):
    before = window.geometry()
    model.change(remember=False, window=WindowPlace(1, 2, 600, 500))
    program.restore()
    assert window.geometry() == before


def test_a_damaged_settings_file_is_told(
    tmp_path, theme, window, engine, models, controller, qtbot
):
    (tmp_path / "settings.toml").write_text("???")
    model = SettingsModel(SettingsFile(tmp_path / "settings.toml"))
    program = SettingsController(
        model, LoadOptions(), None, theme, window, engine, models, controller
    )
    program.restore()
    assert "damaged" in window.page.errors.text.text()
    program.deleteLater()


def test_settings_that_cannot_be_saved_are_told_and_hold(program, model, window, tmp_path):
    (tmp_path / "settings.toml").mkdir()
    model.change(zoom=90)
    model.save()
    assert "cannot be written" in window.page.errors.text.text()
    assert model.settings.zoom == 90


def test_settings_are_saved_soon_after_they_change(model, file, qtbot):
    model.change(zoom=90)
    qtbot.waitUntil(lambda: file.load().settings.zoom == 90)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        (QRect(100, 100, 800, 600), QRect(100, 100, 800, 600)),
        (QRect(2000, 100, 800, 600), QRect(2000, 100, 800, 600)),
        (QRect(5000, 5000, 800, 600), QRect(1120, 440, 800, 600)),
        (QRect(-700, -50, 800, 600), QRect(0, 0, 800, 600)),
        (QRect(0, 0, 4000, 4000), QRect(0, 0, 1920, 1040)),
        (QRect(1900, 900, 800, 600), QRect(1920, 400, 800, 600)),
    ],
)
def test_a_window_is_never_off_screen(wanted, place):
    assert on_screen(wanted, SCREENS) == place


def test_a_window_that_was_maximised_from_outside_still_knows_its_place(program, window, file):
    screen = window.screen().availableGeometry()
    window.show()
    window.setGeometry(40, 50, 500, 400)
    # As window managers tell it: first that the window has grown, then why.
    window.setGeometry(screen.adjusted(4, 24, -4, -4))
    window.setWindowState(Qt.WindowState.WindowMaximized)
    program.remember()
    place = file.load().settings.window
    assert replace(place, sidebar=True) == WindowPlace(40, 50, 500, 400, maximized=True)


def test_full_screen_ends_as_it_began(window):
    window.show()
    action = window.menus.full_screen
    for state in (Qt.WindowState.WindowNoState, Qt.WindowState.WindowMaximized):
        window.setWindowState(state)
        action.trigger()
        assert (window.isFullScreen(), action.isChecked()) == (True, True)
        action.trigger()
        assert (window.windowState(), action.isChecked()) == (state, False)


def test_the_menu_knows_that_the_window_fills_the_screen_whoever_made_it_so(window):
    window.show()
    window.showFullScreen()
    assert window.menus.full_screen.isChecked()
    window.showNormal()
    assert not window.menus.full_screen.isChecked()


def test_without_a_screen_the_window_stands_where_it_stood():
    assert on_screen(QRect(1, 2, 3, 4), []) == QRect(1, 2, 3, 4)


def test_a_folder_that_models_were_moved_to_is_found_after_the_next_start(program, file, tmp_path):
    program.set_models_folder(str(tmp_path / "elsewhere"))
    program.remember()
    assert SettingsModel(file).settings.models_folder == str(tmp_path / "elsewhere")


# Connections


def test_a_proxy_is_typed_and_its_password_is_not_shown_again(dialog, model):
    field = dialog.control("proxy")
    assert (field.line.text(), field.line.placeholderText()) == ("", "As the system says")
    typed(field, "http://me:sesame@proxy:3128")
    assert model.settings.proxy == "http://me:sesame@proxy:3128"
    assert field.line.text() == "http://me:•••@proxy:3128"
    typed(field, "http://me:•••@other:3128")
    assert model.settings.proxy == "http://me:sesame@other:3128"
    typed(field, "none")
    assert model.settings.proxy == "none"
    typed(field, "")
    assert model.settings.proxy is None


def test_an_address_that_cannot_be_is_refused_in_words_and_the_old_one_counts(dialog, model):
    model.change(proxy="none", endpoint="https://mirror.example")
    for name, wrong in (("proxy", "socks5://me:sesame@p"), ("endpoint", "http://mirror.example")):
        field = dialog.control(name)
        before = getattr(model.settings, name)
        typed(field, wrong)
        assert getattr(model.settings, name) == before
        assert field.line.text() == wrong  # to be mended, not typed anew
        assert field.problem.text().startswith("Not used: ")
        assert field.problem.isVisibleTo(dialog)
        assert "sesame" not in field.problem.text()
        typed(field, "")
        assert not field.problem.isVisibleTo(dialog)


def test_a_mirror_is_typed_and_taken_back(dialog, model):
    field = dialog.control("endpoint")
    assert field.line.placeholderText() == "https://huggingface.co"
    typed(field, "https://mirror.example/hf/")
    assert (model.settings.endpoint, field.line.text()) == ("https://mirror.example/hf",) * 2
    row(dialog, "endpoint").reset.click()
    assert (model.settings.endpoint, field.line.text()) == (None, "")


def test_a_change_elsewhere_leaves_what_is_being_typed_alone(dialog, model):
    field = dialog.control("proxy")
    field.line.setText("http://pro")
    field.line.setModified(True)
    model.change(zoom=120)
    assert field.line.text() == "http://pro"


def test_the_window_reaches_the_hub_as_the_settings_say_unless_the_command_line_does(model):
    settings = HubSettings(model, arguments.parse([]))
    model.change(proxy="http://me:sesame@proxy:1", endpoint="https://mirror.example")
    options = settings.hub.options
    assert (options.endpoint, options.proxy.server) == ("https://mirror.example", "proxy:1")
    given = ["--proxy", "none", "--endpoint", "https://other.example"]
    options = HubSettings(model, arguments.parse(given)).hub.options
    assert (options.endpoint, str(options.proxy)) == ("https://other.example", "none")


def typed(field, text):
    """As a person replaces what stands in the line."""
    field.line.selectAll()
    if text:
        QApplication.clipboard().setText(text)
        field.line.paste()
    else:
        QTest.keyClick(field.line, Qt.Key.Key_Delete)
    QTest.keyClick(field.line, Qt.Key.Key_Return)
