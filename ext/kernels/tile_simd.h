/* The ternary product, shared by every set with dot-product vectors.
 *
 * The including file defines
 *     LANES               bytes per register
 *     TOKENS              tokens multiplied at once; 4 * TOKENS partial sums must fit the registers
 *     UNPACK_FROM         tokens from which on a tile is unpacked first; 0: never
 *     LINES_PER_FOLD      lines after which a partial sum must be folded into 32 bits (even)
 *     vec, v_zero(), v_load(p), v_store(p, v), v_broadcast4(p)
 *     v_codes(raw, i)     the codes in bits 2i and 2i + 1 of each byte
 *     v_scaled(raw, i)    the same times 4^i, where that saves the shift and the sums have room
 *     part                partial sums; part_zero()
 *     part_dot(partial, codes, x)  partial + codes * x, unsigned by signed bytes
 *     part_keep(&partial)          nothing, told to the compiler as a change in the register:
 *                                  without it GCC copies and spills the sums around part_dot
 *     part_unscaled(partial, i)    takes back v_scaled's factor
 *     part_fold(sum, partial)      sum of 32-bit lanes + the partial sums
 */
#include "ops.h"
#include "wide.h"

enum { PREFETCH_BYTES = 6144 };

static inline __attribute__((always_inline)) void tile_of(const uint8_t *w, size_t lines,
                                                          const int8_t *x, size_t x_stride,
                                                          const int tokens, const int unpacked,
                                                          const int accumulate, int32_t *acc)
{
    /* One token: two chains per sum, or the latency of v_dot would bind. */
    enum { CHAINS = 2 };
    const int chains = tokens == 1 ? CHAINS : 1;

    for (size_t fold = 0; fold < lines; fold += LINES_PER_FOLD) {
        const size_t end = lines - fold < LINES_PER_FOLD ? lines : fold + LINES_PER_FOLD;
        part partial[CHAINS * TOKENS * 4];

        UNROLLED for (int s = 0; s < chains * tokens * 4; s++)
            partial[s] = part_zero();
        for (size_t line = fold; line < end; line += (size_t)chains)
            UNROLLED for (int c = 0; c < chains; c++, w += unpacked ? 4 * LANES : LANES, x += 4) {
                if (!unpacked)
                    __builtin_prefetch(w + PREFETCH_BYTES);
                const vec raw = v_load(w);
                UNROLLED for (int i = 0; i < 4; i++) {
                    const vec codes = unpacked ? v_load(w + i * LANES) : v_scaled(raw, i);
                    UNROLLED for (int j = 0; j < tokens; j++) {
                        part *const p = &partial[(c * tokens + j) * 4 + i];
                        *p = part_dot(*p, codes, v_broadcast4(x + (size_t)j * x_stride));
                        part_keep(p);
                    }
                }
            }
        UNROLLED for (int j = 0; j < tokens; j++)
            UNROLLED for (int i = 0; i < 4; i++) {
                int32_t *const sums = acc + j * LANES + i * (LANES / 4);
                vec sum = fold || accumulate ? v_load(sums) : v_zero();
                UNROLLED for (int c = 0; c < chains; c++) {
                    const part p = partial[(c * tokens + j) * 4 + i];
                    sum = part_fold(sum, unpacked ? p : part_unscaled(p, i));
                }
                v_store(sums, sum);
            }
    }
}

/* Constant token counts let the compiler keep every sum in a register. */
static inline __attribute__((always_inline)) void tile_any(const uint8_t *w, size_t lines,
                                                           const int8_t *x, size_t x_stride,
                                                           size_t tokens, const int unpacked,
                                                           const int accumulate, int32_t *acc)
{
    switch (tokens) {
    case 1: tile_of(w, lines, x, x_stride, 1, unpacked, accumulate, acc); break;
    case 2: tile_of(w, lines, x, x_stride, 2, unpacked, accumulate, acc); break;
#if TOKENS >= 3
    case 3: tile_of(w, lines, x, x_stride, 3, unpacked, accumulate, acc); break;
#endif
#if TOKENS >= 4
    case 4: tile_of(w, lines, x, x_stride, 4, unpacked, accumulate, acc); break;
#endif
#if TOKENS >= 5
    case 5: tile_of(w, lines, x, x_stride, 5, unpacked, accumulate, acc); break;
#endif
#if TOKENS >= 6
    case 6: tile_of(w, lines, x, x_stride, 6, unpacked, accumulate, acc); break;
#endif
    }
}

static void tile(const uint8_t *w, size_t lines, const int8_t *x, size_t x_stride, int tokens,
                 int32_t *acc)
{
    tile_any(w, lines, x, x_stride, (size_t)tokens, 0, 0, acc);
}

/* Each line becomes four of plain codes, one for every group of rows. */
static void unpack(const uint8_t *w, size_t lines, uint8_t *codes)
{
    for (size_t line = 0; line < lines; line++, w += LANES) {
        __builtin_prefetch(w + PREFETCH_BYTES);
        const vec raw = v_load(w);
        UNROLLED for (int i = 0; i < 4; i++, codes += LANES)
            v_store(codes, v_codes(raw, i));
    }
}

static void panel(const uint8_t *codes, size_t lines, const int8_t *x, size_t x_stride,
                  size_t tokens, int accumulate, int32_t *acc)
{
    for (; tokens > TOKENS; tokens -= TOKENS, x += TOKENS * x_stride, acc += TOKENS * LANES)
        tile_of(codes, lines, x, x_stride, TOKENS, 1, accumulate, acc);
    tile_any(codes, lines, x, x_stride, tokens, 1, accumulate, acc);
}
