"""The process that renders unknown chat templates: started when needed, ended in time."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import weakref
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from ternchat.engine.child_process import script_command
from ternchat.engine.child_watch import ChildWatch, resident_bytes
from ternchat.engine.errors import TemplateError
from ternchat.engine.template_child import MEMORY_BYTES
from ternchat.engine.windows_job import Job

RENDER_SECONDS = 2.0
START_SECONDS = 30.0  # of a busy machine with a slow disk
_MAX_ANSWER_BYTES = 64 << 20
_MARGIN_BYTES = 64 << 20  # the system's own bound comes first where it has one: it has better words

log = logging.getLogger(__name__)


class TemplateProcess:
    """Renders templates in a child, which stays for the next ones as long as it answers in time."""

    def __init__(self, seconds: float = RENDER_SECONDS) -> None:
        self._seconds = seconds
        self._child: _Child | None = None

    def render(
        self, template: str, renders: Sequence[dict[str, Any]], limit: int
    ) -> list[dict[str, str]]:
        """For each set of variables {"text": ...}, or {"error": kind, "message": ...}.

        `limit` is in characters. Raises TemplateError where no answer comes in time.
        """
        if self._child is None or not self._child.is_alive:
            self.close()
            self._child = _start(self)
        request = {"template": template, "renders": list(renders), "limit": limit}
        try:
            return _results(self._child.ask(request, self._seconds), len(renders))
        except OSError as error:
            self.close()
            raise TemplateError(
                f"does not come to an end within {self._seconds:g} seconds and the memory it has"
            ) from error

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """A running template_child.py; whoever is not answered in time kills it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            script_command("template_child", "jinja2"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={} if os.name == "posix" else None,  # a template has no business with it
        )
        self._pid = self._process.pid
        self._most_bytes: int | None = None
        self._job: Job | None = None
        self._requests = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any] | None, seconds: float) -> Any:
        """The answer to a request, or to nothing; OSError when the process ended instead."""
        # It ends what waits below.
        with ChildWatch(self._pid, self._kill, seconds, self._most_bytes):
            try:
                if request is not None:
                    data = json.dumps(request).encode("ascii")
                    self._requests.write(len(data).to_bytes(4, "big") + data)
                    self._requests.flush()
                length = int.from_bytes(self._read(4), "big")
                if length > _MAX_ANSWER_BYTES:
                    raise OSError(f"an answer of {length:,} bytes")
                return json.loads(self._read(length))
            except ValueError as error:
                raise ConnectionError("the answer is no JSON") from error

    def begin(self) -> None:
        """Wait until it is ready, and hold it to its bounds from then on."""
        ready = self.ask(None, START_SECONDS)
        # A launcher may stand between us and the process that renders (Windows, frozen programs).
        self._pid = int(ready["pid"])
        self._most_bytes = resident_bytes(self._pid) + MEMORY_BYTES + _MARGIN_BYTES
        if sys.platform == "win32":
            try:
                self._job = Job(self._pid, self._most_bytes)
            except OSError as error:
                log.warning("chat templates are rendered without a job object: %s", error)

    def end(self) -> None:
        """End it at once; it has nothing to lose."""
        self._kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):  # what was not sent yet
                pipe.close()

    def _kill(self) -> None:
        self._process.kill()
        if self._job is not None:
            self._job.close()

    def _read(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) < size:
            raise ConnectionError("the process ended")
        return data


def _results(answer: Any, count: int) -> list[dict[str, str]]:
    """The results in an answer; a template that broke out of its sandbox could send anything."""
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != count:
        raise ConnectionError("the answer is not one")
    for result in results:
        if not isinstance(result, dict) or not all(isinstance(v, str) for v in result.values()):
            raise ConnectionError("a result is not one")
    return results


def _start(owner: TemplateProcess) -> _Child:
    try:
        child = _Child()
        weakref.finalize(owner, child.end)  # for an owner that is forgotten rather than closed
        child.begin()
    except (OSError, ImportError, KeyError, TypeError, ValueError) as error:
        raise TemplateError("cannot be rendered: the process for it does not start") from error
    return child
