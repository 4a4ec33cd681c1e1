"""The program: the window, or one of the commands.

Start-up of the window, in this order: arguments, is there a display, log files, QApplication,
context, show, then (with the event loop running) the model named on the command line. The engine,
and NumPy with it, is imported by the engine's thread once the window has been painted.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING

from ternchat.app import children
from ternchat.app.cli import arguments
from ternchat.app.core.data_lock import DataFolderInUseError, DataLock
from ternchat.app.core.errors import AppError
from ternchat.app.core.paths import DataPaths
from ternchat.app.display import why_no_window
from ternchat.app.logs import start_logging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from PySide6.QtWidgets import QApplication

    from ternchat.app.cli.arguments import Options
    from ternchat.app.context import AppContext

HOUSEKEEPING_AFTER_MS = 5000  # when the start is over

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run Ternchat; the exit code."""
    given = sys.argv[1:] if argv is None else list(argv)
    if given[:1] == [children.FLAG]:
        return children.be(*given[1:])
    options = arguments.parse(argv)
    try:
        return _dispatch(options)
    except KeyboardInterrupt:
        return 130
    except AppError as error:
        return _fail(error)
    except ImportError as error:
        return _fail(error)
    except Exception as error:
        if not _is_engine_error(error):
            raise
        return _fail(error)


def _dispatch(options: Options) -> int:
    match options.command:
        case "chat":
            from ternchat.app.cli import chat

            return chat.run(options)
        case "bench":
            from ternchat.app.cli import bench

            return bench.run(options)
        case "chats":
            from ternchat.app.cli import chats

            return chats.run(options)
        case "models":
            from ternchat.app.cli import models

            return models.run(options)
        case "doctor":
            from ternchat.app.cli import doctor

            return doctor.run(options)
        case "desktop":
            from ternchat.app.cli import desktop

            return desktop.run(options)
    reason = why_no_window()
    if reason is not None:
        print(f"ternchat: {reason}; chatting in the terminal instead", file=sys.stderr, flush=True)
        from ternchat.app.cli import chat

        return chat.run(options)
    return _run_window(options)


def _run_window(options: Options) -> int:
    paths = DataPaths.from_option(options.data_dir)
    paths.create()
    start_logging(paths.logs)

    from PySide6.QtCore import QLocale
    from PySide6.QtWidgets import QApplication

    from ternchat.app.context import AppContext
    from ternchat.app.core.desktop_entry import DESKTOP_ID
    from ternchat.app.core.language import set_language
    from ternchat.app.front_door import ask_to_show
    from ternchat.app.views.language import QtLanguage, install_translators, translations

    app = QApplication([sys.argv[0]])
    app.setApplicationName("ternchat")
    app.setApplicationDisplayName("Ternchat")
    app.setDesktopFileName(DESKTOP_ID)
    install_translators(app, translations(), QLocale())
    set_language(QtLanguage())
    sys.excepthook = _log_exception
    # All that counts is stored by then; looking through all objects there are takes a second or,
    # on a busy machine, many.
    atexit.register(gc.freeze)
    lock = DataLock(paths.root)
    try:
        lock.acquire()
    except DataFolderInUseError:
        if not ask_to_show(paths.root):
            raise
        print("ternchat: already running: its window is shown", file=sys.stderr)
        return 0
    context = AppContext.build(app, paths, options)
    code = 1
    try:
        code = _show(app, context, options)
    finally:  # a thread that still runs when Qt goes down would abort the process
        ended = context.close()
        lock.release()
        if not ended:
            log.error("the engine did not let go in time")
            logging.shutdown()
            os._exit(1)
    return code


def _show(app: QApplication, context: AppContext, options: Options) -> int:
    from PySide6.QtCore import QTimer

    from ternchat.app.front_door import FrontDoor
    from ternchat.app.signal_watch import SignalWatch

    watch = SignalWatch(app)
    context.settings.restore()
    _tell_exceptions(context)
    door = FrontDoor(context.paths.root)
    door.show_requested.connect(context.window.come_forward)
    context.window.show()
    context.window.activateWindow()  # where no window manager does it, shortcuts need it
    log.info("window shown")
    context.window.page.errors.show_problem(context.chats.outcome.problem)
    QTimer.singleShot(HOUSEKEEPING_AFTER_MS, context.window, context.keep_house)
    if options.model is not None:
        model = options.model
        QTimer.singleShot(0, context.controller, lambda: context.controller.use_model(model))
    code = app.exec()
    door.close()
    watch.close()
    return code


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    log.error("unexpected error", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _tell_exceptions(context: AppContext) -> None:
    """Show in the window what went wrong in it, and log it."""
    from ternchat.app.core.problem import Problem

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log_exception(kind, error, trace)
        context.controller.problem_raised.emit(Problem.of(error))

    sys.excepthook = tell


def _is_engine_error(error: Exception) -> bool:
    from ternchat.engine.errors import EngineError

    return isinstance(error, EngineError)


def _fail(error: Exception) -> int:
    print(f"ternchat: {error}", file=sys.stderr)
    return 1
