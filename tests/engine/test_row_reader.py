"""Matrices are read into one buffer, a piece at a time."""

import numpy as np
import pytest

from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import llama_config
from ternchat.engine.config import ModelConfig
from ternchat.engine.formats.huggingface import HuggingFaceCheckpoint
from ternchat.engine.row_reader import RowReader

HEAD = "lm_head.weight"
GATE = "model.layers.0.mlp.gate_proj.weight"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    config = llama_config(
        hidden_size=640, intermediate_size=7001, layers=1, heads=4, kv_heads=2, vocab_size=70
    )
    folder = write_checkpoint(tmp_path_factory.mktemp("reader") / "model", config)
    checkpoint = HuggingFaceCheckpoint(folder, ModelConfig.from_folder(folder))
    yield checkpoint
    checkpoint.close()


def stored(checkpoint, name):
    whole = np.empty(checkpoint.stored_shape(name), checkpoint.stored_dtype(name))
    checkpoint.read(name, whole)
    return whole


def test_a_matrix_comes_whole_and_in_pieces_that_are_told(checkpoint):
    pieces = []
    matrix = RowReader(checkpoint).matrix(GATE, pieces.append)
    np.testing.assert_array_equal(matrix, stored(checkpoint, GATE))
    assert len(pieces) > 1
    assert sum(pieces) == matrix.nbytes == 1751 * 640
    assert max(pieces) <= 1 << 20


def test_reading_ends_where_the_caller_says(checkpoint):
    def stop(_count):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        RowReader(checkpoint).matrix(GATE, stop)


@pytest.mark.parametrize("rows", [1, 32, 69, 70, 100])
def test_blocks_are_all_rows_in_their_order(checkpoint, rows):
    blocks = [(first, block.copy()) for first, block in RowReader(checkpoint).blocks(HEAD, rows)]
    assert [first for first, _ in blocks] == list(range(0, 70, rows))
    joined = np.concatenate([block for _, block in blocks])
    np.testing.assert_array_equal(joined, stored(checkpoint, HEAD))


def test_one_buffer_serves_all_of_them(checkpoint):
    reader = RowReader(checkpoint)
    first = reader.matrix(GATE, int)
    assert np.shares_memory(first, reader.matrix(GATE, int))
    for _, block in reader.blocks(HEAD, 32):
        assert np.shares_memory(first, block)
