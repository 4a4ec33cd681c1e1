/* The contract between the drivers, which know no instruction set, and the kernel sets.
 *
 * Ternary weights are stored as codes c = w + 1 in {0, 1, 2}, four to a byte. A kernel set has
 * L = `lanes` bytes in a vector register. The rows of a matrix are cut into tiles of L rows, the
 * columns into groups of four; one line of L bytes holds one group of columns of one tile:
 *
 *     byte     | 0    1    2    3   | 4    5    6    7   | ...  | L-4 ... L-1     |
 *     column   | 0    1    2    3   | 0    1    2    3   | ...  | 0   1   2   3   |   (+ 4 * line)
 *     bits 0-1 | row 0              | row 1              | ...  | row G - 1       |   G = L / 4
 *     bits 2-3 | row G              | row G + 1          | ...  | row 2G - 1      |
 *     bits 4-5 | row 2G             | ...                |      | row 3G - 1      |
 *     bits 6-7 | row 3G             | ...                |      | row 4G - 1      |   (+ L * tile)
 *
 *     address of code (row, column) = tile * lines * L + line * L + 4 * (r % G) + column % 4,
 *         tile = row / L,  r = row % L,  line = column / 4,  shift = 2 * (r / G)
 *
 * So a tile is one sequential stream; masking a line at one of four shifts gives a register of
 * G rows x 4 columns, just what a dot-product instruction multiplies by four broadcast activations;
 * and sums need no horizontal additions. `lines` is even (activations are zero in the padding).
 *
 * Integer results are equal bit for bit in every set. Float functions are written once, in
 * rows_simd.h, over vectors of sixteen with a fixed order of additions, and multiply-adds are fused
 * where it says so; they too come out equal in every set.
 */
#ifndef TN_OPS_H
#define TN_OPS_H

#include <stddef.h>
#include <stdint.h>

enum {
    TN_MAX_LANES = 64,
    TN_MAX_HEAD_DIM = 4096,
    TN_HEADS_TOGETHER = 4,  /* query heads, and */
    TN_TOKENS_TOGETHER = 4, /* tokens that attention looks at a key for at once */
    TN_KEY_BLOCK = 16,
    TN_SCREEN_GROUP = 32 /* rows of the screened head, whole tiles in every set */
};

/* How numbers are stored that are widened to float when read; TN_I8 in steps of the row's own. */
typedef enum { TN_F32, TN_F16, TN_BF16, TN_I8 } tn_dtype;

typedef enum { TN_RELU2, TN_SILU } tn_activation;

/* acc[j * lanes + r] = sum_k c[r][k] * x[j][k] for the L rows r of one tile and `tokens` tokens j.
 * x holds 4 * lines bytes per token, at most 127 in magnitude; tokens <= tokens_at_once. */
typedef void tn_tile_fn(const uint8_t *tile, size_t lines, const int8_t *x, size_t x_stride,
                        int tokens, int32_t *acc);

/* Where many tokens share a tile, lines of it are unpacked once: 4 * lines * L bytes, a code in
 * each, in an order that only the set's tn_panel_fn knows. */
typedef void tn_unpack_fn(const uint8_t *tile, size_t lines, uint8_t *codes);

/* acc[j * lanes + r] (+)= sum_k c[r][k] * x[j][k] over an even number of unpacked lines, for any
 * number of tokens. */
typedef void tn_panel_fn(const uint8_t *codes, size_t lines, const int8_t *x, size_t x_stride,
                         size_t tokens, int accumulate, int32_t *acc);

/* out[r] (+)= (acc[r] - sum) * row_scale[r] * step, for n <= L rows: zero point and scales. */
typedef void tn_scale_fn(const int32_t *acc, int32_t sum, const float *row_scale, float step,
                         size_t n, int accumulate, float *out);

/* One token's quantised activations: x is about q * step, q in [-127, 127], sum = sum of q. */
typedef struct {
    int8_t *q;   /* `padded` bytes, zero from n on */
    float *step;
    int32_t *sum;
} tn_quantized;

/* q = RMSNorm(x; weight, eps), quantised; weight NULL: no norm. */
typedef void tn_norm_quantize_fn(const float *x, const float *weight, size_t n, size_t padded, float eps,
                                 tn_quantized out);

/* out = RMSNorm(x; weight, eps). */
typedef void tn_norm_fn(const float *x, const float *weight, size_t n, float eps, float *out);

/* gate = act(gate) * up. */
typedef void tn_glu_fn(float *gate, const float *up, size_t n, tn_activation activation);

/* Rotates the halves of each of `heads` heads by the token's angles, in place. */
typedef void tn_rope_fn(float *x, size_t heads, size_t head_dim, const float *cosines,
                        const float *sines);

/* Stores n floats as TN_F32, TN_F16 (beyond the range of a half: its largest value) or TN_I8.
 * Returns the step that what is stored is to be multiplied by: 1 but for TN_I8. */
typedef float tn_store_fn(const float *x, size_t n, tn_dtype dtype, void *out);

/* What one head has to attend to. Keys stand in blocks of TN_KEY_BLOCK positions, column by column,
 * so that the scores of a block are one vector and need no horizontal sums:
 *
 *     address of key (position, column) = (position / 16 * head_dim + column) * 16 + position % 16
 *
 * Values are rows, (positions, head_dim). The steps are read for TN_I8 alone. */
typedef struct {
    const void *keys, *values;
    const float *key_steps, *value_steps;
    tn_dtype dtype;
    size_t head_dim;
} tn_past;

/* Queries of `heads` heads that share a past and of `tokens` tokens in a row: the first attends to
 * `length` positions, each next one to one more. q and out point to the first token's heads, (heads,
 * head_dim); the next token's lie a stride behind. At most TN_HEADS_TOGETHER, TN_TOKENS_TOGETHER. */
typedef struct {
    const float *q;
    float *out;
    size_t q_stride, out_stride, heads, tokens, length;
} tn_queries;

/* out = softmax(scale * q k) v, keys and values read once for all queries. scratch has room for
 * tokens * heads scores of as many positions as the longest needs, in whole blocks. */
typedef void tn_attend_fn(const tn_queries *queries, const tn_past *past, float scale,
                          float *scratch);

/* out = sum_i x[i] * row[i]. */
typedef float tn_dot_fn(const float *x, const void *row, tn_dtype dtype, size_t n);

/* The sum of all 64-bit words: reads memory as fast as loads can. words is a multiple of 64. */
typedef uint64_t tn_sweep_fn(const uint64_t *data, size_t words);

/* acc_high[r] = sum_k c[r][k] * high[k], acc_low likewise, for the L / 2 rows of one tile of 4-bit
 * codes (layout: screen.c); high and low hold 4 * lines bytes, at most 128 in magnitude. */
typedef void tn_screen_fn(const uint8_t *tile, size_t lines, const int8_t *high, const int8_t *low,
                          int32_t *acc_high, int32_t *acc_low);

/* The largest magnitude in a row. */
typedef float tn_largest_fn(const void *row, tn_dtype dtype, size_t n);

/* codes[i] = round(row[i] * inverse + dither[i] + 7.5), within 0 ... 15. */
typedef void tn_nibbles_fn(const void *row, tn_dtype dtype, size_t n, const float *dither,
                           float inverse, uint8_t *codes);

typedef struct {
    const char *name;
    int lanes;          /* bytes per vector register: 16, 32 or 64 */
    int tokens_at_once; /* tokens a tile call takes at most */
    tn_tile_fn *tile;
    int unpack_from; /* tokens that repay unpacking; 0: none do, and unpack and panel may be NULL */
    tn_unpack_fn *unpack;
    tn_panel_fn *panel;
    tn_scale_fn *scale;
    tn_norm_quantize_fn *norm_quantize;
    tn_norm_fn *norm;
    tn_glu_fn *glu;
    tn_rope_fn *rope;
    tn_store_fn *store;
    tn_attend_fn *attend;
    tn_dot_fn *dot;
    tn_sweep_fn *sweep;
    tn_screen_fn *screen;
    tn_largest_fn *largest;
    tn_nibbles_fn *nibbles;
} tn_ops;

void tn_ops_scalar(tn_ops *ops);
void tn_ops_avx2(tn_ops *ops);
void tn_ops_avxvnni(tn_ops *ops);
void tn_ops_avx512vnni(tn_ops *ops);
void tn_ops_amx(tn_ops *ops);
void tn_ops_neon(tn_ops *ops);
void tn_ops_dotprod(tn_ops *ops);
void tn_ops_i8mm(tn_ops *ops);

/* What this CPU and its operating system can run (cpu.c). */
enum {
    TN_CPU_AVX2 = 1,
    TN_CPU_AVXVNNI = 2,
    TN_CPU_AVX512VNNI = 4,
    TN_CPU_AMX = 8,
    TN_CPU_NEON = 16,
    TN_CPU_DOTPROD = 32,
    TN_CPU_I8MM = 64
};
unsigned tn_cpu_features(void);

/* The kernel sets that are compiled in: the name of number i or NULL past the last one; and
 * whether this machine can run it. Slowest first (dispatch.c). */
const char *tn_set_name(int i);
int tn_set_runs(int i);
void tn_set_fill(int i, tn_ops *ops);

#endif
