"""A hub that leads astray or lies: nothing it says is believed before it is checked."""

import pytest
from download_help import WEIGHTS, Scene
from hub.faults import Gzip, Headers, Redirect, Status

SIZE = 150_000


# ---- Redirects ------------------------------------------------------------------------------


def test_a_redirect_within_the_hub_is_followed(scene: Scene):
    commit = scene.hub.repositories["acme/tiny"].commit
    scene.hub.at_resolve("config.json", Redirect(f"/acme/tiny/resolve/{commit}/config.json?again"))
    scene.assert_ready(scene.run())


@pytest.mark.parametrize(
    "location",
    [
        "%self%",
        "",
        "http://models.example/weights",
        "ftp://127.0.0.1/weights",
        "file:///etc/passwd",
        "//models.example:99999/x",
        "http://[::bad/x",
    ],
)
def test_a_redirect_in_circles_or_to_an_unsafe_place_is_not_followed(scene: Scene, location):
    scene.hub.always("resolve", WEIGHTS, Redirect(location))
    scene.assert_failed(scene.run(), "redirect")


def test_a_long_chain_of_redirects_ends(scene: Scene):
    commit = scene.hub.repositories["acme/tiny"].commit
    page = f"/acme/tiny/resolve/{commit}/config.json?n="
    scene.hub.at_resolve("config.json", *(Redirect(f"{page}{n}") for n in range(8)))
    scene.assert_failed(scene.run(), "redirect")
    assert len(scene.hub.asked("/config.json")) == 6


def test_the_page_of_the_model_may_move_but_not_to_an_unsafe_place(scene: Scene):
    scene.hub.at_api(Redirect("/api/models/acme/tiny/revision/main?blobs=true&moved=1"))
    scene.assert_ready(scene.run())
    scene.hub.always("api", "", Redirect("http://models.example/api"))
    assert scene.run()[-1].problem.code == "redirect"
    scene.hub.always("api", "", Redirect("%self%"))
    assert scene.run()[-1].problem.code == "redirect"


# ---- A hub that lies ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "problem"),
    [
        ("X-Linked-Etag", '"../../../../tmp/x"', "server_answer"),
        ("X-Linked-Etag", '"/etc/cron.d/x"', "server_answer"),
        ("X-Linked-Etag", f'"{"0" * 64}"', "changed"),
        ("X-Linked-Size", "12", "changed"),
        ("X-Linked-Size", "../..", "changed"),
        ("X-Repo-Commit", "../../x", "changed"),
        ("X-Repo-Commit", "d" * 40, "changed"),
    ],
)
def test_a_header_that_contradicts_the_announcement_is_not_believed(
    scene: Scene, tmp_path, header, value, problem
):
    scene.hub.always("resolve", WEIGHTS, Headers({header: value}))
    scene.assert_failed(scene.run(), problem)
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"data"}


@pytest.mark.parametrize(
    ("listing", "problem"),
    [
        ([{"rfilename": "config.json", "size": 1, "blobId": "../../x"}], "server_answer"),
        ([{"rfilename": "config.json", "size": -1, "blobId": "0" * 40}], "server_answer"),
        ([{"rfilename": "config.json", "size": "1", "blobId": "0" * 40}], "server_answer"),
        ([{"rfilename": "config.json", "size": 1 << 50, "blobId": "0" * 40}], "server_answer"),
        ([{"rfilename": "config.json", "size": True, "blobId": "0" * 40}], "server_answer"),
        ([{"rfilename": "LICENSE\0", "size": 1, "blobId": "0" * 40}], "unsafe_name"),
        ([{"rfilename": "license.txt:evil", "size": 1, "blobId": "0" * 40}], "unsafe_name"),
        ([{"rfilename": "LICENSE. ", "size": 1, "blobId": "0" * 40}], "unsafe_name"),
        ([{"rfilename": "license\\..\\x", "size": 1, "blobId": "0" * 40}], "unsafe_name"),
        ([{"rfilename": 7}], "server_answer"),
        ([7], "server_answer"),
        ([], "unsupported"),
        ([{"rfilename": "model.gguf", "size": 1, "blobId": "0" * 40}], "unsupported"),
        ([{"rfilename": "pytorch_model.bin", "size": 1, "blobId": "0" * 40}], "unsupported"),
    ],
)
def test_a_hostile_or_foreign_list_of_files_is_refused(scene: Scene, listing, problem):
    scene.hub.repositories["acme/tiny"].listing = listing
    scene.assert_failed(scene.run(), problem)
    assert scene.hub.asked("/resolve/") == []


def test_names_that_lead_elsewhere_are_not_even_looked_at(scene: Scene, tmp_path):
    repository = scene.hub.repositories["acme/tiny"]
    page = [file.entry() for file in repository.files.values()]
    evil = ["../../evil", "/etc/evil", "C:\\evil", "a/../../evil", "CON", "sub/config.json"]
    listed = [{"rfilename": name, "size": 4, "blobId": "0" * 40} for name in evil]
    repository.listing = [*listed, *page]
    scene.assert_ready(scene.run())
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"[]", b"null", b'{"id": 3}', b'{"id": "acme/tiny", "sha": "../../x"}', b"\xff"],
)
def test_an_answer_that_makes_no_sense_is_an_error_in_words(scene: Scene, answer):
    scene.hub.always("api", "", Status(200, {"Content-Type": "application/json"}, answer))
    scene.assert_failed(scene.run(), "server_answer")


def test_an_endless_page_is_not_read_to_its_end(scene: Scene):
    page = b'{"id": "' + b"x" * 9_000_000 + b'"}'
    scene.hub.always("api", "", Status(200, {"Content-Type": "application/json"}, page))
    scene.assert_failed(scene.run(), "server_answer")


def test_a_compressed_page_is_not_unpacked(scene: Scene):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = Gzip.of(b'{"id": "' + b"x" * 50_000_000)
    scene.hub.always("api", "", Status(200, headers, bomb))
    scene.assert_failed(scene.run(), "server_answer")
