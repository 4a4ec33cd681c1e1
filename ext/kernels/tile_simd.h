/* The ternary product, shared by every set with dot-product vectors.
 *
 * The including file defines
 *     LANES               bytes per register
 *     TOKENS              tokens multiplied at once; 4 * TOKENS sums must fit the registers
 *     LINES_PER_FOLD      lines after which a partial sum must be folded into 32 bits (even)
 *     vec, v_zero(), v_load(p), v_codes(raw, i), v_broadcast4(p)
 *     v_dot(partial, codes, x)     partial + codes * x, unsigned by signed bytes
 *     v_fold(sum, partial)         sum of 32-bit lanes + the partial sums
 *     v_store(p, sum)
 */
#include "ops.h"

enum { PREFETCH_BYTES = 6144 };

static inline __attribute__((always_inline)) void tile_of(const uint8_t *w, size_t lines,
                                                          const int8_t *x, size_t x_stride,
                                                          const int tokens, int32_t *acc)
{
    /* One token: two chains per sum, or the latency of v_dot would bind. */
    enum { CHAINS = 2 };
    const int chains = tokens == 1 ? CHAINS : 1;
    vec sum[TOKENS][4];

    for (int j = 0; j < tokens; j++)
        for (int i = 0; i < 4; i++)
            sum[j][i] = v_zero();
    while (lines > 0) {
        const size_t now = lines < LINES_PER_FOLD ? lines : LINES_PER_FOLD;
        vec partial[CHAINS][TOKENS][4];

        for (int c = 0; c < chains; c++)
            for (int j = 0; j < tokens; j++)
                for (int i = 0; i < 4; i++)
                    partial[c][j][i] = v_zero();
        for (size_t line = 0; line < now; line += (size_t)chains)
            for (int c = 0; c < chains; c++, w += LANES, x += 4) {
                __builtin_prefetch(w + PREFETCH_BYTES);
                const vec raw = v_load(w);
                for (int i = 0; i < 4; i++) {
                    const vec codes = v_codes(raw, i);
                    for (int j = 0; j < tokens; j++)
                        partial[c][j][i] = v_dot(partial[c][j][i], codes,
                                                 v_broadcast4(x + (size_t)j * x_stride));
                }
            }
        for (int c = 0; c < chains; c++)
            for (int j = 0; j < tokens; j++)
                for (int i = 0; i < 4; i++)
                    sum[j][i] = v_fold(sum[j][i], partial[c][j][i]);
        lines -= now;
    }
    for (int j = 0; j < tokens; j++)
        for (int i = 0; i < 4; i++)
            v_store(acc + j * LANES + i * (LANES / 4), sum[j][i]);
}

/* Constant token counts let the compiler keep every sum in a register. */
static void tile(const uint8_t *w, size_t lines, const int8_t *x, size_t x_stride, int tokens,
                 int32_t *acc)
{
    switch (tokens) {
    case 1: tile_of(w, lines, x, x_stride, 1, acc); break;
    case 2: tile_of(w, lines, x, x_stride, 2, acc); break;
#if TOKENS >= 6
    case 3: tile_of(w, lines, x, x_stride, 3, acc); break;
    case 4: tile_of(w, lines, x, x_stride, 4, acc); break;
    case 5: tile_of(w, lines, x, x_stride, 5, acc); break;
    case 6: tile_of(w, lines, x, x_stride, 6, acc); break;
#endif
    }
}
