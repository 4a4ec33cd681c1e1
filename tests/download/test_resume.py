"""Whatever breaks a download off, it goes on with the very next byte, and fetches none twice."""

import json

import pytest
from download_help import BLOCK_BYTES, WEIGHTS, FakeClock, PatientClock, Scene, make_files, ranges
from hub.faults import (
    Corrupt,
    Drop,
    Gzip,
    Headers,
    Longer,
    Redirect,
    Stall,
    Status,
    WrongRange,
    captive_portal,
)

from ternchat.app.core.download.part_file import PartFile
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.progress import State

SIZE = 150_000
HAVE = 70_001  # in the middle of a block
REST = f"bytes={HAVE}-{SIZE - 1}"

PASSING = {
    "a drop": Drop(0),
    "a silent server": Stall(0),
    "too many requests": Status(429, {"Retry-After": "2"}),
    "an error of the server": Status(500),
    "a server that is being mended": Status(503, {"Retry-After": "30"}),
    "a request that took too long": Status(408),
    "an address of the storage that has expired": Status(403),
}
LASTING = {
    "a captive portal": (captive_portal(), "captive_portal"),
    "a file that is gone": (Status(404), "model_gone"),
    "a proxy that wants a password": (Status(407), "proxy_auth"),
    "bytes from another place": (WrongRange(-5), "server_answer"),
    "a compressed body": (Gzip(), "server_answer"),
    "a redirect to an unsafe place": (Redirect("http://models.example/x"), "redirect"),
    "a file of another size": (Headers({"Content-Range": f"bytes {HAVE}-9/10"}), "changed"),
    "less than was announced": (Status(416, {"Content-Range": "bytes */10"}), "changed"),
}


@pytest.mark.parametrize("kind", PASSING)
def test_after_what_passes_it_goes_on_by_itself(scene: Scene, kind):
    scene.hub.at_bytes(WEIGHTS, Drop(HAVE), PASSING[kind])
    clock = FakeClock() if isinstance(PASSING[kind], Stall) else PatientClock()
    scene.assert_ready(scene.run(clock=clock))
    assert ranges(scene) == [None, REST, REST]


@pytest.mark.parametrize("kind", LASTING)
def test_after_what_lasts_the_next_run_goes_on(scene: Scene, kind):
    fault, code = LASTING[kind]
    scene.hub.at_bytes(WEIGHTS, Drop(HAVE))
    scene.run_until(lambda progress: progress.state is State.STALLED, "pause")
    scene.hub.always("bytes", WEIGHTS, fault)
    scene.assert_failed(scene.run(), code)
    assert scene.part.stat().st_size == HAVE
    scene.hub.always("bytes", WEIGHTS, None)
    scene.hub.requests.clear()
    scene.assert_ready(scene.run())
    assert ranges(scene) == [REST]


def test_after_a_restart_the_next_program_goes_on(scene: Scene, tmp_path):
    scene.hub.at_bytes(WEIGHTS, Drop(HAVE))
    run = scene.download().run()
    for progress in run:
        if progress.state is State.STALLED:
            break
    run.close()  # nobody says goodbye
    scene.store = ModelStore(DataPaths.from_option(tmp_path / "data"))
    scene.assert_ready(scene.run())
    assert ranges(scene) == [None, REST]


def test_after_a_hub_that_moved_to_another_address_it_goes_on_there(scene: Scene):
    """As when the network changes: other addresses, the same model."""
    from hub.server import HubServer

    from ternchat.app.core.hub_address import HubOptions

    scene.hub.at_bytes(WEIGHTS, Drop(HAVE))
    scene.run_until(lambda progress: progress.state is State.STALLED, "pause")
    with HubServer() as other:
        other.add("acme/tiny", scene.files)
        scene.client.use(HubOptions(other.url))
        scene.assert_ready(scene.run())
        assert [asked.range for asked in other.bodies(WEIGHTS)] == [REST]


def test_a_body_that_goes_on_too_long_after_a_resumption_is_cut_too(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(HAVE), Longer(100_000))
    scene.assert_ready(scene.run())
    assert ranges(scene) == [None, REST]


def test_a_file_that_is_announced_longer_has_changed(scene: Scene):
    scene.hub.always("bytes", WEIGHTS, Headers({"Content-Length": str(SIZE + 1)}))
    scene.assert_failed(scene.run(), "changed")


def test_damage_costs_its_block_alone_when_it_was_resumed_there(scene: Scene):
    """The tail that came unwatched is suspected first, not everything."""
    scene.hub.at_bytes(WEIGHTS, Drop(HAVE))
    scene.run_until(lambda progress: progress.state is State.STALLED, "pause")
    data = bytearray(scene.part.read_bytes())
    data[-1] ^= 0xFF
    scene.part.write_bytes(data)
    scene.hub.requests.clear()
    scene.assert_ready(scene.run())
    block = HAVE // BLOCK_BYTES * BLOCK_BYTES
    assert ranges(scene) == [REST, f"bytes={block}-{block + BLOCK_BYTES - 1}"]


def test_a_file_that_came_at_once_is_not_read_again_to_be_hashed(scene: Scene, monkeypatch):
    read = []
    monkeypatch.setattr(PartFile, "check", lambda part: iter(read.append(part.file.name) or ()))
    scene.assert_ready(scene.run())
    assert WEIGHTS in read  # asked, and there was nothing to do


# ---- Several files ----------------------------------------------------------------------------


@pytest.fixture
def sharded(scene: Scene) -> Scene:
    """The weights lie in three files with an index."""
    files = make_files()
    weights = files.pop(WEIGHTS)
    names = [f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3)]
    parts = dict(
        zip(names, (weights[:60_000], weights[60_000:100_000], weights[100_000:]), strict=True)
    )
    index = {"metadata": {}, "weight_map": {f"w{n}": name for n, name in enumerate(names)}}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    scene.hub.add("acme/tiny", files | parts)
    return scene


def test_weights_in_several_files_arrive_each_held_against_its_hash(sharded: Scene):
    second = "model-00002-of-00003.safetensors"
    sharded.hub.at_bytes(second, Drop(30_000), Corrupt(35_000))
    seen = sharded.run()
    assert seen[-1].state is State.READY, seen[-1].problem
    for name, content in sharded.files.items():
        if name not in ("photo.png", "modeling_tiny.py"):
            assert (sharded.target / name).read_bytes() == content, name
    done = [progress.done_bytes for progress in seen if progress.file != second]
    assert done[-1] == seen[-1].total_bytes
    assert len(ModelRecord.read(sharded.target).files) == 8
    untouched = "model-00001-of-00003.safetensors"
    assert len(sharded.hub.bodies(untouched)) == 1


def test_files_that_are_complete_are_not_fetched_again_after_a_restart(sharded: Scene):
    second, third = (f"model-0000{n}-of-00003.safetensors" for n in (2, 3))  # the smallest first
    sharded.hub.at_bytes(third, Drop(10_000))
    sharded.run_until(lambda progress: progress.state is State.STALLED, "pause")
    sharded.hub.requests.clear()
    assert sharded.run()[-1].state is State.READY
    assert [asked.range for asked in sharded.hub.bodies(third)] == ["bytes=10000-49999"]
    assert sharded.hub.bodies(second) == []


def test_weights_of_which_a_part_is_missing_are_refused_before_anything_is_fetched(sharded: Scene):
    listing = [file.entry() for file in sharded.hub.repositories["acme/tiny"].files.values()]
    sharded.hub.repositories["acme/tiny"].listing = [
        entry for entry in listing if not entry["rfilename"].startswith("model-00002-")
    ]
    seen = sharded.run()
    sharded.assert_failed(seen, "unsupported")
    assert seen[-1].problem.text == "acme/tiny holds 2 of the 3 files of its weights."
    assert sharded.hub.asked("/resolve/") == []
