/* The ternary product: tiles over threads, tokens in blocks, then zero point and scales. */
#include "drivers.h"
#include "parallel.h"

/* out[t][r] (+)= (acc - sum of q) * row_scale * step, for the rows of one tile. */
static void scale_tile(const tn_ops *ops, const tn_matrix *w, const tn_batch *x, size_t tile,
                       size_t token, int tokens, const int32_t *acc, float *out, size_t out_stride,
                       int accumulate)
{
    const size_t first = tile * (size_t)ops->lanes, left = w->rows - first;
    const size_t count = left < (size_t)ops->lanes ? left : (size_t)ops->lanes;
    const float *scale = w->row_scale + first;

    for (int j = 0; j < tokens; j++, acc += ops->lanes) {
        const size_t t = token + (size_t)j;
        const float step = x->step[t];
        const int32_t sum = x->sum[t];
        float *y = out + t * out_stride + first;
        if (accumulate)
            for (size_t r = 0; r < count; r++)
                y[r] += (float)(acc[r] - sum) * (scale[r] * step);
        else
            for (size_t r = 0; r < count; r++)
                y[r] = (float)(acc[r] - sum) * (scale[r] * step);
    }
}

void tn_matmul(const tn_ops *ops, const tn_matrix *w, const tn_batch *x, size_t tokens, float *out,
               size_t out_stride, int accumulate, int threads)
{
    const size_t lanes = (size_t)ops->lanes, at_once = (size_t)ops->tokens_at_once;

#pragma omp parallel num_threads(threads)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share((w->rows + lanes - 1) / lanes);
        int32_t acc[TN_MAX_TOKENS * TN_MAX_LANES];

        for (size_t tile = mine.begin; tile < mine.end; tile++)
            for (size_t t = 0; t < tokens; t += at_once) {
                const int now = (int)(tokens - t < at_once ? tokens - t : at_once);
                ops->tile(w->tiles + tile * w->lines * lanes, w->lines, x->q + t * x->stride,
                          x->stride, now, acc);
                scale_tile(ops, w, x, tile, t, now, acc, out, out_stride, accumulate);
            }
        tn_restore(mode);
    }
}
