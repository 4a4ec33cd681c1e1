"""Brings the bytes a part lacks, through drops, stalls and busy servers."""

from collections.abc import Iterator

from ternchat.app.core.language import sentence
from ternchat.app.core.progress import State
from ternchat.app.core.transfer_errors import TransferError
from ternchat.app.core.transfer_faults import Fault

from .connection import Source
from .part_file import PartFile
from .policy import Backoff
from .reader import Ended, Failed, Opened, Reader
from .speed import SpeedMeter
from .tools import Moment, Tools

_JOIN_SECONDS = 1.0


class Transfer:
    """Fetches files one after the other."""

    def __init__(self, tools: Tools, meter: SpeedMeter) -> None:
        self._tools = tools
        self._meter = meter
        self._unseen = tools.policy.look_bytes  # written since the disk was last looked at

    def fill(self, part: PartFile, source: Source) -> Iterator[Moment]:
        """Fetch what the part lacks; it is complete afterwards."""
        backoff = Backoff(self._tools.policy, self._tools.policy.attempts)
        while (wanted := part.next_range()) is not None:
            try:
                yield from self._receive(part, Reader(source, *wanted), wanted, backoff)
            except TransferError as error:
                yield from self._tools.wait_after(error, backoff)

    def _receive(
        self, part: PartFile, reader: Reader, wanted: tuple[int, int], backoff: Backoff
    ) -> Iterator[Moment]:
        """Write what one answer brings."""
        clock, policy = self._tools.clock, self._tools.policy
        heard = reported = clock.now()
        (missing, end), position = wanted, 0
        try:
            while True:
                self._tools.check_stopped()
                item = clock.receive(reader.inbox, policy.tick_seconds)
                now = clock.now()
                if item is None:
                    if now - heard >= policy.stall_seconds:
                        raise Fault.STALLED.error(
                            sentence(
                                "nothing came for {stall_seconds} seconds",
                                stall_seconds=policy.stall_seconds,
                            )
                        )
                elif isinstance(item, Failed):
                    raise item.error
                elif isinstance(item, Ended):
                    raise Fault.NO_NETWORK.error(
                        sentence("the connection ended before the file did")
                    )
                elif isinstance(item, Opened):
                    position, heard = item.start, now
                else:
                    heard = now
                    # A server that ignores ranges begins with bytes that are there already.
                    useful = memoryview(item)[max(0, missing - position) : end - position]
                    position += len(item)
                    if useful:
                        self._write(part, useful)
                        missing += len(useful)
                        self._meter.add(now, len(useful))
                        backoff.reset()
                    if missing >= end:
                        return
                quiet = item is None or isinstance(item, Opened)
                if quiet or now - reported >= policy.report_seconds:
                    reported = now
                    yield Moment(State.DOWNLOADING)
        finally:
            reader.stop()
            reader.join(_JOIN_SECONDS)

    def _write(self, part: PartFile, data: memoryview) -> None:
        self._unseen += len(data)
        if self._unseen >= self._tools.policy.look_bytes:
            self._unseen = 0
            free = self._tools.free_bytes(part.path.parent)
            if free < self._tools.policy.floor_bytes:
                raise Fault.NO_DISK.error(
                    sentence("only {free} MB are left on the disk", free=free / 1e6)
                )
        part.write(data)
