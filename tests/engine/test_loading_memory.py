"""What is in memory while a model is loaded: never much more than what stays."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config, llama_config
from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import predict

# One matrix as the file holds it, or a block of it as numbers; the files have 270 MB and more.
ON_TOP = 12 << 20

# VmHWM is the most that was ever resident, pages of mapped files included.
MEASURE = """
import json, sys
from ternchat import engine
from ternchat.engine import loader

def status(field):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

before = status("VmRSS")
model = engine.load(sys.argv[1], threads=2)
print(json.dumps({"peak": status("VmHWM") - before, "stays": status("VmRSS") - before}))
"""

WIDE = {"hidden_size": 1280, "intermediate_size": 3456, "heads": 10, "kv_heads": 5}


@pytest.fixture
def packed(tmp_path):
    config = bitnet_config(layers=24, vocab_size=60000, **WIDE)
    return write_checkpoint(tmp_path / "model", config)


@pytest.fixture
def masters_in_shards(tmp_path, cut_into_shards):
    config = llama_config(layers=5, vocab_size=16000, **WIDE)
    folder = write_checkpoint(tmp_path / "model", config, packed=False)
    cut_into_shards(folder, 3)
    return folder


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells it here")
@pytest.mark.parametrize("kind", ["packed", "masters_in_shards"])
def test_loading_takes_little_more_than_what_stays(kind, request):
    folder = request.getfixturevalue(kind)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    taken = json.loads(done.stdout)
    in_file = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    assert in_file > 250 << 20
    assert taken["stays"] > 30 << 20
    assert taken["peak"] <= taken["stays"] + ON_TOP, taken
    assert taken["peak"] <= predict(ModelConfig.from_folder(folder)).allocated(1), taken
