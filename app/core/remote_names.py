"""Names that come from elsewhere: repositories, files, hashes; held against strict rules."""

import re
import unicodedata

MAX_NAME_BYTES = 200

_REPOSITORY_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_REVISION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9_-])?")
_SHA1 = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_SLUGS = re.compile(r"[^a-z0-9._-]+")
# Names that Windows gives to devices, whatever follows their first dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?:\..*)?")
_FORBIDDEN = set('<>:"/\\|?*')


def is_repository(name: object) -> bool:
    """Whether it is "owner/name" as the hub allows it."""
    if not isinstance(name, str) or len(name) > 96 or name.count("/") != 1:
        return False
    parts = name.split("/")
    return all(
        _REPOSITORY_PART.fullmatch(part) and "--" not in part and ".." not in part for part in parts
    )


def is_revision(name: object) -> bool:
    """Whether it is a branch, tag or commit that can stand in an address."""
    return (
        isinstance(name, str)
        and len(name) <= 200
        and _REVISION.fullmatch(name) is not None
        and not any(bad in name for bad in ("..", "//", "/.", "./"))
    )


def is_commit(text: object) -> bool:
    """Whether it is the full hash of a commit."""
    return isinstance(text, str) and _SHA1.fullmatch(text) is not None


def is_sha1(text: object) -> bool:
    """Whether it is a SHA-1 in lower-case hexadecimal."""
    return is_commit(text)


def is_sha256(text: object) -> bool:
    """Whether it is a SHA-256 in lower-case hexadecimal."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def is_safe_file_name(name: object) -> bool:
    """Whether a plain file can have this name on every system, and nothing but a plain file."""
    if not isinstance(name, str) or not name or name in (".", ".."):
        return False
    try:
        size_bytes = len(name.encode("utf-8"))
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return (
        size_bytes <= MAX_NAME_BYTES
        and not name.startswith((".", " ", "-"))
        and not name.endswith((".", " "))
        and not set(name) & _FORBIDDEN
        and all(unicodedata.category(sign)[0] != "C" for sign in name)
        and unicodedata.normalize("NFC", name) == name
        and not _DEVICES.fullmatch(name.lower())
        and not _DEVICES.fullmatch(name.lower().split(".")[0].strip())
    )


def model_name(text: str) -> str:
    """A name for `--model` and for a folder, made from a title or the name of a repository."""
    plain = unicodedata.normalize("NFKD", text.rsplit("/", 1)[-1]).encode("ascii", "ignore")
    slug = _NOT_IN_SLUGS.sub("-", plain.decode().lower()).strip("-._")[:80].strip("-._")
    return slug if is_safe_file_name(slug) else f"model-{slug}".strip("-._")


def is_model_name(name: object) -> bool:
    """Whether a model can be kept in a folder of this name."""
    return is_safe_file_name(name)
