"""Any sequence of what a person, a hub and a disk can do: the model is whole or not there."""

import functools
import itertools
import shutil
import tempfile
from pathlib import Path

from download_help import BLOCK_BYTES, WEIGHTS, Scene, make_files
from hub.faults import Corrupt, Drop, IgnoreRange, Status, captive_portal
from hub.server import HubServer
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ternchat.app.core.download import unfinished
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.model_trash import Trash
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.progress import State

SIZE = 5 * BLOCK_BYTES + 123


@functools.cache
def files_of(edition: int) -> dict[str, bytes]:
    """The files of each edition of the model."""
    return make_files(SIZE, edition)


class DownloadMachine(RuleBasedStateMachine):
    """Runs downloads, spoils them, stops them, deletes models; looks at the folder after each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.hub = HubServer()
        self.hub.__enter__()
        self.edition = 0

    @initialize()
    def begin(self) -> None:
        self.scenes = Scene.of(self.hub, self.folder)
        self.scene = self.scenes.__enter__()
        self.publish()

    @rule()
    def publish(self) -> None:
        """The owner of the model puts a new edition on the hub."""
        self.edition += 1
        self.hub.add("acme/tiny", files_of(self.edition), commit=f"{self.edition:040x}")

    @rule(
        faults=st.lists(
            st.one_of(
                st.integers(0, SIZE).map(Drop),
                st.integers(0, SIZE - 1).map(Corrupt),
                st.sampled_from([503, 429]).map(Status),
                st.just(IgnoreRange()),
            ),
            max_size=3,
        ),
        newer=st.booleans(),
    )
    def run_to_the_end(self, faults: list, newer: bool) -> None:
        if newer:  # else there may be nothing to fetch
            self.publish()
        self.hub.at_bytes(WEIGHTS, *faults)
        seen = self.run(None, "")
        assert seen[-1].state in (State.READY, State.FAILED)
        if seen[-1].state is State.READY:
            assert int(ModelRecord.read(self.scene.target).commit, 16) == self.edition
        else:
            assert seen[-1].problem.code == "bad_hash"
            assert sum(isinstance(fault, Corrupt) for fault in faults) >= 2

    @rule(
        drop=st.integers(0, SIZE - 1),
        wish=st.sampled_from(["pause", "keep", "leave", "cancel"]),
    )
    def stop_in_the_middle(self, drop: int, wish: str) -> None:
        self.hub.at_bytes(WEIGHTS, Drop(drop))
        seen = self.run(lambda progress: progress.state is State.STALLED, wish)
        if seen[-1].state is State.READY:  # it was installed already
            return
        expected = State.CANCELLED if wish in ("keep", "cancel") else State.PAUSED
        assert seen[-1].state is expected
        assert bool(unfinished(self.scene.store)) is (wish != "cancel")

    @rule(fault=st.sampled_from([Status(404), Status(403), captive_portal()]))
    def hub_refuses(self, fault: object) -> None:
        self.hub.always("api", "", fault)
        assert self.run(None, "")[-1].state is State.FAILED
        self.hub.always("api", "", None)

    @rule(at=st.integers(0, SIZE - 1))
    def disk_garbles_a_part(self, at: int) -> None:
        for part in self.scene.staging.glob(f"{WEIGHTS}.*.part"):
            data = bytearray(part.read_bytes())
            if at < len(data):
                data[at] ^= 0xFF
                part.write_bytes(data)

    @rule()
    def program_dies_and_comes_again(self) -> None:
        """Nothing but the folder is left of the old program."""
        self.scene.store = ModelStore(DataPaths.from_option(self.folder))

    @precondition(lambda self: self.scene.target.exists())
    @rule(undo=st.booleans())
    def delete(self, undo: bool) -> None:
        trash = Trash(self.scene.store)
        removed = trash.remove("tiny")
        if undo:
            trash.restore(removed)
        trash.purge()

    @invariant()
    def model_is_whole_or_not_there(self) -> None:
        target = self.scene.target
        if target.exists():
            record = ModelRecord.read(target)
            whole = files_of(int(record.commit, 16))
            assert {file.name for file in record.files} <= set(whole)
            for file in record.files:
                assert (target / file.name).read_bytes() == whole[file.name]
        for part in self.scene.staging.glob(f"{WEIGHTS}.*.part"):
            assert part.stat().st_size <= SIZE

    def run(self, stop, wish: str) -> list:
        seen = self.scene.run_until(stop or (lambda progress: False), wish)
        self.hub._faults.clear()
        assert [progress.state.final for progress in seen].count(True) == 1
        assert seen[-1].state.final
        for before, after in itertools.pairwise(seen):
            assert (before.state, after.state) not in _IMPOSSIBLE
        return seen

    def teardown(self) -> None:
        self.scenes.__exit__(None, None, None)
        self.hub.__exit__(None, None, None)
        shutil.rmtree(self.folder)


_IMPOSSIBLE = {
    (State.DOWNLOADING, State.QUEUED),
    (State.VERIFYING, State.RESOLVING),
    (State.RESOLVING, State.TESTING),
}

TestDownloads = DownloadMachine.TestCase
TestDownloads.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
