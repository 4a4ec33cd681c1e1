/* i8mm (Armv8.6): two rows by two tokens by eight columns in one instruction, for prefill; all else
 * is as with dot products. Two lines, zipped by fours, are two rows by eight columns. */
#include "arm_128.h"

#include "ops.h"
#include "wide.h"

enum { PAIRS_OF_TOKENS = 3, PAIRS_OF_ROWS = LANES / 2 };

/* Two lines become eight registers, a pair of rows in each. */
static void unpack(const uint8_t *w, size_t lines, uint8_t *codes)
{
    for (size_t line = 0; line < lines; line += 2, w += 2 * LANES) {
        const vec raw[2] = {v_load(w), v_load(w + LANES)};
        UNROLLED for (int i = 0; i < 4; i++, codes += 2 * LANES) {
            const int32x4_t even = vreinterpretq_s32_s8(v_codes(raw[0], i));
            const int32x4_t odd = vreinterpretq_s32_s8(v_codes(raw[1], i));
            v_store(codes, vreinterpretq_s8_s32(vzip1q_s32(even, odd)));
            v_store(codes + LANES, vreinterpretq_s8_s32(vzip2q_s32(even, odd)));
        }
    }
}

/* 2 * pairs tokens, or one less: then its neighbour stands in for the last. */
TN_INLINE void panel_of(const uint8_t *codes, size_t lines, const int8_t *x, size_t x_stride,
                        const int pairs, size_t tokens, int accumulate, int32_t *acc)
{
    const int8_t *token[2 * PAIRS_OF_TOKENS];
    int32x4_t sums[PAIRS_OF_TOKENS][PAIRS_OF_ROWS]; /* row 0 x tokens 0, 1; row 1 x tokens 0, 1 */

    UNROLLED for (int j = 0; j < 2 * pairs; j++)
        token[j] = x + ((size_t)j < tokens ? (size_t)j : tokens - 1) * x_stride;
    UNROLLED for (int j = 0; j < pairs; j++)
        UNROLLED for (int r = 0; r < PAIRS_OF_ROWS; r++)
            sums[j][r] = vdupq_n_s32(0);
    for (size_t column = 0; column < 4 * lines; column += 8) {
        vec two[PAIRS_OF_TOKENS];
        UNROLLED for (int j = 0; j < pairs; j++)
            two[j] = vcombine_s8(vld1_s8(token[2 * j] + column), vld1_s8(token[2 * j + 1] + column));
        UNROLLED for (int r = 0; r < PAIRS_OF_ROWS; r++, codes += LANES) {
            const vec rows = v_load(codes);
            UNROLLED for (int j = 0; j < pairs; j++)
                sums[j][r] = vmmlaq_s32(sums[j][r], rows, two[j]);
        }
    }
    UNROLLED for (int j = 0; j < 2 * pairs; j++)
        UNROLLED for (int r = 0; r < PAIRS_OF_ROWS; r += 2) {
            const int32x4_t a = sums[j / 2][r], b = sums[j / 2][r + 1];
            int32_t *const out = acc + j * LANES + 2 * r;
            int32x4_t sum = j % 2 ? vuzp2q_s32(a, b) : vuzp1q_s32(a, b);
            if ((size_t)j == tokens)
                return;
            if (accumulate)
                sum = vaddq_s32(vld1q_s32(out), sum);
            vst1q_s32(out, sum);
        }
}

static void panel(const uint8_t *codes, size_t lines, const int8_t *x, size_t x_stride,
                  size_t tokens, int accumulate, int32_t *acc)
{
    enum { STEP = 2 * PAIRS_OF_TOKENS };
    for (; tokens > 4; x += STEP * x_stride, acc += STEP * LANES) {
        const size_t now = tokens < STEP ? tokens : STEP;
        panel_of(codes, lines, x, x_stride, 3, now, accumulate, acc);
        tokens -= now;
    }
    if (tokens > 2)
        panel_of(codes, lines, x, x_stride, 2, tokens, accumulate, acc);
    else if (tokens > 0)
        panel_of(codes, lines, x, x_stride, 1, tokens, accumulate, acc);
}

void tn_ops_i8mm(tn_ops *ops)
{
    tn_ops_dotprod(ops);
    ops->name = "i8mm";
    ops->unpack = unpack;
    ops->panel = panel;
}
