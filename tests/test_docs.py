"""What the documentation says about tests is true."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_that_the_list_of_faults_names_exists():
    text = (ROOT / "docs" / "models.md").read_text("utf-8")
    named = re.findall(r"`([\w/]*test_\w+\.py)(?:::(test_\w+))?`", text)
    assert len(named) > 60
    for file, test in named:
        path = ROOT / file if "/" in file else ROOT / "tests" / "download" / file
        assert path.is_file(), file
        assert not test or f"\ndef {test}(" in path.read_text("utf-8"), f"{file}::{test}"


def test_every_kind_of_trouble_is_in_the_list():
    from ternchat.app.core.transfer_faults import Fault

    text = (ROOT / "docs" / "models.md").read_text("utf-8")
    coded = {code for group in re.findall(r"\[([a-z_, ]+)\]", text) for code in group.split(", ")}
    assert {fault.code for fault in Fault} - coded == set()
