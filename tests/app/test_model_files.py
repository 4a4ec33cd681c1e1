"""Installed models: verified, repaired, deleted and brought back, imported, moved."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import pytest
from download_help import BLOCK_BYTES, POLICY, WEIGHTS, PatientClock, Scene, make_files
from hub.faults import Corrupt

from ternchat.app.core import model_overview
from ternchat.app.core.control import Control
from ternchat.app.core.download import DownloadRequest, Tools, unfinished
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions, RepositoryRef
from ternchat.app.core.hub_cache import HubCache, default_folder
from ternchat.app.core.load_guard import LoadGuard
from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.model_import import find_source, import_model
from ternchat.app.core.model_move import give_up_move, move_models, unfinished_move
from ternchat.app.core.model_overview import overview
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.model_store import BUILT_IN, ModelNotFoundError, ModelStore
from ternchat.app.core.model_trash import RemoveError, Trash
from ternchat.app.core.model_verify import NoChecksumsError, begin_repair, verify
from ternchat.app.core.model_wording import details, disk_fact, summary
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.transfer_faults import Fault
from ternchat.engine.self_test_report import Report

CACHED = DownloadRequest("tiny", "Tiny", "acme/tiny")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that somebody has on this computer."""
    folder = tmp_path / "My Model"
    folder.mkdir()
    for name, content in make_files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(DataPaths.from_option(tmp_path / "data"))


def tools(**changes) -> Tools:
    values = {"policy": POLICY, "clock": PatientClock(), **changes}
    return Tools(**values)


def last(run) -> Progress:
    """How a run ended."""
    return list(run)[-1]


def failed_with(progress: Progress, code: str) -> bool:
    """Whether the run failed with this problem, in words."""
    problem = progress.problem
    assert progress.state is State.FAILED, progress
    assert problem.title
    assert problem.advice
    return problem.code == code


# ---- Verify and repair ----------------------------------------------------------------------


def test_a_sound_model_is_verified_with_progress_to_its_end(scene: Scene):
    scene.run()
    seen = list(verify(scene.store, "tiny", tools()))
    assert seen[-1].state is State.READY
    assert seen[-1].done_bytes == seen[-1].total_bytes
    assert {progress.state for progress in seen[:-1]} == {State.VERIFYING}


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"y" + data[1:]]
)
def test_a_damaged_file_is_named(scene: Scene, damage):
    scene.run()
    path = scene.target / WEIGHTS
    path.write_bytes(damage(path.read_bytes()))
    progress = last(verify(scene.store, "tiny", tools()))
    assert failed_with(progress, "bad_hash")
    assert WEIGHTS in progress.problem.text


def test_a_missing_file_is_named(scene: Scene):
    scene.run()
    (scene.target / "tokenizer.json").unlink()
    progress = last(verify(scene.store, "tiny", tools()))
    assert failed_with(progress, "source_gone")
    assert "tokenizer.json" in progress.problem.text


def test_a_verification_can_be_stopped(scene: Scene):
    scene.run()
    control = Control()
    control.cancel()
    assert last(verify(scene.store, "tiny", tools(control=control))).state is State.CANCELLED


def test_what_came_without_checksums_cannot_be_verified(store: ModelStore, folder: Path):
    shutil.copytree(folder, store.folder / "hand")
    assert failed_with(last(verify(store, "hand", tools())), "no_checksums")
    assert failed_with(last(verify(store, BUILT_IN, tools())), "no_checksums")
    assert last(verify(store, "none", tools())).state is State.FAILED


def test_a_repair_fetches_nothing_but_the_damaged_block(scene: Scene):
    scene.run()
    path = scene.target / WEIGHTS
    data = bytearray(path.read_bytes())
    data[3 * BLOCK_BYTES + 5] ^= 1
    path.write_bytes(data)
    scene.hub.requests.clear()
    request = begin_repair(scene.store, "tiny")
    assert not scene.target.exists()
    scene.assert_ready(scene.run(request=request))
    first = 3 * BLOCK_BYTES
    assert [asked.range for asked in scene.hub.bodies(WEIGHTS)] == [
        f"bytes={first}-{first + BLOCK_BYTES - 1}"
    ]


def test_a_model_from_elsewhere_is_not_repaired(store: ModelStore, folder: Path):
    list(import_model(store, folder, copy=True, tools=tools()))
    with pytest.raises(NoChecksumsError, match="did not come from a hub"):
        begin_repair(store, "my-model")


# ---- Delete and undo ------------------------------------------------------------------------


def test_a_deleted_model_comes_back_as_it_was(scene: Scene):
    scene.run()
    trash = Trash(scene.store)
    removed = trash.remove("tiny")
    assert scene.store.find("tiny") is None
    assert trash.items() == (removed,)
    assert (removed.title, removed.size_bytes > 150_000) == ("Tiny", True)
    trash.restore(removed)
    scene.assert_installed()
    assert trash.items() == ()


def test_a_model_deleted_twice_is_there_twice(scene: Scene):
    trash = Trash(scene.store)
    for _ in range(2):
        scene.run()
        trash.remove("tiny")
    assert len({removed.key for removed in trash.items()}) == 2


def test_a_model_does_not_come_back_over_another(scene: Scene):
    scene.run()
    trash = Trash(scene.store)
    removed = trash.remove("tiny")
    scene.run()
    with pytest.raises(RemoveError, match="another model named tiny"):
        trash.restore(removed)


def test_the_trash_is_emptied_of_what_is_old(scene: Scene):
    scene.run()
    scene.store.mark_used("tiny")
    trash = Trash(scene.store)
    removed = trash.remove("tiny")
    assert trash.purge(older_than_seconds=3600) == 0
    assert trash.purge() == removed.size_bytes
    assert trash.items() == ()
    assert list((scene.store.folder / ".used").iterdir()) == []
    with pytest.raises(RemoveError, match="cannot be brought back"):
        trash.restore(removed)


def test_deleting_a_linked_model_leaves_its_files_alone(store: ModelStore, folder: Path):
    list(import_model(store, folder, copy=False, tools=tools()))
    trash = Trash(store)
    trash.remove("my-model")
    trash.purge()
    assert (folder / WEIGHTS).read_bytes() == make_files()[WEIGHTS]


def test_the_built_in_model_and_what_is_not_there_cannot_be_deleted(store: ModelStore):
    with pytest.raises(RemoveError, match="belongs to the program"):
        Trash(store).remove(BUILT_IN)
    for name in ("none", "../..", ".downloads"):
        with pytest.raises(ModelNotFoundError):
            Trash(store).remove(name)


# ---- Import ---------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("file", ["", WEIGHTS, "config.json"])
def test_a_folder_or_a_file_in_it_becomes_a_model(store: ModelStore, folder, copy, file):
    seen = list(import_model(store, folder / file, copy=copy, tools=tools()))
    assert seen[-1].state is State.READY, seen[-1].problem
    model = store.resolve("my-model")
    assert model.title == "My Model"
    assert model.path == (store.folder / "my-model" if copy else folder)
    assert (model.path / WEIGHTS).read_bytes() == make_files()[WEIGHTS]
    assert last(verify(store, "my-model", tools())).state is State.READY
    assert not (store.folder / "my-model" / "modeling_tiny.py").exists()


class Tried:
    """A self-test that says one thing, and keeps what it was asked for."""

    def __init__(self, passed, text="It was tried."):
        self.report, self.folders = Report(passed, text), []

    def __call__(self, folder, stopped):
        self.folders.append(folder)
        return self.report


@pytest.mark.parametrize("copy", [True, False])
def test_an_imported_model_is_tried_as_a_downloaded_one(store: ModelStore, folder, copy):
    before = {path.name for path in folder.iterdir()}
    tried = Tried(True)
    seen = list(import_model(store, folder, copy=copy, self_test=tried, tools=tools()))
    assert seen[-1].state is State.READY
    assert seen[-1].note == "It was tried."
    assert State.TESTING in {progress.state for progress in seen}
    assert tried.folders == [store.folder / "my-model" if copy else folder]
    assert ModelRecord.read(store.folder / "my-model").tested is True
    assert {path.name for path in folder.iterdir()} == before  # nothing is noted in theirs


def test_an_imported_model_that_fails_is_kept_and_said_to_be_unfit(store: ModelStore, folder):
    run = import_model(
        store, folder, copy=True, self_test=Tried(False, "It is ill."), tools=tools()
    )
    progress = last(run)
    assert failed_with(progress, "self_test")
    assert progress.problem.text.endswith("It is ill.")
    assert ModelRecord.read(store.folder / "my-model").tested is False
    assert (store.folder / "my-model" / WEIGHTS).read_bytes() == make_files()[WEIGHTS]


def test_a_trial_that_is_stopped_leaves_an_imported_model_that_nobody_tried(store, folder):
    control = Control()

    def waits(path, stopped):
        assert stopped.wait(30)
        return Report(None, "The test was cancelled.")

    seen = []
    for progress in import_model(
        store, folder, copy=False, self_test=waits, tools=tools(control=control)
    ):
        seen.append(progress)
        if progress.state is State.TESTING:
            control.cancel(keep=True)
    assert (seen[-1].state, seen[-1].note) == (State.READY, "The test was cancelled.")
    assert ModelRecord.read(store.folder / "my-model").tested is None


def test_a_trial_that_breaks_is_a_problem_in_words_with_the_model_kept(store, folder, caplog):
    def breaks(path, stopped):
        raise MemoryError

    progress = last(import_model(store, folder, copy=False, self_test=breaks, tools=tools()))
    assert (progress.state, progress.problem.title) == (State.FAILED, "Not enough memory")
    assert store.find("my-model") is not None
    assert "broke off" in caplog.text


def test_an_import_never_hides_another_model(store: ModelStore, folder: Path):
    for expected in ("my-model", "my-model-2"):
        progress = last(import_model(store, folder, copy=False, tools=tools()))
        assert progress.name == expected
    progress = last(import_model(store, folder, copy=False, name="2b4t", tools=tools()))
    assert progress.name == "2b4t-2"


def test_weights_in_several_files_are_imported_by_their_index(store: ModelStore, folder: Path):
    (folder / WEIGHTS).rename(folder / "part-a.safetensors")
    (folder / "other.safetensors").write_bytes(b"not in the index")
    (folder / "model.safetensors.index.json").write_text(
        '{"weight_map": {"a": "part-a.safetensors", "b": "../../etc/passwd"}}'
    )
    assert last(import_model(store, folder, copy=True, tools=tools())).state is State.READY
    names = {path.name for path in (store.folder / "my-model").iterdir()}
    assert "part-a.safetensors" in names
    assert "other.safetensors" not in names


def test_a_stopped_import_leaves_nothing(store: ModelStore, folder: Path):
    control = Control()
    run = import_model(store, folder, copy=True, tools=tools(control=control))
    next(run)
    control.cancel()
    assert last(run).state is State.CANCELLED
    assert [path.name for path in store.folder.rglob("*") if path.is_dir()] == [".downloads"]


def test_an_import_that_does_not_fit_is_refused_before_it_begins(store: ModelStore, folder: Path):
    run = import_model(store, folder, copy=True, tools=tools(free_bytes=lambda path: 1000))
    assert failed_with(last(run), "no_disk")
    run = import_model(store, folder, copy=False, tools=tools(free_bytes=lambda path: 1000))
    assert last(run).state is State.READY


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("m.gguf", b"GGUF\3\0\0\0", "is in GGUF format, which this version cannot read yet"),
        ("m.gguf", b"nothing", "does not begin like one"),
        ("pytorch_model.bin", b"\x80\2", "is a pickle, which may run foreign code"),
        ("m.zip", b"PK", "is an archive; unpack it"),
        ("m.safetensors", b"", "config.json and tokenizer.json of the same model"),
        ("m.txt", b"", "no file of a model"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_the_reason(store, tmp_path, name, content, words):
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / name).write_bytes(content)
    for path in (alone / name, *([alone] if name.endswith(".gguf") else [])):
        progress = last(import_model(store, path, copy=False, tools=tools()))
        assert failed_with(progress, "unsupported")
        assert words in progress.problem.text
    assert [model.name for model in store.installed()] == [BUILT_IN]


def test_a_folder_without_a_model_and_a_place_without_anything_are_refused(store, tmp_path):
    assert failed_with(last(import_model(store, tmp_path, copy=False)), "unsupported")
    assert failed_with(last(import_model(store, tmp_path / "no", copy=False)), "source_gone")


def test_a_model_the_engine_cannot_run_is_not_imported(store: ModelStore, folder: Path):
    (folder / "config.json").write_text('{"architectures": ["GPT2"]}')
    assert failed_with(last(import_model(store, folder, copy=True)), "unsupported")
    (folder / "config.json").write_bytes(make_files()["config.json"])
    (folder / WEIGHTS).unlink()
    assert failed_with(last(import_model(store, folder, copy=True)), "unsupported")
    assert [model.name for model in store.installed()] == [BUILT_IN]


# ---- The shared Hugging Face cache ----------------------------------------------------------


@pytest.fixture
def cache(scene: Scene, tmp_path: Path) -> HubCache:
    """The cache as the real client fills it with acme/tiny."""
    huggingface_hub.snapshot_download(
        "acme/tiny", endpoint=scene.hub.url, cache_dir=tmp_path / "hf", token=False
    )
    scene.hub.requests.clear()
    return HubCache(tmp_path / "hf")


def test_a_model_in_the_shared_cache_is_verified_and_used_in_place(scene: Scene, cache: HubCache):
    seen = scene.run(request=CACHED, cache=cache)
    assert [p.state for p in seen if p.state is not State.VERIFYING] == [
        State.RESOLVING,
        State.RESOLVING,
        State.READY,
    ]
    assert scene.hub.asked("/resolve/") == []
    model = scene.store.resolve("tiny")
    assert model.path.is_relative_to(cache.folder)
    assert seen[-1].path == model.path
    assert (model.path / WEIGHTS).read_bytes() == scene.files[WEIGHTS]
    assert last(verify(scene.store, "tiny", tools())).state is State.READY
    scene.hub.requests.clear()
    assert scene.run(request=CACHED, cache=cache)[-1].state is State.READY
    assert len(scene.hub.requests) == 1


def test_the_shared_cache_serves_without_any_connection(scene: Scene, cache: HubCache):
    scene.client = Hub(HubOptions(scene.hub.url, offline=True))
    assert scene.run(request=CACHED, cache=cache)[-1].state is State.READY
    assert scene.hub.requests == []


def test_a_damaged_cache_is_not_believed_and_not_touched(scene: Scene, cache: HubCache):
    blob = next(path for path in cache.folder.rglob("blobs/*") if path.stat().st_size == 150_000)
    damaged = b"?" + blob.read_bytes()[1:]
    blob.write_bytes(damaged)
    scene.assert_ready(scene.run(request=CACHED, cache=cache))
    assert len(scene.hub.bodies(WEIGHTS)) == 1
    assert blob.read_bytes() == damaged


def test_what_the_cache_has_of_a_model_is_copied_and_the_rest_fetched(
    scene: Scene, cache: HubCache
):
    next(cache.folder.rglob("snapshots/*/tokenizer.json")).unlink()
    seen = scene.run(request=CACHED, cache=cache)
    scene.assert_ready(seen)
    assert State.COPYING in {progress.state for progress in seen}
    assert scene.hub.bodies(WEIGHTS) == []


def test_the_models_in_the_cache_are_listed_and_can_be_imported(scene: Scene, cache: HubCache):
    (cached,) = cache.models()
    assert cached.model.repository == "acme/tiny"
    source = find_source(cached.folder)
    assert (source.title, source.repository) == ("tiny", "acme/tiny")
    list(import_model(scene.store, cached.folder, copy=False, tools=tools()))
    assert ModelRecord.read(scene.store.folder / "tiny").repository == "acme/tiny"


def test_a_model_of_the_catalogue_that_lies_in_the_cache_is_offered_without_a_download(
    scene: Scene, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf"))
    paths = DataPaths.from_option(tmp_path / "data")
    entry = scene.store.catalogue.find("2b4t")

    def card():
        cards = overview(paths, scene.store, ()).cards
        return next(card for card in cards if card.name == entry.name)

    assert not card().cached
    scene.hub.add(entry.repository, scene.files)
    huggingface_hub.snapshot_download(
        entry.repository, endpoint=scene.hub.url, cache_dir=tmp_path / "hf", token=False
    )
    assert card().cached
    assert disk_fact(card(), 10_000_000_000) == "10.00 GB left"
    assert "already in the Hugging Face cache" in dict(details(card()))["Source"]


@pytest.fixture
def shared(scene: Scene, tmp_path: Path, monkeypatch):
    """Puts repositories into the cache as other programs do, and makes it the computer's own."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf"))

    def fetch(repository: str, **changed: bytes) -> None:
        scene.hub.add(repository, make_files() | changed)
        huggingface_hub.snapshot_download(
            repository, endpoint=scene.hub.url, cache_dir=tmp_path / "hf", token=False
        )
        scene.hub.requests.clear()

    return fetch


def cards_of(scene: Scene, tmp_path: Path) -> dict[str, ModelCard]:
    paths = DataPaths.from_option(tmp_path / "data")
    return {card.name: card for card in overview(paths, scene.store, unfinished(scene.store)).cards}


def test_models_that_other_programs_fetched_are_listed_with_size_and_verdict(
    scene: Scene, shared, tmp_path: Path
):
    shared("acme/tiny")
    shared("acme/other", **{"config.json": b'{"architectures": ["GPT2LMHeadModel"]}'})
    cards = cards_of(scene, tmp_path)
    tiny, other = cards["tiny"], cards["other"]
    assert (tiny.title, tiny.place) == ("acme/tiny", Place.CACHED)
    assert tiny.size_bytes == sum(
        len(content)
        for name, content in make_files().items()
        if name not in ("photo.png", "modeling_tiny.py")
    )
    assert tiny.memory_bytes(1000) > 0
    assert "Nobody has tried it" in summary(tiny)
    assert (other.title, other.place) == ("acme/other", Place.NOT_YET)
    assert "GPT2LMHeadModel" in summary(other)
    assert scene.hub.requests == []


def test_a_model_of_the_cache_is_not_listed_again_once_it_is_used(
    scene: Scene, shared, tmp_path: Path
):
    shared("acme/tiny")
    shared("rival/tiny")
    assert {"tiny", "tiny-rival"} <= cards_of(scene, tmp_path).keys()
    cached = next(c for c in HubCache().models() if c.model.repository == "rival/tiny")
    request = DownloadRequest("tiny-rival", "tiny", "rival/tiny").in_place(cached.model.commit)
    assert scene.run(request=request, cache=HubCache())[-1].state is State.READY
    cards = cards_of(scene, tmp_path)
    assert cards["tiny-rival"].linked
    assert [c.place for c in cards.values() if c.repository == "rival/tiny"] == [Place.INSTALLED]
    assert cards["tiny"].place is Place.CACHED


def test_more_than_can_be_looked_through_is_not_listed_and_what_runs_comes_first(
    scene: Scene, shared, tmp_path: Path, monkeypatch
):
    for name in ("a", "b", "c"):
        shared(f"acme/{name}", **{"config.json": b'{"architectures": ["GPT2LMHeadModel"]}'})
    shared("acme/tiny")
    monkeypatch.setattr(model_overview, "_MOST_CACHED", 2)
    listed = [c for c in cards_of(scene, tmp_path).values() if c.repository.startswith("acme/")]
    assert [c.title for c in listed] == ["acme/tiny", "acme/a"]


def test_what_lies_in_the_cache_is_used_in_place_without_a_word_to_the_hub(
    scene: Scene, cache: HubCache
):
    (cached,) = cache.models()
    request = CACHED.in_place(cached.model.commit)
    seen = scene.run(request=request, cache=cache)
    assert seen[-1].state is State.READY
    assert seen[-1].path == cached.folder
    assert scene.hub.requests == []
    assert last(verify(scene.store, "tiny", tools())).state is State.READY


def test_damage_in_the_cache_is_told_before_anything_is_fetched(scene: Scene, cache: HubCache):
    blob = next(path for path in cache.folder.rglob("blobs/*") if path.stat().st_size == 150_000)
    blob.write_bytes(b"?" + blob.read_bytes()[1:])
    seen = scene.run(request=CACHED.in_place(), cache=cache)
    scene.assert_failed(seen, "bad_hash")
    assert "trying again downloads" in seen[-1].problem.text
    assert scene.hub.requests == []
    (left,) = unfinished(scene.store)
    assert left.request() == CACHED.in_place()  # no connection after a restart either
    scene.assert_ready(scene.run(request=CACHED, cache=cache))


def test_a_model_that_has_left_the_cache_is_missed(scene: Scene, cache: HubCache):
    request = CACHED.in_place(cache.models()[0].model.commit)
    next(cache.folder.rglob(f"snapshots/*/{WEIGHTS}")).unlink()
    scene.assert_failed(scene.run(request=request, cache=cache), "source_gone")
    shutil.rmtree(cache.folder)
    scene.assert_failed(scene.run(request=request, cache=cache), "source_gone")
    assert scene.hub.requests == []


def test_an_empty_or_strange_cache_has_no_models(tmp_path: Path):
    assert HubCache(tmp_path / "none").models() == ()
    for name in ("models--x", "models--a--b", "models--..--..", "datasets--a--b"):
        (tmp_path / name / "snapshots" / ("0" * 40)).mkdir(parents=True)
    refs = tmp_path / "models--a--b" / "refs"
    refs.mkdir()
    (refs / "main").write_text("../../../etc")
    cache = HubCache(tmp_path)
    assert cache.models() == ()
    assert cache.find(RepositoryRef("a/b")) is None


def test_the_place_of_the_cache_is_the_one_of_the_hubs_own_client(monkeypatch, tmp_path):
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    code = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"
    for name, value in (("", ""), ("XDG_CACHE_HOME", "x"), ("HF_HOME", "h"), ("HF_HUB_CACHE", "c")):
        if name:
            monkeypatch.setenv(name, str(tmp_path / value))
        theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert str(default_folder()) == theirs.stdout.strip()


# ---- Moving the models folder ---------------------------------------------------------------


@pytest.fixture
def other_disk(monkeypatch) -> Callable[[], None]:
    """Makes the move believe that the new folder is on another disk."""

    def apply() -> None:
        monkeypatch.setattr("ternchat.app.core.model_move._same_disk", lambda old, new: False)

    return apply


def paths_of(scene: Scene) -> DataPaths:
    return DataPaths.from_option(scene.store.folder.parent)


@pytest.mark.parametrize("far", [False, True])
def test_models_move_and_the_setting_follows(scene: Scene, tmp_path, other_disk, far):
    scene.run()
    if far:
        other_disk()
    told = []
    new = tmp_path / "elsewhere"
    progress = last(move_models(paths_of(scene), new, told.append, tools()))
    assert progress.state is State.READY, progress.problem
    assert told == [new]
    assert (new / "tiny" / WEIGHTS).read_bytes() == scene.files[WEIGHTS]
    assert not list(scene.store.folder.rglob(WEIGHTS))
    assert unfinished_move(paths_of(scene)) is None


def test_a_move_that_was_interrupted_goes_on_and_loses_nothing(scene, tmp_path, other_disk):
    scene.run()
    other_disk()
    new, told, control = tmp_path / "elsewhere", [], Control()
    run = move_models(paths_of(scene), new, told.append, tools(control=control))
    for progress in run:
        if progress.done_bytes > 1000:
            control.pause()
    assert progress.state is State.PAUSED
    assert told == []
    scene.assert_installed()
    assert unfinished_move(paths_of(scene)) == new
    assert last(move_models(paths_of(scene), new, told.append, tools())).state is State.READY
    assert (new / "tiny" / WEIGHTS).read_bytes() == scene.files[WEIGHTS]


def test_a_move_that_died_between_the_disk_and_the_setting_ends_when_started_again(scene, tmp_path):
    def die(path: Path) -> None:
        raise KeyboardInterrupt

    scene.run()
    new, told = tmp_path / "elsewhere", []
    with pytest.raises(KeyboardInterrupt):
        list(move_models(paths_of(scene), new, die, tools()))
    assert unfinished_move(paths_of(scene)) == new
    assert last(move_models(paths_of(scene), new, told.append, tools())).state is State.READY
    assert told == [new]
    assert (new / "tiny" / WEIGHTS).read_bytes() == scene.files[WEIGHTS]


def test_a_copy_that_the_disk_garbled_is_noticed(scene, tmp_path, other_disk, monkeypatch):
    from ternchat.app.core import model_move

    real = model_move.pieces

    def garbled(path: Path):
        for piece in real(path):
            yield bytes(len(piece)) if path.name.endswith(".moving") else piece

    scene.run()
    other_disk()
    monkeypatch.setattr(model_move, "pieces", garbled)
    told = []
    run = move_models(paths_of(scene), tmp_path / "elsewhere", told.append, tools())
    assert failed_with(last(run), "bad_hash")
    assert told == []
    scene.assert_installed()


def test_a_move_to_a_senseless_place_is_refused(scene: Scene, tmp_path):
    scene.run()
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "tiny").mkdir(parents=True)
    (tmp_path / "taken" / "tiny" / "holiday.jpg").write_text("")
    places = ("data/models", "data/models/tiny", "data", "file", "taken")
    for place in places:
        run = move_models(paths_of(scene), tmp_path / place, pytest.fail, tools())
        assert failed_with(last(run), "move"), place
    scene.assert_installed()


def test_a_move_needs_room_and_no_running_download(scene: Scene, tmp_path, other_disk):
    scene.run()
    other_disk()
    new = tmp_path / "elsewhere"
    run = move_models(paths_of(scene), new, pytest.fail, tools(free_bytes=lambda path: 1000))
    assert failed_with(last(run), "no_disk")
    scene.hub.at_bytes(WEIGHTS, Corrupt(0))
    download = scene.download().run()
    next(download)
    run = move_models(paths_of(scene), new, pytest.fail, tools())
    assert failed_with(last(run), "busy")
    download.close()
    give_up_move(paths_of(scene))
    assert unfinished_move(paths_of(scene)) is None


# ---- Crashes while loading ------------------------------------------------------------------

CRASH = """
import os, sys
from pathlib import Path
from ternchat.app.core.load_guard import LoadGuard
with LoadGuard(Path(sys.argv[1])).loading(sys.argv[2]):
    os._exit(139)
"""


def crash(folder: Path, model: str) -> None:
    """A program that dies while it loads the model."""
    subprocess.run([sys.executable, "-c", CRASH, str(folder), model], timeout=60)


def test_after_two_crashes_in_a_row_a_model_is_not_loaded_unasked(tmp_path: Path):
    guard = LoadGuard(tmp_path)
    assert guard.may_load_unasked("tiny")
    crash(tmp_path, "tiny")
    assert guard.may_load_unasked("tiny")
    crash(tmp_path, "tiny")
    assert not guard.may_load_unasked("tiny")
    assert guard.may_load_unasked("other")
    with guard.loading("tiny"):  # a person may try all the same, and if it works:
        pass
    assert guard.may_load_unasked("tiny")


def test_an_error_in_words_is_no_crash(tmp_path: Path):
    guard = LoadGuard(tmp_path)
    for _ in range(3):
        with pytest.raises(ValueError, match="bad"), guard.loading("tiny"):
            raise ValueError("bad file")
    assert guard.crashes("tiny") == 0
    assert guard.may_load_unasked("tiny")


def test_another_program_that_is_still_loading_has_not_crashed(tmp_path: Path):
    with LoadGuard(tmp_path).loading("tiny"):
        assert LoadGuard(tmp_path).crashes("tiny") == 0
        LoadGuard(tmp_path).take_stock()
        assert LoadGuard(tmp_path).crashes("tiny") == 0


def test_a_number_of_a_program_that_was_given_out_again_does_not_hide_a_crash(tmp_path: Path):
    (tmp_path / f"loading-{os.getpid()}.json").write_text('{"model": "tiny", "started": 1.0}')
    LoadGuard(tmp_path).take_stock()
    assert LoadGuard(tmp_path).crashes("tiny") == 1


@pytest.mark.parametrize("content", ["", "[]", "{", '{"model": 3}', "[" * 100_000])
def test_damaged_marks_hurt_nobody(tmp_path: Path, content):
    (tmp_path / "loading-999999999.json").write_text(content)
    (tmp_path / "crashes.json").write_text(content)
    guard = LoadGuard(tmp_path)
    assert guard.may_load_unasked("tiny")
    with guard.loading("tiny"):
        pass
    assert not list(tmp_path.glob("loading-*"))


def test_a_folder_that_cannot_be_written_does_not_keep_a_model_from_loading(tmp_path: Path):
    (tmp_path / "file").write_text("")
    guard = LoadGuard(tmp_path / "file")
    with guard.loading("tiny"):
        assert guard.may_load_unasked("tiny")


def test_transfer_errors_have_words_for_people():
    assert len({fault.title for fault in Fault}) == len(Fault)
    for fault in Fault:
        problem = Problem.of(fault.error("what happened"))
        assert (problem.title, problem.advice) == (fault.title, fault.advice)
        assert (problem.code, problem.text) == (fault.code, "What happened.")
        assert not fault.title.endswith(".")
        assert fault.advice.endswith(".")
