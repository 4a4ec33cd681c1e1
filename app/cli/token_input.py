"""Where an access token comes from at the terminal: never from an argument, which all can read."""

import getpass
import os
import sys

from ternchat.app.core.access_token import MAX_CHARACTERS, AccessToken, TokenError

from .models_arguments import ModelsOptions


def read_token(options: ModelsOptions) -> AccessToken | None:
    """The access token, from where the options say; None when none was announced."""
    if options.token:
        return AccessToken(_asked(options.names[0]))
    if options.token_env is not None:
        return AccessToken(_from_environment(options.token_env))
    if options.token_file == "-":
        return AccessToken(_line(sys.stdin.buffer.readline(MAX_CHARACTERS + 2)))
    if options.token_file is not None:
        with open(options.token_file, "rb") as file:
            return AccessToken(_line(file.readline(MAX_CHARACTERS + 2)))
    return None


def _asked(name: str) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise TokenError("there is no terminal to ask at; --token-file - reads standard input")
    return getpass.getpass(f"Access token for {name} (it is not shown): ", stream=sys.stderr)


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise TokenError(f"the environment has no variable {name}")
    return value


def _line(data: bytes) -> str:
    return data.decode("utf-8", "replace")
