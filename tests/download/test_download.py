"""A download that goes well, and what it says and leaves behind."""

import hashlib

from download_help import WEIGHTS, Scene

from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.progress import State
from ternchat.engine.self_test_report import Report


class Trial:
    """Remembers which folders it was asked to try, and says the same of each."""

    def __init__(self, report: Report) -> None:
        self.folders = []
        self._report = report

    def __call__(self, folder, stopped) -> Report:
        self.folders.append(folder)
        return self._report


def test_a_model_arrives_whole_with_its_licence_and_without_foreign_code(scene: Scene):
    seen = scene.run()
    scene.assert_ready(seen)
    names = {path.name for path in scene.target.iterdir()}
    assert names == {
        "config.json",
        "tokenizer.json",
        "LICENSE",
        "README.md",
        WEIGHTS,
        "ternchat-model.json",
    }


def test_the_states_come_in_their_order_and_end_once(scene: Scene):
    seen = scene.run()
    states = list(dict.fromkeys(progress.state for progress in seen))
    assert states == [State.RESOLVING, State.DOWNLOADING, State.READY]
    assert [progress.state.final for progress in seen].count(True) == 1
    done = [progress.done_bytes for progress in seen]
    assert done == sorted(done)
    assert seen[-1].done_bytes == seen[-1].total_bytes
    assert seen[-1].path == scene.target


def test_the_record_says_where_the_model_comes_from_and_what_its_files_are(scene: Scene):
    scene.run()
    record = ModelRecord.read(scene.target)
    assert (record.repository, record.revision, record.licence) == ("acme/tiny", "main", "mit")
    assert record.commit == scene.hub.repositories["acme/tiny"].commit
    for file in record.files:
        content = (scene.target / file.name).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.size_bytes == len(content)


def test_the_installed_model_is_found_by_its_name(scene: Scene):
    scene.run()
    model = scene.store.resolve("tiny")
    assert (model.title, model.path) == ("Tiny", scene.target)


def test_the_files_are_asked_for_at_the_commit_and_without_compression(scene: Scene):
    scene.run()
    commit = scene.hub.repositories["acme/tiny"].commit
    for request in scene.hub.asked("/resolve/"):
        assert f"/resolve/{commit}/" in request.path
        assert request.headers["accept-encoding"] == "identity"


def test_an_installed_model_is_not_fetched_again(scene: Scene):
    scene.run()
    before = len(scene.hub.requests)
    scene.assert_ready(scene.run())
    assert len(scene.hub.requests) == before + 1  # whether there is a newer version


def test_a_newer_version_takes_the_place_of_the_old_one(scene: Scene):
    scene.run()
    files = scene.files | {"README.md": b"# Tiny, second edition\n"}
    scene.hub.add("acme/tiny", files, commit="b" * 40)
    scene.assert_ready(scene.run())
    assert [path.name for path in (scene.store.folder / ".downloads").iterdir()] == [".lock-tiny"]


def test_a_model_that_answers_is_marked_as_tested(scene: Scene):
    tried = Trial(Report(True, "It gives 16 tokens."))
    seen = scene.run(self_test=tried)
    scene.assert_ready(seen)
    assert tried.folders == [scene.target]
    assert State.TESTING in {progress.state for progress in seen}
    assert seen[-1].note == "It gives 16 tokens."
    assert ModelRecord.read(scene.target).tested is True
    assert scene.run(self_test=tried)[-1].state is State.READY
    assert len(tried.folders) == 1  # once is enough


def test_a_model_that_does_not_answer_is_complete_but_not_ready(scene: Scene):
    tried = Trial(Report(False, "Its results are all alike."))
    for _ in range(2):  # fetching it again does not make it any better
        last = scene.run(self_test=tried)[-1]
        assert (last.state, last.problem.code) == (State.FAILED, "self_test")
        assert last.problem.text.endswith("trying it failed: Its results are all alike.")
        assert ModelRecord.read(scene.target).tested is False
        scene.assert_installed()


def test_a_model_that_could_not_be_tried_is_ready_and_not_called_tested(scene: Scene):
    tried = Trial(Report(None, "It was not tested: not enough memory."))
    seen = scene.run(self_test=tried)
    scene.assert_ready(seen)
    assert seen[-1].note == "It was not tested: not enough memory."
    assert ModelRecord.read(scene.target).tested is None


def test_a_test_that_breaks_is_a_problem_in_words_with_the_model_kept(scene: Scene):
    def breaks(path, stopped):
        raise MemoryError

    last = scene.run(self_test=breaks)[-1]
    assert (last.state, last.problem.title) == (State.FAILED, "Not enough memory")
    scene.assert_installed()


def test_a_model_the_engine_cannot_run_is_refused_before_its_weights_come(scene: Scene):
    scene.hub.add("acme/tiny", scene.files | {"config.json": b'{"architectures": ["GPT2"]}'})
    seen = scene.run()
    scene.assert_failed(seen, "unsupported")
    assert "GPT2" in seen[-1].problem.text
    assert scene.hub.asked("/blobs/") == []
    assert not scene.staging.exists()
