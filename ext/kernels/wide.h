/* Sixteen floats at a time, whatever the width of the registers.
 *
 * A `wide` is one AVX-512, two AVX or four SSE/NEON registers, so that every set adds in the same
 * order and float results come out equal in all of them. GCC's and clang's vector extensions
 * (clang-cl on Windows) keep this plain C. */
#ifndef TN_WIDE_H
#define TN_WIDE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
enum { REGISTER = 16 };
#elif defined(__AVX__)
enum { REGISTER = 8 };
#else
enum { REGISTER = 4 };
#endif
enum { WIDE = 16, PARTS = WIDE / REGISTER };

typedef float vf __attribute__((vector_size(4 * REGISTER)));
typedef int32_t vi __attribute__((vector_size(4 * REGISTER)));
typedef uint16_t vh __attribute__((vector_size(2 * REGISTER)));
typedef float quad __attribute__((vector_size(16)));

/* Registers and nothing else: a union with other views of the lanes would live in memory. */
typedef struct {
    vf f[PARTS];
} wide;

#define TN_INLINE static inline __attribute__((always_inline))
/* Loops of a few constant steps, unrolled early enough to keep arrays in registers. */
#define UNROLLED _Pragma("GCC unroll 32")
#define EACH_PART UNROLLED for (int p = 0; p < PARTS; p++)

TN_INLINE wide w_all(float x)
{
    wide r;
    EACH_PART r.f[p] = x - (vf){0};
    return r;
}
/* Register by register: GCC copies a whole `wide` in smaller pieces through the stack. */
TN_INLINE wide w_load(const float *x)
{
    wide r;
    EACH_PART memcpy(&r.f[p], x + p * REGISTER, sizeof(vf));
    return r;
}
/* x[i] - zero; all sixteen are read. */
TN_INLINE wide w_from_integers(const int32_t *x, int32_t zero)
{
    wide r;
    EACH_PART {
        vi whole;
        memcpy(&whole, x + p * REGISTER, sizeof whole);
        r.f[p] = __builtin_convertvector(whole - zero, vf);
    }
    return r;
}
/* The first `count` of 16, zeros behind. */
TN_INLINE wide w_load_part(const float *x, size_t count)
{
    wide r = w_all(0);
    memcpy(&r, x, count * sizeof *x);
    return r;
}
TN_INLINE wide w_load_up_to(const float *x, size_t left)
{
    return left >= WIDE ? w_load(x) : w_load_part(x, left);
}
TN_INLINE void w_store_up_to(float *x, wide v, size_t left)
{
    if (left >= WIDE)
        EACH_PART memcpy(x + p * REGISTER, &v.f[p], sizeof(vf));
    else
        memcpy(x, &v, left * sizeof *x);
}
TN_INLINE wide w_add(wide a, wide b) { EACH_PART a.f[p] += b.f[p]; return a; }
TN_INLINE wide w_mul(wide a, wide b) { EACH_PART a.f[p] *= b.f[p]; return a; }
TN_INLINE wide w_div(wide a, wide b) { EACH_PART a.f[p] /= b.f[p]; return a; }

/* a * b + c, rounded once. Every set rounds like this, so that they agree to the bit; only a
 * processor without the instruction has to work for it. */
#if defined(__AVX512F__)
TN_INLINE vf v_fma(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#elif defined(__FMA__)
TN_INLINE vf v_fma(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#elif defined(__aarch64__)
TN_INLINE vf v_fma(vf a, vf b, vf c)
{
    return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#else
/* A product of floats is exact in double. The sum is rounded to odd there (S. Boldo, G. Melquiond,
 * "Emulation of FMA and correctly rounded sums"): an inexact one ends in a one, so that rounding it
 * once more to float finds no false tie. */
TN_INLINE vf v_fma(vf a, vf b, vf c)
{
    typedef double vd __attribute__((vector_size(8 * REGISTER)));
    typedef int64_t vl __attribute__((vector_size(8 * REGISTER)));
    const vd product = __builtin_convertvector(a, vd) * __builtin_convertvector(b, vd);
    const vd addend = __builtin_convertvector(c, vd), sum = product + addend;
    const vd part = sum - product, lost = (product - (sum - part)) + (addend - part);
    const vl even = ~(vl)sum & 1 & (lost != 0), same_sign = (lost > 0) == (sum > 0);
    return __builtin_convertvector((vd)((vl)sum - (even & same_sign) * -1 - (even & ~same_sign)), vf);
}
#endif
TN_INLINE wide w_fma(wide a, wide b, wide c)
{
    EACH_PART c.f[p] = v_fma(a.f[p], b.f[p], c.f[p]);
    return c;
}

/* b where mask is all ones, else a. */
TN_INLINE vf v_blend(vf a, vf b, vi mask) { return (vf)(((vi)a & ~mask) | ((vi)b & mask)); }

/* b > a ? b : a in every lane, and b < a ? b : a; one instruction where there is one. */
#if defined(__AVX512F__)
TN_INLINE vf v_max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)b, (__m512)a); }
TN_INLINE vf v_min(vf a, vf b) { return (vf)_mm512_min_ps((__m512)b, (__m512)a); }
#elif defined(__AVX__)
TN_INLINE vf v_max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)b, (__m256)a); }
TN_INLINE vf v_min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)b, (__m256)a); }
#else
TN_INLINE vf v_max(vf a, vf b) { return v_blend(a, b, b > a); }
TN_INLINE vf v_min(vf a, vf b) { return v_blend(a, b, b < a); }
#endif
TN_INLINE wide w_max(wide a, wide b) { EACH_PART a.f[p] = v_max(a.f[p], b.f[p]); return a; }
TN_INLINE wide w_min(wide a, wide b) { EACH_PART a.f[p] = v_min(a.f[p], b.f[p]); return a; }
TN_INLINE wide w_abs(wide a)
{
    EACH_PART a.f[p] = (vf)((vi)a.f[p] & 0x7fffffff);
    return a;
}
/* To the nearest integer, ties to even, as floats; |a| < 2^22. */
TN_INLINE wide w_round(wide a)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: no bits are left for a fraction */
    EACH_PART a.f[p] = (a.f[p] + magic) - magic;
    return a;
}
#if defined(__aarch64__)
#define VECTOR_REGISTER "+w"
#else
#define VECTOR_REGISTER "+v"
#endif

/* The sum of the lanes: halves, quarters, pairs. */
TN_INLINE float w_sum(wide a)
{
    quad q[4];
    /* Or GCC would keep what is added up here in quads all the way up. */
    EACH_PART __asm__("" : VECTOR_REGISTER(a.f[p]));
    memcpy(q, &a, sizeof a);
    const quad s = (q[0] + q[2]) + (q[1] + q[3]);
    return (s[0] + s[2]) + (s[1] + s[3]);
}
TN_INLINE float w_largest(wide a)
{
    float lane[WIDE], most;
    memcpy(lane, &a, sizeof a);
    most = lane[0];
    for (int i = 1; i < WIDE; i++)
        most = lane[i] > most ? lane[i] : most;
    return most;
}
/* The integer parts of 16 floats within a byte's range. */
TN_INLINE void w_bytes(wide a, int8_t bytes[WIDE])
{
    int32_t whole[WIDE];
    UNROLLED for (int p = 0; p < PARTS; p++) {
        const vi v = __builtin_convertvector(a.f[p], vi);
        memcpy(whole + p * REGISTER, &v, sizeof v);
    }
    for (int i = 0; i < WIDE; i++)
        bytes[i] = (int8_t)whole[i];
}

/* exp for |a| <= 87 (beyond: the value at 87), relative error below 2e-7.
 * exp(a) = 2^n * exp(r), n = round(a / ln 2), |r| <= ln 2 / 2, by a Taylor polynomial. */
TN_INLINE wide w_exp(wide a)
{
    a = w_max(w_min(a, w_all(87.0f)), w_all(-87.0f));
    const wide n = w_round(w_mul(a, w_all(1.44269504f)));
    EACH_PART {
        const vf r = (a.f[p] - n.f[p] * 0.693359375f) + n.f[p] * 2.12194440e-4f;
        vf y = r * (1.0f / 5040) + 1.0f / 720;
        y = y * r + 1.0f / 120;
        y = y * r + 1.0f / 24;
        y = y * r + 1.0f / 6;
        y = y * r + 0.5f;
        y = y * r + 1.0f;
        y = y * r + 1.0f;
        const vi exponent = (__builtin_convertvector(n.f[p], vi) + 127) << 23;
        a.f[p] = y * (vf)exponent;
    }
    return a;
}

TN_INLINE vi v_widen(const uint16_t *h)
{
    vh halves;
    memcpy(&halves, h, sizeof halves);
    return __builtin_convertvector(halves, vi);
}
/* Compilers do not see the instructions for it in a conversion of vectors. */
TN_INLINE wide w_load_i8(const int8_t *x)
{
    wide r;
#if defined(__AVX512F__)
    r.f[0] = (vf)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)x)));
#elif defined(__AVX2__)
    EACH_PART {
        const __m128i bytes = _mm_loadl_epi64((const __m128i *)(x + p * REGISTER));
        r.f[p] = (vf)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
    }
#else
    typedef int8_t vb __attribute__((vector_size(REGISTER)));
    EACH_PART {
        vb bytes;
        memcpy(&bytes, x + p * REGISTER, sizeof bytes);
        r.f[p] = __builtin_convertvector(__builtin_convertvector(bytes, vi), vf);
    }
#endif
    return r;
}
TN_INLINE wide w_load_bf16(const uint16_t *x)
{
    wide r;
    EACH_PART r.f[p] = (vf)(v_widen(x + p * REGISTER) << 16);
    return r;
}
#if defined(__F16C__)
/* To half precision, nearest even. */
TN_INLINE void w_store_f16(uint16_t *x, wide v)
{
#if defined(__AVX512F__)
    const __m256i halves = _mm512_cvtps_ph(v.f[0], _MM_FROUND_TO_NEAREST_INT);
    memcpy(x, &halves, sizeof halves);
#else
    EACH_PART {
        const __m128i halves = _mm256_cvtps_ph(v.f[p], _MM_FROUND_TO_NEAREST_INT);
        memcpy(x + p * REGISTER, &halves, sizeof halves);
    }
#endif
}
#endif
TN_INLINE wide w_load_f16(const uint16_t *x)
{
    wide r;
#if defined(__AVX512F__)
    r.f[0] = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)x));
#elif defined(__F16C__)
    EACH_PART r.f[p] = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(x + p * REGISTER)));
#elif defined(__aarch64__)
    EACH_PART r.f[p] = (vf)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(x + p * REGISTER)));
#else
    EACH_PART {
        const vi h = v_widen(x + p * REGISTER), sign = (h & 0x8000) << 16;
        const vi normal = ((h & 0x7fff) << 13) + (112 << 23);
        const vf tiny = __builtin_convertvector(h & 0x3ff, vf) * 0x1p-24f; /* denormal halves */
        r.f[p] = (vf)((vi)v_blend((vf)normal, tiny, (h & 0x7c00) == 0) | sign);
    }
#endif
    return r;
}

#endif
