"""The arguments of `ternchat models`."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ModelsOptions:
    """What `ternchat models` takes beside the common options.

    Attributes:
        action: list, show, pull, verify, remove, restore, import or path.
        names: the models it is about; repositories and addresses too for show and pull.
        source: what is imported.
        name: how an imported model is to be called.
        copy: whether to copy what is imported rather than use it where it is.
        repair: whether to fetch again what turns out to be damaged.
        now: whether to delete for good at once.
        token: whether to ask for an access token at the terminal.
        token_file: a file to read it from; "-" is standard input.
        token_env: an environment variable that has it.
        json: whether to print for programs.
    """

    action: str = "list"
    names: tuple[str, ...] = ()
    source: Path | None = None
    name: str | None = None
    copy: bool = False
    repair: bool = False
    now: bool = False
    token: bool = False
    token_file: str | None = None
    token_env: str | None = None
    json: bool = False


def add_actions(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Give the parser of `models` its actions; none means list."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, parents=parents, allow_abbrev=False)

    _add_json(action("list", "models that are here, and those that can be had (the default)"))
    show = action("show", "everything about a model, here or on the hub")
    show.add_argument("names", nargs=1, metavar="MODEL", help="a name, owner/name, or an address")
    _add_token(show)
    _add_json(show)
    pull = action("pull", "download a model; goes on where an earlier download stopped")
    pull.add_argument("names", nargs="+", metavar="MODEL", help="a name, owner/name, or an address")
    _add_token(pull)
    verify = action("verify", "hold files against their checksums; without a name, all models")
    verify.add_argument("names", nargs="*", metavar="NAME")
    verify.add_argument("--repair", action="store_true", help="fetch again what is damaged")
    _add_token(verify)
    remove = action("remove", "delete a model, or a download that did not end")
    remove.add_argument("names", nargs="+", metavar="NAME")
    remove.add_argument("--now", action="store_true", help="for good; also what was deleted before")
    restore = action("restore", "bring back a deleted model; without a name, list them")
    restore.add_argument("names", nargs="*", metavar="NAME")
    importing = action("import", "use a model that is on this computer already")
    importing.add_argument("source", type=_path, metavar="PATH", help="a folder or .safetensors")
    importing.add_argument("--name", metavar="NAME", help="what to call it")
    importing.add_argument("--copy", action="store_true", help="copy it; else it is used in place")
    path = action("path", "the models folder, or the folder of a model")
    path.add_argument("names", nargs="*", metavar="NAME")


def token_problem(options: ModelsOptions) -> str:
    """Why a token cannot be used this way; "" when it can, or there is none."""
    given = options.token or options.token_file is not None or options.token_env is not None
    if given and len(options.names) != 1:
        return "an access token is for one model: name one"
    return ""


def _add_token(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "access token", "for one gated or private model; sent to its hub alone, kept nowhere"
    ).add_mutually_exclusive_group()
    group.add_argument("--token", action="store_true", help="ask for it; it is not shown")
    group.add_argument("--token-file", metavar="FILE", help="read it; - is standard input")
    group.add_argument("--token-env", metavar="NAME", help="take it from this variable")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it cannot be empty")
    return Path(text)
