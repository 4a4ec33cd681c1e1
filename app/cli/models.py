"""`ternchat models`: which models there are, and what can be done with them."""

import json
from collections.abc import Iterator
from datetime import datetime

from ternchat.app.core.download import unfinished
from ternchat.app.core.download.staging import Staging
from ternchat.app.core.hub_cache import HubCache
from ternchat.app.core.model_store import BUILT_IN, ModelDetails, ModelNotFoundError, ModelStore
from ternchat.app.core.model_trash import Removed, Trash
from ternchat.app.core.runnable import folder_verdict
from ternchat.app.core.wording import size_text

from . import console, models_runs
from .arguments import Options
from .console import EXIT_OK, printable
from .models_facts import Facts, facts_of
from .setup import Setup


def run(options: Options) -> int:
    """Do what the action says; gives the exit code."""
    return console.guarded(lambda: _run(options))


def _run(options: Options) -> int:
    setup = Setup.of(options)
    store = setup.store()
    match options.models.action:
        case "show":
            return _show(setup, store)
        case "pull":
            return models_runs.pull(setup)
        case "verify":
            return models_runs.verify_models(setup)
        case "remove":
            return _remove(options, store)
        case "restore":
            return _restore(options, store)
        case "import":
            return models_runs.import_path(setup)
        case "path":
            return _path(options, store)
    return _list(options, store)


def _list(options: Options, store: ModelStore) -> int:
    rows = list(_rows(store))
    if options.models.json:
        print(json.dumps(rows, indent=1))
        return EXIT_OK
    for row in rows:
        size = "" if row["size_bytes"] is None else size_text(row["size_bytes"])
        print(printable(f"{row['name']:<18} {row['state']:<14} {size:>8}  {row['title']}"))
    return EXIT_OK


def _rows(store: ModelStore) -> Iterator[Facts]:
    """What is here, what is on its way, then what can be had at once or from the hub."""
    here = set()  # names, and the repositories behind them
    for model in store.installed():
        details = store.details(model.name)
        here |= {model.name, details.record.repository if details.record else ""}
        yield _row(model.name, _state(details), details.size_bytes, model.title)
    for left in unfinished(store):
        here |= {left.name, left.repository}
        share = int(100 * left.done_bytes / left.total_bytes) if left.total_bytes else 0
        yield _row(left.name, f"{min(share, 99)} % here", left.total_bytes, left.title)
    for cached in HubCache().models():
        repository = cached.model.repository
        known = store.catalogue.of_repository(repository)
        name = repository if known is None else known.name
        if not here & {name, repository} and folder_verdict(cached.folder).runs:
            here.add(name)
            title = repository.split("/")[1] if known is None else known.title
            yield _row(name, "in the cache", cached.model.total_bytes, title)
    for entry in store.catalogue.entries:
        if entry.name not in here:
            later = f"from {entry.available_from}" if entry.available_from else "not yet"
            state = "available" if entry.verdict().runs else later
            yield _row(entry.name, state, entry.size_bytes, entry.title)


def _state(details: ModelDetails) -> str:
    if details.model.name == BUILT_IN:
        return "built in"
    if details.record is not None and details.record.tested is False:
        return "unfit"
    return "linked" if details.linked else "here"


def _row(name: str, state: str, size_bytes: int | None, title: str) -> Facts:
    return {"name": name, "state": state, "size_bytes": size_bytes, "title": title}


def _show(setup: Setup, store: ModelStore) -> int:
    models = setup.options.models
    facts = facts_of(setup, store, models.names[0])
    if models.json:
        print(json.dumps(facts, indent=1))
        return EXIT_OK
    for name, value in facts.items():
        for line in value if isinstance(value, list) else [value]:
            if line is not None:
                print(printable(f"{name:<12} {line}"))
                name = ""
    return EXIT_OK


def _remove(options: Options, store: ModelStore) -> int:
    trash = Trash(store)
    for name in options.models.names:
        if store.find(name) is None and any(left.name == name for left in unfinished(store)):
            staging = Staging(store, name)
            with staging.locked():
                staging.delete()
            print(f"The unfinished download of {name} is deleted.")
            continue
        left = _deleted(trash, name) if options.models.now and store.find(name) is None else None
        removed = left or trash.remove(name)
        if options.models.now:
            trash.purge_one(removed)
            print(f"{removed.title} is deleted ({size_text(removed.size_bytes)} are free again).")
        else:
            print(f"{removed.title} is deleted; `ternchat models restore {name}` brings it back.")
    return EXIT_OK


def _restore(options: Options, store: ModelStore) -> int:
    trash = Trash(store)
    for name in options.models.names:
        found = _deleted(trash, name)
        if found is None:
            raise ModelNotFoundError(f"no deleted model named {name!r} can be brought back")
        trash.restore(found)
        print(f"{found.title} is back.")
    if not options.models.names:
        for removed in trash.items():
            when = f"{datetime.fromtimestamp(removed.removed_at):%Y-%m-%d %H:%M}"
            print(printable(f"{removed.name:<18} {when}  {size_text(removed.size_bytes):>8}"))
    return EXIT_OK


def _deleted(trash: Trash, name: str) -> Removed | None:
    """The model of that name that was deleted last; None when none was."""
    return next((removed for removed in trash.items() if removed.name == name), None)


def _path(options: Options, store: ModelStore) -> int:
    if not options.models.names:
        print(store.folder)
    for name in options.models.names:
        print(store.resolve(name).path)
    return EXIT_OK
