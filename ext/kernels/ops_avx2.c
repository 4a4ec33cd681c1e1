/* AVX2: bytes are multiplied into 16-bit pairs (maddubs), which must be widened in time.
 * |codes| <= 2 and |x| <= 127, so a pair is at most 508 and 64 of them fit 16 bits. */
#include "x86_256.h"

#define TOKENS 2
#define UNPACK_FROM 12
#define LINES_PER_FOLD 64

static inline vec v_scaled(vec raw, int i) { return v_codes(raw, i); }
static inline part part_unscaled(part partial, int i) { return (void)i, partial; }
static inline part part_dot(part partial, vec codes, vec x)
{
    return _mm256_add_epi16(partial, _mm256_maddubs_epi16(codes, x));
}
static inline vec part_fold(vec sum, part partial)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(partial, _mm256_set1_epi16(1)));
}

#define TN_SET_NAME "avx2"
#define TN_SET_FILL tn_ops_avx2
#include "set.h"
