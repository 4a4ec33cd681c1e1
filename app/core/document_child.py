"""Reads a PDF or DOCX file in a process of its own: `python -m ternchat.app.core.document_child`.

Such files are hostile input for large parsers. Here they can only waste a process: the file comes
in on standard input, its text (or, with the exit code REFUSED, the reason why there is none) goes
out on standard output, and the limits are those of `limit_self` and of the parent that waits.
"""

import io
import sys

from .attachment_error import MAX_CHARACTERS, Refusal, RefusedError

REFUSED = 3
MAX_SECONDS = 60
MAX_OUTPUT_BYTES = 8 * MAX_CHARACTERS
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def main(media_type: str) -> int:
    """Read a file of that kind; gives the exit code."""
    limit_self()
    code = 0
    try:
        text = extract(sys.stdin.buffer.read(), media_type)
    except RefusedError as error:
        text, code = str(error), REFUSED
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return code


def limit_self() -> None:
    """Take what the work does not need: processor time, large files, core dumps."""
    try:
        import resource
    except ImportError:  # Windows: the parent's limits have to do
        return
    for what, most in (
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_FSIZE, MAX_OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def extract(data: bytes, media_type: str) -> str:
    """The text of a document; RefusedError when there is none to be had."""
    text = (_pdf_text if media_type == PDF else _docx_text)(data).strip("\n")
    if not text.strip():
        raise RefusedError(Refusal.EMPTY)
    if len(text) > MAX_CHARACTERS:
        raise RefusedError(Refusal.LONG)
    return text


def _pdf_text(data: bytes) -> str:
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.disable()  # it remarks on every small fault of a file
    pages: list[str] = []
    length = 0
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise RefusedError(Refusal.LOCKED)
        for page in reader.pages:
            pages.append(page.extract_text().strip())
            length += len(pages[-1])
            if length > MAX_CHARACTERS:
                break
    except (DependencyError, FileNotDecryptedError) as error:
        raise RefusedError(Refusal.ENCRYPTED) from error
    except RefusedError:
        raise
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError,
            AssertionError, RecursionError, OSError) as error:  # fmt: skip
        raise RefusedError(Refusal.NO_PDF) from error
    return "\n\n".join(page for page in pages if page)


def _docx_text(data: bytes) -> str:
    from .docx import docx_text

    return docx_text(data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
