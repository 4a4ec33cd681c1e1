"""A hub of our own on 127.0.0.1: serves the real huggingface_hub client, with faults when asked to.

    with HubServer() as hub:
        hub.add("acme/tiny", {"config.json": b"{}", "model.safetensors": weights})
        hub.at_bytes("model.safetensors", Drop(1000))     # the next answer only

Files that end in .safetensors are "large": the hub answers with a redirect to a second origin.
"""

import hashlib
import json
import re
import ssl
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from .answer import Answer, send
from .faults import Fault

COMMIT = "c0ffee" + "0" * 34


@dataclass(frozen=True)
class Stored:
    """A file of a repository; a path is read piece by piece."""

    name: str
    source: bytes | Path
    large: bool
    size: int
    sha256: str
    blob: str

    @classmethod
    def of(cls, name: str, source: bytes | Path) -> "Stored":
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size)
        for piece in _pieces(source):
            sha256.update(piece)
            blob.update(piece)
        large = name.endswith(".safetensors")
        return cls(name, source, large, size, sha256.hexdigest(), blob.hexdigest())

    def entry(self) -> dict:
        """The file in the answer of the model's page."""
        entry = {"rfilename": self.name, "size": self.size, "blobId": self.blob}
        if self.large:
            entry["lfs"] = {"sha256": self.sha256, "size": self.size, "pointerSize": 134}
        return entry


@dataclass
class Repository:
    """A model on the hub.

    Attributes:
        token: what one must know to read it; None lets everybody.
        gated: whether its terms must be accepted first.
        listing: replaces the list of files in the model's page, for hostile ones.
    """

    name: str
    files: dict[str, Stored] = field(default_factory=dict)
    commit: str = COMMIT
    token: str | None = None
    gated: bool = False
    licence: str = "mit"
    listing: list | None = None


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


class HubServer:
    """Two listening sockets: the hub, and the host its large files come from.

    With `tls` both speak https, and show the certificate in it.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._faults: dict[tuple[str, str], deque[Fault]] = {}
        self._always: dict[tuple[str, str], Fault] = {}
        self._servers = [_Server(self, "hub", tls), _Server(self, "cdn", tls)]
        self.url, self.cdn_url = (server.url for server in self._servers)

    def __enter__(self) -> "HubServer":
        for server in self._servers:
            server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.closing.set()
        for server in self._servers:
            server.stop()

    def add(self, name: str, files: dict[str, bytes | Path], **attributes) -> Repository:
        """A repository with these files."""
        stored = {path: Stored.of(path, source) for path, source in files.items()}
        self.repositories[name] = Repository(name, stored, **attributes)
        return self.repositories[name]

    def at_api(self, *faults: Fault) -> None:
        """Spoil the next answers about the model's page."""
        self._queue("api", "").extend(faults)

    def at_resolve(self, file: str, *faults: Fault) -> None:
        """Spoil the hub's next answers for a file."""
        self._queue("resolve", file).extend(faults)

    def at_bytes(self, file: str, *faults: Fault) -> None:
        """Spoil the next bodies of a file, wherever they come from."""
        self._queue("bytes", file).extend(faults)

    def always(self, stage: str, file: str, fault: Fault | None) -> None:
        """Spoil every answer of a stage ("api", "resolve", "bytes") from now on, or none."""
        if fault is None:
            self._always.pop((stage, file), None)
        else:
            self._always[stage, file] = fault

    def fault(self, stage: str, file: str) -> Fault | None:
        """The fault of the next answer."""
        queue = self._queue(stage, file)
        return queue.popleft() if queue else self._always.get((stage, file))

    def forget(self) -> None:
        """Clear requests and faults."""
        self.requests.clear()
        self._faults.clear()
        self._always.clear()

    def asked(self, part: str) -> list[Request]:
        """The requests whose path contains `part`."""
        return [request for request in self.requests if part in request.path]

    def bodies(self, file: str) -> list[Request]:
        """The requests that were answered with bytes of a large file."""
        stored = [r.files[file] for r in self.repositories.values() if file in r.files]
        return [r for r in self.requests if any(s.sha256 in r.path for s in stored)]

    def _queue(self, stage: str, file: str) -> deque[Fault]:
        return self._faults.setdefault((stage, file), deque())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: HubServer, role: str, tls: ssl.SSLContext | None) -> None:
        self.hub = hub
        handler = {"hub": _HubHandler, "cdn": _CdnHandler}[role]
        super().__init__(("127.0.0.1", 0), handler)
        scheme = "http"
        if tls is not None:
            scheme = "https"
            # The greeting is each request's own thread's business, and may fail there.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{scheme}://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of the hub."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        """Nothing on stderr."""

    def do_HEAD(self) -> None:
        self._route()

    def do_GET(self) -> None:
        self._route()

    def _route(self) -> None:
        """Note the request, then let the server's own `route` answer it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.hub.requests.append(Request(self.command, self.path, headers))
        address = urlsplit(self.path)
        try:
            self.route(unquote(address.path), parse_qs(address.query))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, stage: str, file: str, answer: Answer) -> None:
        """Send the answer, spoiled if a fault waits for it."""
        send(self, answer, self.server.hub.fault(stage, file), self.server.hub.closing)

    def refuse(self, code: int, error: str, message: str) -> None:
        headers = {"X-Error-Code": error, "X-Error-Message": message}
        send(self, Answer(code, headers, json.dumps({"error": message}).encode()))


class _HubHandler(_Handler):
    def route(self, path: str, query: dict[str, list[str]]) -> None:
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path):
            self._model(*match.groups(), query)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^/]+)", path):
            self._tree(*match.groups())
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._resolve(*match.groups())
        else:
            self.refuse(404, "", "no such page")

    def _repository(self, name: str, revision: str | None) -> Repository | None:
        """The repository, when the client may see this revision of it."""
        repository = self.server.hub.repositories.get(name)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ") or None
        if repository is None:
            self.refuse(401, "RepoNotFound", "Repository not found")
        elif repository.gated and (repository.token is None or token != repository.token):
            code = 401 if token is None else 403
            self.refuse(code, "GatedRepo", f"Access to {name} is restricted")
        elif repository.token is not None and token != repository.token:
            self.refuse(401, "RepoNotFound", "Repository not found")
        elif revision not in (None, "main", repository.commit):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        else:
            return repository
        return None

    def _model(self, name: str, revision: str | None, query: dict[str, list[str]]) -> None:
        # A gated model's page is public; only its files are not.
        found = self.server.hub.repositories.get(name)
        repository = found if found and found.gated else self._repository(name, revision)
        if repository is None:
            return
        listing = [file.entry() for file in repository.files.values()]
        page = {
            "_id": "0",
            "id": repository.name,
            "modelId": repository.name,
            "sha": repository.commit,
            "private": False,
            "gated": "auto" if repository.gated else False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [f"license:{repository.licence}", "en"],
            "cardData": {"license": repository.licence, "language": ["en"]},
            "siblings": listing if repository.listing is None else repository.listing,
        }
        self.answer("api", "", _json(page))

    def _tree(self, name: str, revision: str) -> None:
        repository = self._repository(name, revision)
        if repository is None:
            return
        entries = []
        for file in repository.files.values():
            entry = {"type": "file", "path": file.name, "size": file.size, "oid": file.blob}
            if file.large:
                entry["lfs"] = {"oid": file.sha256, "size": file.size, "pointerSize": 134}
            entries.append(entry)
        self.answer("tree", "", _json(entries))

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repository = self._repository(name, revision)
        if repository is None:
            return
        file = repository.files.get(path)
        if file is None:
            self.refuse(404, "EntryNotFound", "Entry not found")
            return
        headers = {"X-Repo-Commit": repository.commit, "Accept-Ranges": "bytes"}
        if file.large:
            headers |= {
                "ETag": f'"{file.sha256}"',
                "X-Linked-Etag": f'"{file.sha256}"',
                "X-Linked-Size": str(file.size),
                "Location": f"{self.server.hub.cdn_url}/blobs/{file.sha256}?signature=1",
            }
            self.answer("resolve", path, Answer(302, headers, b""))
            return
        headers["ETag"] = f'"{file.blob}"'
        fault = self.server.hub.fault("resolve", path) or self.server.hub.fault("bytes", path)
        send(self, Answer(200, headers, file.source), fault, self.server.hub.closing)


class _CdnHandler(_Handler):
    def route(self, path: str, query: dict[str, list[str]]) -> None:
        for repository in self.server.hub.repositories.values():
            for file in repository.files.values():
                if path == f"/blobs/{file.sha256}":
                    answer = Answer(200, {"ETag": '"not-the-hubs"'}, file.source)
                    self.answer("bytes", file.name, answer)
                    return
        self.refuse(404, "", "no such blob")


def _json(content: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(content).encode())


def _pieces(source: bytes | Path) -> Iterable[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
