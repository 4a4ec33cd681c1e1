import json
import os
import random
import string
import time

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError

from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.safetensors import SafetensorsFile

ITEM_BYTES = {"U8": 1, "I8": 1, "BOOL": 1, "F16": 2, "BF16": 2, "F32": 4, "I32": 4, "F64": 8}


def entry(dtype="F32", shape=(2,), begin=0, end=8):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def file_bytes(header, data=b"", length=None):
    """A safetensors file; the header is an object or the bytes that stand in its place."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def accepted_by_oracle(content):
    try:
        safetensors.deserialize(content)
    except SafetensorError:
        return False
    return True


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "model.safetensors"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def refused(write):
    """Checks that a file is refused within two seconds by an error that names it."""

    def refused(content, match, oracle_refuses=True):
        assert accepted_by_oracle(content) is not oracle_refuses
        path = write(content)
        started = time.process_time()
        with pytest.raises(ModelFileError, match=match) as caught:
            SafetensorsFile(path)
        assert time.process_time() - started < 6
        assert str(path) in str(caught.value)
        assert len(str(caught.value)) < 1000

    return refused


# ---- What is read ----------------------------------------------------------------------------


def test_tensors_are_read_as_the_safetensors_library_reads_them(tmp_path):
    rng = np.random.default_rng(1)
    tensors = {
        "a": rng.standard_normal((3, 5)).astype(np.float32),
        "b": rng.integers(0, 255, (7,), dtype=np.uint8),
        "c": rng.standard_normal((2, 3, 4)).astype(np.float16),
        "empty": np.zeros((0, 4), np.float32),
        "scalar": np.array(2.5),
        "i": np.arange(-3, 3),
    }
    path = tmp_path / "t.safetensors"
    safetensors.numpy.save_file(tensors, path, metadata={"format": "pt"})
    with SafetensorsFile(path) as file:
        assert set(file.names) == set(tensors)
        for name, expected in tensors.items():
            assert name in file
            assert file.shape(name) == expected.shape
            np.testing.assert_array_equal(file.array(name), expected)
            assert file.array(name).dtype == expected.dtype
            assert file.size(name) == expected.nbytes
        assert "absent" not in file


def test_bfloat16_comes_as_its_bits(write):
    path = write(file_bytes({"w": entry("BF16", (3,), 0, 6)}, b"\x80\x3f\x00\xc0\x00\x00"))
    with SafetensorsFile(path) as file:
        assert file.dtype("w") == "BF16"
        assert file.array("w").tolist() == [0x3F80, 0xC000, 0]


def test_any_part_of_a_tensor_is_read_into_a_buffer(write):
    data = bytes(range(200))
    header = {"a": entry("U8", (50,), 0, 50), "b": entry("U16", (75,), 50, 200)}
    with SafetensorsFile(write(file_bytes(header, data))) as file:
        for begin, count in [(0, 150), (7, 1), (100, 50), (150, 0)]:
            into = np.empty(count, np.uint8)
            file.read("b", begin, into)
            assert into.tobytes() == data[50 + begin : 50 + begin + count]


@pytest.mark.parametrize(("begin", "count"), [(0, 51), (50, 1), (-1, 1)])
def test_what_is_read_lies_within_the_tensor(write, begin, count):
    header = {"a": entry("U8", (50,), 0, 50), "b": entry("U8", (50,), 50, 100)}
    into, match = np.empty(count, np.uint8), f"bytes {begin} to {begin + count} of a"
    with (
        SafetensorsFile(write(file_bytes(header, bytes(100)))) as file,
        pytest.raises(ValueError, match=match),
    ):
        file.read("a", begin, into)


def test_a_file_that_ends_while_it_is_read_is_an_error_that_names_it(write):
    path = write(file_bytes({"w": entry("U8", (9000,), 0, 9000)}, bytes(9000)))
    with SafetensorsFile(path) as file:
        os.truncate(path, path.stat().st_size - 100)
        with pytest.raises(ModelFileError, match=r"safetensors has changed .* it ended 100 bytes"):
            file.read("w", 0, np.empty(9000, np.uint8))


def test_views_are_read_only_and_outlive_close(write):
    path = write(file_bytes({"w": entry("U8", (4,), 0, 4)}, b"\x01\x02\x03\x04"))
    file = SafetensorsFile(path)
    view = file.array("w")
    file.close()
    assert view.tolist() == [1, 2, 3, 4]
    assert not view.flags.writeable


def test_opening_reads_no_tensor_data(tmp_path):
    path = tmp_path / "sparse.safetensors"
    size = 1 << 40
    header = file_bytes({"w": entry("U8", (size,), 0, size)})
    path.write_bytes(header)
    try:
        os.truncate(path, len(header) + size)
    except OSError:
        pytest.skip("no sparse file of 1 TB on this file system")
    started = time.process_time()
    with SafetensorsFile(path) as file:
        assert file.shape("w") == (size,)
    assert time.process_time() - started < 5


def test_a_symbolic_link_is_followed(write, tmp_path):
    path = write(file_bytes({"w": entry("U8", (1,), 0, 1)}, b"\x07"))
    link = tmp_path / "link.safetensors"
    link.symlink_to(path)
    with SafetensorsFile(link) as file:
        assert file.array("w").tolist() == [7]


def test_a_file_that_shrinks_is_noticed(write):
    path = write(file_bytes({"w": entry("U8", (9000,), 0, 9000)}, bytes(9000)))
    with SafetensorsFile(path) as file:
        file.check_unchanged()
        os.truncate(path, 100)
        with pytest.raises(ModelFileError, match="has changed since it was opened: it has 100"):
            file.check_unchanged()


# ---- What is refused: the header's length, its JSON ------------------------------------------


@pytest.mark.parametrize("content", [b"", b"1234567", bytes(8), bytes(8) + b"{}", bytes(100)])
def test_a_file_too_short_for_a_header_is_refused(content, refused):
    refused(content, "expected a safetensors file|the header claims 0 bytes")


@pytest.mark.parametrize("length", [1, 3, 1000, 1 << 31, 1 << 62, (1 << 64) - 1, (1 << 64) - 8])
def test_a_header_length_that_the_file_cannot_hold_is_refused(length, refused):
    refused(file_bytes(b"{}", length=length), "the header claims|not valid JSON")


def test_a_header_of_more_than_16_megabytes_is_refused(refused):
    refused(file_bytes(b"{}" + b" " * 16_000_000), "claims 16,000,002 bytes", oracle_refuses=False)


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (b"[]", "expected a JSON object"),
        (b"12", "expected a JSON object"),
        (b"{ ", "not valid JSON"),
        (b'{"a":', "not valid JSON"),
        (b"{}x", "not valid JSON"),
        (b'{"\xff": 1}', "not UTF-8: byte 0xff"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        ('{"a": 1}'.encode("utf-16"), "byte order mark"),
        ('{"a": 1}'.encode("utf-16-le"), "not valid JSON"),
        (b'{"__metadata__": {"a": "\\ud800"}}', "half of a surrogate pair"),
        (b'{"\\udc00": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}', "surrogate"),
        (b"[" * 10_000, "nested too deeply"),
        (b'{"a":' * 10_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "not a finite number|Infinity"),
        (b'{"a": 1e999}', "1e999' is not a finite number"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "not valid JSON"),
        (b'{"__metadata__": 3}', "__metadata__ is 3; expected an object of strings"),
        (b'{"__metadata__": {"a": 3}}', "expected an object of strings"),
        (b'{"w": null}', "the entry of tensor 'w' is None; expected an object"),
        (b'{"w": {}}', "dtype of tensor 'w' is None"),
    ],
)
def test_a_header_that_is_not_its_json_is_refused(header, match, refused):
    refused(file_bytes(header), match)


@pytest.mark.parametrize(
    "header",
    [
        b'{"w": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},'
        b' "w": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}',
        b'{"__metadata__": {}, "__metadata__": {}}',
        b'{"w": {"dtype": "U8", "dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}',
    ],
)
def test_duplicate_keys_are_refused(header, write):
    with pytest.raises(ModelFileError, match="occurs twice in one object"):
        SafetensorsFile(write(file_bytes(header, b"\x00")))


# ---- What is refused: tensors ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"dtype": "F31"}, "dtype of tensor 'w' is 'F31'; expected one of BOOL, U8"),
        ({"dtype": 3}, "dtype of tensor 'w' is 3"),
        ({"dtype": None}, "dtype of tensor 'w' is None"),
        ({"shape": [3]}, "data_offsets of tensor 'w' is .0, 8.; expected 12 bytes for F32 .3."),
        ({"shape": [2.0]}, "shape of tensor 'w'"),
        ({"shape": ["2"]}, "shape of tensor 'w'"),
        ({"shape": [-2]}, "shape of tensor 'w' is .-2.; expected at most 8 whole numbers"),
        ({"shape": [-1, -2]}, "shape of tensor 'w'"),
        ({"shape": 2}, "shape of tensor 'w' is 2"),
        ({"shape": None}, "shape of tensor 'w' is None"),
        ({"shape": [1 << 62, 1 << 62]}, "data_offsets of tensor 'w'"),
        ({"shape": [1 << 62, 4]}, "data_offsets of tensor 'w'"),
        ({"shape": [(1 << 64) + 2]}, "shape of tensor 'w'"),
        ({"data_offsets": [0]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": [0, 8, 8]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": [8, 0]}, "data_offsets of tensor 'w' is .8, 0.; expected two whole"),
        ({"data_offsets": [0.0, 8.0]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": [-8, 0]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": ["0", "8"]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": [0, 1 << 70]}, "data_offsets of tensor 'w'"),
        ({"data_offsets": [8, 16]}, "begins at byte .*expected .*: there is a hole before it"),
        ({"data_offsets": None}, "data_offsets of tensor 'w'"),
    ],
)
def test_an_impossible_tensor_is_refused(fields, match, refused):
    refused(file_bytes({"w": entry() | fields}, bytes(8)), match)


def test_booleans_are_no_sizes(refused):
    refused(file_bytes({"w": entry("U8", (True,), 0, 1)}, bytes(1)), "shape of tensor 'w'")


def test_a_hole_between_tensors_is_refused(refused):
    header = {"a": entry(begin=0, end=8), "b": entry(begin=12, end=20)}
    refused(file_bytes(header, bytes(20)), "'b' begins at byte .* there is a hole before it")


def test_overlapping_tensors_are_refused(refused):
    header = {"a": entry(begin=0, end=8), "b": entry(begin=4, end=12)}
    refused(file_bytes(header, bytes(12)), "'b' begins at byte .* an overlap with another")


def test_two_tensors_on_the_same_bytes_are_refused(refused):
    refused(file_bytes({"a": entry(), "b": entry()}, bytes(8)), "an overlap with another")


def test_a_truncated_file_is_refused(refused):
    refused(file_bytes({"w": entry()}, bytes(7)), "it is cut off")


def test_trailing_data_is_refused(refused):
    refused(file_bytes({"w": entry()}, bytes(9)), "it is longer than its tensors")


def test_more_than_eight_dimensions_are_refused(refused):
    header = {"w": entry("U8", [1] * 9, 0, 1)}
    refused(file_bytes(header, bytes(1)), "at most 8 whole numbers", oracle_refuses=False)
    header = {"w": entry("U8", [1] * 5000, 0, 1)}
    refused(file_bytes(header, bytes(1)), "at most 8 whole numbers", oracle_refuses=False)


def test_a_name_of_more_than_512_bytes_is_refused_and_cut_in_the_message(refused):
    header = {"é" * 257: entry()}
    refused(file_bytes(header, bytes(8)), "514 bytes; expected at most 512", oracle_refuses=False)


def test_control_characters_in_a_name_are_escaped_in_the_message(refused):
    refused(file_bytes({"\x1b[31m\n": entry(shape=(3,))}, bytes(8)), r"'\\x1b\[31m\\n'")


def test_more_than_65536_tensors_are_refused(refused):
    header = {f"t{index}": entry("U8", (0,), 0, 0) for index in range(65_537)}
    refused(file_bytes(header), "names 65,537 tensors", oracle_refuses=False)


@pytest.mark.parametrize("filler", [b"[],", b"{},", b"1,", b'"",', b"[[[]]],"])
def test_a_large_header_of_nonsense_is_refused_in_time(filler, refused):
    nonsense = b'{"w":[' + filler * (15_900_000 // len(filler)) + b"0]}"
    refused(file_bytes(nonsense), "more than .,000,000 times: too many values")


def test_the_most_nonsense_that_is_read_at_all_is_refused_in_time(refused):
    nonsense = b'{"w":[' + b"[[[]]]," * 333_000 + b"0]}"
    refused(file_bytes(nonsense), "the entry of tensor 'w'")


# ---- What is refused: what is no regular file ------------------------------------------------


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="no such file"):
        SafetensorsFile(tmp_path / "absent")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="is a folder; expected a regular file"):
        SafetensorsFile(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="is a named pipe; expected a regular file"):
        SafetensorsFile(tmp_path / "pipe")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
def test_a_device_is_refused():
    with pytest.raises(ModelFileError, match="/dev/zero is a character device"):
        SafetensorsFile("/dev/zero")


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(ModelFileError, match="cannot be read"):
        SafetensorsFile(tmp_path / "loop")


def test_an_unreadable_file_is_refused(write, monkeypatch):
    def forbid(*_):  # chmod would not stop tests that run as root
        raise PermissionError(13, "Permission denied")

    path = write(file_bytes({}))
    monkeypatch.setattr(os, "open", forbid)
    with pytest.raises(ModelFileError, match="cannot be read: permission denied"):
        SafetensorsFile(path)


def test_a_path_with_a_nul_is_refused():
    with pytest.raises(ModelFileError, match="cannot be read"):
        SafetensorsFile("model\0.safetensors")


# ---- Against the library ---------------------------------------------------------------------


@st.composite
def layouts(draw):
    """A header and its data, often with one thing wrong."""
    position = 0
    header = {}
    for name in draw(st.lists(st.text(string.printable, max_size=5), max_size=4, unique=True)):
        dtype = draw(st.sampled_from(sorted(ITEM_BYTES)))
        shape = draw(st.lists(st.integers(0, 4), max_size=3))
        size = ITEM_BYTES[dtype] * int(np.prod(shape, dtype=int))
        begin = position + draw(st.sampled_from([0] * 12 + [-1, 1, 4]))
        end = begin + size + draw(st.sampled_from([0] * 12 + [-1, 1, 4]))
        header[name] = entry(dtype, shape, begin, end)
        position = end
    items = list(header.items())
    random.Random(draw(st.integers(0, 9))).shuffle(items)
    return file_bytes(
        dict(items), bytes(max(0, position + draw(st.sampled_from([0] * 9 + [-1, 1]))))
    )


common = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300
)


@common
@given(layouts())
def test_layouts_are_accepted_exactly_when_the_library_accepts_them(write, content):
    path = write(content)
    if not accepted_by_oracle(content):
        with pytest.raises(ModelFileError):
            SafetensorsFile(path)
        return
    expected = dict(safetensors.deserialize(content))
    with SafetensorsFile(path) as file:
        assert set(file.names) == set(expected)
        for name, tensor in expected.items():
            assert (file.dtype(name), list(file.shape(name))) == (tensor["dtype"], tensor["shape"])
            assert file.array(name).tobytes() == bytes(tensor["data"])


@common
@given(
    layouts(),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_changed_bytes_end_in_a_file_read_alike_or_in_a_named_error(write, content, changes):
    content = bytearray(content)
    for place, value in changes:
        content[place % len(content)] = value
    path = write(bytes(content))
    try:
        file = SafetensorsFile(path)
    except ModelFileError:
        return
    with file:
        expected = dict(safetensors.deserialize(bytes(content)))
        assert {name: file.array(name).tobytes() for name in file.names} == {
            name: bytes(tensor["data"]) for name, tensor in expected.items()
        }


@common
@given(st.binary(max_size=64))
def test_arbitrary_bytes_are_refused(write, content):
    if not accepted_by_oracle(content):
        with pytest.raises(ModelFileError):
            SafetensorsFile(write(content))
