"""One file of a model: recovered, completed, held against its hash."""

from collections.abc import Generator, Iterator
from pathlib import Path

from ternchat.app.core.language import sentence
from ternchat.app.core.model_record import RecordedFile
from ternchat.app.core.progress import State
from ternchat.app.core.transfer_faults import Fault

from .connection import Source
from .finish import recorded
from .ledger import Ledger
from .part_file import PartFile
from .tools import Moment, Tools
from .transfer import Transfer

_COPY_BYTES = 1 << 20


class FileFetch:
    """Fetches files from a hub, or from a cache on this computer that happens to have them."""

    def __init__(self, tools: Tools, ledger: Ledger) -> None:
        self._tools = tools
        self._ledger = ledger
        self._transfer = Transfer(tools, ledger.meter)

    def fetch(
        self, part: PartFile, source: Source, cached: Path | None
    ) -> Generator[Moment, None, RecordedFile]:
        """Complete the part and give it its name; the file as the record knows it."""
        folder, file = part.path.parent, part.file
        try:
            for _ in part.recover():
                yield self._checking(part)
            yield from self._complete(part, source, cached)
            blocks = part.sums()
            part.finish(folder / file.name)
        finally:
            part.close()
        self._ledger.put(file.name, file.size_bytes)
        return recorded(file, folder, blocks)

    def _complete(self, part: PartFile, source: Source, cached: Path | None) -> Iterator[Moment]:
        """Fill the part until its hash is right: suspects first, then everything once more."""
        fetched_again = False
        while True:
            if cached is not None:
                yield from self._counted(part, self._copy(part, cached))
            else:
                yield from self._counted(part, self._transfer.fill(part, source))
            if part.next_range() is not None:  # the cache had less than it seemed
                cached = None
                continue
            for _ in part.check():
                yield self._checking(part)
            if part.is_right:
                return
            if part.doubt():
                continue
            part.discard()
            if cached is not None:  # a damaged cache is no reason to ask twice
                cached = None
                continue
            if fetched_again:
                file = part.file
                raise Fault.BAD_HASH.error(
                    sentence(
                        "{name} does not have the hash {hex}… that the hub names for it,"
                        " not even when it was fetched again",
                        name=file.name,
                        hex=file.digest.hex[:16],
                    )
                )
            fetched_again = True

    def _copy(self, part: PartFile, cached: Path) -> Iterator[Moment]:
        """Take the bytes that the part lacks from a file on this computer, as far as it goes."""
        try:
            file = cached.open("rb", buffering=0)
        except OSError:
            return  # the hash will say that it did not work
        with file:
            while (wanted := part.next_range()) is not None:
                self._tools.check_stopped()
                first, end = wanted
                file.seek(first)
                data = file.read(min(_COPY_BYTES, end - first))
                if not data:
                    return
                part.write(memoryview(data))
                self._ledger.meter.add(self._tools.clock.now(), len(data))
                yield Moment(State.COPYING)

    def _counted(self, part: PartFile, moments: Iterator[Moment]) -> Iterator[Moment]:
        for moment in moments:
            self._ledger.put(part.file.name, part.have_bytes)
            yield moment

    def _checking(self, part: PartFile) -> Moment:
        self._tools.check_stopped()
        self._ledger.put(part.file.name, part.have_bytes)
        return Moment(State.VERIFYING)
