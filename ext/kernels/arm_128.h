/* 128-bit Arm vocabulary; how partial sums grow is the including file's. */
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#define LANES 16

typedef int8x16_t vec;

static inline vec v_zero(void) { return vdupq_n_s8(0); }
static inline vec v_load(const void *p) { return vld1q_s8((const int8_t *)p); }
static inline void v_store(void *p, vec v) { vst1q_s8((int8_t *)p, v); }
static inline vec v_bits(vec raw, int first, uint8_t mask)
{
    return (vec)(((uint8x16_t)raw >> (uint8_t)first) & vdupq_n_u8(mask));
}
static inline vec v_codes(vec raw, int i) { return v_bits(raw, 2 * i, 3); }
static inline vec v_nibbles(vec raw, int i) { return v_bits(raw, 4 * i, 15); }
static inline vec v_broadcast4(const int8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}
