"""Characters that deceive are made visible."""

import pytest

from ternchat.app.core.safe_text import safe_code, safe_name, safe_text


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\0b", "a\ufffdb"),
        ("a\u202eb\u202c", "a\ufffdb\ufffd"),
        ("\ud800", "\ufffd"),
        ("\x7f\x9b", "␡\ufffd"),
        ("a\u2029b\ufdd0\ufdd1\ufffc\uffff", "a\ufffdb\ufffd\ufffd\ufffd\ufffd"),
    ],
)
def test_controls_and_overrides_are_neutralised_everywhere(evil, shown):
    assert safe_text(evil) == safe_code(evil) == shown


def test_ordinary_text_of_every_script_stays():
    text = "héllo\tשלום\u200f مرحبا 你好 👨\u200d👩\u200d👧\n\r"
    assert safe_text(text) == text


def test_code_holds_nothing_invisible():
    assert safe_code("a\u2028b") == "a\ufffdb"
    assert safe_code("a\u2066b\u200bc\u200ed\ufeff") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert safe_code("\tif x:\n") == "\tif x:\n"


def test_a_name_is_one_line():
    assert safe_name("a\n b\u202e.exe\0") == "a b\ufffd.exe\ufffd"
