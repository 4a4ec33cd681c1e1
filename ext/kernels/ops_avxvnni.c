/* AVX-VNNI: AVX-512's dot product in 256 bits, on processors without AVX-512. The intrinsic's plain
 * name would do too with GCC and clang, but is AVX-512's instruction with MSVC. */
#include "x86_256.h"

#define TOKENS 3
#define UNPACK_FROM 12
#define LINES_PER_FOLD ((size_t)1 << 15) /* 32-bit sums: 2 * 4^3 * 127 * 4 per line */

static inline vec v_scaled(vec raw, int i)
{
    return _mm256_and_si256(raw, _mm256_set1_epi8((char)(3 << 2 * i)));
}
static inline part part_unscaled(part partial, int i) { return _mm256_srai_epi32(partial, 2 * i); }
static inline part part_dot(part partial, vec codes, vec x)
{
    return _mm256_dpbusd_avx_epi32(partial, codes, x);
}
static inline vec part_fold(vec sum, part partial) { return _mm256_add_epi32(sum, partial); }

#define TN_SET_NAME "avxvnni"
#define TN_SET_FILL tn_ops_avxvnni
#include "set.h"
