"""`ternchat chats`: lists, exports and imports what the window keeps."""

import sys
from contextlib import closing
from pathlib import Path

from ternchat.app.core.chat_store import ChatStore, StorageError
from ternchat.app.core.conversation import Chat, now
from ternchat.app.core.data_lock import DataFolderInUseError, DataLock
from ternchat.app.core.database.opening import open_chats, read_chats
from ternchat.app.core.export.exporting import data_of, export_chats, trees_of
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.importing.importer import import_chats
from ternchat.app.core.paths import DataPaths

from . import console
from .arguments import Options
from .chats_arguments import ChatsOptions
from .console import EXIT_OK


def run(options: Options) -> int:
    """Do what was asked for; gives the exit code."""
    return console.guarded(lambda: _run(options))


def _run(options: Options) -> int:
    paths = DataPaths.from_option(options.data_dir)
    match options.chats.action:
        case "list":
            _list(paths)
        case "export":
            _export(paths, options.chats)
        case "import":
            _import(paths, options.chats.files)
    return EXIT_OK


def _list(paths: DataPaths) -> None:
    with closing(_readable(paths)) as store:
        for chat in store.chats():
            line = " ".join(chat.title.split()) + _place(chat)
            when = f"{chat.used.astimezone():%Y-%m-%d %H:%M}"
            print(f"{chat.id:>6}  {when}  {console.printable(line)}")


def _place(chat: Chat) -> str:
    """The folder, and that it is archived, in brackets."""
    places = [place for place in (chat.folder, "archived" if chat.archived else None) if place]
    return f"  [{', '.join(places)}]" if places else ""


def _export(paths: DataPaths, options: ChatsOptions) -> None:
    [file] = options.files
    with closing(_readable(paths)) as store:
        known = [chat.id for chat in store.chats()]
        unknown = [str(chat_id) for chat_id in options.ids if chat_id not in known]
        if unknown:
            raise StorageError(f"there is no chat {', '.join(unknown)}: see `ternchat chats list`")
        trees = trees_of(store, options.ids or known)
    if not trees:
        raise StorageError(f"there are no chats in {paths.root}")
    format_ = options.format or ExportFormat.of_name(file)
    if str(file) == "-":
        sys.stdout.buffer.write(data_of(trees, format_, now()))
    else:
        export_chats(trees, file, format_)


def _import(paths: DataPaths, files: tuple[Path, ...]) -> None:
    paths.create()
    lock = DataLock(paths.root)
    lock.acquire()
    try:
        opened = open_chats(paths.database)
        try:
            if not opened.outcome.writable:
                raise StorageError(opened.outcome.reason)
            for file in files:
                _import_file(opened.store, file)
        finally:
            opened.close()
    finally:
        lock.release()


def _import_file(store: ChatStore, file: Path) -> None:
    done = import_chats(store, file)
    line = f"{file}: {_count(len(done.chat_ids), 'chat')}, {_count(done.messages, 'message')}"
    if done.skipped:
        line += f"; {_count(done.skipped, 'chat')} without text left out"
    print(console.printable(line))


def _readable(paths: DataPaths) -> ChatStore:
    """The chats, also while the window works on them."""
    if not paths.database.exists():
        raise StorageError(f"there are no chats in {paths.root}")
    lock = DataLock(paths.root)
    try:
        lock.acquire()
    except DataFolderInUseError:
        return read_chats(paths.database)
    try:
        # An older version is brought to the newest one, a damaged file is rescued.
        opened = open_chats(paths.database)
        opened.close()
        if opened.outcome.problem is not None:
            console.fail(f"{opened.outcome.problem.title}: {opened.outcome.problem.text}")
    finally:
        lock.release()
    return read_chats(paths.database)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
