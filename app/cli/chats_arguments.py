"""What `ternchat chats` takes."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternchat.app.core.export.formats import ExportFormat


@dataclass(frozen=True)
class ChatsOptions:
    """What `ternchat chats` takes beside the common options.

    Attributes:
        action: "list", "export" or "import".
        files: what to import, or the one file to write; "-" is the standard output.
        format: what to write; None goes by the file's name.
        ids: the chats to write; empty means all.

    """

    action: str = "list"
    files: tuple[Path, ...] = ()
    format: ExportFormat | None = None
    ids: tuple[int, ...] = ()


def add_chats(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command with its actions."""
    chats = commands.add_parser(
        "chats",
        help="list, export or import the chats of the window",
        parents=[common],
        allow_abbrev=False,
    )
    actions = chats.add_subparsers(dest="chats_action", metavar="ACTION", required=True)
    actions.add_parser("list", help="one line a chat", parents=[common], allow_abbrev=False)
    export = actions.add_parser(
        "export", help="write chats into a file", parents=[common], allow_abbrev=False
    )
    export.add_argument("chats_files", nargs=1, type=Path, metavar="FILE", help='"-": print')
    export.add_argument(
        "--format",
        dest="chats_format",
        type=ExportFormat,
        choices=list(ExportFormat),
        metavar="NAME",
        help="json, which loses nothing, markdown or html; by default as FILE is named",
    )
    export.add_argument(
        "--chat",
        dest="chats_ids",
        action="append",
        type=int,
        default=[],
        metavar="ID",
        help="only this one; may be given several times",
    )
    import_ = actions.add_parser(
        "import",
        help="read exports of Ternchat, ChatGPT or Open WebUI",
        parents=[common],
        allow_abbrev=False,
    )
    import_.add_argument("chats_files", nargs="+", type=Path, metavar="FILE")


def chats_options(values: dict[str, Any]) -> ChatsOptions:
    """The options among the parsed values."""
    return ChatsOptions(
        values.get("chats_action", "list"),
        tuple(values.get("chats_files", ())),
        values.get("chats_format"),
        tuple(values.get("chats_ids", ())),
    )
