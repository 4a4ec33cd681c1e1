"""The way to the hub at the terminal: options, then settings.toml, then the environment."""

import pytest
from hub.proxy import Proxy

from ternchat.app.core.settings import Settings
from ternchat.app.core.settings_file import SettingsFile

PASSWORD = "open-sesame"


@pytest.fixture
def show(ternchat, hub, tmp_path, fledgling_copy):
    """Looks acme/tiny up on our hub; gives what came of it, the password never in it."""
    hub.add("acme/tiny", {path.name: path.read_bytes() for path in fledgling_copy.iterdir()})

    def run(*arguments, settings=None, **variables):
        if settings is not None:
            SettingsFile(tmp_path / "data" / "settings.toml").save(settings)
        arguments = ("models", "show", "acme/tiny", "--data-dir", tmp_path / "data", *arguments)
        done = ternchat(*arguments, **variables)
        assert PASSWORD not in done.stdout + done.stderr
        return done

    return run


def test_the_proxy_of_the_command_line_carries_everything(show, hub):
    with Proxy(PASSWORD) as proxy:
        address = f"http://me:{PASSWORD}@{proxy.address}"
        done = show("--endpoint", hub.url, "--proxy", address)
        assert done.returncode == 0, done.stderr
        assert len(proxy.seen) == len(hub.requests) > 1


def test_proxy_and_hub_of_the_settings_are_used_and_the_command_line_wins(show, hub):
    with Proxy(PASSWORD) as proxy:
        address = f"http://me:{PASSWORD}@{proxy.address}"
        done = show(settings=Settings(proxy=address, endpoint=hub.url))
        assert done.returncode == 0, done.stderr
        assert proxy.seen
        proxy.seen.clear()
        assert show("--proxy", "none").returncode == 0
        assert proxy.seen == []
        failed = show("--endpoint", "http://127.0.0.1:1", "--proxy", "none")
        assert failed.returncode == 1


def test_the_settings_win_over_the_environment(show, hub):
    elsewhere = {"HTTP_PROXY": "http://127.0.0.1:1", "HF_ENDPOINT": "http://127.0.0.1:1"}
    done = show(settings=Settings(proxy="none", endpoint=hub.url), **elsewhere)
    assert done.returncode == 0, done.stderr
    with Proxy() as proxy:
        variables = {"HTTP_PROXY": f"http://{proxy.address}", "HF_ENDPOINT": hub.url}
        assert show(settings=Settings(), **variables, NO_PROXY="").returncode == 0
        assert proxy.seen


def test_a_proxy_that_wants_a_password_is_one_line_that_says_what_to_do(show, hub):
    with Proxy(PASSWORD) as proxy:
        done = show("--endpoint", hub.url, "--proxy", proxy.address)
    assert done.returncode == 1
    assert done.stderr.startswith("ternchat: the proxy answered 407: ")
    assert "Put name and password into the proxy's address" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--proxy", f"socks5://me:{PASSWORD}@p"),
        ("--proxy", f"http://me:{PASSWORD}@p/x"),
        ("--endpoint", f"https://me:{PASSWORD}@hub"),
        ("--endpoint", "http://mirror.example"),
    ],
)
def test_an_address_that_cannot_be_is_wrong_use(show, arguments):
    assert show(*arguments).returncode == 2


def test_doctor_shows_the_way_without_the_password(ternchat, tmp_path, hub):
    address = f"http://me:{PASSWORD}@proxy.example:1"
    SettingsFile(tmp_path / "settings.toml").save(Settings(proxy=address, endpoint=hub.url))
    said = ternchat("doctor", "--data-dir", tmp_path).stdout
    assert f"connections      {hub.url}\n" in said
    assert "proxy            http://me:•••@proxy.example:1\n" in said
    assert PASSWORD not in said
    assert "connections      none\n" in ternchat("doctor", "--offline").stdout
