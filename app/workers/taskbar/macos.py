"""On macOS: a badge on the program's icon in the Dock. Never run there by us.

So it believes nothing: an object that is not there, or does not know what it is to be asked, is an
OSError before it is asked, for that would end the program; and what the badge says is read back.
"""

import ctypes
import ctypes.util
import sys
from typing import Any

from ternchat.app.core.language import number, translate
from ternchat.app.core.translatable import QT_TRANSLATE_NOOP

from .face import BarState

_ID = ctypes.c_void_p  # of an object, a class or a selector

_WORDS = {
    BarState.RUNNING: QT_TRANSLATE_NOOP("Dock", "{percent} %"),
    BarState.PAUSED: QT_TRANSLATE_NOOP("Dock", "‖ {percent} %"),
    BarState.FAILED: QT_TRANSLATE_NOOP("Dock", "! {percent} %"),
}
_UNKNOWN = {BarState.RUNNING: "…", BarState.PAUSED: "‖", BarState.FAILED: "!"}


class DockTile:
    """The program's icon; to be used in the main thread, as everything of the window."""

    def __init__(self, library: Any = None) -> None:
        self._library = library
        self._objects: _Objects | None = None

    def show(self, fraction: float | None, state: BarState) -> None:
        """How many per cent are done, with a mark when it is paused or has failed."""
        if fraction is None:
            self._say(_UNKNOWN[state])
            return
        words = translate("Dock", _WORDS[state])
        self._say(words.format(percent=number(int(100 * fraction))))

    def clear(self) -> None:
        """No badge."""
        if self._objects is not None:
            self._say("")
            self._objects = None

    def _say(self, text: str) -> None:
        if self._objects is None:
            library = self._library if self._library is not None else _objective_c()
            self._objects = _Objects(library)
        objects = self._objects
        program = objects.ask(objects.class_of("NSApplication"), "sharedApplication")
        tile = objects.ask(program, "dockTile")
        with _Text(objects, text) as label:
            objects.tell(tile, "setBadgeLabel:", label)
        shown = objects.text_of(objects.ask(tile, "badgeLabel"))
        if shown != text:
            raise OSError(f"the badge says {shown!r}, not {text!r}")


class _Objects:
    """Sends messages to objects of Objective-C."""

    def __init__(self, library: Any) -> None:
        self._class = ctypes.CFUNCTYPE(_ID, ctypes.c_char_p)(_address(library.objc_getClass))
        self._selector = ctypes.CFUNCTYPE(_ID, ctypes.c_char_p)(_address(library.sel_registerName))
        # One function, but each message is called as what it is: arguments lie in other places
        # otherwise.
        self._send = _address(library.objc_msgSend)

    def class_of(self, name: str) -> int:
        """The class of that name."""
        found: int | None = self._class(name.encode())
        if not found:
            raise OSError(f"there is no class {name}")
        return found

    def ask(self, target: int | None, message: str, *arguments: int | bytes) -> int | None:
        """What the object answers."""
        answer: int | None = self._send_to(target, message, _ID, arguments)
        return answer

    def tell(self, target: int | None, message: str, *arguments: int) -> None:
        """Send what is not answered."""
        self._send_to(target, message, None, arguments)

    def text_of(self, string: int | None) -> str:
        """What an NSString says; nothing where there is none."""
        if not string:
            return ""
        found = self.ask(string, "UTF8String")
        return ctypes.string_at(found).decode("utf-8", "replace") if found else ""

    def _send_to(
        self, target: int | None, message: str, result: Any, arguments: tuple[int | bytes, ...]
    ) -> Any:
        """Send, once it is known that the message is understood."""
        if not target:
            raise OSError(f"there is nothing that could be told {message}")
        selector = self._selector(message.encode())
        understands = self._message(ctypes.c_bool, _ID)
        if not understands(target, self._selector(b"respondsToSelector:"), selector):
            raise OSError(f"{message} is not understood")
        kinds = [ctypes.c_char_p if isinstance(each, bytes) else _ID for each in arguments]
        return self._message(result, *kinds)(target, selector, *arguments)

    def _message(self, result: Any, *kinds: Any) -> Any:
        return ctypes.CFUNCTYPE(result, _ID, _ID, *kinds)(self._send)


class _Text:
    """An NSString that is let go of at the end; whoever keeps it has a hold of its own."""

    def __init__(self, objects: _Objects, text: str) -> None:
        self._objects = objects
        empty = objects.ask(objects.class_of("NSString"), "alloc")
        self._string = objects.ask(empty, "initWithUTF8String:", text.encode())
        if not self._string:
            raise OSError(f"there is no string for {text!r}")

    def __enter__(self) -> int:
        assert self._string is not None
        return self._string

    def __exit__(self, *exception: object) -> None:
        self._objects.tell(self._string, "release")


def _address(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    if not address:
        raise OSError("a function of Objective-C is missing")
    return address


def _objective_c() -> Any:
    name = ctypes.util.find_library("objc") if sys.platform == "darwin" else None
    if name is None:
        raise OSError("there is no Dock on this system")
    return ctypes.CDLL(name)
