"""The program's arguments, parsed into frozen options."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from ternchat import __version__
from ternchat.app.core.hub_address import AddressError, HubOptions
from ternchat.app.core.proxy import Proxy, ProxyAddressError

from .chats_arguments import ChatsOptions, add_chats, chats_options
from .models_arguments import ModelsOptions, add_actions, token_problem

KERNEL_SETS = ("scalar", "avx2", "avxvnni", "avx512vnni", "amx", "neon", "dotprod", "i8mm")
RANDOM_SHAPES = ("2b4t", "llama3-8b", "falcon3-1b", "falcon3-10b")
DEFAULT_MODEL = "fledgling"


@dataclass(frozen=True)
class ChatOptions:
    """What `ternchat chat` takes beside the common options; None leaves the engine's default."""

    system: str | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class BenchOptions:
    """What `ternchat bench` takes beside the common options."""

    random: str | None = None
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    kv_dtype: str = "f16"
    repeat: int = 1
    speculate: bool = False
    json: bool = False


@dataclass(frozen=True)
class Options:
    """Everything the command line said; `command` is None for the window.

    Attributes:
        data_dir: where models, chats and settings live; None is the system's usual place.
        model: catalogue name or path; None is Fledgling.
        offline: never open a connection.
        endpoint: the model hub to ask instead of Hugging Face.
        proxy: the way to it; None leaves it to settings and system.
        threads, isa, context_length: for the engine; None lets it choose.
        calibrate: `ternchat doctor` is to find the best number of threads.
        desktop: install or remove the entry in menus and docks.
    """

    command: str | None = None
    data_dir: Path | None = None
    model: str | None = None
    offline: bool = False
    endpoint: str | None = None
    proxy: Proxy | None = None
    threads: int | None = None
    isa: str | None = None
    context_length: int | None = None
    calibrate: bool = False
    desktop: str | None = None
    chat: ChatOptions = ChatOptions()
    bench: BenchOptions = BenchOptions()
    chats: ChatsOptions = field(default_factory=ChatsOptions)
    models: ModelsOptions = field(default_factory=ModelsOptions)


_PARTS = ("chat", "bench", "chats", "models")
_Part = TypeVar("_Part", ChatOptions, BenchOptions, ModelsOptions)


def parse(argv: Sequence[str] | None = None) -> Options:
    """The options in `argv` (the process's own by default); exits with 2 when they are wrong."""
    parser = build_parser()
    given = parser.parse_args(argv)
    if given.command == "bench" and given.model is not None and given.random is not None:
        parser.error("--model and --random exclude each other")
    values = vars(given)
    models = _pick(ModelsOptions, values)
    if problem := token_problem(models):
        parser.error(problem)
    common = {
        field.name: values[field.name]
        for field in fields(Options)
        if field.name in values and field.name not in _PARTS
    }
    return Options(
        **common,
        chat=_pick(ChatOptions, values),
        bench=_pick(BenchOptions, values),
        chats=chats_options(values),
        models=models,
    )


def build_parser() -> argparse.ArgumentParser:
    """The parser of every entry point; without a sub-command it means the window."""
    parser = argparse.ArgumentParser(
        prog="ternchat",
        description="Chat with ternary language models, offline. Without a command: the window.",
        parents=[_common(None), _engine(None)],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ternchat {__version__}")
    # Common options may stand before or after the command: below it they have no default of
    # their own, so that they do not overwrite what was said before it.
    common, engine = _common(argparse.SUPPRESS), _engine(argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    chat = commands.add_parser(
        "chat",
        help="chat in the terminal; a pipe is read as one message",
        parents=[common, engine],
        allow_abbrev=False,
    )
    _add_chat(chat)
    bench = commands.add_parser(
        "bench",
        help="measure speed and memory of a model",
        parents=[common, engine],
        allow_abbrev=False,
    )
    _add_bench(bench)
    add_chats(commands, common)
    models = commands.add_parser(
        "models",
        help="list, download, verify, delete and import models",
        parents=[common],
        allow_abbrev=False,
    )
    add_actions(models, [common])
    doctor = commands.add_parser(
        "doctor",
        help="say what this machine and this installation can do",
        parents=[common],
        allow_abbrev=False,
    )
    doctor.add_argument(
        "--calibrate",
        action="store_true",
        help="measure which number of threads is fastest here, and use it from now on",
    )
    desktop = commands.add_parser(
        "desktop",
        help="put the program into the menus and docks of Linux, or take it out again",
        parents=[common],
        allow_abbrev=False,
    )
    actions = desktop.add_subparsers(dest="desktop", metavar="ACTION", required=True)
    for name, text in (
        ("install", "entry and icons for this person and this installation"),
        ("remove", "take away what install wrote"),
    ):
        actions.add_parser(name, help=text, parents=[common], allow_abbrev=False)
    return parser


def _common(default: object) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=default)
    group = parser.add_argument_group("options of every command")
    group.add_argument("--data-dir", type=_path, metavar="DIR", help="folder for models and chats")
    group.add_argument(
        "--model", type=_not_empty, metavar="NAME_OR_PATH", help=f"default: {DEFAULT_MODEL}"
    )
    group.add_argument(
        "--offline",
        action="store_true",
        default=default if default is argparse.SUPPRESS else False,
        help="never open a connection",
    )
    group.add_argument("--endpoint", type=_endpoint, metavar="URL", help="another model hub")
    group.add_argument(
        "--proxy", type=_proxy, metavar="URL", help="http://proxy:port, none or system"
    )
    return parser


def _engine(default: object) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=default)
    group = parser.add_argument_group("engine")
    group.add_argument("--threads", type=_integer(1, 1024), metavar="N", help="processor threads")
    group.add_argument("--isa", choices=KERNEL_SETS, metavar="NAME", help=", ".join(KERNEL_SETS))
    group.add_argument(
        "--context",
        "--context-length",
        dest="context_length",
        type=_integer(1),
        metavar="N",
        help="tokens the model can look back on",
    )
    return parser


def _add_chat(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("answers")
    group.add_argument("--system", metavar="TEXT", help="instruction given before the chat")
    group.add_argument(
        "--temperature", type=_number(0, 100), metavar="X", help="0 always takes the likeliest"
    )
    group.add_argument("--top-k", type=_integer(0), metavar="N", help="0 switches it off")
    group.add_argument("--top-p", type=_number(0, 1, low_excluded=True), metavar="X")
    group.add_argument("--min-p", type=_number(0, 1), metavar="X")
    group.add_argument("--repetition-penalty", type=_number(0.01, 100), metavar="X")
    group.add_argument("--seed", type=_integer(0), metavar="N", help="same seed, same answer")
    group.add_argument("--max-tokens", type=_integer(1), metavar="N", help="length of an answer")
    group.add_argument(
        "--stop",
        action="append",
        type=_not_empty,
        default=[],
        metavar="TEXT",
        help="end the answer before this text; may be given several times",
    )


def _add_bench(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("measurement")
    group.add_argument(
        "--random",
        choices=RANDOM_SHAPES,
        metavar="NAME",
        help="a checkpoint of random weights, written once to the cache: "
        + ", ".join(RANDOM_SHAPES),
    )
    group.add_argument("--prompt-tokens", type=_integer(1), metavar="N", help="default: 512")
    group.add_argument("--new-tokens", type=_integer(2), metavar="N", help="default: 128")
    group.add_argument(
        "--kv-dtype", choices=("f16", "i8", "f32"), default="f16", help="f16 (default), i8 or f32"
    )
    group.add_argument(
        "--repeat", type=_integer(1, 1000), default=1, metavar="N", help="runs; the median counts"
    )
    group.add_argument(
        "--speculate", action="store_true", help="measure with speculation too, beside it"
    )
    group.add_argument("--json", action="store_true", help="print one JSON object")


def _pick(kind: type[_Part], values: dict[str, Any]) -> _Part:
    """The fields of `kind` found among the parsed values; the others keep their defaults."""
    found = {field.name: values[field.name] for field in fields(kind) if field.name in values}
    found = {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
    # Without an action, argparse says None where the default is meant.
    return kind(**{name: value for name, value in found.items() if value is not None})


def _integer(low: int, high: int | None = None) -> Callable[[str], int]:
    def integer(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
        if value < low or (high is not None and value > high):
            wanted = f"at least {low}" if high is None else f"from {low} to {high}"
            raise argparse.ArgumentTypeError(f"{value} is not {wanted}")
        return value

    return integer


def _number(low: float, high: float, *, low_excluded: bool = False) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
        if not math.isfinite(value) or not low <= value <= high or (low_excluded and value == low):
            wanted = f"above {low:g}" if low_excluded else f"at least {low:g}"
            raise argparse.ArgumentTypeError(f"{text} is not {wanted} and at most {high:g}")
        return value

    return number


def _not_empty(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it cannot be empty")
    return text


def _path(text: str) -> Path:
    return Path(_not_empty(text))


def _endpoint(text: str) -> str:
    try:
        return HubOptions(text).endpoint
    except AddressError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _proxy(text: str) -> Proxy:
    try:
        return Proxy.of(text)
    except ProxyAddressError as error:
        raise argparse.ArgumentTypeError(f"{error} (http://name:password@proxy:port)") from None
