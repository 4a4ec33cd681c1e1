"""On Windows: the bar on the program's button in the task bar. Never run there by us.

So it believes nothing: every answer of the system is looked at, and what is no success is an
OSError. The interface is fetched anew after each, and what is to be shown is told in full each
time: a button that was not there yet, or came back with a new Explorer, gets it with the next step.
"""

import ctypes
import sys
import uuid
from collections.abc import Callable
from typing import Any

from .face import BarState

_TASKBAR_LIST = uuid.UUID("56fdf344-fd6d-11d0-958a-006097c9a090")  # CLSID_TaskbarList
_TASKBAR_LIST_3 = uuid.UUID("ea1afb91-9e28-4b86-90e9-9e9f8a5eefaf")  # IID_ITaskbarList3
_IN_PROCESS = 1  # CLSCTX_INPROC_SERVER
_STEPS = 1000

# TBPFLAG
_NO_PROGRESS, _INDETERMINATE = 0x0, 0x1
_FLAGS = {BarState.RUNNING: 0x2, BarState.FAILED: 0x4, BarState.PAUSED: 0x8}

# Not ctypes.wintypes and ctypes.HRESULT: this is tested on other systems.
_HRESULT, _ULONG, _POINTER = ctypes.c_int32, ctypes.c_uint32, ctypes.c_void_p
_METHOD = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)

# Where in the table of an ITaskbarList3 a method stands, and what it takes after the object.
_RELEASE = 2, _ULONG, ()
_HR_INIT = 3, _HRESULT, ()
_SET_VALUE = 9, _HRESULT, (_POINTER, ctypes.c_uint64, ctypes.c_uint64)
_SET_STATE = 10, _HRESULT, (_POINTER, ctypes.c_int)


class TaskbarButton:
    """The button of one window; to be used in the thread of the window, where Qt starts COM."""

    def __init__(self, window: Callable[[], int], ole32: Any = None) -> None:
        self._window, self._ole32 = window, ole32
        self._list: int | None = None  # an ITaskbarList3

    def show(self, fraction: float | None, state: BarState) -> None:
        """A green bar, a yellow one while paused, a red one after a failure."""
        if fraction is None and state is BarState.RUNNING:
            self._do(_SET_STATE, _INDETERMINATE)
            return
        self._do(_SET_STATE, _FLAGS[state])
        if fraction is not None:
            self._do(_SET_VALUE, round(_STEPS * fraction), _STEPS)

    def clear(self) -> None:
        """No bar."""
        if self._list is None:
            return
        try:
            self._do(_SET_STATE, _NO_PROGRESS)
        finally:
            self._release()

    def _do(self, method: tuple[int, Any, tuple[Any, ...]], *arguments: int) -> None:
        window = self._window()
        if not window:
            raise OSError("the window has no handle")
        if self._list is None:
            self._create()
        try:
            _check("ITaskbarList3", self._call(method, window, *arguments))
        except OSError:
            self._release()
            raise

    def _create(self) -> None:
        """Fetch the interface; only once it is initialised may anything else be called."""
        made = ctypes.c_void_p()
        ole32 = self._ole32 if self._ole32 is not None else _ole32()
        result = ole32.CoCreateInstance(
            _guid(_TASKBAR_LIST), None, _IN_PROCESS, _guid(_TASKBAR_LIST_3), ctypes.byref(made)
        )
        _check("CoCreateInstance", result)
        if not made.value:
            raise OSError("CoCreateInstance gave nothing")
        self._list = made.value
        try:
            _check("HrInit", self._call(_HR_INIT))
        except OSError:
            self._release()
            raise

    def _release(self) -> None:
        if self._list is not None:
            self._call(_RELEASE)
            self._list = None

    def _call(self, method: tuple[int, Any, tuple[Any, ...]], *arguments: int) -> int:
        """Call a method of the interface: its object begins with the address of a table."""
        place, result, takes = method
        table = ctypes.cast(self._list, ctypes.POINTER(ctypes.POINTER(_POINTER))).contents
        function = _METHOD(result, _POINTER, *takes)(table[place])
        answer: int = function(self._list, *arguments)
        return answer


def _guid(value: uuid.UUID) -> Any:
    return (ctypes.c_ubyte * 16).from_buffer_copy(value.bytes_le)


def _check(name: str, result: int) -> None:
    if result < 0:
        raise OSError(f"{name} failed with {result & 0xFFFFFFFF:#010x}")


def _ole32() -> Any:
    if sys.platform != "win32":
        raise OSError("there is no such task bar on this system")
    library = ctypes.WinDLL("ole32")
    library.CoCreateInstance.restype = _HRESULT
    library.CoCreateInstance.argtypes = (_POINTER, _POINTER, _ULONG, _POINTER, _POINTER)
    return library
