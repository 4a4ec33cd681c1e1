"""The models page: cards in every state, and what their buttons ask for."""

import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, QEvent, QLocale, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from ternchat.app.core import model_wording
from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.download.staging import Unfinished
from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.model_overview import Overview, overview
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.progress_wording import progress_text
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.views.best_offer import best_offer
from ternchat.app.views.labels import GroupLabel
from ternchat.app.views.link_dialog import LinkDialog
from ternchat.app.views.model_actions import Action, actions_for
from ternchat.app.views.model_card_view import ModelCardView
from ternchat.app.views.models_page import ModelsPage
from ternchat.engine.speed import MachineSpeed

SPEED = MachineSpeed(
    kernel="avx2",
    threads=4,
    read_bytes_per_second=40e9,
    weight_bytes_per_second=30e9,
    screen_bytes_per_second=35e9,
    weights_per_second=200e9,
    layer_seconds=20e-6,
)
BAD_HASH = Problem("Damaged", "A file is not what it was.", "Repair it.", "trace", code="bad_hash")


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> Overview:
    """The overview of a fresh data folder."""
    paths = DataPaths.from_option(tmp_path_factory.mktemp("data"))
    return overview(paths, ModelStore(paths), ())


@pytest.fixture
def model(qapp, seen):
    model = DownloadModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_overview(seen)
    return model


@pytest.fixture
def page(theme, model, seen, qtbot):
    page = ModelsPage(theme, model)
    qtbot.addWidget(page)
    page.resize(900, 800)
    page.show()
    page.show_overview(seen)
    return page


def installed(seen, **changes):
    card = next(card for card in seen.cards if card.name == "2b4t")
    return replace(card, path=Path("/models/2b4t"), **changes)


# ---- The overview ----------------------------------------------------------------------------


def test_a_fresh_computer_has_the_built_in_model_and_is_offered_the_catalogue(seen):
    places = {card.name: card.place for card in seen.cards}
    assert places["fledgling"] is Place.INSTALLED
    assert places["2b4t"] is Place.OFFERED
    assert places["falcon-e-3b"] is Place.OFFERED  # any template can be rendered
    assert seen.free_disk_bytes > 0
    assert seen.free_memory_bytes > 0


def test_an_installed_model_and_half_a_download_are_found(tmp_path):
    paths = DataPaths.from_option(tmp_path)
    built_in = Path(str(resources.files("ternchat.resources") / "fledgling"))
    shutil.copytree(built_in, paths.models / "mine")
    left = Unfinished("tiny", "Tiny", "acme/tiny", "main", 10, 100, paused=True)
    cards = {card.name: card for card in overview(paths, ModelStore(paths), [left]).cards}
    assert cards["mine"].place is Place.INSTALLED
    assert cards["mine"].size_bytes > 4_000_000
    assert cards["mine"].memory_bytes(1000) > 0
    assert cards["tiny"].place is Place.UNDER_WAY
    assert cards["tiny"].left == left


def test_memory_grows_with_the_context_up_to_what_the_model_has(seen):
    card = next(card for card in seen.cards if card.name == "2b4t")
    assert card.memory_bytes(512) < card.memory_bytes(4096) == card.memory_bytes(32768)
    assert card.tokens_per_second(None) is None
    assert card.tokens_per_second(SPEED) > 10


# ---- The list --------------------------------------------------------------------------------


def test_what_is_under_way_comes_first_and_goes_to_the_installed_when_it_is_ready(model, seen):
    assert model.card("2b4t").place is Place.OFFERED
    model.on_progress(Progress("2b4t", State.DOWNLOADING, 10, 100))
    assert model.cards()[0].name == "2b4t"
    assert model.cards()[0].place is Place.UNDER_WAY
    model.on_progress(Progress("2b4t", State.READY))
    cards = tuple(installed(seen) if card.name == "2b4t" else card for card in seen.cards)
    model.set_overview(replace(seen, cards=cards))
    assert [card.name for card in model.cards()][:2] == ["fledgling", "2b4t"]


def test_a_new_look_forgets_nothing_that_goes_on(model, seen):
    model.announce(ModelCard("tiny", "Tiny", progress=Progress("tiny", State.QUEUED)))
    model.on_progress(Progress("2b4t", State.DOWNLOADING, 10, 100))
    model.set_overview(seen)
    assert model.card("tiny").progress.state is State.QUEUED
    assert model.card("2b4t").progress.done_bytes == 10
    model.on_progress(Progress("tiny", State.CANCELLED))
    model.set_overview(seen)
    assert model.card("tiny") is None


# ---- What can be done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (State.QUEUED, (Action.CANCEL_KEEP, Action.CANCEL_DELETE)),
        (State.DOWNLOADING, (Action.PAUSE, Action.CANCEL_KEEP, Action.CANCEL_DELETE)),
        (State.STALLED, (Action.PAUSE, Action.CANCEL_KEEP, Action.CANCEL_DELETE)),
        (State.PAUSED, (Action.RESUME, Action.CANCEL_DELETE)),
        (State.FAILED, (Action.RETRY, Action.CANCEL_DELETE)),
    ],
)
def test_a_download_can_be_acted_on_in_each_state(seen, state, actions):
    card = next(card for card in seen.cards if card.name == "2b4t")
    assert actions_for(card.with_progress(Progress("2b4t", state)), loaded=False) == actions


def test_an_installed_model_can_be_used_checked_and_deleted(seen):
    card = installed(seen, repository="acme/tiny")
    kept = (Action.VERIFY, Action.OPEN_FOLDER, Action.REMOVE)
    assert actions_for(card, loaded=False) == (Action.USE, *kept)
    assert actions_for(card, loaded=True) == (Action.UNLOAD, *kept)
    damaged = card.with_progress(Progress("2b4t", State.FAILED, problem=BAD_HASH))
    assert actions_for(damaged, loaded=False)[0] is Action.REPAIR
    linked = replace(damaged, linked=True)
    assert Action.REPAIR not in actions_for(linked, loaded=False)
    built_in = next(card for card in seen.cards if card.built_in)
    assert actions_for(built_in, loaded=False) == (Action.USE,)


def test_a_model_of_the_shared_cache_is_offered_to_be_used_where_it_lies(page, model, seen):
    described = next(card for card in seen.cards if card.name == "2b4t")
    stranger = ModelCard("bird", "acme/bird", cached=True, size_bytes=900, repository="acme/bird")
    cards = (stranger, *(replace(c, cached=c is described) for c in seen.cards))
    model.set_overview(replace(seen, cards=cards))
    acted = []
    page.list.acted.connect(lambda action, name: acted.append((action, name)))
    for name in ("bird", "2b4t"):
        view = page.list.view(name)
        assert view.size.value.accessibleName().startswith("On the disk")
        assert not view.disk.isVisibleTo(view)
        button = view.buttons.buttons[Action.LINK]
        assert (button.isVisibleTo(view), button.text()) == (True, "Use in place")
        assert not view.buttons.buttons[Action.DOWNLOAD].isVisibleTo(view)
        button.click()
        assert view.card.place is Place.CACHED
    assert acted == [(Action.LINK, "bird"), (Action.LINK, "2b4t")]
    assert "Nobody has tried it" in page.list.view("bird").summary.text()
    headings = [
        label.text() for label in page.list.findChildren(GroupLabel) if not label.isHidden()
    ]
    assert "In the Hugging Face cache" in headings
    reading = stranger.with_progress(Progress("bird", State.VERIFYING, 500, 900))
    assert reading.place is Place.UNDER_WAY
    assert reading.fetched_bytes == 0  # a Cancel that says it deletes them would be wrong


def test_an_empty_chat_offers_the_best_model_of_the_cache_without_a_download(seen):
    cards = tuple(replace(card, cached=card.name == "2b4t") for card in seen.cards)
    offer = best_offer(replace(seen, cards=cards), 4096)
    assert offer.title == next(card.title for card in cards if card.name == "2b4t")
    assert "already on this computer" in offer.text
    assert "to download" not in offer.text


def test_a_model_nobody_described_is_never_what_an_empty_chat_offers(seen):
    stranger = ModelCard("bird", "acme/bird", cached=True, repository="acme/bird")
    assert replace(seen, cards=(stranger, *seen.cards)).best == seen.best
    assert replace(seen, cards=(stranger,)).best is None


def test_a_model_that_cannot_be_run_offers_nothing_to_do(page, model, seen):
    card = ModelCard("gpt", "acme/gpt", cached=True, reason="It is of another kind.")
    model.set_overview(replace(seen, cards=(*seen.cards, card)))
    view = page.list.view("gpt")
    shown = [b.text() for b in view.findChildren(QAbstractButton) if b.isVisibleTo(view)]
    assert shown == ["Details"]


# ---- Cards -----------------------------------------------------------------------------------


@pytest.fixture
def view(theme, seen, qtbot):
    card = next(card for card in seen.cards if card.name == "2b4t")
    view = ModelCardView(theme, card)
    qtbot.addWidget(view)
    view.show()
    return view


def shown_buttons(view):
    buttons = view.buttons.buttons
    return [action for action, button in buttons.items() if button.isVisible()]


def test_before_a_download_all_that_matters_is_told(view):
    around = Surroundings(4096, 8_000_000_000, 10_000_000_000, SPEED)
    view.show_card(view.card, around)
    assert view.size.value.text() == "1.18 GB"
    assert view.disk.value.text() == "8.82 GB left"
    assert view.memory.value.text() == "1.08 GB"
    assert view.speed.value.text().startswith("about ")
    view.buttons.details.click()
    words = " ".join(name + value for name, value in view.details._rows)
    for word in ("MIT", "microsoft/bitnet-b1.58-2B-4T", "Checksum", "English", "Good at"):
        assert word in words
    assert view.details.isVisible()


def test_too_little_disk_or_memory_is_told_in_words(view):
    view.show_card(view.card, Surroundings(4096, 500_000_000, 100_000_000, SPEED))
    assert view.memory.value.text() == "1.08 GB: too much"
    assert view.disk.value.text() == "1.08 GB too few"


def test_progress_has_an_amount_a_speed_and_an_end(view):
    progress = Progress(
        "2b4t",
        State.DOWNLOADING,
        400_000_000,
        1_180_000_000,
        bytes_per_second=12_300_000,
        seconds_left=63,
    )
    view.show_card(view.card.with_progress(progress), Surroundings())
    assert view.state.text() == "Downloading · 400 MB of 1.18 GB · 12 MB/s · about 1 min left"
    assert view.bar.value() == 339
    assert shown_buttons(view) == [Action.PAUSE]
    assert view.buttons.cancel.isVisible()
    still = replace(progress, bytes_per_second=0.0, seconds_left=None)
    assert progress_text(still).endswith("0.0 MB/s")


def test_a_stalled_download_says_why_and_when_it_goes_on(view):
    progress = Progress(
        "2b4t", State.STALLED, 5, 10, retry_in_seconds=7.6, note="the server does not answer"
    )
    view.show_card(view.card.with_progress(progress), Surroundings())
    assert "Waiting for the connection" in view.state.text()
    assert "next try in 8 s" in view.state.text()
    assert "The server does not answer." in view.state.text()


def test_a_failure_has_a_title_what_happened_what_to_do_and_details_to_copy(view, qapp):
    problem = Problem("No connection", "The hub was not reached.", "See the network.", "trace")
    failed = Progress("2b4t", State.FAILED, problem=problem)
    view.show_card(view.card.with_progress(failed), Surroundings())
    note = view.problem
    assert note.isVisible()
    assert note.title.text() == "No connection"
    assert note.text.text() == "The hub was not reached."
    assert note.advice.text() == "See the network."
    note.copy.click()
    assert qapp.clipboard().text().endswith("trace")
    view.show_card(view.card.with_progress(None), Surroundings())
    assert not note.isVisible()


def test_every_button_asks_for_its_action(view, qtbot):
    for action, button in view.buttons.buttons.items():
        with qtbot.waitSignal(view.acted) as asked:
            button.click()
        assert asked.args == [action, "2b4t"]


def downloading(view, done_bytes, state=State.DOWNLOADING):
    view.show_card(
        view.card.with_progress(Progress("2b4t", state, done_bytes, 1_180_000_000)), Surroundings()
    )


def test_cancelling_is_one_button_that_says_what_becomes_of_the_bytes(view, qtbot):
    downloading(view, 42_000_000)
    cancel = view.buttons.cancel
    assert cancel.keep.text() == "Cancel, and keep 42 MB for later"
    assert cancel.delete.text() == "Cancel, and delete 42 MB"
    for action, expected in (
        (cancel.keep, Action.CANCEL_KEEP),
        (cancel.delete, Action.CANCEL_DELETE),
    ):
        with qtbot.waitSignal(view.acted) as asked:
            action.trigger()
        assert asked.args == [expected, "2b4t"]


@pytest.mark.qt_log_ignore("does not support ")
def test_the_menu_of_cancel_is_reached_by_keyboard(view, qtbot):
    downloading(view, 42_000_000)
    view.activateWindow()
    cancel = view.buttons.cancel
    cancel.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(cancel.hasFocus)

    def choose():
        menu = cancel.menu()
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        qtbot.keyClick(menu, Qt.Key.Key_Return)

    QTimer.singleShot(0, choose)  # the menu waits for it in a loop of its own
    with qtbot.waitSignal(view.acted) as asked:
        qtbot.keyClick(cancel, Qt.Key.Key_Space)
    assert asked.args == [Action.CANCEL_KEEP, "2b4t"]


def test_before_anything_has_come_there_is_nothing_to_keep(view, qtbot):
    downloading(view, 0, State.QUEUED)
    assert shown_buttons(view) == [Action.CANCEL_DELETE]
    assert view.buttons.buttons[Action.CANCEL_DELETE].text() == "Cancel"
    assert not view.buttons.cancel.isVisible()


def test_much_that_has_come_is_not_deleted_without_asking(view, qtbot):
    downloading(view, 420_000_000)
    with qtbot.assertNotEmitted(view.acted):
        view.buttons.cancel.delete.trigger()
    assert view.question.text.text() == "420 MB have come. Deleted, they must be fetched again."
    with qtbot.assertNotEmitted(view.acted):
        view.question.keep.click()
    assert not view.question.isVisible()
    view.buttons.cancel.delete.trigger()
    with qtbot.waitSignal(view.acted) as asked:
        view.question.delete.click()
    assert asked.args == [Action.CANCEL_DELETE, "2b4t"]


def test_escape_keeps_what_has_come_and_the_question_goes_when_the_download_ends(view, qtbot):
    downloading(view, 420_000_000, State.PAUSED)
    delete = view.buttons.buttons[Action.CANCEL_DELETE]
    assert delete.text() == "Delete 420 MB"
    delete.click()
    qtbot.keyClick(view.question, Qt.Key.Key_Escape)
    assert not view.question.isVisible()
    delete.click()
    view.show_card(replace(view.card, path=Path("/m"), progress=None, left=None), Surroundings())
    assert not view.question.isVisible()


def refused(view, code):
    problem = Problem("Title", "Text.", "Advice.", "trace", code=code)
    progress = Progress("2b4t", State.FAILED, problem=problem)
    view.show_card(view.card.with_progress(progress), Surroundings(hub="https://hub.example"))


def test_a_gated_model_asks_for_an_access_token_and_shows_nothing_of_it(view, qtbot):
    refused(view, "gated")
    row = view.token
    assert row.isVisible()
    assert row.field.accessibleName() == "Access token for this model (not kept)"
    assert row.field.echoMode() is QLineEdit.EchoMode.Password
    assert row.link.text() == "hub.example/microsoft/bitnet-b1.58-2B-4T"
    qtbot.keyClicks(row.field, " hf_secret ")
    with qtbot.waitSignal(view.token_given) as given:
        qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert given.args == ["2b4t", AccessToken("hf_secret")]
    assert row.field.text() == ""
    view.show_card(view.card.with_progress(Progress("2b4t", State.QUEUED)), Surroundings())
    assert not row.isVisible()


def test_what_cannot_be_a_token_is_told_and_not_sent(view, qtbot):
    refused(view, "forbidden")
    qtbot.keyClicks(view.token.field, "two words")
    with qtbot.assertNotEmitted(view.token_given):
        view.token.button.click()
    assert view.token._note.text().startswith("An access token has no spaces. Copy it from")


def test_a_model_that_may_not_exist_asks_only_when_it_is_wanted(view, qtbot):
    refused(view, "model_gone")
    assert not view.token.field.isVisible()
    view.token.unfold.click()
    assert view.token.field.isVisible()


@pytest.mark.parametrize("code", ["no_network", "bad_hash", "no_disk", ""])
def test_other_failures_ask_for_no_token(view, code):
    refused(view, code)
    assert not view.token.isVisible()


def test_the_model_s_page_is_not_opened_without_asking(view, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    refused(view, "gated")
    view.token.link.click()
    dialog = view.window().findChild(LinkDialog)
    assert dialog.address.toPlainText() == "https://hub.example/microsoft/bitnet-b1.58-2B-4T"
    assert opened == []
    dialog.open_button.click()
    assert [url.host() for url in opened] == ["hub.example"]


def test_what_was_promised_is_held_against_what_was_measured(view):
    around = replace(Surroundings(4096, 8_000_000_000, 10_000_000_000, SPEED), loaded="2b4t")
    promised = view.card.tokens_per_second(SPEED)
    card = replace(view.card, path=Path("/m"), measured=29.4)
    view.show_card(card, replace(around, taken_bytes=755_000_000, told_bytes=748_000_000))
    assert view.speed.value.text() == "29 tok/s"
    assert view.speed.note.text() == f"promised: {promised:.0f}"
    assert view.memory.note.text() == "weights took 755 MB, predicted 748 MB"
    said = f"Speed measured: 29 tok/s, promised: {promised:.0f}"
    assert view.speed.value.accessibleName() == said
    view.show_card(card, replace(around, speed=None))
    assert view.speed.value.accessibleName() == "Speed measured: 29 tok/s"


def test_a_speed_measured_beside_other_programs_is_a_lower_bound(view, page):
    disturbed = replace(SPEED, others_share=0.6)
    around = Surroundings(4096, 8_000_000_000, 10_000_000_000, disturbed)
    view.show_card(view.card, around)
    assert view.speed.value.text().startswith("at least ")
    page.set_around(speed=disturbed)
    assert "measured while other programs were busy" in page.machine.text.text()
    assert page.machine.measure.isVisible()


def test_an_installed_model_tells_when_it_was_last_used(view):
    assert not view.used.isVisible()
    card = replace(view.card, path=Path("/m"))
    view.show_card(card, Surroundings())
    assert view.used.value.text() == "not yet"
    now = QDateTime.currentDateTime()
    view.show_card(replace(card, last_used=float(now.toSecsSinceEpoch())), Surroundings())
    assert view.used.value.text() == QLocale().toString(now.time(), QLocale.FormatType.ShortFormat)
    earlier = now.addDays(-40)
    view.show_card(replace(card, last_used=float(earlier.toSecsSinceEpoch())), Surroundings())
    day = QLocale().toString(earlier.date(), QLocale.FormatType.ShortFormat)
    assert view.used.value.text() == day


def test_a_model_this_version_cannot_run_says_why_and_cannot_be_fetched(view):
    card = replace(view.card, reason="This version cannot read GGUF files yet.")
    view.show_card(card, Surroundings())
    assert view.summary.text() == "This version cannot read GGUF files yet."
    assert shown_buttons(view) == []


def test_text_from_elsewhere_stays_plain(view):
    hostile = replace(view.card, title="<img src='file:///etc/passwd'>", summary="<b>x</b>")
    view.show_card(hostile, Surroundings())
    assert view.title.text() == "<img src='file:///etc/passwd'>"
    assert view.title.textFormat().name == "PlainText"


# ---- The page --------------------------------------------------------------------------------


def test_a_model_that_has_come_stands_under_the_heading_of_those_that_are_here(page, model, seen):
    """Also where the order of all cards stays as it was."""
    first = next(card for card in seen.cards if card.place is Place.OFFERED)
    here = replace(first, path=Path("/models/first"))
    cards = tuple(here if card is first else card for card in seen.cards)
    model.set_overview(replace(seen, cards=cards))
    box = page.list.layout()
    shown = [box.itemAt(row).widget() for row in range(box.count())]
    before = shown[: shown.index(page.list.view(first.name))]
    assert [part.text() for part in before if isinstance(part, GroupLabel)] == ["On this computer"]


def test_a_card_that_was_moved_still_gets_the_room_it_asks_for(page, model, seen, qtbot):
    first = next(card for card in seen.cards if card.place is Place.OFFERED)
    moved = replace(first, path=Path("/models/first"))
    model.set_overview(
        replace(seen, cards=tuple(moved if card is first else card for card in seen.cards))
    )
    view = page.list.view(first.name)
    before = view.height()
    view.buttons.details.click()
    qtbot.waitUntil(lambda: view.height() > before)
    assert view.height() == view.heightForWidth(view.width())


def test_the_page_shows_all_cards_under_headings(page, model):
    assert page.accessibleName() == "Models"
    assert {page.list.view(card.name).title.text() for card in model.cards()} == {
        card.title for card in model.cards()
    }
    assert "free on the disk" in page.machine.text.text()


class Windows(QObject):
    """Remembers what was shown as a window of its own."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
            self.shown.append(watched)
        return False


def test_no_part_of_the_page_is_ever_a_window_of_its_own(theme, model, seen, qapp, qtbot):
    windows = Windows()
    qapp.installEventFilter(windows)
    page = ModelsPage(theme, model)
    qtbot.addWidget(page)
    page.show_overview(seen)
    model.on_progress(Progress("2b4t", State.DOWNLOADING, 10, 100))
    model.set_overview(replace(seen, cards=seen.cards[:2]))
    page.show()
    qapp.removeEventFilter(windows)
    assert windows.shown == [page]


def test_the_slider_changes_the_memory_of_all_cards(page):
    memory = page.list.view("2b4t").memory.value
    before = memory.text()
    page.slider.slider.setValue(0)
    assert memory.text() != before
    assert page.slider.context == 512


def test_the_slider_begins_with_what_the_settings_say(page, qtbot):
    page.set_context(3072)  # no power of two
    assert page.slider.context == 3072
    assert page.surroundings.context == page.surroundings.set_context == 3072
    assert page.slider.slider.accessibleDescription() == "3,072 tokens, as in Settings"
    assert page.slider.back.isHidden()


def test_another_context_is_held_against_that_of_the_settings(page, qtbot):
    page.set_context(2048)
    memory = page.list.view("2b4t").memory
    as_set = memory.value.text()
    assert memory.note.isHidden()
    page.slider.slider.setValue(0)
    assert memory.value.text() != as_set
    assert memory.note.text() == f"{as_set} as set"
    assert page.slider.back.text() == "Settings: 2,048"
    page.slider.back.click()
    assert page.slider.context == 2048
    assert memory.value.text() == as_set


def test_a_card_keeps_its_widget_when_it_moves(page, model):
    view = page.list.view("2b4t")
    model.on_progress(Progress("2b4t", State.DOWNLOADING, 1, 10))
    assert page.list.view("2b4t") is view
    assert view.bar.isVisible()


def test_a_look_up_that_fails_has_a_title_what_to_do_and_details_to_copy(page, qapp, qtbot):
    page.add.field.setText("acme/secret")
    page.show_found(Problem("No such model", "It is not there.", "Look.", "x", code="model_gone"))
    note, token = page.add.problem, page.add.token
    assert (note.title.text(), note.text.text()) == ("No such model", "It is not there.")
    assert note.advice.text() == "Look."
    note.copy.click()
    assert "[model_gone]" in qapp.clipboard().text()
    assert token.unfold.isVisibleTo(page)
    assert token.link.text() == "huggingface.co/acme/secret"
    token.unfold.click()
    token.field.setText("hf_secret")
    with qtbot.waitSignal(page.add.token_given) as given:
        token.button.click()
    assert given.args == ["acme/secret", AccessToken("hf_secret")]
    assert not note.isVisibleTo(page)
    page.show_found(Problem("No address", "x is none.", "Write owner/name.", "x", code="address"))
    assert note.isVisibleTo(page)
    assert not token.isVisibleTo(page)


def test_an_import_asks_whether_to_copy(page, qtbot):
    page.ask_import("/somewhere/model")
    assert page.question.isVisible()
    with qtbot.waitSignal(page.import_requested) as asked:
        page.question.copy.click()
    assert asked.args == ["/somewhere/model", True]
    assert not page.question.isVisible()


def test_every_control_of_the_page_has_a_name_and_is_reached_by_tab(page, model, seen):
    problem = Problem("Title", "Text.", "Advice.", "trace", code="gated")
    card = next(card for card in seen.cards if card.name == "2b4t")
    cards = (
        card.with_progress(Progress("2b4t", State.FAILED, 420_000_000, 1, problem=problem)),
        installed(seen, name="here", repository="acme/tiny"),
        next(card for card in seen.cards if card.built_in),
    )
    model.set_overview(replace(seen, cards=cards, moving_to=Path("/elsewhere")))
    page.show_overview(model.overview)
    page.ask_import("/somewhere/model")
    view = page.list.view("2b4t")
    view.question.ask(420_000_000)
    page.show_found(Problem("No such model", "It is not there.", "Look.", "x", code="forbidden"))
    page.errors.show_problem(problem)
    controls = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.isVisibleTo(page) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(controls) > 20
    names = [QAccessible.queryAccessibleInterface(w).text(QAccessible.Text.Name) for w in controls]
    assert all(names), [w for w, name in zip(controls, names, strict=True) if not name]
    for button in page.findChildren(QAbstractButton):
        assert not button.isVisibleTo(page) or button in controls, button.text()


def test_escape_goes_back(page, qtbot):
    with qtbot.waitSignal(page.close_requested):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_the_smallest_window_cuts_nothing_off(page, qtbot):
    page.resize(480, 360)
    qtbot.waitUntil(lambda: page._column.width() <= page._area.viewport().width())


def test_what_the_hub_says_of_a_size_is_told_while_it_comes():
    card = ModelCard("bird", "Bird", progress=Progress("bird", State.DOWNLOADING))
    assert model_wording.size_fact(card) == "not known yet"
    known = card.with_progress(Progress("bird", State.DOWNLOADING, 5_000_000, 20_000_000))
    assert model_wording.size_fact(known) == "20 MB"
    assert model_wording.disk_fact(known, 1_020_000_000) == "1.00 GB left"
