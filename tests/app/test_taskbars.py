"""The task bar of Windows and the Dock of macOS, with their systems played by us."""

import ctypes
import re
import sys
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from needed import need

from ternchat.app.workers.taskbar import BarState, macos, windows
from ternchat.app.workers.taskbar.macos import DockTile
from ternchat.app.workers.taskbar.windows import TaskbarButton

HEADER = Path("/usr/x86_64-w64-mingw32/include/shobjidl.h")
RUNNING, PAUSED, FAILED = BarState.RUNNING, BarState.PAUSED, BarState.FAILED
E_FAIL, WINDOW = -0x7FFFBFFB, 0x7FFF_1234_5678

# ---- Windows -----------------------------------------------------------------------------------


class Com:
    """An ITaskbarList3 in memory, called through its table as Windows' own is."""

    def __init__(self, *faults):
        self.faults, self.calls, self.references = faults, [], 0
        kinds = {
            2: (self._release, ctypes.c_uint32),
            3: (self._method("init"), ctypes.c_int32),
            9: (
                self._method("value"),
                *(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64),
            ),
            10: (self._method("state"), ctypes.c_int32, ctypes.c_void_p, ctypes.c_int),
        }
        self._methods = [  # any other must not be called
            ctypes.CFUNCTYPE(result, ctypes.c_void_p, *takes)(function)
            for function, result, *takes in (kinds.get(n, (None, None)) for n in range(21))
            if function is not None
        ]
        table = (ctypes.c_void_p * 21)()
        for place, method in zip(sorted(kinds), self._methods, strict=True):
            table[place] = ctypes.cast(method, ctypes.c_void_p).value
        self._table = table
        self._object = ctypes.pointer(table)

    def CoCreateInstance(self, kind, outer, context, wanted, made):
        assert uuid.UUID(bytes_le=bytes(kind)) == windows._TASKBAR_LIST
        assert uuid.UUID(bytes_le=bytes(wanted)) == windows._TASKBAR_LIST_3
        assert (outer, context) == (None, 1)
        if "create" in self.faults:
            return E_FAIL
        if "nothing" not in self.faults:
            self.references += 1
            made._obj.value = ctypes.addressof(self._object)
        return 0

    def _method(self, name):
        def called(this, *arguments):
            assert this == ctypes.addressof(self._object)
            self.calls.append((name, *arguments))
            return E_FAIL if name in self.faults else 0

        return called

    def _release(self, this):
        self.references -= 1
        return self.references


def button(com, window=WINDOW):
    return TaskbarButton(lambda: window, com)


def test_the_button_shows_each_state_of_the_downloads():
    com = Com()
    bar = button(com)
    bar.show(None, RUNNING)
    bar.show(0.25, RUNNING)
    bar.show(0.5, PAUSED)
    bar.show(1.0, FAILED)
    bar.show(None, FAILED)
    assert com.calls == [
        ("init",),
        ("state", WINDOW, 1),
        *[("state", WINDOW, 2), ("value", WINDOW, 250, 1000)],
        *[("state", WINDOW, 8), ("value", WINDOW, 500, 1000)],
        *[("state", WINDOW, 4), ("value", WINDOW, 1000, 1000)],
        ("state", WINDOW, 4),
    ]
    assert com.references == 1
    bar.clear()
    bar.clear()
    assert com.calls[-1] == ("state", WINDOW, 0)
    assert com.references == 0


def test_a_button_that_never_showed_anything_asks_the_system_for_nothing():
    com = Com("create")
    button(com).clear()
    assert com.calls == []


@pytest.mark.parametrize("fault", ["create", "nothing", "init", "state", "value"])
def test_whatever_the_task_bar_refuses_is_an_error_that_leaves_nothing_open(fault):
    com = Com(fault)
    bar = button(com)
    with pytest.raises(OSError, match=r"failed with 0x80004005|gave nothing"):
        bar.show(0.5, RUNNING)
    assert com.references == 0
    com.faults = ()
    bar.show(0.5, RUNNING)  # the next step is a new attempt
    assert com.calls[-1] == ("value", WINDOW, 500, 1000)
    com.faults = ("state",)
    with pytest.raises(OSError, match="ITaskbarList3 failed"):
        bar.clear()
    assert com.references == 0


def test_without_a_window_nothing_is_asked_of_the_system():
    com = Com()
    with pytest.raises(OSError, match="no handle"):
        button(com, 0).show(0.5, RUNNING)
    assert com.references == 0


def test_what_is_asked_of_the_task_bar_is_what_the_headers_of_windows_say():
    need(HEADER.is_file(), "mingw-w64's headers")
    text = HEADER.read_text("utf-8")
    table = re.search(r"struct ITaskbarList3Vtbl \{(.*?)END_INTERFACE", text, re.DOTALL)[1]
    methods = re.findall(r"STDMETHODCALLTYPE \*(\w+)\)", table)
    places = {name: methods.index(name) for name in methods}
    assert windows._RELEASE[0] == places["Release"]
    assert windows._HR_INIT[0] == places["HrInit"]
    assert windows._SET_VALUE[0] == places["SetProgressValue"]
    assert windows._SET_STATE[0] == places["SetProgressState"]
    flags = dict(re.findall(r"(TBPF_\w+) = (0x\w)", text))
    known = (windows._NO_PROGRESS, windows._INDETERMINATE, *windows._FLAGS.values())
    names = ("NOPROGRESS", "INDETERMINATE", "NORMAL", "ERROR", "PAUSED")
    assert list(known) == [int(flags[f"TBPF_{name}"], 16) for name in names]
    classes = re.search(r'DECLSPEC_UUID\("([\w-]+)"\) TaskbarList;', text)
    interface = re.search(r'INTERFACE\("([\w-]+)"\)\s*ITaskbarList3 ', text)
    assert [uuid.UUID(classes[1]), uuid.UUID(interface[1])] == [
        windows._TASKBAR_LIST,
        windows._TASKBAR_LIST_3,
    ]


# ---- macOS -------------------------------------------------------------------------------------


class Runtime:
    """Objects of Objective-C that are numbers; `lacks` names what is not there."""

    def __init__(self, *lacks):
        self.lacks, self.badge, self.alive, self.unknown = lacks, None, {}, []
        self._names, self._kept = [], []
        self.objc_getClass = self._function(self._class, ctypes.c_void_p, ctypes.c_char_p)
        self.sel_registerName = self._function(self._name, ctypes.c_void_p, ctypes.c_char_p)
        # As many arguments as any message has: what is not sent is not looked at.
        self.objc_msgSend = self._function(self._send, ctypes.c_void_p, *[ctypes.c_void_p] * 3)

    def _function(self, function, result, *takes):
        self._kept.append(ctypes.CFUNCTYPE(result, *takes)(function))
        return self._kept[-1]

    def _class(self, name):
        return None if name.decode() in self.lacks else self._name(name)

    def _name(self, name):
        """A large number for a name: a class or a selector."""
        text = name.decode()
        if text not in self._names:
            self._names.append(text)
        return (1 << 40) + self._names.index(text)

    def _send(self, target, selector, argument):
        message = self._names[selector - (1 << 40)]
        if message != "respondsToSelector:" and message in self.lacks:
            self.unknown.append(message)  # this ends a program on macOS
        match message:
            case "respondsToSelector:":
                return int(self._names[argument - (1 << 40)] not in self.lacks)
            case "sharedApplication":
                return None if "program" in self.lacks else 1 << 41
            case "dockTile":
                return None if "tile" in self.lacks else 1 << 42
            case "alloc":
                return 1 << 43
            case "initWithUTF8String:":
                if "string" in self.lacks:
                    return None
                key = (1 << 44) + len(self._kept)
                self._kept.append(ctypes.create_string_buffer(ctypes.string_at(argument)))
                self.alive[key] = self._kept[-1]
                return key
            case "release":
                del self.alive[target]
            case "setBadgeLabel:":
                self.badge = self.alive[argument].value.decode()
            case "badgeLabel":
                if not self.badge or "memory" in self.lacks:
                    return None
                return 1 << 45
            case "UTF8String":
                self._kept.append(ctypes.create_string_buffer(self.badge.encode()))
                return ctypes.addressof(self._kept[-1])
        return None


def test_the_badge_says_how_far_the_downloads_are():
    runtime = Runtime()
    tile = DockTile(runtime)
    said = []
    for fraction, state in (
        (None, RUNNING), (0.429, RUNNING), (0.5, PAUSED), (0.07, FAILED), (None, FAILED),
    ):  # fmt: skip
        tile.show(fraction, state)
        said.append(runtime.badge)
    assert said == ["…", "42 %", "‖ 50 %", "! 7 %", "!"]
    tile.clear()
    assert runtime.badge == ""
    assert runtime.alive == {}


def test_a_dock_that_was_never_used_is_asked_for_nothing():
    DockTile(Runtime("NSApplication")).clear()


@pytest.mark.parametrize(
    "lack",
    [
        *("NSApplication", "sharedApplication", "program", "dockTile", "tile", "setBadgeLabel:"),
        *("badgeLabel", "memory", "NSString", "alloc", "string", "initWithUTF8String:", "release"),
        "UTF8String",
    ],
)
def test_what_the_dock_lacks_is_an_error_before_it_ends_the_program(lack):
    runtime = Runtime(lack)
    with pytest.raises(OSError, match=r"there is n|is not understood|the badge says"):
        DockTile(runtime).show(0.5, RUNNING)
    assert runtime.unknown == []


def test_a_system_without_the_functions_is_an_error():
    with pytest.raises(OSError, match="missing"):
        DockTile(SimpleNamespace(objc_getClass=ctypes.c_void_p())).show(0.5, RUNNING)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this is about other systems")
def test_elsewhere_there_are_neither_task_bar_nor_dock():
    with pytest.raises(OSError, match="no such task bar"):
        TaskbarButton(lambda: WINDOW).show(0.5, RUNNING)
    with pytest.raises(OSError, match="no Dock"):
        DockTile().show(0.5, RUNNING)
    assert macos._UNKNOWN.keys() == macos._WORDS.keys()
