"""Prints how fast this machine reads memory, in bytes per second.

A process of its own, so that its buffers do not count as the measured program's memory:
`python -m ternchat.app.cli.bandwidth THREADS`.
"""

import subprocess
import sys

from ternchat.engine import EngineError, backend
from ternchat.engine.child_process import module_command


def measure(threads: int) -> float | None:
    """Bytes per second that `threads` threads read, measured in a child; None if that fails."""
    command = module_command("bandwidth", str(threads), package=__package__)
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        )
        return float(child.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def main(threads: str) -> int:
    """Measure and print; gives the exit code."""
    try:
        print(backend.measure_read_bandwidth(int(threads)))
    except (EngineError, MemoryError) as error:
        print(f"bandwidth: {error or 'not enough memory'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
