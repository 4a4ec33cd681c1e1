"""The models page as data: what is here, what is on its way, what could be had."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import answer_speeds, machine, speed_store
from .download.request import DownloadRequest
from .errors import AppError
from .hub_address import RepositoryRef
from .hub_cache import HubCache
from .model_card import ModelCard, Place
from .model_move import unfinished_move
from .model_store import BUILT_IN
from .model_trash import Removed, Trash
from .remote_model import is_weights
from .remote_names import model_name
from .runnable import folder_verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ternchat.engine.memory import MemoryUse
    from ternchat.engine.speed import MachineSpeed

    from .answer_speeds import AnswerSpeed
    from .catalogue import Catalogue, CatalogueEntry
    from .download.staging import Unfinished
    from .model_store import InstalledModel, ModelStore
    from .paths import DataPaths
    from .runnable import Verdict

_MOST_CACHED = 40  # cards: a cache that has more is no list to choose from


@dataclass(frozen=True)
class Overview:
    """All cards, and the computer they are for.

    Attributes:
        folder: where downloaded models lie.
        speed: how fast this computer is; None before it was measured.
        removed: models in the trash.
        moving_to: where an interrupted move of the folder was going.
    """

    cards: tuple[ModelCard, ...]
    folder: Path
    free_disk_bytes: int | None = None
    memory_bytes: int = 0
    free_memory_bytes: int = 0
    speed: MachineSpeed | None = None
    removed: tuple[Removed, ...] = ()
    moving_to: Path | None = None

    @property
    def best(self) -> ModelCard | None:
        """What most people want of that which is not here: the first that somebody described."""
        to_be_had = (Place.CACHED, Place.OFFERED)
        return next((c for c in self.cards if c.in_catalogue and c.place in to_be_had), None)


def overview(paths: DataPaths, store: ModelStore, unfinished: Iterable[Unfinished]) -> Overview:
    """Look at everything; reads many small files and imports the engine: worker thread."""
    left = {entry.name: entry for entry in unfinished}
    cache = HubCache()
    measured = answer_speeds.load(paths.cache)
    here = {
        model.name: replace(_installed(store, model), measured=_rate(measured.get(model.name)))
        for model in store.installed()
    }
    offered = {
        entry.name: _offered(entry, cache)
        for entry in store.catalogue.entries
        if entry.name not in here and not entry.built_in
    }
    strangers = {
        name: ModelCard(
            name,
            entry.title,
            cached=entry.from_cache,
            repository=entry.repository,
            revision=entry.revision,
        )
        for name, entry in left.items()
        if name not in here and name not in offered
    }
    known = [*here.values(), *strangers.values(), *offered.values()]
    cards = [*known, *_in_cache(cache, store.catalogue, known)]
    total, free = machine.memory_bytes()
    return Overview(
        cards=tuple(replace(card, left=left.get(card.name)) for card in cards),
        folder=store.folder,
        free_disk_bytes=free_disk_bytes(store.folder),
        memory_bytes=total,
        free_memory_bytes=free,
        speed=speed_store.load(paths.cache, machine.cpu_name()),
        removed=Trash(store).items(),
        moving_to=unfinished_move(paths),
    )


def free_disk_bytes(folder: Path) -> int | None:
    """The room on the disk where the folder is, or will be."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def _rate(speed: AnswerSpeed | None) -> float | None:
    return None if speed is None else speed.tokens_per_second


def _offered(entry: CatalogueEntry, cache: HubCache) -> ModelCard:
    card = _described(entry)
    pinned = [sha256 for name, sha256 in entry.checksums.items() if is_weights(name)]
    return replace(
        _judged(card, entry.verdict()),
        cached=cache.find(RepositoryRef(entry.repository, entry.revision)) is not None,
        size_bytes=entry.size_bytes,
        repository=entry.repository,
        revision=entry.revision,
        checksum=pinned[0] if pinned else "",
    )


def _in_cache(
    cache: HubCache, catalogue: Catalogue, known: Sequence[ModelCard]
) -> tuple[ModelCard, ...]:
    """Models that other programs fetched: those that run come first, as far as there is room."""
    repositories, names = {card.repository for card in known}, {card.name for card in known}
    found = []
    for cached in cache.models():
        repository = cached.model.repository
        if repository in repositories:
            continue
        request = DownloadRequest.for_repository(RepositoryRef(repository), catalogue)
        name = request.name
        if name in names:
            name = model_name(f"{name}-{repository.split('/')[0]}")
        names.add(name)
        card = ModelCard(
            name,
            repository,
            cached=True,
            size_bytes=cached.model.total_bytes,
            repository=repository,
            commit=cached.model.commit,
        )
        found.append(_judged(card, folder_verdict(cached.folder)))
    return tuple(sorted(found, key=lambda card: bool(card.reason))[:_MOST_CACHED])


def _installed(store: ModelStore, model: InstalledModel) -> ModelCard:
    entry = store.catalogue.find(model.name)
    card = ModelCard(model.name, model.title) if entry is None else _described(entry)
    try:
        details = store.details(model.name)
    except (AppError, OSError):  # it went away meanwhile
        return card
    card = replace(
        _judged(card, folder_verdict(model.path)),
        title=model.title,
        built_in=model.name == BUILT_IN,
        path=model.path,
        linked=details.linked,
        size_bytes=details.size_bytes,
        last_used=details.last_used,
    )
    record = details.record
    if record is None:
        return card
    weights = [file for file in record.files if is_weights(file.name)]
    return replace(
        card,
        repository=record.repository,
        revision=record.revision,
        commit=record.commit,
        licence=record.licence or card.licence,
        checksum=weights[0].sha256 if len(weights) == 1 else "",
        tested=record.tested,
    )


def _described(entry: CatalogueEntry) -> ModelCard:
    return ModelCard(
        name=entry.name,
        title=entry.title,
        in_catalogue=True,
        summary=entry.summary,
        licence=entry.licence,
        licence_url=entry.licence_url,
        languages=entry.languages,
        good_at=entry.good_at,
        bad_at=entry.bad_at,
    )


def _judged(card: ModelCard, verdict: Verdict) -> ModelCard:
    return replace(
        card,
        config=verdict.config,
        memory=None if verdict.config is None else _memory(verdict),
        reason="" if verdict.runs else verdict.reason,
    )


def _memory(verdict: Verdict) -> MemoryUse:
    from ternchat.engine.memory import predict  # NumPy comes with it

    assert verdict.config is not None
    return predict(verdict.config)
