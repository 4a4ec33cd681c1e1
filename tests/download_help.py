"""A small model, a place to download it to, and a clock that does not wait."""

import json
import queue
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hub.server import HubServer

from ternchat.app.core.control import Control
from ternchat.app.core.download import Download, DownloadRequest, Policy, Tools
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.random_shapes import bitnet_config

WEIGHTS = "model.safetensors"
BLOCK_BYTES = 1 << 14
# Nothing is reserved: the tests' disks are as full as they are.
POLICY = Policy(tick_seconds=1.0, reserve_bytes=0, floor_bytes=0, block_bytes=BLOCK_BYTES)


def make_files(size_bytes: int = 150_000, seed: int = 1) -> dict[str, bytes]:
    """The files of a model whose weights are noise."""
    config = bitnet_config(
        hidden_size=64, intermediate_size=128, layers=1, heads=2, kv_heads=1, vocab_size=256
    )
    return {
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": b'{"model": {}}',
        "LICENSE": b"MIT License\n",
        "README.md": b"# Tiny\n",
        "photo.png": b"\x89PNG",
        "modeling_tiny.py": b"raise SystemExit\n",
        WEIGHTS: random.Random(seed).randbytes(size_bytes),
    }


class FakeClock:
    """Time that passes only while somebody waits, and then at once.

    Waiting for a real server takes real moments: each counts as the whole time that was allowed.
    """

    MOMENT_SECONDS = 0.02

    def __init__(self) -> None:
        self.time = 1000.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.time += seconds
        return event.is_set()

    def receive(self, inbox: queue.Queue, seconds: float):
        try:
            return inbox.get(timeout=self.MOMENT_SECONDS)
        except queue.Empty:
            self.time += seconds
            return None


class PatientClock(FakeClock):
    """Waits for a real server as long as it takes; only the waits between tries are cut short."""

    def receive(self, inbox: queue.Queue, seconds: float):
        try:
            return inbox.get(timeout=10)
        except queue.Empty:
            self.time += seconds
            return None


@dataclass
class Scene:
    """A hub, our client of it, and the models folder."""

    hub: HubServer
    client: Hub
    store: ModelStore
    request: DownloadRequest = field(
        default_factory=lambda: DownloadRequest("tiny", "Tiny", "acme/tiny", use_cache=False)
    )

    @classmethod
    @contextmanager
    def of(cls, hub: HubServer, data: Path) -> "Iterator[Scene]":
        """The scene with acme/tiny on the hub and nothing in the data folder."""
        hub.add("acme/tiny", make_files())
        client = Hub(HubOptions(hub.url))
        yield cls(hub, client, ModelStore(DataPaths.from_option(data)))
        client.close()

    @property
    def files(self) -> dict[str, bytes]:
        """What the hub has, as bytes."""
        return {
            name: file.source for name, file in self.hub.repositories["acme/tiny"].files.items()
        }

    @property
    def staging(self) -> Path:
        return self.store.folder / ".downloads" / "tiny"

    @property
    def part(self) -> Path:
        """The weights on their way."""
        return next(self.staging.glob(f"{WEIGHTS}.*.part"))

    @property
    def target(self) -> Path:
        return self.store.folder / "tiny"

    def start_afresh(self) -> None:
        """As if nothing had happened yet."""
        shutil.rmtree(self.store.folder, ignore_errors=True)
        self.hub.forget()

    def download(
        self, clock=None, control: Control | None = None, policy: Policy = POLICY, **more
    ) -> Download:
        """A run that has not begun."""
        free = more.pop("free_bytes", None)
        tools = Tools(control or Control(), clock or PatientClock(), policy)
        if free is not None:
            tools = Tools(tools.control, tools.clock, policy, free)
        request = more.pop("request", self.request)
        return Download(request, self.store, self.client, tools=tools, **more)

    def run(self, **arguments) -> list[Progress]:
        """Everything one run says."""
        return list(self.download(**arguments).run())

    def run_until(self, stop: Callable[[Progress], bool], wish: str, **arguments) -> list[Progress]:
        """A run in which a person asks for something as soon as `stop` says so."""
        control = Control()
        seen = []
        for progress in self.download(control=control, **arguments).run():
            seen.append(progress)
            if stop(progress):
                control.cancel(keep=True) if wish == "keep" else getattr(control, wish)()
        return seen

    def assert_ready(self, seen: list[Progress]) -> None:
        """The run ended well, and every file is what the hub has."""
        last = seen[-1]
        assert last.state is State.READY, last.problem and last.problem.details
        self.assert_installed()

    def assert_installed(self) -> None:
        for name in ("config.json", "tokenizer.json", "LICENSE", "README.md", WEIGHTS):
            assert (self.target / name).read_bytes() == self.files[name], name
        assert not self.staging.exists()

    def assert_failed(self, seen: list[Progress], code: str) -> None:
        """The run ended with this problem, in words, and nothing pretends to be a model."""
        last = seen[-1]
        assert last.state is State.FAILED
        assert last.problem is not None
        assert last.problem.code == code, last.problem.details
        assert last.problem.title
        assert last.problem.advice
        assert last.problem.text.endswith((".", "!", "?"))
        assert not self.target.exists()


def ranges(scene: Scene) -> list[str | None]:
    """The part of the weights that each answer with bytes of them was asked for; None: all."""
    return [request.range for request in scene.hub.bodies(WEIGHTS)]


def starts(scene: Scene) -> list[int]:
    """Where each of those parts begins."""
    asked = [range or "bytes=0-" for range in ranges(scene)]
    return [int(range.removeprefix("bytes=").split("-")[0]) for range in asked]


def patient(**values: object) -> Policy:
    """The tests' policy with other numbers."""
    return replace(POLICY, **values)
