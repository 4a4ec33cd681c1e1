import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.engine.detokenizer import Detokenizer, StopMatcher


class Bytes:
    """A tokenizer whose tokens are single bytes; 256 is special."""

    def decode_bytes(self, token_id):
        return b"" if token_id == 256 else bytes([token_id])


def parts_of(data):
    detokenizer = Detokenizer(Bytes())
    return [*(detokenizer.add(token_id) for token_id in data), detokenizer.finish()]


# ---- Detokenizer -----------------------------------------------------------------------------


def test_a_character_of_several_tokens_comes_whole_with_its_last():
    assert parts_of("aé世🙂".encode()) == ["a", "", "é", "", "", "世", "", "", "", "🙂", ""]


def test_special_tokens_do_not_disturb_a_character():
    assert parts_of([0xC3, 256, 0xA9]) == ["", "", "é", ""]


def test_a_character_that_never_ends_becomes_a_replacement_character():
    assert parts_of("🙂".encode()[:3]) == ["", "", "", "\ufffd"]


@pytest.mark.parametrize(
    "data",
    [b"\xff", b"\x80a", b"\xc3(", b"\xed\xa0\x80", b"\xf0\x9f\x99a", b"\xf8\x88\x80\x80\x80"],
)
def test_invalid_bytes_become_replacement_characters(data):
    text = "".join(parts_of(data))
    assert text == data.decode("utf-8", "replace")
    assert "\ufffd" in text


@given(st.text())
def test_text_comes_back(text):
    assert "".join(parts_of(text.encode())) == text


@given(st.binary())
def test_any_bytes_give_what_decoding_them_at_once_gives(data):
    assert "".join(parts_of(data)) == data.decode("utf-8", "replace")


@given(st.text())
def test_no_text_is_taken_back_or_kept_longer_than_a_character(text):
    shown = ""
    detokenizer = Detokenizer(Bytes())
    for count, byte in enumerate(text.encode(), 1):
        shown += detokenizer.add(byte)
        assert text.startswith(shown)
        assert count - len(shown.encode()) < 4


# ---- StopMatcher -----------------------------------------------------------------------------


def run(stop, parts):
    """The text shown of a text that comes in parts, and whether a stop string ended it."""
    matcher = StopMatcher(stop)
    shown = ""
    for part in parts:
        text, matched = matcher.add(part)
        shown += text
        if matched:
            return shown, True
    return shown + matcher.finish(), False


def test_without_stop_strings_text_passes():
    assert StopMatcher(()).add("abc") == ("abc", False)


def test_a_stop_string_ends_the_text_and_is_not_shown():
    assert StopMatcher(["END"]).add("abc END def") == ("abc ", True)


def test_a_stop_string_split_over_tokens_is_found():
    matcher = StopMatcher(["\nUser:"])
    assert matcher.add("Hi\n") == ("Hi", False)
    assert matcher.add("Us") == ("", False)
    assert matcher.add("er") == ("", False)
    assert matcher.add(": what") == ("", True)
    assert matcher.finish() == ""


def test_a_beginning_that_does_not_go_on_is_shown_later():
    matcher = StopMatcher(["\nUser:"])
    assert matcher.add("a\nUse") == ("a", False)
    assert matcher.add("d b") == ("\nUsed b", False)
    assert matcher.add("\n") == ("", False)
    assert matcher.finish() == "\n"


def test_a_new_beginning_inside_a_failed_one_is_held():
    assert run(["aab"], "aaab") == ("a", True)
    assert run(["abab!"], "ababab!x") == ("ab", True)


def test_nothing_is_shown_after_a_stop():
    matcher = StopMatcher(["x"])
    assert matcher.add("axb") == ("a", True)
    assert matcher.add("c") == ("", True)


def test_the_stop_string_complete_first_wins():
    assert run(["abcd", "bc"], ["abcd"]) == ("a", True)
    assert run(["bcd", "abcd"], ["xabcd"]) == ("x", True)


letters = st.text("ab", max_size=12)


@given(st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), letters, st.data())
def test_the_result_does_not_depend_on_how_the_text_is_cut(stop, text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    ends = [(end, -len(s)) for end in range(len(text) + 1) for s in stop if text[:end].endswith(s)]
    expected = text[: sum(min(ends))] if ends else text
    assert run(stop, parts) == (expected, bool(ends))
    assert run(stop, text) == (expected, bool(ends))
