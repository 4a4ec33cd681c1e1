"""From the models page to a model that answers, over a hub on this computer."""

import os
import shutil
import threading
from importlib import resources
from pathlib import Path

import huggingface_hub
import pytest

from ternchat.app.core import model_import
from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.download import Download, DownloadQueue, DownloadRequest, Policy, Tools
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_card import Place
from ternchat.app.core.model_store import TRASH
from ternchat.app.core.model_trash import KEEP_SECONDS, Trash
from ternchat.app.core.progress import State
from ternchat.app.core.turn import LoadOptions
from ternchat.app.model_controller import ModelController
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.views.model_actions import Action, actions_for
from ternchat.app.workers.download_manager import DownloadManager
from ternchat.app.workers.job_thread import JobThread
from ternchat.app.workers.model_jobs import ModelJobs
from ternchat.engine.self_test_report import Report

POLICY = Policy(reserve_bytes=0, floor_bytes=0)
TIMEOUT = 30_000
FLEDGLING = Path(str(resources.files("ternchat.resources") / "fledgling"))


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def content(path):
    """What is in a file; None while it is not there: a folder that is put together moves."""
    try:
        return path.read_bytes()
    except OSError:
        return None


@pytest.fixture
def paths(tmp_path):
    from ternchat.app.core.paths import DataPaths

    return DataPaths.from_option(tmp_path)


@pytest.fixture
def cards(qapp):
    return DownloadModel()


@pytest.fixture
def manager(hub, paths, models, cards, engine, controller):
    """The controller with its threads, and a hub that has Fledgling as acme/bird."""
    hub.add("acme/bird", files_of(FLEDGLING))
    client = Hub(HubOptions(hub.url))
    tested = []

    def start(request, control):
        return Download(
            request,
            models,
            client,
            self_test=lambda path, _stopped: tested.append(path) or Report(True, "It works."),
            tools=Tools(control=control, policy=POLICY),
        ).run()

    queue = DownloadQueue(models, start)
    jobs = ModelJobs(paths, models, client, queue, LoadOptions, lambda *its: manager.trial(*its))
    manager = ModelController(
        models,
        cards,
        DownloadManager(queue),
        jobs,
        JobThread("work"),
        JobThread("look"),
        engine,
        controller,
    )
    manager.tested = tested
    manager.trial = lambda path, _stopped: tested.append(path) or Report(True, "It works.")
    manager.begin()
    yield manager
    assert manager.close()
    client.close()


def is_ready(cards, name):
    card = cards.card(name)
    return card is not None and card.tested is True and card.progress is None


def is_here(cards, name):
    return cards.card(name) is not None and cards.card(name).path is not None


def fetched(manager, cards, qtbot, name="bird"):
    manager.search.look_up("acme/bird")
    with qtbot.waitSignal(manager.search.found, timeout=TIMEOUT) as found:
        pass
    assert found.args[0].verdict.runs
    manager.search.download()
    qtbot.waitUntil(lambda: is_ready(cards, name), timeout=TIMEOUT)


def test_a_repository_is_looked_up_fetched_tried_and_used(manager, cards, models, fake, qtbot):
    said = []
    manager.notified.connect(lambda *words: said.append(words))
    fetched(manager, cards, qtbot)
    assert manager.tested == [models.folder / "bird"]
    assert cards.card("bird").tested is True
    assert len(cards.card("bird").checksum) == 64
    assert said[-1] == ("bird is ready.", "Use it")
    manager.accept()
    qtbot.waitUntil(lambda: [m.path for m in fake.models] == [models.folder / "bird"])


def test_what_is_written_meanwhile_is_sent_when_the_model_is_ready(
    manager, cards, controller, conversation, fake, models, qtbot
):
    manager._wanted = "bird"
    controller.wait_for_model()
    controller.send("count 2")
    assert fake.models == []
    manager._fetch(DownloadRequest("bird", "Bird", "acme/bird"))
    qtbot.waitUntil(lambda: controller.quiet and len(fake.asked) == 1, timeout=TIMEOUT)
    assert [m.path for m in fake.models] == [models.folder / "bird"]
    assert fake.asked[0][-1]["content"] == "count 2"


def test_a_model_that_does_not_come_gives_the_message_back(
    manager, cards, controller, hub, fake, qtbot
):
    drafts, problems = [], []
    controller.draft_changed.connect(drafts.append)
    manager.problem_raised.connect(problems.append)
    manager._wanted = "gone"
    controller.wait_for_model()
    controller.send("hello")
    manager._fetch(DownloadRequest("gone", "Gone", "acme/gone"))
    qtbot.waitUntil(lambda: drafts[-1:] == ["hello"], timeout=TIMEOUT)
    assert problems[-1].title
    assert fake.models == []


def test_choosing_another_model_ends_the_wait(manager, controller, fake, models, qtbot):
    controller.wait_for_model()
    controller.send("count 1")
    controller.use_built_in()
    qtbot.waitUntil(lambda: controller.quiet and len(fake.asked) == 1, timeout=TIMEOUT)
    assert [m.path for m in fake.models] == [models.built_in.path]


def test_a_deleted_model_comes_back(manager, cards, qtbot):
    fetched(manager, cards, qtbot)
    with qtbot.waitSignal(manager.notified, timeout=TIMEOUT) as told:
        manager.act(Action.REMOVE, "bird")
    assert told.args == ["bird was deleted.", "Undo"]
    qtbot.waitUntil(lambda: cards.card("bird") is None, timeout=TIMEOUT)
    manager.accept()
    qtbot.waitUntil(lambda: cards.card("bird") is not None, timeout=TIMEOUT)


def test_a_model_deleted_a_month_ago_is_let_go_of(manager, cards, models, qtbot):
    fetched(manager, cards, qtbot)
    trash = Trash(models)
    removed = trash.remove("bird")
    old = f"{int(removed.removed_at - KEEP_SECONDS) - 1}-bird"
    (models.folder / TRASH / removed.key).rename(models.folder / TRASH / old)
    manager.refresh()
    qtbot.waitUntil(lambda: trash.items() == (), timeout=TIMEOUT)


def test_a_damaged_model_is_found_out_and_repaired(manager, cards, models, qtbot):
    fetched(manager, cards, qtbot)
    path = models.folder / "bird" / "model.safetensors"
    good = path.read_bytes()
    path.write_bytes(good[:1000] + b"x" + good[1001:])
    manager.act(Action.VERIFY, "bird")
    qtbot.waitUntil(
        lambda: (
            cards.card("bird").progress is not None
            and cards.card("bird").progress.state is State.FAILED
        ),
        timeout=TIMEOUT,
    )
    assert cards.card("bird").progress.problem.code == "bad_hash"
    manager.act(Action.REPAIR, "bird")
    qtbot.waitUntil(lambda: content(path) == good, timeout=TIMEOUT)
    qtbot.waitUntil(lambda: is_ready(cards, "bird"), timeout=TIMEOUT)


def test_a_folder_is_imported_in_place_and_a_gguf_gets_a_clear_answer(
    manager, cards, tmp_path, qtbot
):
    folder = Path(shutil.copytree(FLEDGLING, tmp_path / "elsewhere" / "birdie"))
    said = []
    manager.notified.connect(lambda *words: said.append(words))
    manager.import_from(str(folder), False)
    qtbot.waitUntil(lambda: is_ready(cards, "birdie"), timeout=TIMEOUT)
    assert cards.card("birdie").linked
    assert manager.tested == [folder]
    assert said == [("birdie is ready.", "Use it")]
    gguf = tmp_path / "ggml-model-i2_s.gguf"
    gguf.write_bytes(b"GGUF" + bytes(100))
    with qtbot.waitSignal(manager.problem_raised, timeout=TIMEOUT) as raised:
        manager.import_from(str(gguf), False)
    assert "GGUF" in raised.args[0].text


@pytest.fixture
def cached_bird(hub, tmp_path, monkeypatch):
    """acme/bird in the shared cache, as another program fetched it; the file of its weights."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf"))
    hub.add("acme/bird", files_of(FLEDGLING))
    huggingface_hub.snapshot_download(
        "acme/bird", endpoint=hub.url, cache_dir=tmp_path / "hf", token=False
    )
    hub.requests.clear()
    return next((tmp_path / "hf").rglob("snapshots/*/model.safetensors"))


def test_a_model_of_the_shared_cache_is_used_in_place_without_asking_anybody(
    cached_bird, manager, cards, models, hub, fake, qtbot
):
    qtbot.waitUntil(lambda: cards.card("bird") is not None, timeout=TIMEOUT)
    assert cards.card("bird").place is Place.CACHED
    manager.act(Action.LINK, "bird")
    qtbot.waitUntil(lambda: is_ready(cards, "bird"), timeout=TIMEOUT)
    assert cards.card("bird").linked
    assert manager.tested == [cached_bird.parent]
    manager.accept()
    qtbot.waitUntil(lambda: [m.path for m in fake.models] == [cached_bird.parent])
    assert hub.requests == []


def test_damage_in_the_shared_cache_is_told_and_another_try_downloads(
    cached_bird, manager, cards, models, hub, qtbot
):
    good = cached_bird.read_bytes()
    cached_bird.resolve().write_bytes(b"?" + good[1:])
    qtbot.waitUntil(lambda: cards.card("bird") is not None, timeout=TIMEOUT)
    manager.act(Action.LINK, "bird")
    qtbot.waitUntil(lambda: failed_with(cards, "bird") == "bad_hash", timeout=TIMEOUT)
    assert hub.requests == []
    manager.act(Action.RETRY, "bird")
    qtbot.waitUntil(lambda: is_ready(cards, "bird"), timeout=TIMEOUT)
    assert content(models.folder / "bird" / "model.safetensors") == good


def importing(cards, name="birdie"):
    """What is being done with a model that is taken over; "" before it began."""
    card = cards.card(name)
    return "" if card is None or card.progress is None else card.progress.state


@pytest.fixture
def birdie(tmp_path):
    return Path(shutil.copytree(FLEDGLING, tmp_path / "elsewhere" / "birdie"))


def test_an_unfit_import_is_kept_and_its_card_says_so(manager, cards, models, birdie, qtbot):
    manager.trial = lambda *_: Report(False, "It is ill.")
    raised = []
    manager.problem_raised.connect(raised.append)
    manager.import_from(str(birdie), True)
    qtbot.waitUntil(
        lambda: is_here(cards, "birdie") and cards.card("birdie").tested is False, timeout=TIMEOUT
    )
    assert failed_with(cards, "birdie") == "self_test"
    assert cards.card("birdie").place is Place.INSTALLED
    assert raised == []


def test_the_trial_of_an_import_can_be_stopped_from_its_card(manager, cards, birdie, qtbot):
    def waits(_path, stopped):
        assert stopped.wait(30)
        return Report(None, "The test was cancelled.")

    manager.trial = waits
    manager.import_from(str(birdie), True)
    qtbot.waitUntil(lambda: importing(cards) is State.TESTING, timeout=TIMEOUT)
    assert Action.STOP in actions_for(cards.card("birdie"), loaded=False)
    manager.refresh()  # the model is here already
    qtbot.waitUntil(lambda: is_here(cards, "birdie"), timeout=TIMEOUT)
    assert Action.STOP in actions_for(cards.card("birdie"), loaded=False)
    manager.act(Action.STOP, "birdie")
    qtbot.waitUntil(lambda: cards.card("birdie").progress is None, timeout=TIMEOUT)
    assert cards.card("birdie").tested is None


def test_an_import_that_cannot_end_leaves_no_card_behind(manager, cards, models, birdie, qtbot):
    weights = birdie / "model.safetensors"
    weights.unlink()
    os.mkfifo(weights)  # is_file() says no: there are no weights
    with qtbot.waitSignal(manager.problem_raised, timeout=TIMEOUT) as raised:
        manager.import_from(str(birdie), True)
    assert raised.args[0].code == "unsupported"
    qtbot.waitUntil(lambda: not manager._work.is_pending("import", str(birdie)), timeout=TIMEOUT)
    assert cards.card("birdie") is None
    assert not is_here(cards, "birdie")


def test_a_copy_can_be_stopped_from_its_card_and_nothing_is_left(
    manager, cards, models, birdie, qtbot, monkeypatch
):
    go_on = threading.Event()
    whole = model_import.pieces

    def slowly(path):
        for piece in whole(path):
            yield piece
            assert go_on.wait(30)

    monkeypatch.setattr(model_import, "pieces", slowly)
    manager.import_from(str(birdie), True)
    qtbot.waitUntil(lambda: importing(cards) is State.COPYING, timeout=TIMEOUT)
    assert actions_for(cards.card("birdie"), loaded=False) == (Action.STOP,)
    manager.act(Action.STOP, "birdie")
    go_on.set()
    qtbot.waitUntil(lambda: cards.card("birdie") is None, timeout=TIMEOUT)
    assert manager.tested == []
    assert not (models.folder / "birdie").exists()
    assert not (models.folder / ".downloads" / "birdie").exists()


def test_the_folder_moves_with_everything_in_it(manager, cards, models, tmp_path, qtbot):
    fetched(manager, cards, qtbot)
    with qtbot.waitSignal(manager.folder.moved, timeout=TIMEOUT) as moved:
        manager.folder.move_to(str(tmp_path / "new place"))
    assert moved.args == [str(tmp_path / "new place")]
    qtbot.waitUntil(
        lambda: cards.card("bird").path == tmp_path / "new place" / "bird", timeout=TIMEOUT
    )


def test_a_repository_that_cannot_be_run_is_refused_with_the_reason(manager, hub, qtbot):
    files = files_of(FLEDGLING) | {"config.json": b'{"architectures": ["GPT2LMHeadModel"]}'}
    hub.add("acme/other", files)
    with qtbot.waitSignal(manager.search.found, timeout=TIMEOUT) as found:
        manager.search.look_up("acme/other")
    assert not found.args[0].verdict.runs
    assert "GPT2LMHeadModel" in found.args[0].verdict.reason
    manager.search.download()
    assert manager._model.card("other") is None


def test_an_address_that_leads_nowhere_is_told(manager, qtbot):
    with qtbot.waitSignal(manager.search.found, timeout=TIMEOUT) as found:
        manager.search.look_up("https://example.org/acme/bird")
    assert found.args[0].code == "address"


def test_unloading_lets_go_of_the_model(manager, controller, fake, qtbot):
    controller.use_built_in()
    qtbot.waitUntil(lambda: controller.model_in_use == "fledgling")
    manager.act(Action.UNLOAD, "fledgling")
    qtbot.waitUntil(lambda: controller.model_in_use == "")
    assert fake.models[0].closed


def test_the_model_used_last_answers_when_nobody_has_chosen(
    manager, cards, models, controller, fake, qtbot
):
    fetched(manager, cards, qtbot)
    assert models.default() == models.built_in
    models.mark_used("bird")
    controller.send("count 1")
    qtbot.waitUntil(lambda: controller.quiet and len(fake.asked) == 1, timeout=TIMEOUT)
    assert [m.path for m in fake.models] == [models.folder / "bird"]


def test_a_model_that_took_the_program_down_twice_is_not_loaded_unasked_and_it_is_told(
    manager, cards, models, controller, qtbot
):
    fetched(manager, cards, qtbot)
    models.mark_used("bird")
    models.may_load = lambda name: name != "bird"
    assert models.default() == models.built_in
    with qtbot.waitSignal(controller.problem_raised) as told:
        manager.begin()
    assert told.args[0].code == "crashed"
    assert "twice in a row" in told.args[0].text


def failed_with(cards, name):
    card = cards.card(name)
    failed = card is not None and card.progress is not None and card.progress.problem is not None
    return card.progress.problem.code if failed else ""


def test_a_gated_model_is_fetched_with_a_token_that_is_kept_nowhere(
    manager, cards, hub, paths, qtbot
):
    hub.add("acme/closed", files_of(FLEDGLING), gated=True, token="hf_secret")
    manager._fetch(DownloadRequest("closed", "Closed", "acme/closed"))
    qtbot.waitUntil(lambda: failed_with(cards, "closed") == "gated", timeout=TIMEOUT)
    assert cards.card("closed").wants_token
    manager.resume_with("closed", AccessToken("hf_wrong"))
    qtbot.waitUntil(lambda: not cards.card("closed").wants_token, timeout=TIMEOUT)
    qtbot.waitUntil(lambda: cards.card("closed").wants_token, timeout=TIMEOUT)
    manager.resume_with("closed", AccessToken("hf_secret"))
    qtbot.waitUntil(lambda: is_ready(cards, "closed"), timeout=TIMEOUT)
    for path in paths.root.rglob("*"):
        assert not path.is_file() or b"hf_secret" not in path.read_bytes(), path


def test_a_private_model_is_looked_up_and_fetched_with_one_token(manager, cards, hub, qtbot):
    hub.add("acme/mine", files_of(FLEDGLING), token="hf_secret")
    with qtbot.waitSignal(manager.search.found, timeout=TIMEOUT) as found:
        manager.search.look_up("acme/mine")
    assert found.args[0].code == "model_gone"
    with qtbot.waitSignal(manager.search.found, timeout=TIMEOUT) as found:
        manager.search.look_up("acme/mine", AccessToken("hf_secret"))
    assert found.args[0].verdict.runs
    manager.search.download()
    qtbot.waitUntil(lambda: is_ready(cards, "mine"), timeout=TIMEOUT)
