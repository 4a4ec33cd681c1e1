"""Lets a child measure this machine, and understands what it says."""

import json
from collections.abc import Callable

from ternchat.engine.child_process import call, module_command
from ternchat.engine.speed import MachineSpeed


def measure_in_child(
    isa: str | None = None,
    threads: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    *,
    gently: bool = False,
) -> MachineSpeed | None:
    """The speed of this machine; None when that was cancelled or did not succeed.

    `gently`: everything else that runs comes first.
    """
    arguments = [isa or "", str(threads or ""), *(["gently"] if gently else [])]
    try:
        done = call(module_command("measure_speed", *arguments), is_cancelled)
        return None if done is None else MachineSpeed(**json.loads(done.stdout))
    except (OSError, ValueError, TypeError):
        return None
