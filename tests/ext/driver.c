/* Holds every kernel set that this machine runs against plain C, bit for bit.
 *
 *     driver [rounds [seed]]
 *
 * Shapes, values and extremes are random and come from the seed of the round, which is printed with
 * the shape at the first difference. Buffers have their exact size, so that AddressSanitizer sees
 * every byte too many. Products are compared with loops written here, all else with the scalar set.
 * EMULATED: features that the CPU is said to have, because emulated.h supplies the instructions. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers.h"
#include "parallel.h"

static tn_ops scalar;
static uint64_t state, seed;
static char shape[200];

#ifdef EMULATED
unsigned tn_real_cpu_features(void);
unsigned tn_cpu_features(void) { return tn_real_cpu_features() | (EMULATED); }
#endif

/* ---- Random things ------------------------------------------------------------------------ */

static uint64_t draw(void) /* splitmix64 */
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
static size_t below(size_t n) { return (size_t)(draw() % n); }
static size_t from_to(size_t first, size_t last) { return first + below(last - first + 1); }
static float unit(void) { return (float)((double)(draw() >> 11) * 0x1p-52 - 1.0); } /* -1 ... 1 */

static void *taken[64];
static int takes;

/* Memory until the end of the round. */
static void *take(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p || takes == sizeof taken / sizeof *taken)
        abort();
    return taken[takes++] = p;
}
static void forget(void)
{
    while (takes > 0)
        free(taken[--takes]);
}
static void *copy(const void *from, size_t bytes) { return memcpy(take(bytes), from, bytes); }

static float *floats(size_t n)
{
    float *x = take(n * sizeof *x);
    const float scale = ldexpf(1.0f, (int)below(40) - 25);
    const size_t zeros = below(4);
    for (size_t i = 0; i < n; i++)
        x[i] = below(4) < zeros ? 0.0f : unit() * (below(50) ? scale : 1e-41f);
    return x;
}
/* Random bytes or the extremes that sums must have room for. */
static void fill(int8_t *x, size_t n)
{
    const size_t kind = below(5);
    for (size_t i = 0; i < n; i++) {
        const int8_t largest = kind == 1 || (kind == 2 && below(2)) ? 127 : -127;
        x[i] = kind == 0 ? 0 : kind < 4 ? largest : (int8_t)((int)below(255) - 127);
    }
}
static size_t even_lines(void) { return 2 * from_to(1, below(4) ? 40 : 150); }

/* ---- Comparison --------------------------------------------------------------------------- */

static void describe(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(shape, sizeof shape, format, arguments);
    va_end(arguments);
}
static void equal(const tn_ops *ops, const char *what, const void *got, const void *expected,
                  size_t bytes)
{
    const unsigned char *g = got, *e = expected;
    for (size_t i = 0; i < bytes; i++)
        if (g[i] != e[i]) {
            printf("%s: %s differs in byte %zu of %zu (%02x, not %02x); %s; seed %llu\n", ops->name,
                   what, i, bytes, g[i], e[i], shape, (unsigned long long)seed);
            exit(1);
        }
}

/* ---- Products ----------------------------------------------------------------------------- */

/* sums[j * height + r] = sum_k codes[r][k] * x[j][k] */
static int32_t *product(const uint8_t *codes, size_t height, size_t columns, const int8_t *x,
                        size_t x_stride, size_t tokens)
{
    int32_t *sums = take(tokens * height * sizeof *sums);
    for (size_t j = 0; j < tokens; j++)
        for (size_t r = 0; r < height; r++) {
            int32_t sum = 0;
            for (size_t k = 0; k < columns; k++)
                sum += codes[r * columns + k] * x[j * x_stride + k];
            sums[j * height + r] = sum;
        }
    return sums;
}

/* One tile as drawn in ops.h, `bits` per code. */
static uint8_t *packed(const uint8_t *codes, size_t lanes, size_t lines, size_t bits)
{
    const size_t group = lanes / 4, height = group * (8 / bits);
    uint8_t *tile = take(lines * lanes);
    memset(tile, 0, lines * lanes);
    for (size_t r = 0; r < height; r++)
        for (size_t k = 0; k < 4 * lines; k++)
            tile[k / 4 * lanes + 4 * (r % group) + k % 4] |=
                (uint8_t)(codes[r * 4 * lines + k] << bits * (r / group));
    return tile;
}
static uint8_t *random_codes(size_t n, size_t largest)
{
    uint8_t *codes = take(n);
    const size_t least = below(4) ? 0 : largest;
    for (size_t i = 0; i < n; i++)
        codes[i] = (uint8_t)from_to(least, largest);
    return codes;
}

static void check_tile(const tn_ops *ops)
{
    const size_t lanes = (size_t)ops->lanes, lines = even_lines(), columns = 4 * lines;
    const size_t most = ops->unpack ? 80 : (size_t)ops->tokens_at_once, tokens = from_to(1, most);
    const size_t stride = columns + 8 * below(3), bytes = (tokens - 1) * stride + columns;
    const size_t few = tokens < (size_t)ops->tokens_at_once ? tokens : (size_t)ops->tokens_at_once;
    const uint8_t *codes = random_codes(lanes * columns, 2), *w = packed(codes, lanes, lines, 2);
    int8_t *x = take(bytes);
    int32_t *acc = take(tokens * lanes * sizeof *acc);

    describe("lines %zu, tokens %zu, stride %zu", lines, tokens, stride);
    fill(x, bytes);
    const int32_t *expected = product(codes, lanes, columns, x, stride, tokens);
    ops->tile(w, lines, x, stride, (int)few, acc);
    equal(ops, "tile", acc, expected, few * lanes * sizeof *acc);
    if (!ops->unpack)
        return;
    for (size_t line = 0, now; line < lines; line += now) {
        now = below(3) ? lines - line : 2 * from_to(1, (lines - line) / 2);
        uint8_t *unpacked = take(4 * now * lanes);
        ops->unpack(w + line * lanes, now, unpacked);
        ops->panel(unpacked, now, x + 4 * line, stride, tokens, line > 0, acc);
    }
    equal(ops, "panel", acc, expected, tokens * lanes * sizeof *acc);
}

/* Rows so long that even 32 bits are folded on the way, full of the largest products. */
static void check_largest_sums(const tn_ops *ops)
{
    const size_t lanes = (size_t)ops->lanes, lines = 66000, columns = 4 * lines, tokens = 2;
    uint8_t *codes = take(lanes * columns);
    int8_t *x = take(tokens * columns);
    int32_t *acc = take(tokens * lanes * sizeof *acc);

    memset(codes, 2, lanes * columns);
    for (int sign = -1; sign <= 1; sign += 2) {
        describe("lines %zu, sign %d", lines, sign);
        memset(x, sign * 127, tokens * columns);
        ops->tile(packed(codes, lanes, lines, 2), lines, x, columns, (int)tokens, acc);
        equal(ops, "tile", acc, product(codes, lanes, columns, x, columns, tokens),
              tokens * lanes * sizeof *acc);
    }
}

static void check_screen(const tn_ops *ops)
{
    const size_t lanes = (size_t)ops->lanes, lines = even_lines(), columns = 4 * lines;
    const size_t bytes = lanes / 2 * sizeof(int32_t);
    const uint8_t *codes = random_codes(lanes / 2 * columns, 15);
    int8_t *x[2] = {take(columns), take(columns)};
    int32_t *acc[2] = {take(bytes), take(bytes)};

    describe("lines %zu", lines);
    for (int h = 0; h < 2; h++) {
        fill(x[h], columns);
        x[h][below(columns)] = -128;
    }
    ops->screen(packed(codes, lanes, lines, 4), lines, x[0], x[1], acc[0], acc[1]);
    for (int h = 0; h < 2; h++)
        equal(ops, "screen", acc[h], product(codes, lanes / 2, columns, x[h], columns, 1), bytes);
}

/* The driver of the product: packing, tails of rows and columns, blocks of tokens, scales. */
static void check_matmul(const tn_ops *ops)
{
    const size_t rows = from_to(1, 150), columns = from_to(1, below(4) ? 300 : 1500);
    const size_t tokens = below(8) ? from_to(1, 40) : from_to(250, 300);
    const size_t lines = (columns + 7) / 8 * 2, stride = 4 * lines, lanes = (size_t)ops->lanes;
    const size_t bytes = (rows + lanes - 1) / lanes * lanes * lines;
    const size_t out_stride = rows + below(3);
    const int accumulate = below(2) != 0;
    uint8_t *codes = random_codes(rows * columns, 2), *weights = take(rows * columns);
    float *row_scale = floats(rows), *out = floats((tokens - 1) * out_stride + rows);
    float *expected = copy(out, ((tokens - 1) * out_stride + rows) * sizeof *out);
    tn_batch x = {take(tokens * stride), floats(tokens), take(tokens * sizeof(int32_t)), stride};
    uint8_t *tiles = take(bytes);

    describe("rows %zu, columns %zu, tokens %zu, accumulate %d", rows, columns, tokens, accumulate);
    for (size_t i = 0; i < rows * columns; i++)
        weights[i] = (uint8_t)(codes[i] - 1);
    memset(tiles, 0, bytes);
    tn_pack(tiles, ops->lanes, lines, 0, rows, columns, weights, 0, 1);
    memset(x.q, 0, tokens * stride);
    for (size_t t = 0; t < tokens; t++) {
        fill(x.q + t * stride, columns);
        x.sum[t] = 0;
        for (size_t k = 0; k < columns; k++)
            x.sum[t] += x.q[t * stride + k];
    }
    const tn_matrix w = {tiles, row_scale, rows, lines};
    tn_matmul(ops, &w, &x, tokens, out, out_stride, accumulate, 1);
    const int32_t *sums = product(codes, rows, columns, x.q, stride, tokens);
    for (size_t t = 0; t < tokens; t++)
        for (size_t r = 0; r < rows; r++) {
            const float y = (float)(sums[t * rows + r] - x.sum[t]) * (row_scale[r] * x.step[t]);
            float *e = expected + t * out_stride + r;
            *e = accumulate ? *e + y : y;
        }
    equal(ops, "matmul", out, expected, ((tokens - 1) * out_stride + rows) * sizeof *out);
}

/* ---- Rows --------------------------------------------------------------------------------- */

static void check_norms(const tn_ops *ops)
{
    const size_t n = from_to(1, 200), padded = n + below(9);
    const float *x = floats(n), *weight = floats(n), eps = below(2) ? 1e-5f : 1e-6f;
    float *out[2], step[2], *gate[2], magnitude[2];
    int8_t *q[2];
    int32_t sum[2];
    const tn_activation activation = below(2) ? TN_RELU2 : TN_SILU;
    const int with_norm = below(2) != 0;
    const float *gates = floats(n);

    describe("n %zu, padded %zu, norm %d, activation %d", n, padded, with_norm, activation);
    for (int i = 0; i < 2; i++) {
        const tn_ops *set = i ? &scalar : ops;
        out[i] = take(n * sizeof(float));
        q[i] = take(padded);
        gate[i] = copy(gates, n * sizeof(float));
        set->norm(x, weight, n, eps, out[i]);
        set->norm_quantize(x, with_norm ? weight : NULL, n, padded, eps,
                           (tn_quantized){q[i], &step[i], &sum[i]});
        set->glu(gate[i], x, n, activation);
        magnitude[i] = set->largest(x, TN_F32, n);
    }
    equal(ops, "norm", out[0], out[1], n * sizeof(float));
    equal(ops, "norm_quantize", q[0], q[1], padded);
    equal(ops, "norm_quantize's step", &step[0], &step[1], sizeof(float));
    equal(ops, "norm_quantize's sum", &sum[0], &sum[1], sizeof(int32_t));
    equal(ops, "glu", gate[0], gate[1], n * sizeof(float));
    equal(ops, "largest", &magnitude[0], &magnitude[1], sizeof(float));
}

static const tn_dtype dtypes[] = {TN_F32, TN_F16, TN_I8, TN_BF16};
static size_t size_of(tn_dtype dtype) { return dtype == TN_F32 ? 4 : dtype == TN_I8 ? 1 : 2; }

/* n stored values, by the scalar set; bf16 is the upper half of a float. */
static void *stored(size_t n, tn_dtype dtype)
{
    char *row = take(n * size_of(dtype));
    const float *x = floats(n);
    if (dtype == TN_BF16)
        for (size_t i = 0; i < n; i++)
            memcpy(row + 2 * i, (const char *)(x + i) + 2, 2);
    else
        scalar.store(x, n, dtype, row);
    return row;
}

static void check_dots(const tn_ops *ops)
{
    const size_t n = from_to(1, 200);
    const tn_dtype dtype = dtypes[below(2) ? 3 : below(2)]; /* a head is of floats */
    const void *row = stored(n, dtype);
    const float *x = floats(n), inverse = 7.0f / (1e-3f + scalar.largest(row, dtype, n));
    float *dither = take(n * sizeof *dither), dots[2], magnitudes[2];
    uint8_t *nibbles[2];

    describe("n %zu, dtype %d", n, dtype);
    for (size_t i = 0; i < n; i++)
        dither[i] = 0.5f * unit();
    for (int i = 0; i < 2; i++) {
        const tn_ops *set = i ? &scalar : ops;
        nibbles[i] = take(n);
        dots[i] = set->dot(x, row, dtype, n);
        magnitudes[i] = set->largest(row, dtype, n);
        set->nibbles(row, dtype, n, dither, inverse, nibbles[i]);
    }
    equal(ops, "dot", &dots[0], &dots[1], sizeof(float));
    equal(ops, "largest", &magnitudes[0], &magnitudes[1], sizeof(float));
    equal(ops, "nibbles", nibbles[0], nibbles[1], n);
}

/* softmax(scale * q k) v for one query, written once more: scalar.attend shares its loops with the
 * sets it is compared with. Not bit for bit: the order of additions is another one. NAN for scores
 * so large that their rounding errors alone change the weights. */
static double attended(const tn_past *past, const float *q, size_t length, float scale, size_t column)
{
    const size_t d = past->head_dim;
    double most = -INFINITY, sum = 0, mixed = 0, *scores = take(length * sizeof *scores);
    for (size_t p = 0; p < length; p++) {
        scores[p] = 0;
        for (size_t i = 0; i < d; i++) {
            const size_t at = (p / TN_KEY_BLOCK * d + i) * TN_KEY_BLOCK + p % TN_KEY_BLOCK;
            scores[p] += (double)q[i] * ((const float *)past->keys)[at] * scale;
        }
        if (fabs(scores[p]) > 50)
            return NAN;
        most = scores[p] > most ? scores[p] : most;
    }
    for (size_t p = 0; p < length; p++) {
        const double weight = exp(scores[p] - most < -87 ? -87 : scores[p] - most);
        sum += weight;
        mixed += weight * ((const float *)past->values)[p * d + column];
    }
    return mixed / sum;
}

static void check_attention(const tn_ops *ops)
{
    const size_t heads = from_to(1, TN_HEADS_TOGETHER), tokens = from_to(1, TN_TOKENS_TOGETHER);
    const size_t d = 2 * from_to(1, 70), length = from_to(1, 150), longest = length + tokens - 1;
    const size_t room = (longest + TN_KEY_BLOCK - 1) / TN_KEY_BLOCK * TN_KEY_BLOCK;
    const size_t q_stride = (heads + below(3)) * d, out_stride = (heads + below(3)) * d;
    const size_t out_count = (tokens - 1) * out_stride + heads * d;
    const tn_dtype dtype = dtypes[below(3)];
    const float *q = floats((tokens - 1) * q_stride + heads * d);
    const float *cosines = floats(d / 2), *sines = floats(d / 2), scale = 0.1f;
    const tn_past past = {stored(room * d, dtype), stored(longest * d, dtype),
                          floats(room), floats(room), dtype, d};
    float *out[2], *rotated[2], step[2];
    void *row[2];

    describe("heads %zu, tokens %zu, head_dim %zu, length %zu, dtype %d", heads, tokens, d, length,
             dtype);
    for (int i = 0; i < 2; i++) {
        const tn_ops *set = i ? &scalar : ops;
        out[i] = take(out_count * sizeof(float));
        memset(out[i], 0, out_count * sizeof(float));
        rotated[i] = copy(q, heads * d * sizeof(float));
        row[i] = take(d * size_of(dtype));
        const tn_queries queries = {q, out[i], q_stride, out_stride, heads, tokens, length};
        set->attend(&queries, &past, scale, take(tokens * heads * room * sizeof(float)));
        set->rope(rotated[i], heads, d, cosines, sines);
        step[i] = set->store(q, d, dtype, row[i]);
    }
    equal(ops, "attend", out[0], out[1], out_count * sizeof(float));
    equal(ops, "rope", rotated[0], rotated[1], heads * d * sizeof(float));
    equal(ops, "store", row[0], row[1], d * size_of(dtype));
    equal(ops, "store's step", &step[0], &step[1], sizeof(float));
    if (dtype != TN_F32)
        return;
    const size_t t = below(tokens), h = below(heads), column = below(d);
    const double expected = attended(&past, q + t * q_stride + h * d, length + t, scale, column);
    const double got = out[0][t * out_stride + h * d + column];
    double largest = 1e-30;
    for (size_t i = 0; i < longest * d; i++)
        largest = fmax(largest, fabs((double)((const float *)past.values)[i]));
    if (fabs(got - expected) > 1e-3 * largest) {
        printf("%s: attend gives %g, not %g; %s; seed %llu\n", ops->name, got, expected, shape,
               (unsigned long long)seed);
        exit(1);
    }
}

static void check_sweep(const tn_ops *ops)
{
    const size_t words = 64 * from_to(1, 9);
    uint64_t *data = take(words * sizeof *data), expected = 0;
    for (size_t i = 0; i < words; i++)
        expected += data[i] = draw();
    const uint64_t sum = ops->sweep(data, words);
    describe("words %zu", words);
    equal(ops, "sweep", &sum, &expected, sizeof sum);
}

int main(int count, char **arguments)
{
    const size_t rounds = count > 1 ? strtoull(arguments[1], NULL, 10) : 100;
    const uint64_t first = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    void (*const checks[])(const tn_ops *) = {check_tile, check_screen,    check_matmul, check_norms,
                                              check_dots, check_attention, check_sweep};
    const tn_float_mode mode = tn_flush_denormals();

    tn_ops_scalar(&scalar);
    for (int i = 0; tn_set_name(i); i++) {
        tn_ops ops;
        if (!tn_set_runs(i)) {
            printf("%s: not on this machine\n", tn_set_name(i));
            continue;
        }
        tn_set_fill(i, &ops);
        seed = first;
        check_largest_sums(&ops);
        forget();
        for (; seed < first + rounds; seed++) {
            state = seed;
            for (size_t c = 0; c < sizeof checks / sizeof *checks; c++) {
                checks[c](&ops);
                forget();
            }
        }
        printf("%s: %zu rounds, equal\n", ops.name, rounds);
    }
    tn_restore(mode);
    return 0;
}
