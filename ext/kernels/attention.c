/* Rotary positions, the cache of keys and values, and attention over it. */
#include <math.h>

#include "drivers.h"
#include "parallel.h"

static char *cached(void *base, const tn_cache *cache, size_t kv_head, size_t position)
{
    const size_t bytes = cache->dtype == TN_F32 ? 4 : cache->dtype == TN_I8 ? 1 : 2;
    return (char *)base + (kv_head * cache->capacity + position) * cache->head_dim * bytes;
}

void tn_rope_rows(const tn_ops *ops, float *qkv, size_t heads, const float *cosines,
                  const float *sines, size_t start, const tn_cache *cache, size_t tokens,
                  int threads)
{
    const size_t d = cache->head_dim, kv = cache->kv_heads, row = (heads + 2 * kv) * d;
    const int team = tn_team_for(tokens * row, threads);

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(tokens);
        for (size_t t = mine.begin; t < mine.end; t++) {
            float *q = qkv + t * row, *k = q + heads * d, *v = k + kv * d;
            const size_t position = start + t, angles = position * (d / 2);
            ops->rope(q, heads + kv, d, cosines + angles, sines + angles);
            for (size_t h = 0; h < kv; h++) {
                const size_t at = h * cache->capacity + position;
                cache->key_steps[at] = ops->store(k + h * d, d, cache->dtype,
                                                  cached(cache->keys, cache, h, position));
                cache->value_steps[at] = ops->store(v + h * d, d, cache->dtype,
                                                    cached(cache->values, cache, h, position));
            }
        }
        tn_restore(mode);
    }
}

void tn_attention(const tn_ops *ops, const float *qkv, size_t heads, size_t start,
                  const tn_cache *cache, size_t tokens, float *scratch, float *out, int threads)
{
    const size_t d = cache->head_dim, kv = cache->kv_heads, row = (heads + 2 * kv) * d;
    const size_t group = heads / kv;
    const float scale = 1.0f / sqrtf((float)d);
    const int team = tn_team_for(tokens * heads * (start + tokens) * d / 4, threads);

    /* Query heads of all tokens in one line; each thread takes a contiguous share of it, and as
     * many neighbours at once as have their keys in common. */
#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(tokens * heads);
        float *scores = scratch + (size_t)tn_thread() * TN_HEADS_AT_ONCE * cache->capacity;

        for (size_t i = mine.begin; i < mine.end;) {
            const size_t t = i / heads, h = i % heads, kv_head = h / group;
            size_t together = (kv_head + 1) * group - h;
            if (together > TN_HEADS_AT_ONCE)
                together = TN_HEADS_AT_ONCE;
            if (together > mine.end - i)
                together = mine.end - i;
            ops->attend(qkv + t * row + h * d, together, d, cached(cache->keys, cache, kv_head, 0),
                        cached(cache->values, cache, kv_head, 0),
                        cache->key_steps + kv_head * cache->capacity,
                        cache->value_steps + kv_head * cache->capacity, cache->dtype,
                        start + t + 1, scale, scores, out + i * d);
            i += together;
        }
        tn_restore(mode);
    }
}
