"""What was read once is known again, bit for bit, from memory and from disk."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from ternchat import engine
from ternchat.engine import SamplingParams
from ternchat.engine.fingerprint import fingerprint
from ternchat.engine.kv_block import BLOCK_TOKENS
from ternchat.engine.kv_store import KVStore
from ternchat.engine.prefix_pool import PrefixPool

GREEDY = SamplingParams(temperature=0, max_tokens=8)
PLENTY = 1 << 30


def plenty(_held):
    return PLENTY


@pytest.fixture(scope="module", params=["f16", "i8"])
def model(request, roomy_folder):
    return engine.load(roomy_folder, threads=2, kv_dtype=request.param)


@pytest.fixture(scope="module")
def f16_model(roomy_folder):
    return engine.load(roomy_folder, threads=1)


@pytest.fixture
def text():
    """Makes texts; those of the same beginning share it."""

    def text(*lengths, seed=0):
        ids = []
        for number, length in enumerate(lengths):
            draw = np.random.default_rng([seed, number, length])
            ids += draw.integers(5, 4096, length).tolist()
        return ids

    return text


def store_at(folder, limit=PLENTY):
    return KVStore(folder, limit, kept_free_bytes=0)


def read_anew(model, ids):
    """A cache that a fresh pass over the ids has filled."""
    cache = model.new_cache(model.config.max_position_embeddings)
    for begin in range(0, len(ids), 200):
        model.hidden(ids[begin : begin + 200], cache)
    return cache


def same_bytes(cache, model, ids):
    fresh = read_anew(model, ids)
    assert cache.length == len(ids)
    return cache.read(0, len(ids)).pieces() == fresh.read(0, len(ids)).pieces()


def answer(session, ids):
    steps = session.generate(ids, GREEDY, ignore_stop=True)
    return [step.token_id for step in steps]


def write_all(pool):
    written = 0
    while pool.write_one():
        written += 1
    return written


# ---- Memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 63, 64, 65, 200])
def test_a_text_comes_back_as_if_read_anew(model, text, length):
    ids = text(length)
    pool = PrefixPool(model, budget=plenty)
    pool.keep(ids, read_anew(model, ids))
    cache = model.new_cache(2048)
    assert pool.restore(ids, cache) == length
    assert same_bytes(cache, model, ids)


def test_what_two_texts_have_in_common_is_found_to_the_token(model, text):
    one, other = text(100, 60), text(100, 70)
    pool = PrefixPool(model, budget=plenty)
    pool.keep(one, read_anew(model, one))
    cache = model.new_cache(2048)
    assert pool.restore(other, cache) == 100
    assert same_bytes(cache, model, other[:100])


def test_it_goes_on_from_where_the_cache_ends(model, text):
    ids = text(300)
    pool = PrefixPool(model, budget=plenty)
    pool.keep(ids, read_anew(model, ids))
    cache = read_anew(model, ids[:90])
    assert pool.restore(ids, cache) == 300
    assert same_bytes(cache, model, ids)


def test_common_blocks_are_held_once(model, text):
    one, other = text(128, 40), text(128, 50)
    pool = PrefixPool(model, budget=plenty)
    pool.keep(one, read_anew(model, one))
    alone = pool.nbytes
    pool.keep(other, read_anew(model, other))
    assert pool.nbytes == alone + alone * 50 // 168


def test_a_text_that_has_grown_takes_the_place_of_what_it_was(model, text):
    ids = text(100)
    pool = PrefixPool(model, budget=plenty)
    for length in (70, 80, 100):
        pool.keep(ids[:length], read_anew(model, ids[:length]))
    assert pool.nbytes == read_anew(model, ids).read(0, 100).nbytes


def test_the_text_used_longest_ago_goes_first_and_its_end_before_its_beginning(f16_model, text):
    model, texts = f16_model, [text(128, seed=seed) for seed in range(3)]
    size = read_anew(model, texts[0]).read(0, 128).nbytes
    pool = PrefixPool(model, budget=lambda _held: size * 5 // 2)
    for ids in texts[:2]:
        pool.keep(ids, read_anew(model, ids))
    assert pool.restore(texts[0], model.new_cache(2048)) == 128  # now used last
    pool.keep(texts[2], read_anew(model, texts[2]))
    assert pool.nbytes <= size * 5 // 2
    found = [pool.restore(ids, model.new_cache(2048)) for ids in texts]
    assert found == [128, BLOCK_TOKENS, 128]


def test_without_room_nothing_is_kept(model, text):
    ids = text(200)
    pool = PrefixPool(model, budget=lambda _held: 0)
    pool.keep(ids, read_anew(model, ids))
    assert pool.nbytes == 0
    assert pool.restore(ids, model.new_cache(2048)) == 0


def test_of_a_text_larger_than_the_room_the_beginning_is_kept(f16_model, text):
    ids = text(640)
    size = read_anew(f16_model, ids).read(0, 640).nbytes
    pool = PrefixPool(f16_model, budget=lambda _held: size // 2)
    pool.keep(ids, read_anew(f16_model, ids))
    assert pool.restore(ids, f16_model.new_cache(2048)) == 320


def test_restoring_can_be_stopped(model, text):
    ids, cancel = text(200), threading.Event()
    pool = PrefixPool(model, budget=plenty)
    pool.keep(ids, read_anew(model, ids))
    cancel.set()
    assert pool.restore(ids, model.new_cache(2048), cancel) == 0


# ---- Sessions --------------------------------------------------------------------------------


def test_coming_back_to_a_chat_reads_nothing_again(model, text):
    session = engine.Session(model, pool=PrefixPool(model, budget=plenty))
    one, other = text(150, seed=1), text(90, seed=2)
    first = answer(session, one)
    answer(session, other)
    assert answer(session, [*one, *first, 7]) == answer(engine.Session(model), [*one, *first, 7])
    # all but the last token of the answer, which was never run through the model
    assert session.last.timings.reused_tokens == len(one) + len(first) - 1


def test_an_edited_and_an_old_branch_are_both_known(model, text):
    session = engine.Session(model, pool=PrefixPool(model, budget=plenty))
    one, other = text(130, 40), text(130, 50)
    answer(session, one)
    answer(session, other)
    assert session.last.timings.reused_tokens == 130
    answer(session, one)
    assert session.last.timings.reused_tokens == len(one) - 1


def test_answers_with_a_pool_are_those_without(model, text):
    pooled = engine.Session(model, pool=PrefixPool(model, budget=plenty))
    draw = np.random.default_rng(4)
    texts = [text(100, *lengths) for lengths in ((), (20,), (20, 70), (25,), (90, 5), (90, 6))]
    for place in draw.integers(0, len(texts), 30):
        assert answer(pooled, texts[place]) == answer(engine.Session(model), texts[place])


# ---- Disk ------------------------------------------------------------------------------------


def test_what_was_written_is_known_after_a_restart(model, text, tmp_path):
    ids = text(200)
    pool = PrefixPool(model, store_at(tmp_path), plenty)
    pool.keep(ids, read_anew(model, ids))
    assert write_all(pool) == 4
    again = PrefixPool(model, store_at(tmp_path), plenty)
    cache = model.new_cache(2048)
    assert again.restore(ids, cache) == 200
    assert same_bytes(cache, model, ids)
    assert write_all(again) == 0


def test_a_partial_match_is_found_on_disk_too(model, text, tmp_path):
    one, other = text(100, 60), text(100, 70)
    pool = PrefixPool(model, store_at(tmp_path), plenty)
    pool.keep(one, read_anew(model, one))
    write_all(pool)
    again = PrefixPool(model, store_at(tmp_path), plenty)
    cache = model.new_cache(2048)
    assert again.restore(other, cache) == 100
    assert same_bytes(cache, model, other[:100])


def test_a_grown_text_writes_only_what_is_new(f16_model, text, tmp_path):
    ids = text(200)
    pool = PrefixPool(f16_model, store_at(tmp_path), plenty)
    pool.keep(ids[:150], read_anew(f16_model, ids[:150]))
    assert write_all(pool) == 3
    pool.keep(ids, read_anew(f16_model, ids))
    assert write_all(pool) == 2
    assert len(list(tmp_path.glob("*/*.kv"))) == 4  # the short last block of before is gone


@pytest.mark.parametrize("damage", ["bit", "short", "empty", "foreign", "folder", "renamed"])
def test_a_damaged_file_is_removed_and_read_anew(f16_model, text, tmp_path, damage):
    ids = text(192)
    pool = PrefixPool(f16_model, store_at(tmp_path), plenty)
    pool.keep(ids, read_anew(f16_model, ids))
    write_all(pool)
    files = {path.name.split("-")[0]: path for path in tmp_path.glob("*/*.kv")}
    first = files[fingerprint(f16_model).hex()]
    second = files[first.stem.split("-")[1]]
    content = bytearray(second.read_bytes())
    match damage:
        case "bit":
            content[len(content) // 2] ^= 4
            second.write_bytes(content)
        case "short":
            second.write_bytes(content[:-1])
        case "empty":
            second.write_bytes(b"")
        case "foreign":
            second.write_bytes(os.urandom(len(content)))
        case "folder":
            second.unlink()
            second.mkdir()
        case "renamed":
            second.write_bytes(first.read_bytes())
    again = PrefixPool(f16_model, store_at(tmp_path), plenty)
    cache = f16_model.new_cache(2048)
    assert again.restore(ids, cache) == 64
    assert same_bytes(cache, f16_model, ids[:64])
    assert damage == "folder" or not second.exists()
    again.keep(ids, read_anew(f16_model, ids))
    write_all(again)
    if damage != "folder":
        last = PrefixPool(f16_model, store_at(tmp_path), plenty)
        assert last.restore(ids, f16_model.new_cache(2048)) == 192


def test_files_of_another_model_kernel_or_type_are_not_seen(roomy_folder, text, tmp_path):
    ids = text(130)
    for options, known in (({}, 0), ({}, 130), ({"kv_dtype": "i8"}, 0), ({"isa": "scalar"}, 0)):
        model = engine.load(roomy_folder, threads=1, **options)
        pool = PrefixPool(model, store_at(tmp_path), plenty)
        assert pool.restore(ids, model.new_cache(2048)) == known
        pool.keep(ids, read_anew(model, ids))
        write_all(pool)


def test_a_model_whose_file_was_changed_has_another_fingerprint(roomy_folder, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in roomy_folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    weights = folder / "model.safetensors"
    stamps, seen = weights.stat(), set()
    for _ in range(2):
        os.utime(weights, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
        seen.add(fingerprint(engine.load(folder, threads=1)))
    assert len(seen) == 1
    os.utime(weights, ns=(stamps.st_atime_ns, stamps.st_mtime_ns + 10**9))
    seen.add(fingerprint(engine.load(folder, threads=1)))
    assert len(seen) == 2


def test_the_limit_is_kept_and_what_was_used_last_stays(f16_model, text, tmp_path):
    texts = [text(128, seed=seed) for seed in range(5)]
    size = sum(map(len, _pieces(f16_model, texts[0])))
    pool = PrefixPool(f16_model, store_at(tmp_path, limit=size * 5 // 2), plenty)
    for ids in texts:
        pool.keep(ids, read_anew(f16_model, ids))
        write_all(pool)
        assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= size * 5 // 2
    again = PrefixPool(f16_model, store_at(tmp_path), plenty)
    found = [again.restore(ids, f16_model.new_cache(2048)) for ids in texts]
    assert found[4] == 128
    assert found[0] == 0
    assert sum(found) >= 4 * 64


def _pieces(model, ids):
    """What a text of whole blocks takes on disk."""
    cache, extra = read_anew(model, ids), b"x" * (44 + 4 * BLOCK_TOKENS + 16)
    blocks = range(0, len(ids), BLOCK_TOKENS)
    return [extra + b"".join(cache.read(b, b + BLOCK_TOKENS).pieces()) for b in blocks]


def test_a_disk_that_is_nearly_full_is_left_alone(f16_model, text, tmp_path):
    pool = PrefixPool(f16_model, KVStore(tmp_path, PLENTY, kept_free_bytes=1 << 60), plenty)
    ids = text(100)
    pool.keep(ids, read_anew(f16_model, ids))
    assert not pool.write_one()
    assert list(tmp_path.glob("*/*")) == []


def test_a_folder_that_cannot_be_made_is_done_without(f16_model, text, tmp_path):
    (tmp_path / "kv").write_text("in the way")
    pool = PrefixPool(f16_model, store_at(tmp_path / "kv"), plenty)
    ids = text(100)
    pool.keep(ids, read_anew(f16_model, ids))
    assert not pool.write_one()
    assert pool.restore(ids, f16_model.new_cache(2048)) == 100


def test_files_that_are_none_of_ours_are_left_alone(f16_model, text, tmp_path):
    folder = tmp_path / fingerprint(f16_model).hex()
    folder.mkdir()
    for name in ("notes.txt", "odd.kv", "x-y.kv"):
        (folder / name).write_text("mine")
    pool = PrefixPool(f16_model, store_at(tmp_path), plenty)
    ids = text(100)
    pool.keep(ids, read_anew(f16_model, ids))
    assert write_all(pool) == 2
    assert (folder / "notes.txt").exists()


def test_what_a_crash_left_half_written_is_removed(f16_model, tmp_path):
    folder = tmp_path / fingerprint(f16_model).hex()
    folder.mkdir()
    (folder / "some.1.tmp").write_bytes(b"half")
    PrefixPool(f16_model, store_at(tmp_path), plenty)
    assert list(folder.iterdir()) == []


def test_private_text_never_reaches_the_disk(model, text, tmp_path):
    pool = PrefixPool(model, store_at(tmp_path), plenty)
    session = engine.Session(model, pool=pool)
    list(session.generate(text(200), GREEDY, ignore_stop=True, private=True))
    session.park()
    assert not pool.write_one()
    answer(session, text(90, seed=1))
    session.park()
    assert write_all(pool) > 0
    again = PrefixPool(model, store_at(tmp_path), plenty)
    assert again.restore(text(200), model.new_cache(2048)) == 0
    pool.forget_private()
    assert pool.restore(text(200), model.new_cache(2048)) == 0
    assert pool.restore(text(90, seed=1), model.new_cache(2048)) == 90


def test_what_a_private_text_adds_to_a_public_one_never_reaches_the_disk(model, text, tmp_path):
    public, private = text(100), text(100, 20)
    pool = PrefixPool(model, store_at(tmp_path), plenty)
    pool.keep(private, read_anew(model, private), private=True)
    pool.keep(public, read_anew(model, public))
    assert write_all(pool) == 2
    again = PrefixPool(model, store_at(tmp_path), plenty)
    assert again.restore(private, model.new_cache(2048)) == 100


def test_clearing_forgets_memory_and_disk(f16_model, text, tmp_path):
    pool = PrefixPool(f16_model, store_at(tmp_path), plenty)
    ids = text(200)
    pool.keep(ids, read_anew(f16_model, ids))
    write_all(pool)
    pool.clear()
    assert pool.nbytes == 0
    assert pool.restore(ids, f16_model.new_cache(2048)) == 0
    assert list(tmp_path.glob("*/*")) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions")
def test_others_cannot_read_what_is_written(f16_model, text, tmp_path):
    pool = PrefixPool(f16_model, store_at(tmp_path / "kv"), plenty)
    ids = text(70)
    pool.keep(ids, read_anew(f16_model, ids))
    write_all(pool)
    for path in Path(tmp_path / "kv").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_session_forgets_a_private_text_with_the_memory_it_stood_in(model, text):
    pool = PrefixPool(model, None, plenty)
    session = engine.Session(model, pool=pool)
    list(session.generate(text(90), GREEDY, ignore_stop=True, private=True))
    list(session.generate(text(40, seed=1), GREEDY, ignore_stop=True))  # in its place
    memory = session._cache
    session.forget(private_only=True)
    pool.forget_private()
    assert session._cache is not memory
    assert session.used_tokens == 0
    session.park()
    assert pool.restore(text(90), model.new_cache(2048)) == 0
    assert answer(session, text(40, seed=1)) == answer(engine.Session(model), text(40, seed=1))


def test_a_session_keeps_what_is_not_private_unless_all_is_to_be_forgotten(model, text):
    session = engine.Session(model)
    answer(session, text(40))
    held = session.used_tokens
    session.forget(private_only=True)
    assert session.used_tokens == held
    session.forget()
    assert session.used_tokens == 0
