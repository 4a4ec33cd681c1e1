"""`ternchat chat`: a chat in the terminal, or one answer to what a pipe says."""

import sys
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module

from ternchat import engine
from ternchat.app.core.model_surroundings import context_of
from ternchat.app.core.thread_choice import threads_for

from . import console
from .arguments import DEFAULT_MODEL, ChatOptions, Options
from .console import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, ProgressLine
from .conversation import Conversation
from .interrupt import Interruptible
from .setup import Setup

HELP = """\
/new    start a new chat
/help   this list
/quit   leave (so does Ctrl+D)
Ctrl+C stops an answer; pressed again, or at the prompt, it leaves."""


def run(options: Options) -> int:
    """Chat until the user leaves, or answer a pipe once; gives the exit code."""
    return console.guarded(lambda: _run(options))


def sampling_params(options: ChatOptions) -> engine.SamplingParams:
    """The engine's sampling parameters, with its defaults for all that was not given."""
    given = asdict(options)
    del given["system"]
    return engine.SamplingParams(**{k: v for k, v in given.items() if v is not None})


def _run(options: Options) -> int:
    sampling = sampling_params(options.chat)
    message = None
    if sys.stdin is None or not sys.stdin.isatty():
        message = _read_pipe()
        if not message.strip():
            return console.fail("the input is empty: there is no message to answer", EXIT_USAGE)
    setup = Setup.of(options)
    installed = setup.store().resolve(options.model or DEFAULT_MODEL)
    threads = threads_for(options.threads, setup.paths.cache)
    model = _load(str(installed.path), threads, options.isa)
    if model is None:
        return EXIT_INTERRUPTED
    try:
        usual = context_of(model.config.max_position_embeddings, None)
        session = engine.Session(model, context_length=options.context_length or usual)
        conversation = Conversation(session, sampling, options.chat.system)
        if message is not None:
            finish = conversation.answer(message)
            return EXIT_INTERRUPTED if finish == "cancelled" else EXIT_OK
        print(f"{installed.title}: /help for the commands, Ctrl+D to leave.", file=sys.stderr)
        return _talk(conversation)
    finally:
        model.close()


def _read_pipe() -> str:
    if sys.stdin is None:
        return ""
    # A file may start with a byte order mark; bytes that are no UTF-8 are still a message.
    return sys.stdin.buffer.read().decode("utf-8-sig", "replace")


def _load(path: str, threads: int | None, isa: str | None) -> engine.Model | None:
    """The model, or None when Ctrl+C stopped it."""
    line = ProgressLine()

    with Interruptible() as interrupt:

        def progress(done: int, total: int) -> bool:
            line.show(f"loading {100 * done // max(total, 1)} %")
            return not interrupt.event.is_set()

        try:
            return engine.load(path, threads=threads, isa=isa, progress=progress)
        except engine.LoadCancelled:
            return None
        finally:
            line.clear()


def _talk(conversation: Conversation) -> int:
    with suppress(ImportError):
        # Gives input() line editing and a history; not part of Python on Windows.
        import_module("readline")
    while True:
        try:
            text = _prompt()
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
            return EXIT_OK
        command = text.strip()
        if command in ("/quit", "/exit"):
            return EXIT_OK
        if command == "/new":
            conversation.clear()
            print("A new chat.", file=sys.stderr)
        elif command == "/help":
            print(HELP, file=sys.stderr)
        elif command.startswith("/") and command[1:].isalpha():
            print(f"There is no command {command}; /help lists them.", file=sys.stderr)
        elif command:
            _answer(conversation, text)


def _answer(conversation: Conversation, text: str) -> None:
    try:
        conversation.answer(text)
    except engine.ContextFullError as error:
        console.fail(f"{error}; /new starts a new chat")
    else:
        print(conversation.summary(), file=sys.stderr)


def _prompt() -> str:
    if sys.stdout.isatty():
        text = input("> ")
    else:
        # With the answers sent elsewhere, the prompt must not go there too.
        print("> ", end="", file=sys.stderr, flush=True)
        text = input()
    # What is no valid UTF-8 arrives as lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")
