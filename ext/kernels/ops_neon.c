/* NEON without dot products: bytes are multiplied into 16-bit sums, which must be widened in time.
 * |codes| <= 2 and |x| <= 127: 128 products fit 16 bits. */
#include "arm_128.h"

#define TOKENS 3
#define UNPACK_FROM 12
#define LINES_PER_FOLD 128

/* Rows 0 and 1 of four in the first register, 2 and 3 in the second; four columns each. */
typedef struct {
    int16x8_t low, high;
} part;

static inline part part_zero(void) { return (part){vdupq_n_s16(0), vdupq_n_s16(0)}; }
static inline void part_keep(part *p) { __asm__("" : "+w"(p->low), "+w"(p->high)); }
static inline vec v_scaled(vec raw, int i) { return v_codes(raw, i); }
static inline part part_unscaled(part partial, int i) { return (void)i, partial; }
static inline part part_dot(part partial, vec codes, vec x)
{
    return (part){vmlal_s8(partial.low, vget_low_s8(codes), vget_low_s8(x)),
                  vmlal_high_s8(partial.high, codes, x)};
}
static inline vec part_fold(vec sum, part partial)
{
    const int32x4_t rows = vpaddq_s32(vpaddlq_s16(partial.low), vpaddlq_s16(partial.high));
    return vreinterpretq_s8_s32(vaddq_s32(vreinterpretq_s32_s8(sum), rows));
}

#define TN_SET_NAME "neon"
#define TN_SET_FILL tn_ops_neon
#include "set.h"
