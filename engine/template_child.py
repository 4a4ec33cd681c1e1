"""Renders chat templates of unknown origin; a process of its own, because they may do anything.

A script that imports nothing of Ternchat: `python -I -S template_child.py FOLDER`, where FOLDER
holds the jinja2 package. It reads requests from standard input and writes answers to standard
output, each a length and a number in four bytes, and so much JSON (as in frames.py). The number of
an answer is that of its request; number 0 says that it is ready, and which process it is:

    {"template": text, "renders": [variables, ...], "limit": characters}
    {"results": [{"text": ...} | {"error": kind, "message": ...}, ...]}

Jinja's sandbox keeps a template from attributes and files; limits of the operating system bound
processor time and memory, and leave no file to open, no process to start. macOS takes the limit of
memory and does not keep it, Windows has none of them: whoever asks watches time and memory too.
"""

import json
import os
import sys
import time
from typing import Any, BinaryIO

MEMORY_BYTES = 256 << 20
CPU_SECONDS = 3
MAX_MESSAGE = 300


def main(package_folder: str | None = None) -> int:
    """Answer requests until standard input ends."""
    if package_folder is not None:
        sys.path.append(package_folder)
    renderer = _Renderer()
    renderer.render(_WARM_UP, [{"messages": [{"role": "user", "content": "x"}]}], 1_000_000)
    renderer.render("{{ messages.x.y }}", [{}], 100)  # what reports errors is imported here
    time.localtime()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _write(answers, 0, {"pid": os.getpid()})
    limit(RLIMIT_AS=address_space() + MEMORY_BYTES, RLIMIT_CORE=0, RLIMIT_FSIZE=0)
    limit(RLIMIT_NPROC=0, RLIMIT_NOFILE=3)
    while True:
        number, request = _read(requests)
        if request is None:
            return 0
        limit_time(CPU_SECONDS)
        results = renderer.render(request["template"], request["renders"], request["limit"])
        _write(answers, number, {"results": results})


class _Refused(Exception):
    """The template itself says that it cannot render this."""


class _TooLong(Exception):
    """More text than anyone would read."""


class _Renderer:
    """Jinja as chat templates expect it, with the last template kept."""

    def __init__(self) -> None:
        from jinja2 import ext, nodes, sandbox

        class Generation(ext.Extension):
            """`{% generation %}`: marks what the model said, for training; here it is the body."""

            tags = {"generation"}  # noqa: RUF012  Jinja's own way

            def parse(self, parser: Any) -> Any:
                line = next(parser.stream).lineno
                body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
                return nodes.Scope(body, lineno=line)

        self._environment = sandbox.ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[Generation, ext.loopcontrols],
        )
        self._environment.filters["tojson"] = _tojson
        self._environment.globals.pop("lipsum")
        self._environment.globals["raise_exception"] = _raise_exception
        self._environment.globals["strftime_now"] = time.strftime
        self._text: str | None = None
        self._template: Any = None

    def render(self, text: str, renders: list[dict[str, Any]], limit: int) -> list[dict[str, str]]:
        """A result for each set of variables; one error for all where the text is no template."""
        try:
            if text != self._text:
                self._template, self._text = None, None
                self._template = self._environment.from_string(text)
                self._text = text
        except Exception as error:
            return [_described(error)] * len(renders)
        return [self._one(variables, limit) for variables in renders]

    def _one(self, variables: dict[str, Any], limit: int) -> dict[str, str]:
        parts: list[str] = []
        length = 0
        try:
            for part in self._template.generate(**variables):
                length += len(part)
                if length > limit:
                    raise _TooLong(f"more than {limit:,} characters")
                parts.append(part)
        except Exception as error:
            return _described(error)
        return {"text": "".join(parts)}


def _described(error: Exception) -> dict[str, str]:
    from jinja2 import exceptions

    kinds = {
        _Refused: "refused",
        _TooLong: "long",
        MemoryError: "memory",
        RecursionError: "recursion",
        exceptions.SecurityError: "forbidden",
        exceptions.TemplateSyntaxError: "syntax",
    }
    kind = next((name for known, name in kinds.items() if isinstance(error, known)), "failed")
    message = str(error) or type(error).__name__
    if isinstance(error, exceptions.TemplateSyntaxError):
        message = f"line {error.lineno}: {message}"
    return {"error": kind, "message": message[:MAX_MESSAGE]}


def _raise_exception(message: object) -> None:
    raise _Refused(str(message))


def _tojson(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def limit(**limits: int) -> None:
    """Take limits that cannot be taken back, as far as the system has them."""
    try:
        import resource
    except ImportError:  # Windows: whoever asks bounds memory and processes with a job object
        return
    for name, most in limits.items():
        number = getattr(resource, name, None)
        if number is not None:
            try:
                resource.setrlimit(number, (most, most))
            except (OSError, ValueError):
                continue  # a stricter one holds already


def limit_time(seconds: int) -> None:
    """So much processor time from now on: for the case that nobody watches any more."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def address_space() -> int:
    """Bytes of it that this process has, roughly where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return 64 << 20


def _read(file: BinaryIO) -> tuple[int, Any]:
    header = file.read(8)
    if len(header) < 8:
        return 0, None
    length, number = (int.from_bytes(part, "big") for part in (header[:4], header[4:]))
    return number, json.loads(file.read(length))


def _write(file: BinaryIO, number: int, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode("ascii")
    file.write(len(data).to_bytes(4, "big") + number.to_bytes(4, "big") + data)
    file.flush()


# Uses what templates use, so that Jinja has imported all it needs before files are out of reach.
_WARM_UP = """
{%- set space = namespace(n=0) -%}
{%- macro said(m) %}{{ m.role | capitalize }}: {{ m.content | trim | tojson }}{% endmacro -%}
{%- for message in messages if message.content is string -%}
{%- if not message.tools is defined %}{{ said(message) }}{% else %}{% break %}{% endif -%}
{%- generation %}{{ strftime_now('%d %b %Y') ~ range(3) | join(',') }}{% endgeneration -%}
{%- endfor -%}
{%- if messages | selectattr('role', 'equalto', 'user') | list | length > 1 -%}
{{ raise_exception('never') }}
{%- endif -%}
"""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
