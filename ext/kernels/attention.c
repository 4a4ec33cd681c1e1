/* Rotary positions, the cache of keys and values, and attention over it. */
#include <math.h>

#include "drivers.h"
#include "parallel.h"

static size_t size_of(const tn_cache *cache)
{
    return cache->dtype == TN_F32 ? 4 : cache->dtype == TN_I8 ? 1 : 2;
}

/* What a head has cached, from its first position on. */
static char *of_head(void *base, const tn_cache *cache, size_t kv_head)
{
    return (char *)base + kv_head * cache->capacity * cache->head_dim * size_of(cache);
}

/* Puts one key into its column of a block. */
static void place_key(char *keys, const tn_cache *cache, size_t position, const char *key)
{
    const size_t d = cache->head_dim, size = size_of(cache);
    char *to = keys + (position / TN_KEY_BLOCK * d * TN_KEY_BLOCK + position % TN_KEY_BLOCK) * size;
    switch (size) { /* constant sizes: moves, not calls */
    case 1:
        for (size_t i = 0; i < d; i++)
            to[i * TN_KEY_BLOCK] = key[i];
        break;
    case 2:
        for (size_t i = 0; i < d; i++)
            memcpy(to + i * 2 * TN_KEY_BLOCK, key + 2 * i, 2);
        break;
    default:
        for (size_t i = 0; i < d; i++)
            memcpy(to + i * 4 * TN_KEY_BLOCK, key + 4 * i, 4);
    }
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
        float key[TN_MAX_HEAD_DIM];
        for (size_t t = mine.begin; t < mine.end; t++) {
            float *q = qkv + t * row, *k = q + heads * d, *v = k + kv * d;
            const size_t position = start + t, angles = position * (d / 2);
            ops->rope(q, heads + kv, d, cosines + angles, sines + angles);
            for (size_t h = 0; h < kv; h++) {
                const size_t at = h * cache->capacity + position;
                cache->key_steps[at] = ops->store(k + h * d, d, cache->dtype, key);
                place_key(of_head(cache->keys, cache, h), cache, position, (const char *)key);
                cache->value_steps[at] =
                    ops->store(v + h * d, d, cache->dtype,
                               of_head(cache->values, cache, h) + position * d * size_of(cache));
            }
        }
        tn_restore(mode);
    }
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

void tn_attention(const tn_ops *ops, const float *qkv, size_t heads, size_t start,
                  const tn_cache *cache, size_t tokens, float *scratch, float *out, int threads)
{
    const size_t d = cache->head_dim, kv = cache->kv_heads, row = (heads + 2 * kv) * d;
    const size_t group = heads / kv;
    const float scale = 1.0f / sqrtf((float)d);
    const int team = tn_team_for(tokens * heads * (start + tokens) * d / 8, threads);
    /* Key heads in a line, under each of them the tokens, a few together; a single token's query
     * heads one by one, or few key heads could not be shared out evenly. */
    const size_t blocks = (tokens + TN_TOKENS_TOGETHER - 1) / TN_TOKENS_TOGETHER;
    const size_t pieces = tokens == 1 ? group : 1, under = blocks * pieces;

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(kv * under);
        float *scores = scratch + (size_t)tn_thread() * TN_HEADS_TOGETHER * TN_TOKENS_TOGETHER *
                                      cache->capacity;

        for (size_t i = mine.begin, taken; i < mine.end; i += taken) {
            const size_t kv_head = i / under, t = i % under / pieces * TN_TOKENS_TOGETHER;
            const size_t first = i % pieces, at = kv_head * cache->capacity;
            const tn_past past = {of_head(cache->keys, cache, kv_head),
                                  of_head(cache->values, cache, kv_head), cache->key_steps + at,
                                  cache->value_steps + at, cache->dtype, d};
            taken = pieces == 1 ? 1 : least(group - first, mine.end - i);
            for (size_t h = first; h < (pieces == 1 ? group : first + taken);) {
                const size_t head = kv_head * group + h;
                const size_t now = least(TN_HEADS_TOGETHER,
                                         pieces == 1 ? group - h : first + taken - h);
                const tn_queries queries = {
                    .q = qkv + t * row + head * d, .out = out + (t * heads + head) * d,
                    .q_stride = row, .out_stride = heads * d, .heads = now,
                    .tokens = least(TN_TOKENS_TOGETHER, tokens - t), .length = start + t + 1,
                };
                ops->attend(&queries, &past, scale, scores);
                h += now;
            }
        }
        tn_restore(mode);
    }
}
