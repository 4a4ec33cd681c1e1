/* NEON with dot products (Armv8.2): four products and their sum in one instruction. */
#include "arm_128.h"

#define TOKENS 5
#define UNPACK_FROM 12
#define LINES_PER_FOLD ((size_t)1 << 16) /* 32-bit sums: 2 * 4^2 * 127 * 4 per line */

typedef int32x4_t part;

/* The factor 4^3 would not fit a signed byte, and the last codes need no mask when shifted. */
static inline vec v_scaled(vec raw, int i)
{
    return i < 3 ? v_bits(raw, 0, (uint8_t)(3 << 2 * i)) : v_bits(raw, 6, 0xff);
}
static inline part part_unscaled(part partial, int i) { return i < 3 ? partial >> 2 * i : partial; }
static inline part part_zero(void) { return vdupq_n_s32(0); }
static inline void part_keep(part *p) { __asm__("" : "+w"(*p)); }
static inline part part_dot(part partial, vec codes, vec x) { return vdotq_s32(partial, codes, x); }
static inline vec part_fold(vec sum, part partial)
{
    return vreinterpretq_s8_s32(vaddq_s32(vreinterpretq_s32_s8(sum), partial));
}

#define TN_SET_NAME "dotprod"
#define TN_SET_FILL tn_ops_dotprod
#include "set.h"
