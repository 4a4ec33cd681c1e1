"""The text of a DOCX file: paragraphs, headings, lists and tables as light Markdown."""

import io
import zipfile
import zlib
from xml.parsers import expat

from .attachment_error import Refusal, RefusedError

PART = "word/document.xml"
MAX_PART_BYTES = 64 * 1024 * 1024  # a zip file can promise a thousand times its size
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"


def docx_text(data: bytes) -> str:
    """The text; RefusedError when there is none to be had."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(PART) as part:
            xml = part.read(MAX_PART_BYTES + 1)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError,
            ValueError, zlib.error) as error:  # fmt: skip
        raise RefusedError(Refusal.NO_DOCX) from error
    if len(xml) > MAX_PART_BYTES:
        raise RefusedError(Refusal.SWOLLEN)
    return _Words().read(xml)


class _Words:
    """Follows the XML and collects what a person would read."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._cells: list[str] | None = None  # of the table row we are in
        self._tables = self._hidden = 0
        self._in_text = False
        self._mark = ""

    def read(self, xml: bytes) -> str:
        """The text of word/document.xml."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse  # no entities, so none that multiply
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise RefusedError(Refusal.BROKEN) from error
        return "\n".join(self._lines).strip("\n")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _FALLBACK:
            self._hidden += 1  # says the same once more, for older programs
            return
        match _local(name):
            case "t":
                self._in_text = True
            case "tab":
                self._line.append("\t")
            case "br" | "cr":
                self._line.append("\n")
            case "pStyle":
                self._style(_value(attributes))
            case "numPr":
                self._mark = self._mark or "- "
            case "tbl":
                self._tables += 1
            case "tr" if self._tables == 1:
                self._cells = []

    def _end(self, name: str) -> None:
        if name == _FALLBACK:
            self._hidden -= 1
            return
        match _local(name):
            case "t":
                self._in_text = False
            case "p":
                self._end_paragraph()
            case "tc" if self._tables == 1 and self._cells is not None:
                self._cells.append(" ".join("".join(self._line).split()))
                self._line = []
            case "tr" if self._tables == 1 and self._cells is not None:
                self._lines.append("| " + " | ".join(self._cells) + " |")
                self._cells = None
            case "tbl":
                self._tables -= 1
                if not self._tables:
                    self._lines.append("")

    def _end_paragraph(self) -> None:
        mark, self._mark = self._mark, ""
        if self._cells is not None:
            self._line.append(" ")  # a cell may hold several
            return
        text = "".join(self._line).strip()
        self._line = []
        if text:
            self._lines.append(mark + text)
        if not mark.startswith("-"):
            self._lines.append("")

    def _style(self, style: str) -> None:
        level = style.removeprefix("Heading")
        if level != style and level.isdecimal():
            self._mark = "#" * min(int(level), 6) + " "
        elif style == "Title":
            self._mark = "# "

    def _characters(self, text: str) -> None:
        if self._in_text and not self._hidden:
            self._line.append(text)


def _local(name: str) -> str:
    """The name without Word's namespace; empty for elements of others."""
    return next((name.removeprefix(space) for space in _WORD if name.startswith(space)), "")


def _value(attributes: dict[str, str]) -> str:
    return next((value for name, value in attributes.items() if _local(name) == "val"), "")


def _refuse(*_declaration: object) -> None:
    raise RefusedError(Refusal.ENTITIES)
