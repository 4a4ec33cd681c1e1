"""What several tests of the engine need: random models, checkpoints cut into several files."""

import json
import shutil
from pathlib import Path

import pytest

from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine.tokenizer import TokenizerStart

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"


def header_of(path):
    """A safetensors file's header, and where its data begins."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(length)), 8 + length


def write_tensors(path, tensors):
    """A safetensors file of {name: (dtype, shape, bytes)}."""
    header, position = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        offsets = [position, position + len(data)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        position = offsets[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # as the library aligns what follows
    content = b"".join(data for *_, data in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)


@pytest.fixture(scope="session")
def cut_into_shards():
    """Cuts a folder's model.safetensors into so many files with an index; gives their names."""

    def cut(folder, count):
        whole = folder / "model.safetensors"
        header, begin = header_of(whole)
        header.pop("__metadata__", None)
        raw = whole.read_bytes()
        names = sorted(header)  # not the order of the data: an index may sort as it likes
        files = [f"model-{i + 1:05}-of-{count:05}.safetensors" for i in range(count)]
        weight_map = {name: files[i * count // len(names)] for i, name in enumerate(names)}
        for file in files:
            tensors = {}
            for name in (n for n in names if weight_map[n] == file):
                first, last = (begin + offset for offset in header[name]["data_offsets"])
                tensors[name] = (header[name]["dtype"], header[name]["shape"], raw[first:last])
            write_tensors(folder / file, tensors)
        index = {"metadata": {"total_size": len(raw) - begin}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
        whole.unlink()
        return files

    return cut


@pytest.fixture(scope="session")
def tokenizer_of(tmp_path_factory):
    """Makes a tokenizer of the contents of a file."""
    path = tmp_path_factory.mktemp("tokenizers") / "tokenizer.json"

    def tokenizer_of(contents, vocab_size):
        path.write_text(json.dumps(contents), "utf-8")
        return TokenizerStart(path, vocab_size).result()

    return tokenizer_of


@pytest.fixture(scope="session")
def roomy_folder(tmp_path_factory):
    """Words without sense, in a context of 2,048 tokens."""
    config = bitnet_config(
        hidden_size=64,
        intermediate_size=128,
        layers=2,
        heads=4,
        kv_heads=2,
        vocab_size=4096,
        bos_token_id=0,
        eos_token_id=1,
        max_position_embeddings=2048,
    )
    folder = write_checkpoint(tmp_path_factory.mktemp("model") / "roomy", config, seed=3)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FLEDGLING / name, folder / name)
    return folder
