"""JSON read piece by piece gives what reading it at once gives."""

import io
import json

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from ternchat.app.core.importing import json_stream
from ternchat.app.core.importing.errors import ImportFileError
from ternchat.app.core.importing.json_stream import JsonStream

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)


@pytest.fixture(autouse=True, params=[1, 3, 1 << 20])
def chunk(request, monkeypatch):
    """So many bytes are read at a time."""
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", request.param)


def stream(data):
    return JsonStream(io.BytesIO(data).read, "x.json")


def whole(data):
    """One value, and nothing behind it."""
    read = stream(data)
    value = read.value()
    read.end()
    return value


once_per_chunk = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@once_per_chunk
@given(VALUES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]), st.booleans())
def test_any_value_is_read_as_at_once(value, encoding, spread):
    text = json.dumps(value, ensure_ascii=False, indent=1 if spread else None)
    assert whole(f" {text}\n".encode(encoding)) == value


@once_per_chunk
@given(st.lists(VALUES, max_size=5))
def test_a_list_is_read_entry_by_entry(values):
    read = stream(json.dumps(values, indent=1).encode())
    assert list(read.items()) == values
    read.end()


@once_per_chunk
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_an_object_is_read_member_by_member(values):
    read = stream(json.dumps(values).encode())
    assert {name: read.value() for name in read.members()} == values
    read.end()


@once_per_chunk
@given(VALUES, st.data())
def test_what_is_no_json_is_refused_exactly_where_reading_at_once_refuses_it(value, data):
    text = json.dumps(value)
    cut = data.draw(st.integers(0, len(text)))
    text = text[:cut] + data.draw(st.sampled_from(["", "]", "}", '"', ",", "1", "x", "\\", "\x01"]))
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ImportFileError, match=r"x\.json is no JSON"):
            whole(text.encode())
    else:
        assert whole(text.encode()) == expected


@pytest.mark.parametrize("text", ["[1 2]", "[1,]", "[,1]", "[1", "[", "[1]]", "[1}"])
def test_a_list_that_is_none_is_refused(text):
    def go_through(read):
        list(read.items())
        read.end()

    with pytest.raises(ImportFileError, match=r"no JSON: .* \(char \d+\)"):
        go_through(stream(text.encode()))


@pytest.mark.parametrize(
    "text", ['{"a" 1}', '{"a":1,}', "{1:2}", '{"a":1', "{", '{"a":1} x', "{a}"]
)
def test_an_object_that_is_none_is_refused(text):
    def go_through(read):
        for _ in read.members():
            read.value()
        read.end()

    with pytest.raises(ImportFileError, match=r"no JSON: .* \(char \d+\)"):
        go_through(stream(text.encode()))


def test_the_place_that_is_told_is_that_in_the_file():
    with pytest.raises(ImportFileError, match=r"\(char 9005\)"):
        list(stream(b'["' + b"x" * 9000 + b'", ?]').items())


def test_bytes_that_are_no_text_are_named(chunk):
    with pytest.raises(ImportFileError, match="no text: invalid start byte at byte 6"):
        whole(b'["abc"\xff]')


def test_a_value_beyond_all_measure_is_refused_before_it_is_in_memory(monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK_BYTES", 1 << 12)
    monkeypatch.setattr(json_stream, "VALUE_LIMIT", 1 << 20)
    file = io.BytesIO(b'["' + b"x" * (1 << 24))
    with pytest.raises(ImportFileError, match=r"a chat in x\.json is larger than 1 MB"):
        list(JsonStream(file.read, "x.json").items())
    assert file.tell() < 4 << 20
