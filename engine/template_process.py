"""The process that renders unknown chat templates: started when needed, ended in time."""

import json
import os
import weakref
from collections.abc import Sequence
from typing import Any

from ternchat.engine.asked_child import AskedChild, ChildError, Pause, nothing
from ternchat.engine.child_process import script_command
from ternchat.engine.errors import TemplateError
from ternchat.engine.template_child import MEMORY_BYTES

RENDER_SECONDS = 2.0
START_SECONDS = 30.0  # of a busy machine with a slow disk
_MARGIN_BYTES = 64 << 20  # the system's own bound comes first where it has one: it has better words


class TemplateProcess:
    """Renders templates in a child, which stays for the next ones as long as it answers in time."""

    def __init__(self, seconds: float = RENDER_SECONDS) -> None:
        self._seconds = seconds
        self._child: AskedChild | None = None

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes it has running."""
        return (self._child.pid,) if self._child is not None and self._child.is_alive else ()

    def render(
        self,
        template: str,
        renders: Sequence[dict[str, Any]],
        limit: int,
        pause: Pause = nothing,
    ) -> list[dict[str, str]]:
        """For each set of variables {"text": ...}, or {"error": kind, "message": ...}.

        `limit` is in characters. Raises TemplateError where no answer comes in time, and what
        `pause` raises while one waits.
        """
        child = self._running(pause)
        request = {"template": template, "renders": list(renders), "limit": limit}
        try:
            answer = child.ask(json.dumps(request).encode("ascii"), self._seconds, pause)
            return _results(json.loads(answer), len(renders))
        except (ChildError, ValueError) as error:
            self.close()
            raise TemplateError(
                f"does not come to an end within {self._seconds:g} seconds and the memory it has"
            ) from error

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _running(self, pause: Pause) -> AskedChild:
        if self._child is not None and self._child.is_alive:
            return self._child
        self.close()
        try:
            child = AskedChild(
                script_command("template_child", "jinja2"),
                MEMORY_BYTES + _MARGIN_BYTES,
                env={} if os.name == "posix" else None,  # a template has no business with it
            )
            weakref.finalize(self, child.end)  # for an owner that is forgotten rather than closed
            child.wait_until_ready(START_SECONDS, pause)
        except (ChildError, OSError, ImportError) as error:
            raise TemplateError("cannot be rendered: the process for it does not start") from error
        self._child = child
        return child


def _results(answer: Any, count: int) -> list[dict[str, str]]:
    """The results in an answer; a template that broke out of its sandbox could send anything."""
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != count:
        raise ValueError("the answer is not one")
    for result in results:
        if not isinstance(result, dict) or not all(isinstance(v, str) for v in result.values()):
            raise ValueError("a result is not one")
    return results
