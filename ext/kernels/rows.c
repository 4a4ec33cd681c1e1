/* Row operations over several tokens; one token is done by the calling thread alone: there is
 * nothing to share. */
#include "drivers.h"
#include "parallel.h"

static tn_quantized row_of(const tn_batch *batch, size_t t)
{
    return (tn_quantized){batch->q + t * batch->stride, batch->step + t, batch->sum + t};
}

void tn_norm_quantize_rows(const tn_ops *ops, const float *x, size_t x_stride, const float *weight,
                           size_t n, float eps, tn_batch *out, size_t tokens, int threads)
{
    const int team = tn_team_for((tokens - 1) * n, threads);

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(tokens);
        for (size_t t = mine.begin; t < mine.end; t++)
            ops->norm_quantize(x + t * x_stride, weight, n, out->stride, eps, row_of(out, t));
        tn_restore(mode);
    }
}

void tn_glu_quantize_rows(const tn_ops *ops, float *gate_up, size_t n, tn_activation activation,
                          const float *weight, float eps, tn_batch *out, size_t tokens, int threads)
{
    const int team = tn_team_for((tokens - 1) * n, threads);

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(tokens);
        for (size_t t = mine.begin; t < mine.end; t++) {
            float *gate = gate_up + t * 2 * n;
            ops->glu(gate, gate + n, n, activation);
            ops->norm_quantize(gate, weight, n, out->stride, eps, row_of(out, t));
        }
        tn_restore(mode);
    }
}

void tn_norm_rows(const tn_ops *ops, const float *x, const float *weight, size_t n, float eps,
                  float *out, size_t tokens)
{
    const tn_float_mode mode = tn_flush_denormals();
    for (size_t t = 0; t < tokens; t++)
        ops->norm(x + t * n, weight, n, eps, out + t * n);
    tn_restore(mode);
}
