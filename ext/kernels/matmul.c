/* The ternary product: tiles over threads, tokens in blocks, then zero point and scales. */
#include "drivers.h"
#include "parallel.h"

/* A panel of 32 kB stays in the L1 cache while all tokens of a block pass by. */
enum { PANEL_LINES = 128, BLOCK_TOKENS = 256 };

/* One tile times a few tokens, unpacked on the way. */
static void multiply_few(const tn_ops *ops, const tn_matrix *w, const uint8_t *tile,
                         const int8_t *x, size_t x_stride, size_t tokens, int32_t *acc)
{
    const size_t at_once = (size_t)ops->tokens_at_once;
    for (size_t t = 0; t < tokens; t += at_once)
        ops->tile(tile, w->lines, x + t * x_stride, x_stride,
                  (int)(tokens - t < at_once ? tokens - t : at_once), acc + t * (size_t)ops->lanes);
}

/* One tile times many tokens: panel by panel, unpacked once. */
static void multiply_many(const tn_ops *ops, const tn_matrix *w, const uint8_t *tile,
                          const int8_t *x, size_t x_stride, size_t tokens, int32_t *acc)
{
    _Alignas(TN_MAX_LANES) uint8_t codes[4 * PANEL_LINES * TN_MAX_LANES];
    for (size_t line = 0; line < w->lines; line += PANEL_LINES) {
        const size_t left = w->lines - line, now = left < PANEL_LINES ? left : PANEL_LINES;
        ops->unpack(tile + line * (size_t)ops->lanes, now, codes);
        ops->panel(codes, now, x + 4 * line, x_stride, tokens, line > 0, acc);
    }
}

void tn_matmul(const tn_ops *ops, const tn_matrix *w, const tn_batch *x, size_t tokens, float *out,
               size_t out_stride, int accumulate, int threads)
{
    const size_t lanes = (size_t)ops->lanes;
    const int many = ops->unpack_from && tokens >= (size_t)ops->unpack_from;
    const int team = tn_team_for(w->rows * 4 * w->lines * tokens / 64, threads);

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share((w->rows + lanes - 1) / lanes);
        _Alignas(TN_MAX_LANES) int32_t acc[BLOCK_TOKENS * TN_MAX_LANES];

        for (size_t tile = mine.begin; tile < mine.end; tile++) {
            const size_t row = tile * lanes, left = w->rows - row;
            for (size_t begin = 0; begin < tokens; begin += BLOCK_TOKENS) {
                const size_t now = tokens - begin < BLOCK_TOKENS ? tokens - begin : BLOCK_TOKENS;
                (many ? multiply_many : multiply_few)(ops, w, w->tiles + row * w->lines,
                                                      x->q + begin * x->stride, x->stride, now, acc);
                for (size_t t = 0; t < now; t++)
                    ops->scale(acc + t * lanes, x->sum[begin + t], w->row_scale + row,
                               x->step[begin + t], left < lanes ? left : lanes, accumulate,
                               out + (begin + t) * out_stride + row);
            }
        }
        tn_restore(mode);
    }
}
