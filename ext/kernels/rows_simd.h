/* The float side of a kernel set: everything that works on rows of activations. Written once over
 * `wide`; the including file's compiler flags say how wide a register is. */
#include <math.h>

#include "ops.h"
#include "wide.h"

/* ---- RMSNorm and quantisation ------------------------------------------------------------- */

/* Loops over rows do whole vectors first and what is left apart: with a possible partial load in
 * every step, which is a call, compilers keep nothing in registers. */

TN_INLINE float inverse_rms(const float *x, size_t n, float eps)
{
    const size_t whole = n / WIDE * WIDE;
    wide squares = w_all(0);
    for (size_t i = 0; i < whole; i += WIDE)
        squares = w_add(squares, w_mul(w_load(x + i), w_load(x + i)));
    if (whole < n) {
        const wide rest = w_load_part(x + whole, n - whole);
        squares = w_add(squares, w_mul(rest, rest));
    }
    return 1.0f / sqrtf(w_sum(squares) / (float)n + eps);
}

/* x[i] * r * weight[i], or x[i] without a weight. */
TN_INLINE wide normed(const float *x, const float *weight, wide r, size_t i, size_t left)
{
    const wide v = w_load_up_to(x + i, left);
    return weight ? w_mul(w_load_up_to(weight + i, left), w_mul(v, r)) : v;
}

static void norm(const float *x, const float *weight, size_t n, float eps, float *out)
{
    const wide r = w_all(inverse_rms(x, n, eps));
    for (size_t i = 0; i < n; i += WIDE)
        w_store_up_to(out + i, normed(x, weight, r, i, n - i), n - i);
}

/* Sixteen values as integers, also returned. */
TN_INLINE wide quantize_wide(wide v, wide scale, int8_t q[WIDE])
{
    const wide whole = w_max(w_min(w_round(w_mul(v, scale)), w_all(127.0f)), w_all(-127.0f));
    w_bytes(whole, q);
    return whole;
}

TN_INLINE void norm_quantize_of(const float *x, const float *weight, size_t n, size_t padded,
                                float eps, tn_quantized out)
{
    const size_t whole = n / WIDE * WIDE, left = n - whole;
    const wide r = w_all(weight ? inverse_rms(x, n, eps) : 1.0f);
    wide most = w_all(1e-5f), sum = w_all(0); /* of integers far below 2^24: exact */

    for (size_t i = 0; i < whole; i += WIDE)
        most = w_max(most, w_abs(normed(x, weight, r, i, WIDE)));
    if (left)
        most = w_max(most, w_abs(normed(x, weight, r, whole, left)));
    const float largest = w_largest(most);
    const wide scale = w_all(127.0f / largest);
    for (size_t i = 0; i < whole; i += WIDE)
        sum = w_add(sum, quantize_wide(normed(x, weight, r, i, WIDE), scale, out.q + i));
    if (left) {
        int8_t rest[WIDE];
        sum = w_add(sum, quantize_wide(normed(x, weight, r, whole, left), scale, rest));
        memcpy(out.q + whole, rest, left);
    }
    memset(out.q + n, 0, padded - n);
    *out.step = largest / 127.0f;
    *out.sum = (int32_t)w_sum(sum);
}

static void norm_quantize(const float *x, const float *weight, size_t n, size_t padded, float eps,
                          tn_quantized out)
{
    if (weight)
        norm_quantize_of(x, weight, n, padded, eps, out);
    else
        norm_quantize_of(x, NULL, n, padded, eps, out);
}

static void scale(const int32_t *acc, int32_t sum, const float *row_scale, float step, size_t n,
                  int accumulate, float *out)
{
    for (size_t i = 0; i < n; i += WIDE) {
        const size_t left = n - i;
        const wide scales = w_mul(w_load_up_to(row_scale + i, left), w_all(step));
        wide y = w_mul(w_from_integers(acc + i, sum), scales);
        if (accumulate)
            y = w_add(w_load_up_to(out + i, left), y);
        w_store_up_to(out + i, y, left);
    }
}

/* ---- The gated linear unit ---------------------------------------------------------------- */

TN_INLINE wide activated(wide g, const tn_activation activation)
{
    if (activation == TN_RELU2) {
        const wide positive = w_max(g, w_all(0));
        return w_mul(positive, positive);
    }
    return w_div(g, w_add(w_all(1.0f), w_exp(w_mul(g, w_all(-1.0f)))));
}

TN_INLINE void glu_of(float *gate, const float *up, size_t n, const tn_activation activation)
{
    const size_t whole = n / WIDE * WIDE, left = n - whole;
    for (size_t i = 0; i < whole; i += WIDE) {
        const wide act = activated(w_load(gate + i), activation);
        w_store_up_to(gate + i, w_mul(act, w_load(up + i)), WIDE);
    }
    if (left) {
        const wide act = activated(w_load_part(gate + whole, left), activation);
        w_store_up_to(gate + whole, w_mul(act, w_load_part(up + whole, left)), left);
    }
}

static void glu(float *gate, const float *up, size_t n, tn_activation activation)
{
    if (activation == TN_RELU2)
        glu_of(gate, up, n, TN_RELU2);
    else
        glu_of(gate, up, n, TN_SILU);
}

/* ---- Rotary positions and the cache ------------------------------------------------------- */

/* Sixteen pairs (or `left` of them), one from each half of a head. */
TN_INLINE void rotate(float *a, float *b, const float *cosines, const float *sines, size_t left)
{
    const wide c = w_load_up_to(cosines, left), s = w_load_up_to(sines, left);
    const wide x = w_load_up_to(a, left), y = w_load_up_to(b, left);
    const wide minus_ys = w_mul(w_mul(y, s), w_all(-1.0f));
    w_store_up_to(a, w_add(w_mul(x, c), minus_ys), left);
    w_store_up_to(b, w_add(w_mul(y, c), w_mul(x, s)), left);
}

static void rope(float *x, size_t heads, size_t head_dim, const float *cosines, const float *sines)
{
    const size_t half = head_dim / 2, whole = half / WIDE * WIDE;
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < whole; i += WIDE)
            rotate(x + i, x + half + i, cosines + i, sines + i, WIDE);
        if (whole < half)
            rotate(x + whole, x + half + whole, cosines + whole, sines + whole, half - whole);
    }
}

/* To half precision, nearest even; too large values become the largest half. */
TN_INLINE uint16_t half_of(float x)
{
    const float largest = 65504.0f, tiny = 0x1p-14f; /* smallest normal half */
    float magnitude = fabsf(x);
    uint32_t bits;

    memcpy(&bits, &x, 4);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    magnitude = magnitude < largest ? magnitude : largest;
    if (magnitude < tiny) {
        magnitude += 0.5f; /* the last bit of a float in [0.5, 1) is the last bit of a tiny half */
        memcpy(&bits, &magnitude, 4);
        return (uint16_t)(sign | (bits - 0x3f000000));
    }
    memcpy(&bits, &magnitude, 4);
    bits += 0x0fff + (bits >> 13 & 1);
    return (uint16_t)(sign | ((bits - (112u << 23)) >> 13));
}

static void store_f16(const float *x, size_t n, uint16_t *halves)
{
    size_t i = 0;
#if defined(__F16C__)
    const wide low = w_all(-65504.0f), high = w_all(65504.0f);
    for (; i + WIDE <= n; i += WIDE)
        w_store_f16(halves + i, w_max(w_min(w_load(x + i), high), low));
#endif
    for (; i < n; i++)
        halves[i] = half_of(x[i]);
}

static float store(const float *x, size_t n, tn_dtype dtype, void *out)
{
    uint16_t *halves = out;
    tn_quantized row = {.q = out};
    float step = 1.0f;
    int32_t sum;

    switch (dtype) {
    case TN_F32: memcpy(out, x, n * sizeof *x); break;
    case TN_I8:
        row.step = &step;
        row.sum = &sum;
        norm_quantize(x, NULL, n, n, 0, row);
        break;
    default:
        store_f16(x, n, halves);
    }
    return step;
}

/* ---- Dot products and attention ----------------------------------------------------------- */

TN_INLINE size_t dtype_bytes(const tn_dtype dtype)
{
    return dtype == TN_F32 ? 4 : dtype == TN_I8 ? 1 : 2;
}

TN_INLINE wide w_load_as(const void *x, const tn_dtype dtype, size_t i, size_t left)
{
    if (dtype == TN_F32)
        return w_load_up_to((const float *)x + i, left);
    if (dtype == TN_I8) {
        const int8_t *b = (const int8_t *)x + i;
        int8_t rest[WIDE] = {0};
        return w_load_i8(left < WIDE ? memcpy(rest, b, left) : b);
    }
    const uint16_t *h = (const uint16_t *)x + i;
    uint16_t padded[WIDE] = {0};
    if (left < WIDE)
        h = memcpy(padded, h, left * sizeof *h);
    return dtype == TN_F16 ? w_load_f16(h) : w_load_bf16(h);
}

TN_INLINE float dot_of(const float *x, const void *row, const tn_dtype dtype, size_t n)
{
    wide even = w_all(0), odd = w_all(0);
    size_t i = 0;

    for (; i + 2 * WIDE <= n; i += 2 * WIDE) {
        even = w_fma(w_load(x + i), w_load_as(row, dtype, i, WIDE), even);
        odd = w_fma(w_load(x + i + WIDE), w_load_as(row, dtype, i + WIDE, WIDE), odd);
    }
    for (; i < n; i += WIDE)
        even = w_fma(w_load_up_to(x + i, n - i), w_load_as(row, dtype, i, n - i), even);
    return w_sum(w_add(even, odd));
}

static float dot(const float *x, const void *row, tn_dtype dtype, size_t n)
{
    switch (dtype) {
    case TN_F32: return dot_of(x, row, TN_F32, n);
    case TN_F16: return dot_of(x, row, TN_F16, n);
    default: return dot_of(x, row, TN_BF16, n);
    }
}

/* Blocks of keys at once: as many as registers have room for sums of all heads. */
enum { BLOCKS = PARTS == 1 ? 2 : 1, COLUMNS = PARTS == 1 ? 2 : 1, VALUE_BLOCK = 32 };

TN_INLINE size_t in_blocks(size_t length) { return (length + WIDE - 1) / WIDE * WIDE; }

/* scores[h * stride + p] = scale * (q[h] . key p) for the positions of some blocks in a row; every
 * sum goes through the columns in their order. */
TN_INLINE void scores_of(const float *q, const int heads, const int blocks, size_t head_dim,
                         const char *keys, const tn_dtype dtype, int prefetch, float scale,
                         float *scores, size_t stride)
{
    const size_t line = WIDE * dtype_bytes(dtype), block = head_dim * line;
    wide sum[BLOCKS * TN_HEADS_TOGETHER];

    UNROLLED for (int s = 0; s < blocks * heads; s++)
        sum[s] = w_all(0);
    for (size_t i = 0; i < head_dim; i++, keys += line) {
        wide key[BLOCKS];
        UNROLLED for (int b = 0; b < blocks; b++) {
            const char *at = keys + (size_t)b * block;
            if (prefetch) /* what these blocks' successors need */
                __builtin_prefetch(at + (size_t)blocks * block);
            key[b] = w_load_as(at, dtype, 0, WIDE);
        }
        UNROLLED for (int h = 0; h < heads; h++) {
            const wide x = w_all(q[(size_t)h * head_dim + i]);
            UNROLLED for (int b = 0; b < blocks; b++)
                sum[b * heads + h] = w_fma(x, key[b], sum[b * heads + h]);
        }
    }
    UNROLLED for (int b = 0; b < blocks; b++)
        UNROLLED for (int h = 0; h < heads; h++)
            w_store_up_to(scores + (size_t)h * stride + b * WIDE,
                          w_mul(sum[b * heads + h], w_all(scale)), WIDE);
}

/* scores = exp(scores - max) in whole blocks, what is behind `length` ignored; 1 / their sum. */
TN_INLINE float softmax_of(float *scores, size_t length)
{
    const size_t whole = in_blocks(length);
    wide most, sum = w_all(0);

    for (size_t p = length; p < whole; p++)
        scores[p] = -INFINITY; /* less than 1e-37 of the sum, which is at least 1 */
    most = w_load(scores);
    for (size_t p = WIDE; p < whole; p += WIDE)
        most = w_max(most, w_load(scores + p));
    const wide minus_largest = w_all(-w_largest(most));
    for (size_t p = 0; p < whole; p += WIDE) {
        const wide e = w_exp(w_add(w_load(scores + p), minus_largest));
        w_store_up_to(scores + p, e, WIDE);
        sum = w_add(sum, e);
    }
    return 1.0f / w_sum(sum);
}

/* out[h] += sum_p weights[h * stride + p] * values[p] for some columns, a multiple of sixteen or
 * the last ones; times `inverse[h]` after the last position. */
TN_INLINE void mix_columns(const float *weights, size_t stride, const int heads, const int columns,
                           size_t left, const char *values, const char *next, size_t row,
                           const tn_dtype dtype, size_t count, int first, const float *inverse,
                           float *out, size_t head_dim)
{
    wide sum[COLUMNS * TN_HEADS_TOGETHER];

    UNROLLED for (int c = 0; c < columns; c++)
        UNROLLED for (int h = 0; h < heads; h++) {
            const float *before = out + (size_t)h * head_dim + c * WIDE;
            sum[c * heads + h] = first ? w_all(0) : w_load_up_to(before, left);
        }
    for (size_t p = 0; p < count; p++, values += row) {
        wide value[COLUMNS];
        __builtin_prefetch(next + p * (size_t)columns * WIDE * dtype_bytes(dtype));
        UNROLLED for (int c = 0; c < columns; c++)
            value[c] = w_load_as(values, dtype, (size_t)c * WIDE, left);
        UNROLLED for (int h = 0; h < heads; h++) {
            const wide weight = w_all(weights[(size_t)h * stride + p]);
            UNROLLED for (int c = 0; c < columns; c++)
                sum[c * heads + h] = w_fma(weight, value[c], sum[c * heads + h]);
        }
    }
    UNROLLED for (int c = 0; c < columns; c++)
        UNROLLED for (int h = 0; h < heads; h++) {
            wide mixed = sum[c * heads + h];
            if (inverse)
                mixed = w_mul(mixed, w_all(inverse[h]));
            w_store_up_to(out + (size_t)h * head_dim + c * WIDE, mixed, left);
        }
}

TN_INLINE void mix_of(const float *weights, size_t stride, const int heads, size_t head_dim,
                      const char *values, const tn_dtype dtype, size_t count, int first,
                      const float *inverse, float *out)
{
    const size_t row = head_dim * dtype_bytes(dtype);
    const char *next = values + VALUE_BLOCK * row; /* fetched meanwhile, from its start to its end */
    size_t i = 0;

#define MIX(columns, left) \
    mix_columns(weights, stride, heads, columns, left, values + i * dtype_bytes(dtype), \
                next + i * dtype_bytes(dtype) * VALUE_BLOCK, row, dtype, count, first, inverse, \
                out + i, head_dim)
    for (; i + COLUMNS * WIDE <= head_dim; i += COLUMNS * WIDE)
        MIX(COLUMNS, COLUMNS * WIDE);
    for (; i + WIDE <= head_dim; i += WIDE)
        MIX(1, WIDE);
    if (i < head_dim)
        MIX(1, head_dim - i);
#undef MIX
}

/* x[i] *= steps[i], n a multiple of sixteen. */
TN_INLINE void multiply(float *x, const float *steps, size_t n)
{
    for (size_t i = 0; i < n; i += WIDE)
        w_store_up_to(x + i, w_mul(w_load(x + i), w_load(steps + i)), WIDE);
}

/* A block of keys, or of values, stays in the first cache while all tokens look at it. */
TN_INLINE void attend_of(const tn_queries *to, const int heads, const tn_past *past,
                         const tn_dtype dtype, float scale, float *scratch)
{
    const size_t d = past->head_dim, longest = to->length + to->tokens - 1;
    const size_t stride = in_blocks(longest), of_token = (size_t)heads * stride;
    const size_t row = d * dtype_bytes(dtype);
    float inverse[TN_TOKENS_TOGETHER][TN_HEADS_TOGETHER];

    for (size_t i = 0; i < VALUE_BLOCK * row && i < longest * row; i += 64)
        __builtin_prefetch((const char *)past->values + i); /* until they are needed */
    for (size_t p = 0, now; p < longest; p += now * WIDE) {
        const char *keys = (const char *)past->keys + p * row;
        now = stride - p < BLOCKS * WIDE ? 1 : BLOCKS;
        for (size_t t = 0; t < to->tokens; t++) {
            float *scores = scratch + t * of_token + p;
            if (now == BLOCKS)
                scores_of(to->q + t * to->q_stride, heads, BLOCKS, d, keys, dtype, t == 0, scale,
                          scores, stride);
            else
                scores_of(to->q + t * to->q_stride, heads, 1, d, keys, dtype, t == 0, scale, scores,
                          stride);
        }
    }
    for (size_t t = 0; t < to->tokens; t++)
        for (int h = 0; h < heads; h++) {
            float *const scores = scratch + t * of_token + (size_t)h * stride;
            const size_t length = to->length + t;
            if (dtype == TN_I8)
                multiply(scores, past->key_steps, in_blocks(length));
            inverse[t][h] = softmax_of(scores, length);
            if (dtype == TN_I8)
                multiply(scores, past->value_steps, in_blocks(length));
        }
    for (size_t p = 0; p < longest; p += VALUE_BLOCK)
        for (size_t t = 0; t < to->tokens; t++) {
            const size_t length = to->length + t, left = length > p ? length - p : 0;
            const size_t count = left < VALUE_BLOCK ? left : (size_t)VALUE_BLOCK;
            if (count)
                mix_of(scratch + t * of_token + p, stride, heads, d,
                       (const char *)past->values + p * row, dtype, count, p == 0,
                       left <= VALUE_BLOCK ? inverse[t] : NULL, to->out + t * to->out_stride);
        }
}

static void attend(const tn_queries *queries, const tn_past *past, float scale, float *scratch)
{
#define ATTEND_AS(type) \
    switch (queries->heads) { \
    case 1: attend_of(queries, 1, past, type, scale, scratch); break; \
    case 2: attend_of(queries, 2, past, type, scale, scratch); break; \
    case 3: attend_of(queries, 3, past, type, scale, scratch); break; \
    default: attend_of(queries, 4, past, type, scale, scratch); break; \
    }
    switch (past->dtype) {
    case TN_F32: ATTEND_AS(TN_F32); break;
    case TN_I8: ATTEND_AS(TN_I8); break;
    default: ATTEND_AS(TN_F16); break;
    }
#undef ATTEND_AS
}

/* ---- Packing the screened head ------------------------------------------------------------ */

TN_INLINE float largest_of(const void *row, const tn_dtype dtype, size_t n)
{
    wide most = w_all(0);
    for (size_t i = 0; i < n; i += WIDE)
        most = w_max(most, w_abs(w_load_as(row, dtype, i, n - i)));
    return w_largest(most);
}

static float largest(const void *row, tn_dtype dtype, size_t n)
{
    return dtype == TN_F32 ? largest_of(row, TN_F32, n) : largest_of(row, TN_BF16, n);
}

TN_INLINE void nibbles_of(const void *row, const tn_dtype dtype, size_t n, const float *dither,
                          float inverse, uint8_t *codes)
{
    const wide scale = w_all(inverse), half = w_all(8.0f), most = w_all(15.0f);
    for (size_t i = 0; i < n; i += WIDE) {
        const size_t left = n - i;
        const wide value = w_mul(w_load_as(row, dtype, i, left), scale);
        wide code = w_add(w_add(value, w_load_up_to(dither + i, left)), half);
        int8_t bytes[WIDE];

        code = w_max(w_min(code, most), w_all(0)); /* the integer part of it is the code */
        w_bytes(code, bytes);
        memcpy(codes + i, bytes, left < WIDE ? left : (size_t)WIDE);
    }
}

static void nibbles(const void *row, tn_dtype dtype, size_t n, const float *dither, float inverse,
                    uint8_t *codes)
{
    if (dtype == TN_F32)
        nibbles_of(row, TN_F32, n, dither, inverse, codes);
    else
        nibbles_of(row, TN_BF16, n, dither, inverse, codes);
}

/* ---- Reading memory ----------------------------------------------------------------------- */

static uint64_t sweep(const uint64_t *data, size_t words)
{
    typedef uint64_t v64 __attribute__((vector_size(4 * REGISTER)));
    enum { STEP = 64, LANES64 = sizeof(v64) / 8, REGISTERS = STEP / LANES64 };
    v64 sum[REGISTERS] = {{0}};
    uint64_t total = 0;

    for (size_t i = 0; i < words; i += STEP)
        for (int r = 0; r < REGISTERS; r++) {
            v64 v;
            if (r % (64 / (int)sizeof v) == 0)
                __builtin_prefetch(data + i + r * LANES64 + 768);
            memcpy(&v, data + i + r * LANES64, sizeof v);
            sum[r] += v;
        }
    for (int r = 0; r < REGISTERS; r++)
        for (size_t j = 0; j < LANES64; j++)
            total += sum[r][j];
    return total;
}

#define TN_ROW_FUNCTIONS \
    .scale = scale, .norm_quantize = norm_quantize, .norm = norm, .glu = glu, .rope = rope, .store = store, \
    .attend = attend, .dot = dot, .sweep = sweep, .largest = largest, .nibbles = nibbles
