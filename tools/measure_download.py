"""Time and peak memory of a download from a hub on this computer, beside plain curl.

    python tools/measure_download.py [--megabytes 1200] [--rounds 3]

Both fetch the same file over loopback and are run in turns; ours also hashes it, keeps a checksum
of each block and writes a record.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hub.server import HubServer

FILES = {
    "config.json": json.dumps(
        {
            "architectures": ["BitNetForCausalLM"],
            "hidden_act": "relu2",
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "vocab_size": 256,
            "max_position_embeddings": 64,
            "rms_norm_eps": 1e-5,
            "rope_theta": 1e4,
        }
    ).encode(),
    "tokenizer.json": b"{}",
}

OURS = """
import sys
from ternchat.app.core.download import Download, DownloadRequest
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.runnable import Verdict

store = ModelStore(DataPaths.from_option(sys.argv[2]))
request = DownloadRequest("big", "Big", "acme/big", use_cache=False)
run = Download(request, store, Hub(HubOptions(sys.argv[1])), judge=lambda folder: Verdict(True))
last = list(run.run())[-1]
assert last.state == "ready", last
"""


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of a child process."""
    before = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} failed with {child.returncode}")
    return time.perf_counter() - before, usage.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder, HubServer() as hub:
        weights = Path(folder) / "weights"
        with weights.open("wb") as file:
            for _ in range(options.megabytes):
                file.write(os.urandom(10**6))
        repository = hub.add("acme/big", {**FILES, "model.safetensors": weights})
        url = f"{hub.url}/acme/big/resolve/{repository.commit}/model.safetensors"
        results: dict[str, list[tuple[float, float]]] = {
            "curl": [],
            "curl + sha256sum": [],
            "ours": [],
        }
        for number in range(options.rounds):
            target = Path(folder) / f"curl-{number}"
            curl = ["curl", "-sSL", "-o", str(target), url]
            results["curl"].append(measured(curl))
            target.unlink()
            both = f"curl -sSL -o {target} {url} && sha256sum {target}"
            results["curl + sha256sum"].append(measured(["sh", "-c", both]))
            target.unlink()
            data = Path(folder) / f"ours-{number}"
            results["ours"].append(measured([sys.executable, "-c", OURS, hub.url, str(data)]))
            subprocess.run(["rm", "-rf", str(data)], check=True)
        for name, runs in results.items():
            seconds = statistics.median(run[0] for run in runs)
            memory = max(run[1] for run in runs)
            rate = options.megabytes / seconds
            print(f"{name:<18} {seconds:6.2f} s  {rate:7.0f} MB/s  peak {memory:5.0f} MB")


if __name__ == "__main__":
    main()
