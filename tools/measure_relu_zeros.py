"""The share of exact zeros after ReLU² in a model, layer by layer, over real answers.

    python tools/measure_relu_zeros.py [MODEL_FOLDER] [--prompts N]

Where gate <= 0, relu(gate)² * up is exactly zero and stays zero through the sub-norm and the
int8 quantisation: that row of up_proj and that column of down_proj need not have been read.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from ternchat import engine

FLEDGLING = Path(__file__).parents[1] / "resources" / "fledgling"
PROMPTS = (
    "Hello!",
    "Who are you?",
    "What is rain?",
    "Why is the sky blue?",
    "How do I boil an egg?",
    "Tell me a short story about a fox.",
    "What is the capital of France?",
    "I am sad today.",
    "Name three fruits.",
    "Thank you!",
)


class CountingKernels:
    """A kernel set that looks at the gated activations before they are normed and quantised."""

    def __init__(self, kernels: Any, layers: int) -> None:
        self._kernels = kernels
        self._layer = 0
        self.zeros = np.zeros(layers, np.int64)
        self.values = np.zeros(layers, np.int64)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    def glu_project(self, tokens: int, gate_up: Any, *rest: Any, **named: Any) -> None:
        """Count, then let the kernel do its work; called once per layer, in order."""
        gate = gate_up.array[:tokens, : gate_up.columns // 2]
        self.zeros[self._layer] += np.count_nonzero(gate <= 0)
        self.values[self._layer] += gate.size
        self._layer = (self._layer + 1) % len(self.zeros)
        self._kernels.glu_project(tokens, gate_up, *rest, **named)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=FLEDGLING)
    parser.add_argument("--prompts", type=int, default=len(PROMPTS))
    options = parser.parse_args()

    model = engine.load(options.model)
    counting = CountingKernels(model.kernels, model.config.num_hidden_layers)
    model.kernels = model.writing_kernels = counting  # type: ignore[assignment]
    session = engine.Session(model)
    for prompt in PROMPTS[: options.prompts]:
        chat = [{"role": "user", "content": prompt}]
        for _ in session.reply(chat, engine.SamplingParams(temperature=0, max_tokens=100)):
            pass
    for layer, share in enumerate(counting.zeros / counting.values):
        print(f"layer {layer:2}: {share:6.1%}")
    print(f"all      {counting.zeros.sum() / counting.values.sum():6.1%}")


if __name__ == "__main__":
    main()
