/* AVX-512 with VNNI: four products and their sum in one instruction, 64 bytes at a time. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 64
#define TOKENS 6
#define UNPACK_FROM 0 /* unpacking first costs Zen 4 a tenth; AMX, which needs it, says so itself */
#define LINES_PER_FOLD ((size_t)1 << 15) /* 32-bit sums: 2 * 4^3 * 127 * 4 per line */

typedef __m512i vec, part;

static inline vec v_zero(void) { return _mm512_setzero_si512(); }
static inline vec v_load(const void *p) { return _mm512_loadu_si512(p); }
static inline void v_store(void *p, vec v) { _mm512_storeu_si512(p, v); }
static inline vec v_codes(vec raw, int i)
{
    return _mm512_and_si512(_mm512_srli_epi16(raw, 2 * i), _mm512_set1_epi8(3));
}
static inline vec v_scaled(vec raw, int i)
{
    return _mm512_and_si512(raw, _mm512_set1_epi8((char)(3 << 2 * i)));
}
static inline vec v_nibbles(vec raw, int i)
{
    return _mm512_and_si512(_mm512_srli_epi16(raw, 4 * i), _mm512_set1_epi8(15));
}
static inline vec v_broadcast4(const int8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return _mm512_set1_epi32(word);
}
static inline part part_zero(void) { return _mm512_setzero_si512(); }
static inline void part_keep(part *p) { __asm__("" : "+v"(*p)); }
static inline part part_unscaled(part partial, int i) { return _mm512_srai_epi32(partial, 2 * i); }
static inline part part_dot(part partial, vec codes, vec x)
{
    return _mm512_dpbusd_epi32(partial, codes, x);
}
static inline vec part_fold(vec sum, part partial) { return _mm512_add_epi32(sum, partial); }

#define TN_SET_NAME "avx512vnni"
#define TN_SET_FILL tn_ops_avx512vnni
#include "set.h"
