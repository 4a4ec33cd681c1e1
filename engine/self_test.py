"""Does a model work on this computer? Sixteen tokens show it; a program of its own.

Where the model's folder holds a reference (self_test.json), the tokens have to be those of the
reference. Otherwise there is nothing to hold them against but the machine itself: the results have
to be finite and varied, the same with and without the cache, and the same, but for rounding, with
another kernel set.

`python -m ternchat.engine.self_test FOLDER [ISA [THREADS]]` prints a Report as JSON.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ternchat.engine import backend, chat_template
from ternchat.engine.child_process import end_with_parent
from ternchat.engine.errors import EngineError, NotEnoughMemoryError, Words
from ternchat.engine.formats.files import exists
from ternchat.engine.formats.json_fields import Fields
from ternchat.engine.formats.json_file import read_json
from ternchat.engine.loader import load
from ternchat.engine.model import Floats, Model
from ternchat.engine.sampler import SamplingParams
from ternchat.engine.self_test_report import Kind, Report
from ternchat.engine.session import Session

TOKENS = 16
REFERENCE_FILE = "self_test.json"
QUESTION = "Hello! How are you today?"

_MAX_REFERENCE_BYTES = 100_000
_LARGEST_DIFFERENCE = 0.03  # of the spread of the logits: rounding, and nothing else


@dataclass(frozen=True)
class Run:
    """A prompt and the greedy answer to it."""

    prompt_ids: list[int]
    token_ids: list[int]


def check(folder: Path, isa: str | None = None, threads: int | None = None) -> Report:
    """Test the model in a folder."""
    model = load(folder, threads, isa)
    try:
        if exists(folder / REFERENCE_FILE):
            return _against_reference(model, _reference(folder / REFERENCE_FILE, model))
        run = answer(model)
        logits = model.logits(run.prompt_ids + run.token_ids)
    finally:
        model.close()  # before another is loaded: two might not fit
    problem = _problem(logits, run)
    if problem is not None:
        return Report.of(False, problem, Kind.SINGLE, model.kernel)
    return _against_another_set(folder, threads, model.kernel, run, logits)


def answer(model: Model) -> Run:
    """What a model says to `QUESTION`; with self_test.json made of it, its reference."""
    messages = [{"role": "user", "content": QUESTION}]
    prompt = chat_template.encode_prompt(
        model.tokenizer, model.template, messages, model.config.bos_token_id
    )
    return Run(prompt, _greedy(model, prompt))


def _greedy(model: Model, prompt: list[int]) -> list[int]:
    session = Session(model, len(prompt) + TOKENS + 1)
    sampling = SamplingParams(temperature=0, max_tokens=TOKENS)
    return [step.token_id for step in session.generate(prompt, sampling, ignore_stop=True)]


def _reference(path: Path, model: Model) -> Run:
    fields = Fields(read_json(path, _MAX_REFERENCE_BYTES), str(path))
    prompt, tokens = (
        fields.token_ids(name, model.config.vocab_size) for name in ("prompt_ids", "token_ids")
    )
    if not prompt or not tokens:
        raise fields.wrong("token_ids", "the tokens of a prompt and of the answer to it")
    return Run(prompt, tokens)


def _against_reference(model: Model, reference: Run) -> Report:
    found, expected = _greedy(model, reference.prompt_ids), reference.token_ids
    wrong = [i for i, pair in enumerate(zip(found, expected, strict=False)) if len({*pair}) > 1]
    if not wrong:
        words = Words("It gives the {count} tokens that it is known to give.", count=len(expected))
        return Report.of(True, words, Kind.REFERENCE, model.kernel)
    words = Words(
        "Token {number} of {count} is {found}, not {expected}: its file is damaged, or this"
        " processor computes wrongly.",
        number=wrong[0] + 1,
        count=len(expected),
        found=str(found[wrong[0]]),
        expected=str(expected[wrong[0]]),
    )
    return Report.of(False, words, Kind.REFERENCE, model.kernel)


def _problem(logits: Floats, run: Run) -> Words | None:
    """What cannot be right about the results of one kernel set."""
    if not np.isfinite(logits).all():
        return Words("Its results are not all numbers: the file is damaged.")
    if (logits.std(-1) <= 1e-6 * np.abs(logits).max()).any():
        return Words("Its results are all alike: the file is damaged.")
    again = logits[len(run.prompt_ids) - 1 : -1].argmax(-1).tolist()
    if again != run.token_ids:
        return Words(
            "Its results change from one time to the next: this processor computes wrongly."
        )
    return None


def _against_another_set(
    folder: Path, threads: int | None, kernel: str, run: Run, logits: Floats
) -> Report:
    others = [name for name in backend.describe()["kernel_sets"] if name != kernel]
    if not others:
        words = Words(
            "It gives {count} tokens; there is nothing to compare them with.", count=TOKENS
        )
        return Report.of(True, words, Kind.SINGLE, kernel)
    model = load(folder, threads, others[-1])
    try:
        second = model.logits(run.prompt_ids + run.token_ids)
    finally:
        model.close()
    difference = float(np.sqrt(np.mean((logits - second) ** 2)) / logits.std())
    if difference > _LARGEST_DIFFERENCE:
        words = Words(
            "The kernel sets {one} and {other} differ by {difference} %.",
            one=kernel,
            other=others[-1],
            difference=100 * difference,
        )
        return Report.of(False, words, Kind.CONSISTENCY, kernel)
    words = Words(
        "It gives the same {count} tokens with {one} and {other};"
        " which ones are right is not known for this model.",
        count=TOKENS,
        one=kernel,
        other=others[-1],
    )
    return Report.of(True, words, Kind.CONSISTENCY, kernel)


def main(folder: str, isa: str = "", threads: str = "") -> int:
    """Test and print the report; gives the exit code."""
    try:
        report = check(Path(folder), isa or None, int(threads) if threads else None)
    except NotEnoughMemoryError as error:
        report = Report.of(None, Words("It was not tested: {error}.", error=error))
    except EngineError as error:
        report = Report.of(False, Words("It cannot be loaded: {error}.", error=error))
    print(report.to_json())
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(*sys.argv[1:]))
