"""Proxies: what is asked of the hub and what comes from it both take the way that is set."""

import logging

import pytest
from download_help import WEIGHTS, PatientClock, Scene
from hub.faults import Drop
from hub.proxy import Proxy as ProxyServer
from hub.server import HubServer
from hub.tls import Authority

from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions, RepositoryRef
from ternchat.app.core.progress import State
from ternchat.app.core.proxy import Proxy, ProxyAddressError

PASSWORD = "open-sesame"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_system_proxy(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def safe(monkeypatch, tmp_path):
    """A hub that is reached over https, with a certificate this computer trusts."""
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file(tmp_path)))
    with HubServer(authority.server()) as hub, Scene.of(hub, tmp_path / "data") as scene:
        yield scene


def through(scene: Scene, way: str) -> None:
    """From now on the scene's hub is reached this way."""
    scene.client.use(HubOptions(scene.hub.url, Proxy.of(way)))


def test_plain_connections_go_through_the_proxy_one_by_one(scene: Scene):
    with ProxyServer() as proxy:
        through(scene, f"http://{proxy.address}")
        scene.assert_ready(scene.run())
        assert len(proxy.seen) == len(scene.hub.requests)
        assert all(url.startswith("http://127.0.0.1:") for url in proxy.seen)


def test_encrypted_connections_are_tunnelled_to_the_hub_and_to_its_storage(safe: Scene):
    with ProxyServer() as proxy:
        through(safe, f"http://{proxy.address}")
        safe.hub.at_bytes(WEIGHTS, Drop(70_001))
        safe.assert_ready(safe.run())
        ends = {url.removeprefix("https://") for url in (safe.hub.url, safe.hub.cdn_url)}
        assert set(proxy.seen) == ends
        assert len(proxy.seen) >= 3  # the page, the hub, the storage


def test_name_and_password_in_the_address_open_the_proxy(scene: Scene, safe: Scene):
    for place in (scene, safe):
        with ProxyServer(PASSWORD) as proxy:
            through(place, f"http://me:{PASSWORD}@{proxy.address}")
            place.assert_ready(place.run())
            assert set(proxy.greeted) == {proxy.wanted}


def test_signs_that_no_address_can_have_are_written_with_per_cent(scene: Scene):
    with ProxyServer("a@b:c/d") as proxy:
        through(scene, f"http://me:a%40b%3Ac%2Fd@{proxy.address}")
        scene.assert_ready(scene.run())


@pytest.mark.parametrize("name", ["", "me@", "me:wrong@"])
def test_a_proxy_that_wants_a_password_says_so_and_what_to_do(scene: Scene, safe: Scene, name):
    for place in (scene, safe):
        with ProxyServer(PASSWORD) as proxy:
            through(place, f"http://{name}{proxy.address}")
            seen = place.run()
            place.assert_failed(seen, "proxy_auth")
            assert "http://name:password@proxy:port" in seen[-1].problem.advice
            assert place.hub.requests == []
            assert State.STALLED not in {progress.state for progress in seen}


def test_the_hub_never_sees_what_the_proxy_was_told(scene: Scene, safe: Scene):
    for place in (scene, safe):
        with ProxyServer(PASSWORD) as proxy:
            through(place, f"http://me:{PASSWORD}@{proxy.address}")
            place.run()
            assert place.hub.requests
            for asked in place.hub.requests:
                assert "proxy-authorization" not in asked.headers


@pytest.mark.parametrize(("refusal", "code"), [(403, "proxy"), (502, "no_network")])
def test_a_proxy_that_makes_no_connection_is_named(safe: Scene, refusal, code):
    with ProxyServer(refusal=refusal) as proxy:
        through(safe, f"http://me:{PASSWORD}@{proxy.address}")
        seen = safe.run(clock=PatientClock())
        safe.assert_failed(seen, code)
        assert f"through the proxy {proxy.address}" in seen[-1].problem.text
        assert str(refusal) in seen[-1].problem.text


def test_a_proxy_that_is_not_there_is_named(scene: Scene):
    through(scene, f"http://me:{PASSWORD}@127.0.0.1:1")
    seen = scene.run()
    scene.assert_failed(seen, "no_network")
    assert "through the proxy 127.0.0.1:1 failed" in seen[-1].problem.text


def test_the_proxy_of_the_environment_counts(scene: Scene, safe: Scene, monkeypatch):
    with ProxyServer(PASSWORD) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://me:{PASSWORD}@{proxy.address}")
        for place in (scene, safe):
            place.assert_ready(place.run())
            assert proxy.seen
            proxy.seen.clear()


def test_hosts_that_the_environment_excepts_are_reached_straight(scene: Scene, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    scene.assert_ready(scene.run())


@pytest.mark.parametrize("name", VARIABLES[:3])
def test_none_means_that_the_environment_does_not_count_either(
    scene: Scene, safe: Scene, monkeypatch, name
):
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    for place in (scene, safe):
        through(place, "none")
        place.assert_ready(place.run())


@pytest.mark.parametrize(
    "address",
    [f"socks5://me:{PASSWORD}@127.0.0.1:1", f"ftp://me:{PASSWORD}@x", f"http://me:{PASSWORD}@x:y"],
)
def test_a_proxy_of_the_environment_that_cannot_be_used_is_a_problem_in_words(
    scene: Scene, monkeypatch, address
):
    monkeypatch.setenv("HTTP_PROXY", address)
    seen = scene.run()
    scene.assert_failed(seen, "proxy")
    assert PASSWORD not in seen[-1].problem.text + seen[-1].problem.details


def test_another_way_counts_from_the_next_request_on(scene: Scene):
    """The network changes in mid-download: the person sets a proxy, and not a byte is lost."""

    def change(progress):
        if progress.state is State.STALLED and not changed:
            changed.append(True)
            through(scene, f"http://{proxy.address}")
        return False

    changed = []
    scene.hub.at_bytes(WEIGHTS, Drop(80_000))
    with ProxyServer() as proxy:
        scene.assert_ready(scene.run_until(change, "pause"))
        assert proxy.seen
    assert [asked.range for asked in scene.hub.bodies(WEIGHTS)] == [None, "bytes=80000-149999"]


def test_a_password_is_neither_logged_nor_told(scene: Scene, safe: Scene, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    for place in (scene, safe):
        with ProxyServer(PASSWORD) as proxy, ProxyServer("another") as other:
            for address in (proxy.address, other.address):
                through(place, f"http://me:{PASSWORD}@{address}")
                told += [str(place.client.options.proxy), repr(place.client.options)]
                told += [repr(progress) for progress in place.run()]
    assert "HTTP Request" in caplog.text
    assert not any(PASSWORD in text for text in (*told, caplog.text))


# ---- What may be typed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        (None, Proxy(), "system"),
        (" System ", Proxy(), "system"),
        ("none", Proxy(direct=True), "none"),
        ("proxy.example:3128", Proxy("http://proxy.example:3128"), "http://proxy.example:3128"),
        ("https://me@p:1/", Proxy("https://me@p:1"), "https://me@p:1"),
        (f"http://me:{PASSWORD}@p", Proxy(f"http://me:{PASSWORD}@p"), "http://me:•••@p"),
        ("http://[::1]:8080", Proxy("http://[::1]:8080"), "http://[::1]:8080"),
    ],
)
def test_a_way_is_named_in_words_and_shown_without_its_password(text, expected, shown):
    assert Proxy.of(text) == expected
    assert str(expected) == shown
    assert PASSWORD not in repr(expected)


@pytest.mark.parametrize(
    "text",
    [
        "socks5://me:pw@p:1",
        "http://",
        "http://me:pw@",
        "http://me:pw@p:99999",
        "http://me:pw@p:x",
        "http://me:pw@p/way",
        "http://me:pw@p/?x",
        "http://me:•••@p",
        "http://me:p w@p",
        "http://[me:pw",
    ],
)
def test_what_is_no_proxy_is_refused_without_repeating_it(text):
    with pytest.raises(ProxyAddressError) as error_info:
        Proxy.of(text)
    assert "pw" not in str(error_info.value)


def test_a_hidden_password_stays_when_the_rest_is_changed():
    proxy = Proxy.of(f"http://me:{PASSWORD}@old:1")
    assert proxy.edited("http://me:•••@new:2") == Proxy.of(f"http://me:{PASSWORD}@new:2")
    assert proxy.edited("http://me:other@old:1") == Proxy.of("http://me:other@old:1")
    assert proxy.edited("none") == Proxy(direct=True)


@pytest.mark.parametrize("endpoint", [f"https://me:{PASSWORD}@hub", f"https://me:{PASSWORD}@[x"])
def test_a_hub_has_no_password_and_none_is_repeated(endpoint):
    from ternchat.app.core.hub_address import AddressError

    with pytest.raises(AddressError) as error_info:
        HubOptions(endpoint)
    assert PASSWORD not in str(error_info.value)


def test_asking_for_a_model_takes_the_same_way(safe: Scene):
    with ProxyServer() as proxy:
        client = Hub(HubOptions(safe.hub.url, Proxy.of(proxy.address)))
        assert client.model(RepositoryRef("acme/tiny")).files
        assert proxy.seen == [safe.hub.url.removeprefix("https://")]
