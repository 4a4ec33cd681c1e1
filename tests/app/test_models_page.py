"""The models page: cards in every state, and what their buttons ask for."""

import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester

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


# ---- Cards -----------------------------------------------------------------------------------


@pytest.fixture
def view(theme, seen, qtbot):
    card = next(card for card in seen.cards if card.name == "2b4t")
    view = ModelCardView(theme, card)
    qtbot.addWidget(view)
    view.show()
    return view


def shown_buttons(view):
    return [action for action, button in view.buttons.items() if button.isVisible()]


def test_before_a_download_all_that_matters_is_told(view):
    around = Surroundings(4096, 8_000_000_000, 10_000_000_000, SPEED)
    view.show_card(view.card, around)
    assert view.size.value.text() == "1.18 GB"
    assert view.disk.value.text() == "8.82 GB left"
    assert view.memory.value.text() == "1.10 GB"
    assert view.speed.value.text().startswith("about ")
    view.details_button.click()
    words = " ".join(name + value for name, value in view.details._rows)
    for word in ("MIT", "microsoft/bitnet-b1.58-2B-4T", "Checksum", "English", "Good at"):
        assert word in words
    assert view.details.isVisible()


def test_too_little_disk_or_memory_is_told_in_words(view):
    view.show_card(view.card, Surroundings(4096, 500_000_000, 100_000_000, SPEED))
    assert view.memory.value.text() == "1.10 GB: too much"
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
    assert shown_buttons(view) == [Action.PAUSE, Action.CANCEL_KEEP, Action.CANCEL_DELETE]
    still = replace(progress, bytes_per_second=0.0, seconds_left=None)
    assert progress_text(still).endswith("0.0 MB/s")


def test_a_stalled_download_says_why_and_when_it_goes_on(view):
    progress = Progress(
        "2b4t", State.STALLED, 5, 10, retry_in_seconds=7.6, note="the server does not answer"
    )
    view.show_card(view.card.with_progress(progress), Surroundings())
    assert "Waiting for the connection" in view.state.text()
    assert "next try in 8 s" in view.state.text()
    assert "the server does not answer" in view.state.text()


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
    for action, button in view.buttons.items():
        with qtbot.waitSignal(view.acted) as asked:
            button.click()
        assert asked.args == [action, "2b4t"]


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


def test_the_page_shows_all_cards_under_headings(page, model):
    assert page.accessibleName() == "Models"
    assert {page.list.view(card.name).title.text() for card in model.cards()} == {
        card.title for card in model.cards()
    }
    assert "free on the disk" in page.machine.text()


def test_the_slider_changes_the_memory_of_all_cards(page):
    memory = page.list.view("2b4t").memory.value
    before = memory.text()
    page.slider.slider.setValue(0)
    assert memory.text() != before
    assert page.slider.context == 512


def test_a_card_keeps_its_widget_when_it_moves(page, model):
    view = page.list.view("2b4t")
    model.on_progress(Progress("2b4t", State.DOWNLOADING, 1, 10))
    assert page.list.view("2b4t") is view
    assert view.bar.isVisible()


def test_an_import_asks_whether_to_copy(page, qtbot):
    page.ask_import("/somewhere/model")
    assert page.question.isVisible()
    with qtbot.waitSignal(page.import_requested) as asked:
        page.question.copy.click()
    assert asked.args == ["/somewhere/model", True]
    assert not page.question.isVisible()


def test_escape_goes_back(page, qtbot):
    from PySide6.QtCore import Qt

    with qtbot.waitSignal(page.close_requested):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_the_smallest_window_cuts_nothing_off(page, qtbot):
    page.resize(480, 360)
    qtbot.waitUntil(lambda: page._column.width() <= page._area.viewport().width())
