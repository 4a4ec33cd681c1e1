/* Whole operations: threads, tiles, tails and scales. Compiled once with baseline flags; they call
 * the kernel set in `ops` and know no instruction set. Nothing here allocates or fails. */
#ifndef TN_DRIVERS_H
#define TN_DRIVERS_H

#include <string.h>

#include "ops.h"

/* A packed ternary matrix (layout: ops.h). */
typedef struct {
    const uint8_t *tiles;
    const float *row_scale; /* (rows): the weight is w * row_scale */
    size_t rows, lines;     /* lines of four columns, even */
} tn_matrix;

/* Quantised activations of several tokens (tn_quantized): q is (tokens, stride) bytes. */
typedef struct {
    int8_t *q;
    float *step;
    int32_t *sum;
    size_t stride;
} tn_batch;

/* One layer's keys and values of all tokens so far, each kv_heads * capacity * head_dim of dtype as
 * tn_past has them, with one step for each position, (kv_heads, capacity). capacity: whole blocks. */
typedef struct {
    void *keys, *values;
    float *key_steps, *value_steps;
    tn_dtype dtype;
    size_t kv_heads, capacity, head_dim;
} tn_cache;

/* *to |= word, wherever `to` stands. */
static inline void tn_or_word(uint8_t *to, uint32_t word)
{
    uint32_t before;
    memcpy(&before, to, 4);
    word |= before;
    memcpy(to, &word, 4);
}

int tn_threads_available(void);
int tn_has_openmp(void);
double tn_seconds(void);

/* Packs `rows` rows of `columns` codes into the tiles from row `first` on; tiles must hold zeros.
 * block_rows > 0: `source` has Hugging Face's layout, byte (r, c) holding rows r + i * block_rows
 * in bits 2i; 0: plain int8 weights -1, 0, 1. Returns the smallest row holding a code 3, or -1. */
ptrdiff_t tn_pack(uint8_t *tiles, int lanes, size_t lines, size_t first, size_t rows,
                  size_t columns, const uint8_t *source, size_t block_rows, int threads);

/* out[t][r] (+)= sum_k W[r][k] x[t][k], W the ternary matrix, x the quantised activations. */
void tn_matmul(const tn_ops *ops, const tn_matrix *w, const tn_batch *x, size_t tokens, float *out,
               size_t out_stride, int accumulate, int threads);

/* RMSNorm (weight NULL: none) and quantisation of `tokens` rows of n. */
void tn_norm_quantize_rows(const tn_ops *ops, const float *x, size_t x_stride, const float *weight,
                           size_t n, float eps, tn_batch *out, size_t tokens, int threads);

/* act(gate) * up, RMSNorm (weight NULL: none), quantisation; gate_up is (tokens, 2n), overwritten. */
void tn_glu_quantize_rows(const tn_ops *ops, float *gate_up, size_t n, tn_activation activation,
                          const float *weight, float eps, tn_batch *out, size_t tokens,
                          int threads);

/* Rotates queries and keys of qkv (tokens, (heads + 2 kv_heads) * head_dim) to positions start...
 * and stores keys and values in the cache; cosines, sines: (capacity, head_dim / 2). */
void tn_rope_rows(const tn_ops *ops, float *qkv, size_t heads, const float *cosines,
                  const float *sines, size_t start, const tn_cache *cache, size_t tokens,
                  int threads);

/* Causal attention of the rotated queries in qkv over the cache; out (tokens, heads * head_dim);
 * scratch: threads * TN_HEADS_TOGETHER * TN_TOKENS_TOGETHER * capacity floats. */
void tn_attention(const tn_ops *ops, const float *qkv, size_t heads, size_t start,
                  const tn_cache *cache, size_t tokens, float *scratch, float *out, int threads);

/* out[t] = RMSNorm(x[t]). */
void tn_norm_rows(const tn_ops *ops, const float *x, const float *weight, size_t n, float eps,
                  float *out, size_t tokens);

/* out[t][v] = x[t] . table[v]; table (vocab, n) of dtype. */
void tn_head(const tn_ops *ops, const float *x, size_t n, const void *table, tn_dtype dtype,
             size_t vocab, size_t tokens, float *out, int threads);

/* Packs rows first ... first + rows of a (vocab, n) table (bf16 or f32) into four-bit codes;
 * first is a multiple of lanes / 2, tiles must hold zeros. */
void tn_screen_pack(const tn_ops *ops, uint8_t *tiles, size_t lines, const void *table, tn_dtype dtype,
                    size_t first, size_t rows, size_t n, const float *dither, float *step,
                    int threads);

/* A row in 16 bits, x = unit * (256 high + low) within half a unit; offset: what the codes' zero
 * points add to a score, sum of (256 high + low) * (dither + 7.5). */
typedef struct {
    float unit; /* 0: x is zero or not finite, or too small to be halved */
    double offset, norm;
} tn_split;
tn_split tn_split_state(const float *x, size_t n, const float *dither, int8_t *high, int8_t *low);

/* out[v] = unit * step[v] * (sum_k c[v][k] * (256 high[k] + low[k]) - offset), all rows, and the best
 * of each TN_SCREEN_GROUP rows; -inf behind the last row of the last group. */
void tn_screen(const tn_ops *ops, const uint8_t *tiles, size_t lines, size_t vocab,
               const int8_t *high, const int8_t *low, const float *step, float unit, double offset,
               float *out, float *best, int threads);

/* out[i] = x . table[rows[i]], each as tn_head computes it. */
void tn_head_rows(const tn_ops *ops, const float *x, size_t n, const void *table, tn_dtype dtype,
                  const int64_t *rows, size_t count, float *out, int threads);

/* Reads all words once, each thread its share; returns their sum. words: a multiple of 64 * threads. */
uint64_t tn_sweep(const tn_ops *ops, const uint64_t *data, size_t words, int threads);

#endif
