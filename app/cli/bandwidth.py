"""Prints how fast this machine reads memory, in bytes per second.

A process of its own, so that its buffers do not count as the measured program's memory:
`python -m ternchat.app.cli.bandwidth --threads N`.
"""

import argparse
import subprocess
import sys

from ternchat.engine import EngineError, backend


def measure(threads: int) -> float | None:
    """Bytes per second that `threads` threads read, measured in a child; None if that fails."""
    command = [sys.executable, "-m", __spec__.name, "--threads", str(threads)]
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        )
        return float(child.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def main() -> int:
    """Measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(prog="ternchat.app.cli.bandwidth", description=__doc__)
    parser.add_argument("--threads", type=int, required=True)
    try:
        print(backend.measure_read_bandwidth(parser.parse_args().threads))
    except (EngineError, MemoryError) as error:
        print(f"bandwidth: {error or 'not enough memory'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
