# cython: embedsignature=False
"""Checked doors to the C kernels: dtype, shape and contiguity are looked at here, then the GIL is
dropped. Nothing behind these doors can fail. Arguments are marked IN, OUT or IN/OUT."""

from .kernels cimport *

KEY_BLOCK = TN_KEY_BLOCK
"""Positions in a block of keys; a cache holds whole blocks."""

SCREEN_GROUP = TN_SCREEN_GROUP
"""Rows of a screened head whose best score is told."""


def set_names():
    """Names of all compiled kernel sets, slowest first."""
    names = []
    while tn_set_name(len(names)) != NULL:
        names.append(tn_set_name(len(names)).decode())
    return names


def available():
    """Names of the kernel sets that this machine can run, slowest first."""
    return [name for i, name in enumerate(set_names()) if tn_set_runs(i)]


def cpu_features():
    """Names of the instruction sets that the CPU has and the operating system saves."""
    cdef unsigned found = tn_cpu_features()
    names = {"avx2": TN_CPU_AVX2, "avxvnni": TN_CPU_AVXVNNI,
             "avx512vnni": TN_CPU_AVX512VNNI, "amx": TN_CPU_AMX,
             "neon": TN_CPU_NEON, "dotprod": TN_CPU_DOTPROD, "i8mm": TN_CPU_I8MM}
    return [name for name, bit in names.items() if found & <unsigned>bit]


def openmp():
    """Whether the kernels were built with threads."""
    return bool(tn_has_openmp())


def processors():
    """Processors the kernels' threads may use."""
    return tn_threads_available()


cdef class TernaryMatrix:
    """A packed ternary matrix; holds its buffers alive.

    Attributes:
        rows, columns: its shape.
        nbytes: packed bytes, padding included, and the scales.
    """

    cdef tn_matrix c
    cdef readonly Py_ssize_t rows, columns
    cdef uint8_t[::1] tiles
    cdef const float[::1] row_scale

    def __init__(self, uint8_t[::1] tiles, const float[::1] row_scale, Py_ssize_t columns,
                 int lanes):
        cdef Py_ssize_t rows = row_scale.shape[0]
        cdef Py_ssize_t lines = lines_for(columns)
        if not (rows > 0 and columns > 0):
            raise ValueError(f"empty matrix: {rows} x {columns}")
        if not (tiles.shape[0] == packed_bytes(rows, columns, lanes)):
            raise ValueError(f"{tiles.shape[0]} bytes for {rows} x {columns} in lanes of {lanes}")
        self.tiles, self.row_scale = tiles, row_scale
        self.rows, self.columns = rows, columns
        self.c.tiles, self.c.row_scale = &tiles[0], &row_scale[0]
        self.c.rows, self.c.lines = rows, lines

    @property
    def nbytes(self):
        """Bytes read when the whole matrix is multiplied."""
        return self.tiles.shape[0] + 4 * self.rows


cdef class QuantizedRows:
    """Room for the int8 activations of several tokens, their steps and sums."""

    cdef tn_batch c
    cdef readonly Py_ssize_t capacity, columns
    cdef int8_t[:, ::1] q
    cdef float[::1] step
    cdef int32_t[::1] sum

    def __init__(self, int8_t[:, ::1] q, float[::1] step, int32_t[::1] sum, Py_ssize_t columns):
        cdef Py_ssize_t capacity = q.shape[0]
        if not (capacity > 0 and q.shape[1] == 4 * lines_for(columns)):
            raise ValueError(f"q has {q.shape[1]} columns; {columns} need {4 * lines_for(columns)}")
        if not (step.shape[0] == capacity and sum.shape[0] == capacity):
            raise ValueError(f"{capacity} rows, {step.shape[0]} steps, {sum.shape[0]} sums")
        self.q, self.step, self.sum = q, step, sum
        self.capacity, self.columns = capacity, columns
        self.c.q, self.c.step, self.c.sum = &q[0, 0], &step[0], &sum[0]
        self.c.stride = q.shape[1]


cdef class Rows:
    """Floats of several tokens or positions, checked once: calls that take these look at no buffer.

    Attributes:
        array: the numbers, (capacity, columns) float32.
    """

    cdef float *data
    cdef float[:, ::1] view
    cdef readonly object array
    cdef readonly Py_ssize_t capacity, columns

    def __init__(self, float[:, ::1] array):
        if not (array.shape[0] > 0 and array.shape[1] > 0):
            raise ValueError(f"no rows: ({array.shape[0]}, {array.shape[1]})")
        self.view, self.array = array, array.base
        self.capacity, self.columns = array.shape[0], array.shape[1]
        self.data = &array[0, 0]


cdef class Projection:
    """A ternary matrix and the RMSNorm of what it is applied to.

    Attributes:
        matrix: the weights (rows, n).
        norm: the norm's weights (n,), None without one.
        nbytes: bytes read when it is applied.
    """

    cdef readonly TernaryMatrix matrix
    cdef readonly object norm
    cdef const float[::1] norm_view
    cdef const float *norm_data

    def __init__(self, TernaryMatrix matrix not None, norm=None):
        self.matrix, self.norm, self.norm_data = matrix, norm, NULL
        if norm is not None:
            self.norm_view = norm
            if not (self.norm_view.shape[0] == matrix.columns):
                raise ValueError(f"a norm of {self.norm_view.shape[0]} for {matrix.columns} columns")
            self.norm_data = &self.norm_view[0]

    @property
    def nbytes(self):
        """Bytes read when it is applied."""
        return self.matrix.nbytes + (0 if self.norm is None else 4 * self.matrix.columns)


cdef class LayerCache:
    """One layer's keys (kv_heads, blocks, head_dim, KEY_BLOCK) and values (kv_heads, capacity,
    head_dim) of float16, float32 or int8, capacity = blocks * KEY_BLOCK, and what an int8 row is
    multiplied by, (kv_heads, capacity)."""

    cdef tn_cache c
    cdef object _keys, _values  # keep the buffers alive
    cdef float[:, ::1] key_steps, value_steps

    def __init__(self, keys, values, float[:, ::1] key_steps, float[:, ::1] value_steps):
        cdef uint8_t[:, :, :, ::1] k = keys.view("uint8")
        cdef uint8_t[:, :, ::1] v = values.view("uint8")
        kinds = {"float32": TN_F32, "float16": TN_F16, "int8": TN_I8}
        if not (str(keys.dtype) in kinds and keys.dtype == values.dtype):
            raise ValueError(f"cache of {keys.dtype} and {values.dtype}")
        kv_heads, capacity, head_dim = values.shape
        if not (keys.shape == (kv_heads, capacity // KEY_BLOCK, head_dim, KEY_BLOCK)
                and capacity % KEY_BLOCK == 0 and keys.size > 0 and head_dim <= TN_MAX_HEAD_DIM):
            raise ValueError(f"keys {keys.shape}, values {values.shape}")
        if not (key_steps.shape[0] == value_steps.shape[0] == kv_heads
                and key_steps.shape[1] == value_steps.shape[1] == capacity):
            raise ValueError(f"steps ({key_steps.shape[0]}, {key_steps.shape[1]}) of {values.shape}")
        self._keys, self._values = keys, values
        self.key_steps, self.value_steps = key_steps, value_steps
        self.c.keys, self.c.values = &k[0, 0, 0, 0], &v[0, 0, 0]
        self.c.key_steps, self.c.value_steps = &key_steps[0, 0], &value_steps[0, 0]
        self.c.dtype = kinds[str(keys.dtype)]
        self.c.kv_heads, self.c.capacity, self.c.head_dim = kv_heads, capacity, head_dim


cdef class HeadTable:
    """A head's rows, (vocab, n) of float32, float16, or bfloat16 held as uint16."""

    cdef const uint8_t[:, ::1] data
    cdef tn_dtype dtype
    cdef readonly Py_ssize_t rows, columns

    def __init__(self, table):
        kinds = {"float32": TN_F32, "float16": TN_F16, "uint16": TN_BF16}
        if str(table.dtype) not in kinds or table.ndim != 2 or not table.size:
            raise ValueError(f"table of {table.dtype}, shape {table.shape}")
        self.data = table.view("uint8")
        self.dtype = kinds[str(table.dtype)]
        self.rows, self.columns = table.shape


cdef class ScreenTable:
    """Room for the four-bit codes of a (rows, columns) head (layout: screen.c)."""

    cdef uint8_t[::1] tiles
    cdef float[::1] step
    cdef const float[::1] dither
    cdef readonly Py_ssize_t rows, columns
    cdef readonly int lanes

    def __init__(self, uint8_t[::1] tiles, float[::1] step, const float[::1] dither, int lanes):
        cdef Py_ssize_t rows = step.shape[0], columns = dither.shape[0]
        if not (rows > 0 and columns > 0 and tiles.shape[0] == screen_bytes(rows, columns, lanes)):
            raise ValueError(f"{tiles.shape[0]} bytes for the codes of {rows} x {columns}")
        self.tiles, self.step, self.dither = tiles, step, dither
        self.rows, self.columns, self.lanes = rows, columns, lanes

    @property
    def nbytes(self):
        """Bytes read when all rows are scored."""
        return self.tiles.shape[0] + 4 * self.rows


def screen_bytes(Py_ssize_t rows, Py_ssize_t columns, int lanes):
    """Bytes of the four-bit codes of a (rows, columns) head."""
    return (2 * rows + lanes - 1) // lanes * lines_for(columns) * lanes


cdef int _check_angles(Rows angles, Py_ssize_t positions, LayerCache cache) except -1:
    if not (angles.capacity >= positions and 2 * angles.columns == <Py_ssize_t>cache.c.head_dim):
        raise ValueError(f"angles of shape ({angles.capacity}, {angles.columns})")
    return 0


cdef Py_ssize_t lines_for(Py_ssize_t columns) noexcept nogil:
    return (columns + 7) // 8 * 2


def packed_bytes(Py_ssize_t rows, Py_ssize_t columns, int lanes):
    """Bytes of a (rows, columns) matrix in the tile layout."""
    return (rows + lanes - 1) // lanes * lines_for(columns) * lanes


def padded_columns(Py_ssize_t columns):
    """Bytes of one token's quantised activations."""
    return 4 * lines_for(columns)


cdef int _check_matmul(TernaryMatrix w, QuantizedRows x, float[:, ::1] out) except -1:
    if not (out.shape[1] == w.rows):
        raise ValueError(f"out has {out.shape[1]} columns, w {w.rows} rows")
    if not (x.columns == w.columns):
        raise ValueError(f"x has {x.columns} columns, w {w.columns}")
    if not (0 < out.shape[0] <= x.capacity):
        raise ValueError(f"{out.shape[0]} tokens, room for {x.capacity}")
    return 0


cdef int _check_projection(Py_ssize_t tokens, Rows x, Py_ssize_t columns, Projection w,
                           QuantizedRows work, Rows out) except -1:
    if not (columns == work.columns == w.matrix.columns):
        raise ValueError(f"x has {columns} columns, work {work.columns}, w {w.matrix.columns}")
    if not (out.columns == w.matrix.rows):
        raise ValueError(f"out has {out.columns} columns, w {w.matrix.rows} rows")
    if not (0 < tokens <= min(x.capacity, work.capacity, out.capacity)):
        raise ValueError(f"{tokens} tokens, room for {x.capacity}, {work.capacity}, {out.capacity}")
    return 0


cdef int _check_attention(Py_ssize_t tokens, Rows qkv, Py_ssize_t heads, Py_ssize_t start,
                          LayerCache cache) except -1:
    cdef Py_ssize_t kv = cache.c.kv_heads, d = cache.c.head_dim
    if not (heads > 0 and heads % kv == 0):
        raise ValueError(f"{heads} heads over {kv} key heads")
    if not (qkv.columns == (heads + 2 * kv) * d):
        raise ValueError(f"qkv has {qkv.columns} columns")
    if not (0 < tokens <= qkv.capacity and start >= 0
            and start + tokens <= <Py_ssize_t>cache.c.capacity):
        raise ValueError(f"positions {start} to {start + tokens} in a cache of {cache.c.capacity}")
    return 0


cdef const float *_check_norm(const float[::1] weight, Py_ssize_t n, Py_ssize_t tokens,
                              QuantizedRows out) except? NULL:
    """The norm's weights, NULL for None."""
    if not (weight is None or weight.shape[0] == n):
        raise ValueError(f"weight does not fit rows of {n}")
    if not (out.columns == n):
        raise ValueError(f"x has {n} columns, out {out.columns}")
    if not (0 < tokens <= out.capacity):
        raise ValueError(f"{tokens} tokens for {out.capacity}")
    return NULL if weight is None else &weight[0]


cdef tn_activation _activation(str name) except *:
    if name == "relu2":
        return TN_RELU2
    if name == "silu":
        return TN_SILU
    raise ValueError(f"activation {name!r}")


cdef class Kernels:
    """One kernel set and a number of threads; keeps count of the time spent in C.

    Attributes:
        name: the kernel set.
        lanes: bytes per register, rows per tile.
        threads: threads each operation is split over.
        seconds: time spent inside the kernels so far.
    """

    cdef tn_ops ops
    cdef readonly int threads
    cdef public double seconds

    def __init__(self, str name, int threads):
        if not (name in available()):
            raise ValueError(f"kernel set {name!r} cannot run here")
        if not (threads > 0):
            raise ValueError(f"threads = {threads}")
        tn_set_fill(set_names().index(name), &self.ops)
        self.threads = threads
        self.seconds = 0.0

    @property
    def name(self):
        """The kernel set."""
        return self.ops.name.decode()

    @property
    def lanes(self):
        """Bytes per register, rows per tile."""
        return self.ops.lanes

    @property
    def score_rows(self):
        """Rows of scratch that attention needs, as long as the cache."""
        return TN_HEADS_TOGETHER * TN_TOKENS_TOGETHER * self.threads

    def pack(self, uint8_t[::1] tiles,                      # IN/OUT zeros, then codes
             const uint8_t[:, ::1] source,                  # IN (ceil(rows / 4) or rows, columns)
             Py_ssize_t first, Py_ssize_t rows, Py_ssize_t total_rows, bint packed):
        """Pack `rows` rows into the tiles from row `first` on.

        `packed`: source has Hugging Face's 2-bit layout; otherwise int8 weights seen as bytes.
        Returns the first row with a code 3 (no such weight exists), or -1.
        """
        cdef Py_ssize_t columns = source.shape[1], block = source.shape[0] if packed else 0
        cdef ptrdiff_t bad
        if not (columns > 0 and rows > 0 and first >= 0 and first + rows <= total_rows):
            raise ValueError(f"rows {first} to {first + rows} of {total_rows}, {columns} columns")
        if not (source.shape[0] == ((rows + 3) // 4 if packed else rows)):
            raise ValueError(f"{source.shape[0]} source rows for {rows} rows, packed = {packed}")
        if not (tiles.shape[0] == packed_bytes(total_rows, columns, self.ops.lanes)):
            raise ValueError(f"{tiles.shape[0]} bytes for {total_rows} x {columns}")
        with nogil:
            bad = tn_pack(&tiles[0], self.ops.lanes, lines_for(columns), first, rows, columns,
                          &source[0, 0], block, self.threads)
        return bad

    def matmul(self, TernaryMatrix w not None,              # IN
               QuantizedRows x not None,                    # IN
               float[:, ::1] out,                           # OUT (tokens, rows)
               bint accumulate=False):                      # out += instead of out =
        """out = x @ w.T for as many tokens as out has rows."""
        cdef double begin = tn_seconds()
        _check_matmul(w, x, out)
        with nogil:
            tn_matmul(&self.ops, &w.c, &x.c, out.shape[0], &out[0, 0], out.shape[1], accumulate,
                      self.threads)
        self.seconds += tn_seconds() - begin

    def norm_quantize(self, const float[:, ::1] x,          # IN (tokens, n)
                      const float[::1] weight,              # IN (n,) or None: no norm
                      float eps,
                      QuantizedRows out not None):          # OUT
        """RMSNorm of each row, then int8 quantisation with one step per row."""
        cdef double begin = tn_seconds()
        cdef const float *norm = _check_norm(weight, x.shape[1], x.shape[0], out)
        with nogil:
            tn_norm_quantize_rows(&self.ops, &x[0, 0], x.shape[1], norm, x.shape[1], eps, &out.c,
                                  x.shape[0], self.threads)
        self.seconds += tn_seconds() - begin

    def glu_quantize(self, float[:, ::1] gate_up,           # IN, overwritten (tokens, 2n)
                     str activation,                        # "relu2" or "silu"
                     const float[::1] weight,               # IN (n,) or None: no norm
                     float eps,
                     QuantizedRows out not None):           # OUT
        """activation(gate) * up, RMSNorm, int8 quantisation of each row."""
        cdef double begin = tn_seconds()
        cdef tn_activation act = _activation(activation)
        cdef const float *norm = _check_norm(weight, gate_up.shape[1] // 2, gate_up.shape[0], out)
        if gate_up.shape[1] % 2:
            raise ValueError(f"gate_up has {gate_up.shape[1]} columns")
        with nogil:
            tn_glu_quantize_rows(&self.ops, &gate_up[0, 0], out.columns, act, norm, eps, &out.c,
                                 gate_up.shape[0], self.threads)
        self.seconds += tn_seconds() - begin

    def project(self, Py_ssize_t tokens,
                Rows x not None,                            # IN (tokens, n)
                Projection w not None,                      # IN (rows, n)
                float eps,
                QuantizedRows work not None,                # OUT (tokens, n)
                Rows out not None,                          # OUT (tokens, rows)
                bint accumulate=False):                     # out += instead of out =
        """out = quantised(RMSNorm(x)) @ w.T"""
        cdef double begin = tn_seconds()
        _check_projection(tokens, x, x.columns, w, work, out)
        with nogil:
            tn_norm_quantize_rows(&self.ops, x.data, x.columns, w.norm_data, x.columns, eps,
                                  &work.c, tokens, self.threads)
            tn_matmul(&self.ops, &w.matrix.c, &work.c, tokens, out.data, out.columns, accumulate,
                      self.threads)
        self.seconds += tn_seconds() - begin

    def glu_project(self, Py_ssize_t tokens,
                    Rows gate_up not None,                  # IN, overwritten (tokens, 2n)
                    str activation,                         # "relu2" or "silu"
                    Projection w not None,                  # IN (rows, n)
                    float eps,
                    QuantizedRows work not None,            # OUT (tokens, n)
                    Rows out not None,                      # OUT (tokens, rows)
                    bint accumulate=False):                 # out += instead of out =
        """out = quantised(RMSNorm(activation(gate) * up)) @ w.T"""
        cdef double begin = tn_seconds()
        cdef tn_activation act = _activation(activation)
        if gate_up.columns % 2:
            raise ValueError(f"gate_up has {gate_up.columns} columns")
        _check_projection(tokens, gate_up, gate_up.columns // 2, w, work, out)
        with nogil:
            tn_glu_quantize_rows(&self.ops, gate_up.data, work.columns, act, w.norm_data, eps,
                                 &work.c, tokens, self.threads)
            tn_matmul(&self.ops, &w.matrix.c, &work.c, tokens, out.data, out.columns, accumulate,
                      self.threads)
        self.seconds += tn_seconds() - begin

    def rope(self, Py_ssize_t tokens,
             Rows qkv not None,                             # IN/OUT (tokens, q + k + v)
             Py_ssize_t heads,
             Rows cosines not None,                         # IN (capacity, head_dim / 2)
             Rows sines not None,                           # IN likewise
             Py_ssize_t start,                              # position of the first token
             LayerCache cache not None):                    # OUT rows start ... start + tokens
        """Rotate queries and keys to their positions; keys and values go to the cache."""
        cdef double begin = tn_seconds()
        _check_attention(tokens, qkv, heads, start, cache)
        _check_angles(cosines, start + tokens, cache)
        _check_angles(sines, start + tokens, cache)
        with nogil:
            tn_rope_rows(&self.ops, qkv.data, heads, cosines.data, sines.data, start, &cache.c,
                         tokens, self.threads)
        self.seconds += tn_seconds() - begin

    def attention(self, Py_ssize_t tokens,
                  Rows qkv not None,                        # IN rotated (tokens, q + k + v)
                  Py_ssize_t heads,
                  Py_ssize_t start,
                  LayerCache cache not None,                # IN
                  Rows scratch not None,                    # (score_rows, capacity)
                  Rows out not None):                       # OUT (tokens, heads * head_dim)
        """Causal attention over the cache, softmax(q k / sqrt(head_dim)) v for every head."""
        cdef double begin = tn_seconds()
        _check_attention(tokens, qkv, heads, start, cache)
        if not (scratch.capacity >= self.score_rows
                and scratch.columns >= <Py_ssize_t>cache.c.capacity):
            raise ValueError(f"scratch of ({scratch.capacity}, {scratch.columns}) floats")
        if not (out.capacity >= tokens and out.columns == heads * <Py_ssize_t>cache.c.head_dim):
            raise ValueError(f"out of shape ({out.capacity}, {out.columns})")
        with nogil:
            tn_attention(&self.ops, qkv.data, heads, start, &cache.c, tokens, scratch.data,
                         out.data, self.threads)
        self.seconds += tn_seconds() - begin

    def norm(self, const float[:, ::1] x,                   # IN (tokens, n)
             const float[::1] weight,                       # IN (n,)
             float eps,
             float[:, ::1] out):                            # OUT (tokens, n)
        """RMSNorm of each row."""
        cdef double begin = tn_seconds()
        if not (weight.shape[0] == x.shape[1]
                and out.shape[0] == x.shape[0]
                and out.shape[1] == x.shape[1]
                and x.shape[0] > 0):
            raise ValueError("shapes of x, weight, out")
        with nogil:
            tn_norm_rows(&self.ops, &x[0, 0], &weight[0], x.shape[1], eps, &out[0, 0], x.shape[0])
        self.seconds += tn_seconds() - begin

    def head(self, const float[:, ::1] x,                   # IN (tokens, n)
             HeadTable table not None,                      # IN
             float[:, ::1] out):                            # OUT (tokens, vocab)
        """out = x @ table.T"""
        cdef double begin = tn_seconds()
        if not (x.shape[1] == table.columns
                and out.shape[0] == x.shape[0]
                and out.shape[1] == table.rows
                and out.shape[0] > 0):
            raise ValueError(f"x ({x.shape[0]}, {x.shape[1]}), out ({out.shape[0]}, "
                             f"{out.shape[1]}), table ({table.rows}, {table.columns})")
        with nogil:
            tn_head(&self.ops, &x[0, 0], table.columns, &table.data[0, 0], table.dtype, table.rows,
                    x.shape[0], &out[0, 0], self.threads)
        self.seconds += tn_seconds() - begin

    def head_rows(self, const float[::1] x,                 # IN (n,)
                  HeadTable table not None,                 # IN
                  const int64_t[::1] rows,                  # IN (count,) of the vocabulary
                  float[::1] out):                          # OUT (count,)
        """out = table[rows] @ x, each value just as `head` computes it."""
        cdef double begin = tn_seconds()
        cdef Py_ssize_t i
        if not (x.shape[0] == table.columns and out.shape[0] == rows.shape[0] > 0):
            raise ValueError(f"x of {x.shape[0]}, {rows.shape[0]} rows, out of {out.shape[0]}")
        for i in range(rows.shape[0]):
            if not 0 <= rows[i] < table.rows:
                raise ValueError(f"row {rows[i]} of {table.rows}")
        with nogil:
            tn_head_rows(&self.ops, &x[0], table.columns, &table.data[0, 0], table.dtype,
                         &rows[0], rows.shape[0], &out[0], self.threads)
        self.seconds += tn_seconds() - begin

    def screen_pack(self, ScreenTable screen not None,      # OUT rows first ... first + rows
                    HeadTable table not None,               # IN float32 or bfloat16
                    Py_ssize_t first, Py_ssize_t rows):
        """Four-bit codes of some rows of a head; `first` is a multiple of lanes / 2."""
        if not (first >= 0 and rows > 0 and first + rows <= table.rows
                and first % (self.ops.lanes // 2) == 0):
            raise ValueError(f"rows {first} to {first + rows} of {table.rows}")
        self._check_screen(screen)
        if not (screen.rows == table.rows and screen.columns == table.columns
                and table.dtype != TN_F16):
            raise ValueError(f"screen ({screen.rows}, {screen.columns}) of a table "
                             f"({table.rows}, {table.columns})")
        with nogil:
            tn_screen_pack(&self.ops, &screen.tiles[0], lines_for(table.columns),
                           &table.data[0, 0], table.dtype, first, rows, table.columns,
                           &screen.dither[0], &screen.step[0], self.threads)

    def split_state(self, const float[::1] x,               # IN (n,)
                    ScreenTable screen not None,            # IN
                    int8_t[::1] high,                       # OUT (padded_columns(n),)
                    int8_t[::1] low):                       # OUT likewise
        """x in 16 bits, 256 high + low, for `screen`: unit, offset, and the norm of x.

        The unit is 0 for an x that is zero or not finite."""
        cdef double begin = tn_seconds()
        cdef tn_split split
        if not (x.shape[0] == screen.columns
                and high.shape[0] == low.shape[0] == padded_columns(screen.columns)):
            raise ValueError(f"x of {x.shape[0]}, high of {high.shape[0]}, low of {low.shape[0]}")
        with nogil:
            split = tn_split_state(&x[0], x.shape[0], &screen.dither[0], &high[0], &low[0])
        self.seconds += tn_seconds() - begin
        return split.unit, split.offset, split.norm

    def screen(self, ScreenTable screen not None,           # IN
               const int8_t[::1] high,                      # IN (padded_columns(n),)
               const int8_t[::1] low,                       # IN likewise
               float unit, double offset,
               float[:, ::1] out,                           # OUT (groups, SCREEN_GROUP) >= vocab
               float[::1] best):                            # OUT (groups,)
        """out[v] = unit * step[v] * (codes[v] . (256 high + low) - offset), and the best of each
        group; behind the vocabulary -inf."""
        cdef double begin = tn_seconds()
        self._check_screen(screen)
        if not (high.shape[0] == low.shape[0] == padded_columns(screen.columns)
                and out.shape[1] == SCREEN_GROUP
                and out.shape[0] == best.shape[0] == -(-screen.rows // SCREEN_GROUP)):
            raise ValueError(f"high of {high.shape[0]}, low of {low.shape[0]}, out of "
                             f"({out.shape[0]}, {out.shape[1]}), best of {best.shape[0]}")
        with nogil:
            tn_screen(&self.ops, &screen.tiles[0], lines_for(screen.columns), screen.rows,
                      &high[0], &low[0], &screen.step[0], unit, offset, &out[0, 0], &best[0],
                      self.threads)
        self.seconds += tn_seconds() - begin

    cdef int _check_screen(self, ScreenTable screen) except -1:
        if screen.lanes != self.ops.lanes:
            raise ValueError(f"screen packed for {screen.lanes} lanes, not {self.ops.lanes}")
        return 0

    def sweep(self, const uint64_t[::1] data):              # IN a multiple of 64 words
        """Read the data once with all threads; the seconds it took."""
        cdef double begin = tn_seconds()
        if not (data.shape[0] > 0 and data.shape[0] % 64 == 0):
            raise ValueError(f"{data.shape[0]} words")
        with nogil:
            tn_sweep(&self.ops, &data[0], data.shape[0], self.threads)
        return tn_seconds() - begin
