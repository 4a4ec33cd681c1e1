"""The program's settings: one frozen record, the same words as in settings.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .fields import Choice, Flag, Number, Text, acceptable, check, chosen, ruled
from .hub_address import HubOptions, is_endpoint
from .proxy import Proxy, is_proxy
from .translatable import QT_TRANSLATE_NOOP

PIXELS = 32_767  # more than any desktop has
GIB = 1024**3


class ColourScheme(StrEnum):
    """Light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class SendKey(StrEnum):
    """What sends a message; the other one breaks the line."""

    ENTER = "enter"
    CTRL_ENTER = "ctrl+enter"


@dataclass(frozen=True)
class WindowPlace:
    """Where the window stood, in logical pixels; None before it was ever closed."""

    x: int | None = ruled(None, Number(-PIXELS, PIXELS, optional=True))
    y: int | None = ruled(None, Number(-PIXELS, PIXELS, optional=True))
    width: int | None = ruled(None, Number(1, PIXELS, optional=True))
    height: int | None = ruled(None, Number(1, PIXELS, optional=True))
    maximized: bool = ruled(False, Flag())
    sidebar: bool = ruled(True, Flag())
    sidebar_width: int | None = ruled(None, Number(1, PIXELS, optional=True))
    chat_settings: bool = ruled(False, Flag())

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Settings:
    """Everything a person can choose for the whole program; None leaves it to the program."""

    models_folder: str | None = ruled(
        None,
        Text(
            longest=4096,
            optional=True,
            title=QT_TRANSLATE_NOOP("Settings", "Folder for models"),
            text=QT_TRANSLATE_NOOP(
                "Settings", "Where models are looked for and downloaded to; they take gigabytes."
            ),
        ),
    )
    proxy: str | None = ruled(
        None,
        Text(
            longest=2000,
            optional=True,
            title=QT_TRANSLATE_NOOP("Settings", "Proxy"),
            text=QT_TRANSLATE_NOOP(
                "Settings",
                "http://proxy:port or http://name:password@proxy:port, none to go straight,"
                " or nothing for what the system says.",
            ),
            fits=is_proxy,
            wanted="system, none, or the address of a proxy",
            secret=True,
        ),
    )
    endpoint: str | None = ruled(
        None,
        Text(
            longest=2000,
            optional=True,
            title=QT_TRANSLATE_NOOP("Settings", "Model hub"),
            text=QT_TRANSLATE_NOOP(
                "Settings", "The https address of a mirror, or nothing for Hugging Face."
            ),
            fits=is_endpoint,
            wanted="an https address",
        ),
    )
    threads: int | None = ruled(
        None,
        Number(
            1,
            1024,
            optional=True,
            title=QT_TRANSLATE_NOOP("Settings", "Threads"),
            text=QT_TRANSLATE_NOOP(
                "Settings",
                "How many processor cores write an answer; more is not always faster.",
            ),
        ),
    )
    context_length: int | None = ruled(
        None,
        Number(
            256,
            131_072,
            256,
            start=4096,
            optional=True,
            title=QT_TRANSLATE_NOOP("Settings", "Context length"),
            text=QT_TRANSLATE_NOOP(
                "Settings",
                "How many tokens a model can look back on; longer takes more memory.",
            ),
        ),
    )
    kv_disk_bytes: int = ruled(
        2 * GIB,
        Number(
            0,
            1024 * GIB,
            GIB // 4,
            title=QT_TRANSLATE_NOOP("Settings", "Room on disk for read chats"),
            text=QT_TRANSLATE_NOOP(
                "Settings",
                "A chat kept there goes on at once, without being read again; 0 keeps none.",
            ),
        ),
    )
    theme: ColourScheme = ruled(
        ColourScheme.SYSTEM,
        Choice(
            ColourScheme,
            title=QT_TRANSLATE_NOOP("Settings", "Light or dark"),
            text=QT_TRANSLATE_NOOP(
                "Settings", "Like the system follows it at once, whenever it changes."
            ),
        ),
    )
    zoom: int = ruled(
        100,
        Number(
            80,
            200,
            title=QT_TRANSLATE_NOOP("Settings", "Size"),
            text=QT_TRANSLATE_NOOP("Settings", "Makes text, buttons and pictures larger."),
        ),
    )
    send_key: SendKey = ruled(
        SendKey.ENTER,
        Choice(
            SendKey,
            title=QT_TRANSLATE_NOOP("Settings", "Send with"),
            text=QT_TRANSLATE_NOOP("Settings", "The other key then begins a new line."),
        ),
    )
    remember: bool = ruled(
        True,
        Flag(
            title=QT_TRANSLATE_NOOP("Settings", "Start where I left off"),
            text=QT_TRANSLATE_NOOP(
                "Settings", "Opens the last chat, and the window where it stood."
            ),
        ),
    )
    notify: bool = ruled(
        False,
        Flag(
            title=QT_TRANSLATE_NOOP("Settings", "Say when an answer is ready"),
            text=QT_TRANSLATE_NOOP(
                "Settings",
                "While another program is in front; without a word of what is in it.",
            ),
        ),
    )
    last_chat: int | None = ruled(None, Number(1, 2**62, optional=True))
    window: WindowPlace = WindowPlace()

    def __post_init__(self) -> None:
        check(self)

    def hub_options(
        self, endpoint: str | None = None, offline: bool = False, proxy: Proxy | None = None
    ) -> HubOptions:
        """The way to the hub; what the command line said wins."""
        return HubOptions.of(endpoint or self.endpoint, offline, proxy or Proxy.of(self.proxy))

    def to_dict(self) -> dict[str, Any]:
        """What differs from the defaults, ready for TOML."""
        values = chosen(self)
        window = chosen(self.window)
        return values | ({"window": window} if window else {})

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> tuple["Settings", list[str]]:
        """Settings, and a sentence about each value that cannot be: its default is used."""
        taken, refused = acceptable(cls, values)
        window = values.get("window")
        if isinstance(window, Mapping):
            place, more = acceptable(WindowPlace, window)
            taken["window"] = WindowPlace(**place)
            refused += [f"window.{sentence}" for sentence in more]
        return cls(**taken), refused
