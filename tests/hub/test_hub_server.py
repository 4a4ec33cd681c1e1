"""Our hub speaks what the real huggingface_hub client expects of one."""

import huggingface_hub
import pytest
from hub.server import COMMIT
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

FILES = {
    "config.json": b'{"hidden_size": 64}',
    "model.safetensors": bytes(range(256)) * 40,
    "LICENSE": b"MIT",
}


@pytest.fixture
def client(hub):
    hub.add("acme/tiny", FILES)
    return huggingface_hub.HfApi(endpoint=hub.url, token=False)


def test_the_page_of_a_model_names_commit_files_sizes_and_hashes(client):
    page = client.model_info("acme/tiny", files_metadata=True)
    weights = next(file for file in page.siblings if file.rfilename == "model.safetensors")
    assert (page.sha, weights.size) == (COMMIT, len(FILES["model.safetensors"]))
    assert len(weights.lfs.sha256) == 64


def test_a_snapshot_is_the_files(client, hub, tmp_path):
    folder = huggingface_hub.snapshot_download(
        "acme/tiny", endpoint=hub.url, cache_dir=tmp_path, token=False
    )
    for name, content in FILES.items():
        assert (tmp_path / folder / name).read_bytes() == content


def test_large_files_come_from_another_origin_without_the_token(hub, tmp_path):
    hub.add("acme/secret", FILES, token="hf_secret")
    huggingface_hub.hf_hub_download(
        "acme/secret", "model.safetensors", endpoint=hub.url, cache_dir=tmp_path, token="hf_secret"
    )
    assert hub.asked("/resolve/")[0].headers["authorization"] == "Bearer hf_secret"
    assert all("authorization" not in request.headers for request in hub.asked("/blobs/"))


def test_what_a_client_may_not_see_is_refused_as_the_real_hub_does(client, hub, tmp_path):
    hub.add("acme/gated", FILES, gated=True)
    with pytest.raises(RepositoryNotFoundError):
        client.model_info("acme/none")
    with pytest.raises(RevisionNotFoundError):
        client.model_info("acme/tiny", revision="v9")
    with pytest.raises(GatedRepoError):
        client.hf_hub_download("acme/gated", "config.json", cache_dir=tmp_path)
