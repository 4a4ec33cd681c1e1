"""How much of the processors other programs took while something was measured."""

import time

import psutil


class OthersShare:
    """Begins to watch when it is made."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._began = time.perf_counter(), _system_seconds(), self._own_seconds()

    def share(self) -> float:
        """From 0 to 1, since it began; on a virtual machine what its neighbours took counts."""
        began, system, own = self._began
        wall = time.perf_counter() - began
        if wall <= 0:
            return 0.0
        others = _system_seconds() - system - (self._own_seconds() - own)
        return min(1.0, max(0.0, others / (wall * (psutil.cpu_count() or 1))))

    def _own_seconds(self) -> float:
        times = self._process.cpu_times()
        own: float = times.user + times.system
        return own


def _system_seconds() -> float:
    """Seconds that all processors together were not idle."""
    times = psutil.cpu_times()
    names = ("user", "nice", "system", "irq", "softirq", "steal", "interrupt", "dpc")
    return sum(float(getattr(times, name, 0.0)) for name in names)
