"""The program is killed in the middle of a download, fifty times."""

import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from download_help import WEIGHTS, Scene, make_files
from hub.faults import Slow

SIZE = 800_000
KILLS = 50

# Imports once and forks for each run: fifty starts of Python would take a minute.
PULL = """
import os, sys
import huggingface_hub.utils, huggingface_hub.hf_api
from ternchat.app.core import hub_client
from ternchat.app.core.download import Download, DownloadRequest, Policy, Tools
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.runnable import Verdict

store = ModelStore(DataPaths.from_option(sys.argv[1]))
request = DownloadRequest("tiny", "Tiny", "acme/tiny", use_cache=False)
policy = Policy(reserve_bytes=0, floor_bytes=0, block_bytes=1 << 15, report_seconds=0.0)
for line in sys.stdin:
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(ready, 1)
        run = Download(request, store, Hub(HubOptions(sys.argv[2])), tools=Tools(policy=policy),
                       judge=lambda folder: Verdict(True)).run()
        for progress in run:
            os.write(1, f"{progress.state}\\n".encode())  # whole, however it is killed
        os._exit(0)
    print(child, flush=True)
    os.write(go, b"!")
    os.close(ready), os.close(go)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Puller:
    """A program that downloads when told to, and is killed when told to."""

    def __init__(self, scene: Scene) -> None:
        data = str(scene.store.folder.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-c", PULL, data, scene.hub.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Puller":
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def pull_and_kill(self, reports: int, state: str | None) -> list[str]:
        """Start a download and kill it after so many reports (of one state); what it said."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        said: list[str] = []
        killed = False
        for line in self._process.stdout:
            word = line.strip()
            if word == "gone":
                return said
            said.append(word)
            counted = len(said) if state is None else said.count(state)
            if counted == reports and not killed:
                killed = True
                with suppress(ProcessLookupError):  # it came to its end by itself
                    os.kill(child, signal.SIGKILL)
        raise AssertionError("the program that starts downloads is gone")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_fifty_kills_corrupt_nothing_and_lose_no_byte(scene: Scene):
    scene.hub.add("acme/tiny", make_files(SIZE))
    whole = scene.files
    chance = random.Random(5)
    kept = finished = 0
    with Puller(scene) as puller:
        for _ in range(KILLS):
            scene.hub.requests.clear()
            scene.hub.always("bytes", WEIGHTS, Slow(chance.choice([3_000, 30_000]), 0.001))
            state = chance.choice([None, "downloading", "downloading", "verifying"])
            said = puller.pull_and_kill(chance.randrange(1, 25), state)
            first = next((asked.range or "" for asked in scene.hub.bodies(WEIGHTS)), None)
            if first is not None and kept:
                assert first == (f"bytes={kept}-{SIZE - 1}")
            for path in (*scene.staging.glob("*"), *scene.target.glob("*")):
                if path.name in whole:
                    assert path.read_bytes() == whole[path.name]
            if scene.target.exists():
                assert said[-1] == "ready"
                scene.assert_installed()
                shutil.rmtree(scene.target)
                kept, finished = 0, finished + 1
                continue
            there = [scene.staging / WEIGHTS, *scene.staging.glob(f"{WEIGHTS}.*.part")]
            content = next((path.read_bytes() for path in there if path.exists()), b"")
            assert content == whole[WEIGHTS][: len(content)]
            assert len(content) >= kept
            kept = len(content)
    assert finished
    scene.hub.always("bytes", WEIGHTS, None)
    scene.assert_ready(scene.run())
