"""`ternchat models pull`, `verify` and `import`: what takes a while and can be interrupted."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

from ternchat.app.core.access_token import OPENED_BY_TOKEN, AccessToken
from ternchat.app.core.control import Control
from ternchat.app.core.download import Download, DownloadRequest, SelfTest, Tools, unfinished
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import parse_repository
from ternchat.app.core.model_import import import_model
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.model_store import BUILT_IN, ModelStore
from ternchat.app.core.model_verify import begin_repair, verify
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.remote_model import is_weights
from ternchat.app.core.thread_choice import threads_for
from ternchat.app.core.transfer_faults import Fault
from ternchat.app.workers.model_verdict import full_verdict
from ternchat.engine.self_test_report import Report as SelfTestReport
from ternchat.engine.self_test_report import run_self_test

from . import console
from .console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK
from .interrupt import Interruptible
from .run_display import RunDisplay
from .setup import Setup
from .token_input import read_token


def pull(setup: Setup) -> int:
    """Download the models, one after the other."""
    store, models = setup.store(), setup.options.models
    token = read_token(models)
    with closing(setup.hub()) as hub:
        for name in models.names:
            code = _pull(request_for(name, store, hub.options.endpoint, token), setup, hub)
            if code != EXIT_OK:
                return code
    return EXIT_OK


def request_for(
    name: str, store: ModelStore, endpoint: str, token: AccessToken | None = None
) -> DownloadRequest:
    """The download meant by a name of the catalogue, of a model that is here, or a repository."""
    entry = store.catalogue.find(name)
    if entry is not None:
        if entry.built_in:
            raise Fault.UNSUPPORTED.error(f"{entry.title} comes with the program")
        verdict = entry.verdict()
        if not verdict.runs:
            raise Fault.UNSUPPORTED.error(verdict.reason)
        return DownloadRequest.of(entry, token)
    for left in unfinished(store):
        if left.name == name:
            return left.request(token)
    record = None if "/" in name or name == BUILT_IN else ModelRecord.read(store.folder / name)
    if record is not None and record.repository:
        return DownloadRequest(name, record.title, record.repository, record.revision, token)
    return DownloadRequest.for_repository(parse_repository(name, endpoint), store.catalogue, token)


def verify_models(setup: Setup) -> int:
    """Hold the models against their checksums, and mend them if that is wanted."""
    store, models = setup.store(), setup.options.models
    token = read_token(models)
    names = models.names or tuple(
        model.name for model in store.installed() if ModelRecord.read(store.folder / model.name)
    )
    code = EXIT_OK
    with closing(setup.hub()) as hub:
        for name in names:
            last = watch(partial(_verification, store, name))
            if last.state in (State.CANCELLED, State.PAUSED):
                return EXIT_INTERRUPTED
            if last.state is State.READY:
                print(f"{name}: every file is what it was")
            elif models.repair and last.problem is not None:
                print(f"{name}: {last.problem.text} It is fetched again.")
                code = max(code, _pull(begin_repair(store, name, token), setup, hub))
            else:
                code = _failed(last)
    return code


def _verification(store: ModelStore, name: str, control: Control) -> Iterator[Progress]:
    return verify(store, name, Tools(control=control))


def import_path(setup: Setup) -> int:
    """Make a model of this computer one of ours, and try it."""
    store, models = setup.store(), setup.options.models
    source = models.source or Path()
    last = watch(
        lambda control: import_model(
            store,
            source,
            copy=models.copy,
            name=models.name,
            judge=full_verdict,
            self_test=_self_test(setup),
            tools=Tools(control=control),
        )
    )
    if last.state is State.CANCELLED:
        return console.fail("the import was stopped; nothing is left of it", EXIT_INTERRUPTED)
    return _ended(last)


def watch(run: Callable[[Control], Iterator[Progress]]) -> Progress:
    """Show the run until it ends; Ctrl+C stops it with everything kept. Gives its last word."""
    display, control = RunDisplay(), Control()
    last = None
    with Interruptible() as interrupt:
        try:
            for last in run(control):
                display.show(last)
                if interrupt.event.is_set():
                    control.pause()
        finally:
            display.clear()
    assert last is not None
    return last


def _pull(request: DownloadRequest, setup: Setup, hub: Hub) -> int:
    store = setup.store()
    if store.catalogue.of_repository(request.repository) is None:
        print(
            f"{request.repository} is not in the catalogue: nobody has tried it with Ternchat.",
            file=sys.stderr,
        )
    last = watch(
        lambda control: Download(
            request,
            store,
            hub,
            self_test=_self_test(setup),
            judge=full_verdict,
            tools=Tools(control=control),
        ).run()
    )
    record = ModelRecord.read(store.folder / request.name)
    if last.state is State.READY and record is not None:
        for file in record.files:
            if is_weights(file.name):
                print(console.printable(f"sha256 {file.sha256}  {file.name}"))
    return _ended(last)


def _self_test(setup: Setup) -> SelfTest:
    """The engine's test, on as many threads as models run on here."""
    threads = threads_for(None, setup.paths.cache)

    def try_it(folder: Path, stopped: Event) -> SelfTestReport:
        return run_self_test(folder, threads=threads, is_cancelled=stopped.is_set)

    return try_it


def _ended(last: Progress) -> int:
    if last.state is State.READY:
        print(console.printable(f"{last.name} is ready: {last.path}"))
        if last.note:
            print(console.printable(f"Tried on this computer: {last.note}"))
        return EXIT_OK
    if last.state is State.FAILED:
        return _failed(last)
    message = f"{last.name} is stopped; `ternchat models pull {last.name}` goes on"
    print(f"ternchat: {message}", file=sys.stderr)
    return EXIT_INTERRUPTED


def _failed(last: Progress) -> int:
    problem = last.problem or Problem("Failed", last.note, "", "")
    text = f"{last.name}: {problem.text} {problem.advice}"
    if problem.code in OPENED_BY_TOKEN:
        text += " --token asks for one."
    return console.fail(text, EXIT_ERROR)
