/* What the drivers need of threads: a number, a share of the work, and quiet denormals. */
#ifndef TN_PARALLEL_H
#define TN_PARALLEL_H

#include <stddef.h>

#ifdef _OPENMP
#include <omp.h>
static inline int tn_thread(void) { return omp_get_thread_num(); }
static inline int tn_team(void) { return omp_get_num_threads(); }
#else
static inline int tn_thread(void) { return 0; }
static inline int tn_team(void) { return 1; }
#endif

/* The calling thread's share [begin, end) of n items, contiguous and fixed by its number. */
typedef struct {
    size_t begin, end;
} tn_range;

static inline tn_range tn_share(size_t n)
{
    const size_t team = (size_t)tn_team(), i = (size_t)tn_thread();
    return (tn_range){n * i / team, n * (i + 1) / team};
}

/* All threads or one: one where the work is over sooner than they are woken; `nanoseconds` is what
 * the whole would take one thread, roughly. Never some of them: libgomp ends the threads that the
 * next region has no use for, and makes new ones for the region after it. */
static inline int tn_team_for(size_t nanoseconds, int threads)
{
    const size_t worth_a_thread = 8000, useful = 1 + nanoseconds / worth_a_thread;
    return useful < 2 || 4 * useful < (size_t)threads ? 1 : threads;
}

/* Denormals as zero: trained models have norm weights of 1e-32, and every operation on a
 * denormal costs a hundred cycles. The mode belongs to a thread, so each one sets and restores it. */
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
typedef unsigned tn_float_mode;
static inline tn_float_mode tn_flush_denormals(void)
{
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* FTZ, DAZ */
    return before;
}
static inline void tn_restore(tn_float_mode before) { _mm_setcsr(before); }
#elif defined(__aarch64__)
#include <stdint.h>
typedef uint64_t tn_float_mode;
static inline tn_float_mode tn_flush_denormals(void)
{
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | 1u << 24));
    return before;
}
static inline void tn_restore(tn_float_mode before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
typedef int tn_float_mode;
static inline tn_float_mode tn_flush_denormals(void) { return 0; }
static inline void tn_restore(tn_float_mode before) { (void)before; }
#endif

#endif
