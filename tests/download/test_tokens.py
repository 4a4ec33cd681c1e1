"""An access token opens the repository it was given for, and nobody else gets to see it."""

import logging

import pytest
from download_help import WEIGHTS, Scene
from hub.faults import Drop, Redirect, Status

from ternchat.app.core.access_token import OPENED_BY_TOKEN, AccessToken, TokenError
from ternchat.app.core.download import DownloadQueue, DownloadRequest
from ternchat.app.core.hub_address import RepositoryRef, is_about
from ternchat.app.core.inspection import inspect
from ternchat.app.core.progress import State

SECRET = "hf_" + "s3cret" * 5
TOKEN = AccessToken(SECRET)
REQUEST = DownloadRequest("tiny", "Tiny", "acme/tiny", token=TOKEN, use_cache=False)


@pytest.fixture
def gated(scene: Scene) -> Scene:
    """The model is handed out to those alone who have the token."""
    scene.hub.add("acme/tiny", scene.files, gated=True, token=SECRET)
    return scene


def shown_to(scene: Scene) -> list[str]:
    """The addresses that got to see the token."""
    return [asked.path for asked in scene.hub.requests if "authorization" in asked.headers]


def test_no_token_is_sent_that_was_not_given_for_this_model(scene: Scene, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody")
    scene.assert_ready(scene.run())
    assert shown_to(scene) == []


def test_a_gated_model_says_that_a_token_is_needed_and_opens_with_it(gated: Scene):
    seen = gated.run()
    gated.assert_failed(seen, "gated")
    assert seen[-1].problem.code in OPENED_BY_TOKEN
    gated.assert_ready(gated.run(request=REQUEST))


def test_a_private_model_opens_with_its_token(scene: Scene):
    scene.hub.add("acme/tiny", scene.files, token=SECRET)
    seen = scene.run()
    scene.assert_failed(seen, "model_gone")
    assert seen[-1].problem.code in OPENED_BY_TOKEN
    scene.assert_ready(scene.run(request=REQUEST))


def test_the_token_goes_to_the_hub_and_not_to_the_storage_it_sends_us_to(gated: Scene):
    gated.assert_ready(gated.run(request=REQUEST))
    assert gated.hub.bodies(WEIGHTS)
    for asked in gated.hub.requests:
        at_storage = asked.path.startswith("/blobs/")
        assert ("authorization" in asked.headers) is not at_storage, asked.path
        assert SECRET not in asked.path


@pytest.mark.parametrize(
    "elsewhere", ["{hub}/acme/other/resolve/main/config.json", "{cdn}/acme/tiny/resolve/x"]
)
def test_a_redirect_to_another_repository_or_server_does_not_take_the_token_along(
    gated: Scene, elsewhere
):
    location = elsewhere.format(hub=gated.hub.url, cdn=gated.hub.cdn_url)
    gated.hub.at_resolve("config.json", Redirect(location))
    gated.run(request=REQUEST)
    path = location.removeprefix(gated.hub.url).removeprefix(gated.hub.cdn_url)
    assert [asked.path for asked in gated.hub.asked(path)] == [path]
    assert path not in shown_to(gated)


@pytest.mark.parametrize(
    "elsewhere",
    ["{hub}/api/models/acme/other/revision/main", "{cdn}/api/models/acme/tiny?elsewhere=1"],
)
def test_the_page_of_the_model_does_not_take_the_token_elsewhere_either(gated: Scene, elsewhere):
    location = elsewhere.format(hub=gated.hub.url, cdn=gated.hub.cdn_url)
    gated.hub.at_api(Redirect(location))
    gated.run(request=REQUEST)
    path = location.removeprefix(gated.hub.url).removeprefix(gated.hub.cdn_url)
    assert gated.hub.asked(path)
    assert path not in shown_to(gated)


def test_a_page_that_moves_within_its_repository_keeps_the_token(gated: Scene):
    gated.hub.at_api(Redirect("/api/models/acme/tiny/revision/main?blobs=true&moved=1"))
    gated.assert_ready(gated.run(request=REQUEST))
    assert any("moved=1" in path for path in shown_to(gated))


def test_the_next_model_is_asked_for_without_the_token_of_the_last(gated: Scene):
    gated.assert_ready(gated.run(request=REQUEST))
    gated.hub.add("acme/other", gated.files)
    gated.hub.requests.clear()
    other = DownloadRequest("other", "Other", "acme/other", use_cache=False)
    assert gated.run(request=other)[-1].state is State.READY
    assert gated.hub.requests
    assert shown_to(gated) == []


def test_a_token_is_neither_logged_nor_written_down_nor_told(gated: Scene, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    gated.hub.at_bytes(WEIGHTS, Drop(1000), Status(404))
    seen = gated.run(request=REQUEST)
    assert seen[-1].state is State.FAILED
    gated.hub.add("acme/tiny", gated.files, gated=True, token="another")
    seen += gated.run(request=REQUEST)
    assert "the access token that was given does not open it" in seen[-1].problem.text
    told = [repr(REQUEST), str(TOKEN), f"{TOKEN}", repr(seen), caplog.text]
    told += [progress.problem.details for progress in seen if progress.problem]
    assert not any(SECRET in text for text in told)
    assert "HTTP Request" in caplog.text
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not any(SECRET.encode() in content for content in written)


def test_looking_a_gated_model_up_takes_the_token_too(gated: Scene):
    assert inspect(gated.client, RepositoryRef("acme/tiny"), TOKEN).verdict.runs


def test_a_download_that_failed_is_resumed_with_the_token_it_lacked(gated: Scene):
    def start(request, control):
        return gated.download(request=request, control=control).run()

    queue = DownloadQueue(gated.store, start)
    queue.add(DownloadRequest("tiny", "Tiny", "acme/tiny", use_cache=False))
    assert list(queue.run(until_idle=True))[-1].problem.code == "gated"
    queue.resume("tiny", TOKEN)
    assert list(queue.run(until_idle=True))[-1].state is State.READY
    gated.assert_installed()
    gated.hub.requests.clear()
    queue.resume("tiny")  # it was for that one download
    list(queue.run(until_idle=True))
    assert shown_to(gated) == []


@pytest.mark.parametrize("text", ["", "  ", "two words", "hf_\nx", "hf_\0", "hf_é", "x" * 1001])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(text):
    with pytest.raises(TokenError) as error_info:
        AccessToken(text)
    assert not text.strip() or text not in str(error_info.value)


def test_blanks_around_a_token_that_was_pasted_do_not_count():
    assert AccessToken(f" {SECRET}\n").reveal() == SECRET


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hub.example/hf/acme/tiny/resolve/main/x", True),
        ("https://hub.example:443/hf/Acme/Tiny/resolve/main/x", True),
        ("https://hub.example/hf/api/models/acme/tiny", True),
        ("https://hub.example/hf/api/models/acme/tiny/revision/main?blobs=true", True),
        ("https://hub.example/acme/tiny/resolve/main/x", False),
        ("https://hub.example/hf/acme/tinyer/resolve/main/x", False),
        ("https://hub.example/hf/api/models/acme/tinyer", False),
        ("https://hub.example/hf/acme/tiny/../other/resolve/x", False),
        ("https://hub.example/hf/acme/tiny/%2e%2e/other/resolve/x", False),
        ("http://hub.example/hf/acme/tiny/x", False),
        ("https://hub.example:444/hf/acme/tiny/x", False),
        ("https://hub.example.evil.example/hf/acme/tiny/x", False),
        ("https://hub.example@evil.example/hf/acme/tiny/x", False),
        ("https://me@hub.example/hf/acme/tiny/x", False),
    ],
)
def test_only_addresses_of_the_repository_itself_may_see_its_token(url, expected):
    assert is_about(url, "https://hub.example/hf", "acme/tiny") is expected
