"""What is to be downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.catalogue import Catalogue, CatalogueEntry
from ternchat.app.core.hub_address import RepositoryRef
from ternchat.app.core.remote_names import is_model_name, is_repository, is_revision, model_name


@dataclass(frozen=True)
class DownloadRequest:
    """A model to fetch.

    Attributes:
        name: the folder below the models folder, and what `--model` takes afterwards.
        token: opens a gated or private repository; sent to no other, written down nowhere.
        checksums: SHA-256 of files, where they are known better than from the hub.
        use_cache: whether files in the shared Hugging Face cache may stand for a download.
        from_cache: whether the model lies whole in that cache and nothing else may be asked.
    """

    name: str
    title: str
    repository: str
    revision: str = "main"
    token: AccessToken | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True
    from_cache: bool = False

    def __post_init__(self) -> None:
        if not is_model_name(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a model's folder")
        if not is_repository(self.repository) or not is_revision(self.revision):
            raise ValueError(f"{self.repository!r} at {self.revision!r} is no repository")

    @property
    def ref(self) -> RepositoryRef:
        """The place on the hub."""
        return RepositoryRef(self.repository, self.revision)

    def in_place(self, commit: str = "") -> "DownloadRequest":
        """The same as it lies in the shared cache, at this commit or where the cache knows it."""
        return replace(self, revision=commit or self.revision, from_cache=True)

    def with_token(self, token: AccessToken | None) -> "DownloadRequest":
        """The same, with what opens it; None leaves it as it is."""
        return self if token is None else replace(self, token=token)

    @classmethod
    def of(cls, entry: CatalogueEntry, token: AccessToken | None = None) -> "DownloadRequest":
        """A model of the catalogue."""
        return cls(
            entry.name, entry.title, entry.repository, entry.revision, token, entry.checksums
        )

    @classmethod
    def for_repository(
        cls, ref: RepositoryRef, catalogue: Catalogue, token: AccessToken | None = None
    ) -> "DownloadRequest":
        """Any repository; one of the catalogue goes by its name there."""
        entry = catalogue.of_repository(ref.repository)
        if entry is not None and entry.revision == ref.revision:
            return cls.of(entry, token)
        title = ref.repository.split("/")[1]
        name = model_name(ref.repository)
        if catalogue.find(name) is not None:
            name = model_name(f"{name}-{ref.repository.split('/')[0]}")
        if ref.revision != "main":
            title = f"{title} ({ref.revision})"
            name = model_name(f"{name}-{ref.revision[:20]}".replace("/", "-"))
        return cls(name, title, ref.repository, ref.revision, token)
