"""A hub over https: only one whose certificate is right gets to see a request."""

import threading
import time

import pytest
from download_help import WEIGHTS, PatientClock, Scene
from hub.faults import Drop, Stall
from hub.server import HubServer
from hub.tls import Authority, self_signed

from ternchat.app.core.control import Control
from ternchat.app.core.progress import State


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def no_certificates(monkeypatch):
    """No certificate of the environment counts."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def trusted(authority, no_certificates, monkeypatch, tmp_path):
    """This computer trusts the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file(tmp_path)))


@pytest.mark.usefixtures("trusted")
def test_a_hub_whose_certificate_is_trusted_hands_its_model_out(authority, tmp_path):
    with HubServer(authority.server()) as hub, Scene.of(hub, tmp_path / "data") as scene:
        assert hub.url.startswith("https://")
        hub.at_bytes(WEIGHTS, Drop(70_001))
        scene.assert_ready(scene.run())
        assert [asked.range for asked in hub.bodies(WEIGHTS)] == [None, "bytes=70001-149999"]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("name", "days", "words"),
    [
        ("127.0.0.1", (-2, -1), "has expired, or the date of this computer is wrong"),
        ("127.0.0.1", (1, 2), "is not valid yet, or the date of this computer is wrong"),
        ("hub.example", (-1, 1), "is for another name: somebody else may be answering"),
        ("127.0.0.2", (-1, 1), "is for another name: somebody else may be answering"),
    ],
)
def test_a_certificate_that_is_not_right_is_told_why_and_the_hub_is_asked_nothing(
    authority, tmp_path, name, days, words
):
    context = authority.server(name, days=days)
    with HubServer(context) as hub, Scene.of(hub, tmp_path / "data") as scene:
        seen = scene.run()
        scene.assert_failed(seen, "certificate")
        assert words in seen[-1].problem.text
        assert State.STALLED not in {progress.state for progress in seen}  # asking again is no use
        assert hub.requests == []


@pytest.mark.usefixtures("no_certificates")
def test_an_authority_that_nobody_knows_is_not_trusted(authority, tmp_path):
    with HubServer(authority.server()) as hub, Scene.of(hub, tmp_path / "data") as scene:
        seen = scene.run()
        scene.assert_failed(seen, "certificate")
        assert "somebody this computer does not trust" in seen[-1].problem.text
        assert "SSL_CERT_FILE" in seen[-1].problem.advice
        assert hub.requests == []


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_of_certificates_that_cannot_be_read_is_named(
    scene: Scene, tmp_path, monkeypatch, content
):
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    seen = scene.run()
    scene.assert_failed(seen, "certificate")
    assert "SSL_CERT_FILE" in seen[-1].problem.text
    assert State.STALLED not in {progress.state for progress in seen}


@pytest.mark.usefixtures("trusted")
def test_a_server_that_vouches_for_itself_is_not_trusted(tmp_path):
    with HubServer(self_signed(tmp_path)) as hub, Scene.of(hub, tmp_path / "data") as scene:
        seen = scene.run()
        scene.assert_failed(seen, "certificate")
        assert "was issued by the server itself" in seen[-1].problem.text
        assert hub.requests == []


@pytest.mark.usefixtures("trusted")
def test_another_authority_is_not_trusted_beside_the_one_that_was_given(tmp_path):
    with HubServer(Authority().server()) as hub, Scene.of(hub, tmp_path / "data") as scene:
        scene.assert_failed(scene.run(), "certificate")


@pytest.mark.usefixtures("trusted")
def test_storage_that_the_hub_sends_us_to_has_to_show_a_certificate_too(authority, tmp_path):
    with (
        HubServer(authority.server()) as hub,
        HubServer(Authority().server()) as other,
        Scene.of(hub, tmp_path / "data") as scene,
    ):
        hub.cdn_url = other.cdn_url
        scene.assert_failed(scene.run(), "certificate")
        assert other.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_hub_that_speaks_no_tls_is_no_connection(authority, tmp_path):
    with HubServer() as hub, Scene.of(hub, tmp_path / "data") as scene:
        url = hub.url.replace("http://", "https://")
        scene.client.options = type(scene.client.options)(url)
        seen = scene.run()
        scene.assert_failed(seen, "no_network")


@pytest.mark.usefixtures("trusted")
def test_a_wish_is_heard_at_once_on_an_encrypted_connection_too(authority, tmp_path):
    with HubServer(authority.server()) as hub, Scene.of(hub, tmp_path / "data") as scene:
        hub.at_bytes(WEIGHTS, Stall(50_000))
        control = Control()

        class Clock(PatientClock):
            """A person stops it when the server has fallen silent."""

            def receive(self, inbox, seconds):
                part = next(scene.staging.glob(f"{WEIGHTS}*.part"), None)
                if part is not None and part.stat().st_size >= 50_000:
                    control.pause()
                    seconds = 0
                return super().receive(inbox, seconds) if seconds else None

        started = time.monotonic()
        last = list(scene.download(clock=Clock(), control=control).run())[-1]
        assert last.state is State.PAUSED
        assert time.monotonic() - started < 5
        assert not [t for t in threading.enumerate() if t.name == "download"]
