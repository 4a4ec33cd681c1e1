/* 256-bit x86 vocabulary; how partial sums grow is the including file's. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 32

typedef __m256i vec, part;

static inline vec v_zero(void) { return _mm256_setzero_si256(); }
static inline vec v_load(const void *p) { return _mm256_loadu_si256((const vec *)p); }
static inline void v_store(void *p, vec v) { _mm256_storeu_si256((vec *)p, v); }
static inline vec v_codes(vec raw, int i)
{
    return _mm256_and_si256(_mm256_srli_epi16(raw, 2 * i), _mm256_set1_epi8(3));
}
static inline vec v_nibbles(vec raw, int i)
{
    return _mm256_and_si256(_mm256_srli_epi16(raw, 4 * i), _mm256_set1_epi8(15));
}
static inline vec v_broadcast4(const int8_t *p)
{
    int32_t word;
    memcpy(&word, p, 4);
    return _mm256_set1_epi32(word);
}
static inline part part_zero(void) { return _mm256_setzero_si256(); }
static inline void part_keep(part *p) { __asm__("" : "+x"(*p)); }
