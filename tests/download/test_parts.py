"""The pieces of a download: part files, waits, speed."""

import hashlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ternchat.app.core.download.part_file import PartFile
from ternchat.app.core.download.policy import Backoff, Policy
from ternchat.app.core.download.speed import SpeedMeter
from ternchat.app.core.remote_model import Digest, RemoteFile
from ternchat.app.core.wording import duration_text

BLOCK = 64
CONTENT = random.Random(3).randbytes(5 * BLOCK + 17)
FILE = RemoteFile(
    "w.safetensors", len(CONTENT), Digest("sha256", hashlib.sha256(CONTENT).hexdigest())
)


def opened(folder) -> PartFile:
    part = PartFile(folder, FILE, BLOCK)
    list(part.recover())
    return part


def fill(part: PartFile, most: int = 10**9, content: bytes = CONTENT) -> None:
    """Bring missing bytes, at most so many."""
    while most > 0 and (wanted := part.next_range()) is not None:
        first, end = wanted
        size = min(end - first, most, 23)
        part.write(memoryview(content)[first : first + size])
        most -= size


def is_right(part: PartFile) -> bool:
    list(part.check())
    return part.is_right


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    runs=st.lists(st.integers(0, 200), max_size=5),
    damages=st.lists(st.integers(0, len(CONTENT) - 1), max_size=4),
)
def test_whatever_is_interrupted_and_damaged_the_file_comes_right(tmp_path_factory, runs, damages):
    folder = tmp_path_factory.mktemp("part")
    for most in runs:
        part = opened(folder)
        fill(part, most)
        part.close()
        if damages:
            at = damages.pop()
            data = bytearray(part.path.read_bytes())
            if at < len(data):
                data[at] ^= 0x55
                part.path.write_bytes(data)
    part = opened(folder)
    fill(part)
    if not is_right(part):
        # Only bytes whose block was not complete can be wrong unnoticed: they are suspects.
        assert part.doubt()
        fill(part)
    assert is_right(part)
    part.finish(folder / "done")
    assert (folder / "done").read_bytes() == CONTENT


def test_only_the_damaged_block_is_missing(tmp_path):
    part = opened(tmp_path)
    fill(part, 4 * BLOCK + 10)
    part.close()
    data = bytearray(part.path.read_bytes())
    data[2 * BLOCK + 1] ^= 1
    part.path.write_bytes(data)
    part = opened(tmp_path)
    assert part.have_bytes == 3 * BLOCK + 10
    assert part.next_range() == (2 * BLOCK, 3 * BLOCK)
    fill(part, BLOCK)
    assert part.next_range() == (4 * BLOCK + 10, len(CONTENT))
    part.close()


def test_a_part_that_is_longer_than_the_file_is_cut(tmp_path):
    part = opened(tmp_path)
    fill(part)
    part.close()
    with part.path.open("ab") as file:
        file.write(b"more")
    part = opened(tmp_path)
    assert part.next_range() is None
    assert is_right(part)
    part.close()


def test_a_wrong_file_is_never_given_its_name(tmp_path):
    part = opened(tmp_path)
    fill(part, content=bytes(len(CONTENT)))
    assert not is_right(part)
    with pytest.raises(AssertionError):
        part.finish(tmp_path / "done")
    assert not (tmp_path / "done").exists()
    part.discard()
    fill(part)
    assert is_right(part)
    part.close()


def test_the_checksums_of_all_blocks_are_told_in_the_end(tmp_path):
    part = opened(tmp_path)
    fill(part)
    assert len(part.sums()) == 8 * 6
    part.close()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1])
def test_files_of_every_size_come_right(tmp_path, size):
    content = CONTENT[:size]
    blob = hashlib.sha1(b"blob %d\0" % size + content).hexdigest()
    part = PartFile(tmp_path, RemoteFile("f", size, Digest("git-sha1", blob)), BLOCK)
    list(part.recover())
    fill(part, content=content)
    assert is_right(part)
    assert len(part.sums()) == 8 * (-(-size // BLOCK))
    part.finish(tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == content


# ---- Waits ----------------------------------------------------------------------------------


def waits(chance: float, attempts: int = 12) -> list[float | None]:
    backoff = Backoff(Policy(), attempts, lambda: chance)
    return [backoff.next() for _ in range(attempts)]


def test_the_waits_double_from_one_second_to_a_minute_and_end():
    assert waits(0.5) == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, None]


@given(st.floats(0, 1))
def test_the_waits_differ_by_chance_but_stay_within_bounds(chance):
    for wait, middle in zip(waits(chance), waits(0.5), strict=True):
        if wait is not None:
            assert 0.75 * middle <= wait <= min(1.25 * middle, 60)


def test_after_a_success_the_waits_begin_anew():
    backoff = Backoff(Policy(), 5, lambda: 0.5)
    assert [backoff.next(), backoff.next()] == [1, 2]
    backoff.reset()
    assert backoff.next() == 1


def test_what_the_server_asks_for_is_the_least():
    backoff = Backoff(Policy(), 5, lambda: 0.5)
    assert backoff.next(30.0) == 30
    assert backoff.next(0.0) == 2


# ---- Speed ----------------------------------------------------------------------------------


def test_the_speed_is_that_of_the_last_seconds():
    meter = SpeedMeter(0.0, window_seconds=10.0)
    for second in range(1, 31):
        meter.add(float(second), 100 if second <= 20 else 500)
    assert meter.rate(30.0) == pytest.approx(500, rel=0.15)
    assert meter.seconds_left(30.0, 5000) == pytest.approx(10, rel=0.2)


def test_the_speed_falls_to_zero_and_the_end_becomes_unknown():
    meter = SpeedMeter(0.0, window_seconds=10.0)
    meter.add(1.0, 1000)
    assert meter.rate(5.0) == 200
    assert meter.rate(10.0) == 100
    assert meter.rate(11.5) == 0
    assert meter.seconds_left(11.5, 1000) is None


def test_in_the_first_moment_nothing_is_claimed():
    meter = SpeedMeter(0.0)
    meter.add(0.1, 10**9)
    assert meter.rate(0.1) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (42.4, "42 s"), (89, "89 s"), (100, "2 min"), (7800, "2 h 10 min")],
)
def test_times_are_said_as_people_say_them(seconds, text):
    assert duration_text(seconds) == text
