/* The output head, and the reading of memory that its speed is held against. */
#include "drivers.h"
#include "parallel.h"

void tn_head(const tn_ops *ops, const float *x, size_t n, const void *table, tn_dtype dtype,
             size_t vocab, size_t tokens, float *out, int threads)
{
    const size_t row_bytes = n * (dtype == TN_F32 ? 4 : 2);
    const int team = tn_team_for(vocab * n * tokens / 8, threads);

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(vocab);
        for (size_t v = mine.begin; v < mine.end; v++)
            for (size_t t = 0; t < tokens; t++)
                out[t * vocab + v] =
                    ops->dot(x + t * n, (const char *)table + v * row_bytes, dtype, n);
        tn_restore(mode);
    }
}

uint64_t tn_sweep(const tn_ops *ops, const uint64_t *data, size_t words, int threads)
{
    uint64_t total = 0;

#pragma omp parallel num_threads(threads) reduction(+ : total)
    {
        const tn_range mine = tn_share(words / 64);
        total = ops->sweep(data + 64 * mine.begin, 64 * (mine.end - mine.begin));
    }
    return total;
}
