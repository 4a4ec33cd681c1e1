"""Everything there is to say about a model at the terminal, here or on the hub."""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from ternchat.app.core import machine, speed_store
from ternchat.app.core.catalogue import CatalogueEntry
from ternchat.app.core.hub_address import parse_repository
from ternchat.app.core.inspection import inspect
from ternchat.app.core.model_overview import free_disk_bytes
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.runnable import Verdict
from ternchat.app.core.wording import size_text
from ternchat.app.workers.model_verdict import full_verdict
from ternchat.engine.memory import predict

from .setup import Setup
from .token_input import read_token

_CONTEXT_TOKENS = 4096
_TESTED = {
    True: "answers on this computer",
    False: "unfit: it failed its test on this computer",
    None: "not tested",
}

Facts = dict[str, Any]


def facts_of(setup: Setup, store: ModelStore, name: str) -> Facts:
    """What is known of a model, by name; None and what is not there are not worth a line."""
    entry = store.catalogue.find(name)
    facts = {} if entry is None else _described(setup, entry)
    if store.find(name) is not None:
        here = _installed(store, name)
        return facts | {key: value for key, value in here.items() if value is not None}
    if entry is not None:
        return facts | _wanted(store, entry.size_bytes, entry.checksums.items())
    return _inspected(setup, store, name)


def _described(setup: Setup, entry: CatalogueEntry) -> Facts:
    return {
        "name": entry.name,
        "title": entry.title,
        "summary": entry.summary,
        "good at": list(entry.good_at),
        "bad at": list(entry.bad_at),
        "languages": ", ".join(entry.languages),
        "licence": f"{entry.licence} ({entry.licence_url})",
        "source": f"{entry.repository} at {entry.revision}" if entry.repository else None,
        **_judged(setup, entry.verdict()),
    }


def _judged(setup: Setup, verdict: Verdict) -> Facts:
    """Whether it runs, and what it then takes and gives on this computer."""
    facts: Facts = {"runs": "yes" if verdict.runs else f"no: {verdict.reason}"}
    if verdict.config is None:
        return facts
    context = min(_CONTEXT_TOKENS, verdict.config.max_position_embeddings)
    needed = predict(verdict.config).allocated(context)
    facts["memory"] = f"{size_text(needed)} with {context:,} tokens of context"
    speed = speed_store.load(setup.paths.cache, machine.cpu_name())
    if speed is not None:
        rate = speed.decode_tokens_per_second(verdict.config)
        facts["speed"] = f"about {rate:.{0 if rate >= 10 else 1}f} tokens/s on this computer"
    return facts


def _wanted(
    store: ModelStore, size_bytes: int | None, checksums: Iterable[tuple[str, str]]
) -> Facts:
    """What a download would bring, and what it would leave of the disk."""
    free = free_disk_bytes(store.folder)
    left = None if free is None or size_bytes is None else free - size_bytes
    return {
        "installed": "no",
        "download": None if size_bytes is None else size_text(size_bytes),
        "disk after": None if left is None else f"{size_text(max(left, 0))} free",
        "sha256": [f"{sha256}  {name}" for name, sha256 in checksums],
    }


def _installed(store: ModelStore, name: str) -> Facts:
    details = store.details(name)
    record, used = details.record, details.last_used
    facts: Facts = {
        "name": name,
        "title": details.model.title,
        "installed": "yes, used in place" if details.linked else "yes",
        "folder": str(details.model.path),
        "on disk": size_text(details.size_bytes),
        "last used": "never" if used is None else f"{datetime.fromtimestamp(used):%Y-%m-%d %H:%M}",
    }
    if record is not None:
        facts |= {
            "source": f"{record.repository} at {record.commit}" if record.repository else None,
            "licence": record.licence or None,
            "tested": _TESTED[record.tested],
            "sha256": [f"{file.sha256}  {file.name}" for file in record.files],
        }
    return facts


def _inspected(setup: Setup, store: ModelStore, name: str) -> Facts:
    """What the hub says about a repository."""
    with closing(setup.hub()) as hub:
        ref = parse_repository(name, hub.options.endpoint)
        found = inspect(hub, ref, read_token(setup.options.models), full_verdict)
    facts: Facts = {"name": ref.repository, "source": f"{ref.repository} at {ref.revision}"}
    if found.model is None:
        return facts | _judged(setup, found.verdict) | {"installed": "no"}
    files = found.model.files
    hashes = [(f.name, f.digest.hex) for f in files if f.digest.kind == "sha256"]
    return {
        **facts,
        "commit": found.model.commit,
        "licence": found.model.licence or "not stated",
        "languages": ", ".join(found.model.languages) or None,
        "terms": "must be accepted first" if found.model.gated else None,
        "files": [f"{size_text(file.size_bytes):>8}  {file.name}" for file in files],
        **_judged(setup, found.verdict),
        **_wanted(store, found.model.total_bytes, hashes),
    }
