"""The model hub: what it knows about a model, and a client that fetches its files."""

from __future__ import annotations

import os
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .http_errors import from_exception, from_status
from .hub_address import AddressError, HubOptions
from .language import sentence
from .remote_model import ListedFile, RemoteModel, checked_commit, chosen_files
from .transfer_faults import Fault

if TYPE_CHECKING:
    from .access_token import AccessToken
    from .hub_address import RepositoryRef
    from .remote_model import RemoteFile

# Before huggingface_hub is imported for the first time: it reads them then.
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_XET": "1"}
PAGE_SECONDS = 20.0

# huggingface_hub keeps one client for the whole process: whoever asks it something puts in his own.
_library_lock = threading.Lock()


class Hub:
    """One hub, reached in one way; its methods wait for answers and belong on a worker's thread."""

    def __init__(self, options: HubOptions | None = None) -> None:
        self.options = options or HubOptions()
        self._client: Any = None
        self._retired: list[Any] = []  # somebody may still read from them
        self._lock = threading.Lock()

    def require_online(self, what: str) -> None:
        """Raises before any connection is made when connections are switched off."""
        if self.options.offline:
            raise Fault.OFFLINE.error(
                sentence(
                    "{what} would need a connection, and connections are switched off", what=what
                )
            )

    def model(self, ref: RepositoryRef, token: AccessToken | None = None) -> RemoteModel:
        """The model at the newest commit of the revision."""
        self.require_online(ref.repository)
        try:
            page = self._page(ref, token)
        except Exception as error:
            response = getattr(error, "response", None)
            if response is not None and response.status_code >= 400:
                # str(error) has the address with everything in it; the status says enough.
                raise from_status(
                    response.status_code, response.headers, ref.repository, token=token is not None
                ) from error
            if isinstance(error, AddressError):
                raise Fault.REDIRECT.error(str(error)) from error
            raise from_exception(error, ref.repository, self.options.proxy.server) from error
        return _described(page, ref)

    def file_url(self, model: RemoteModel, file: RemoteFile) -> str:
        """Where the file is fetched from."""
        return (
            f"{self.options.endpoint}/{model.repository}/resolve/{model.commit}"
            f"/{quote(file.name, safe='')}"
        )

    def client(self) -> Any:
        """An HTTP client for the files; redirects are left to the caller."""
        self.require_online(self.options.endpoint)
        with self._lock:
            if self._client is None:
                self._client = _new_client(self.options)
            return self._client

    def use(self, options: HubOptions) -> None:
        """Reach it in another way from the next request on; what is under way is not disturbed."""
        with self._lock:
            if options != self.options:
                self.options = options
                self._retired += [self._client] if self._client is not None else []
                self._client = None

    def close(self) -> None:
        """Let go of connections."""
        with self._lock:
            clients = [*self._retired, *([self._client] if self._client is not None else [])]
            self._retired, self._client = [], None
        for client in clients:
            client.close()

    def _page(self, ref: RepositoryRef, token: AccessToken | None) -> Any:
        library, options = load_library(), self.options
        with _library_lock:
            library.set_client_factory(lambda: _new_client(options, ref.repository))
            try:
                # False, and not None: that would send whatever token lies on this computer.
                secret = False if token is None else token.reveal()
                return library.HfApi(endpoint=options.endpoint, token=secret).model_info(
                    ref.repository, revision=ref.revision, files_metadata=True, timeout=PAGE_SECONDS
                )
            finally:
                library.close_session()
                # Ours knows one repository only; whoever else asks the library gets its own again.
                http = import_module("huggingface_hub.utils._http")
                library.set_client_factory(http.default_client_factory)


def load_library() -> Any:
    """huggingface_hub, imported so that it reports to nobody and leaves transfers to us."""
    os.environ.update(_QUIET)
    library = import_module("huggingface_hub")
    constants: Any = import_module("huggingface_hub.constants")
    # Somebody else may have imported it before us.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    constants.HF_HUB_DISABLE_XET = True
    return library


def _new_client(options: HubOptions, pages_of: str | None = None) -> Any:
    load_library()
    from .hub_client import new_client

    return new_client(options, pages_of)


def _described(page: Any, ref: RepositoryRef) -> RemoteModel:
    """The page as a checked record; it may hold anything."""
    try:
        listed = [
            ListedFile(
                entry.rfilename,
                entry.size,
                entry.blob_id,
                entry.lfs.sha256 if entry.lfs is not None else None,
            )
            for entry in page.siblings or ()
        ]
        tags = [tag for tag in page.tags or () if isinstance(tag, str)]
        card = page.card_data or {}
        languages = card.get("language") or ()
        gated = bool(page.gated)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise Fault.SERVER_ANSWER.error(
            sentence(
                "the hub's description of {repository} cannot be understood",
                repository=ref.repository,
            )
        ) from error
    languages = [languages] if isinstance(languages, str) else languages
    licences = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    return RemoteModel(
        repository=ref.repository,
        revision=ref.revision,
        commit=checked_commit(page.sha, ref.repository),
        files=chosen_files(listed, ref.repository),
        licence=licences[0][:80] if licences else "",
        languages=tuple(text[:40] for text in languages if isinstance(text, str))[:100],
        gated=gated,
    )
