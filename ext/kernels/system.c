/* Small questions to the system. */
#define _POSIX_C_SOURCE 199309L
#include "drivers.h"
#include "parallel.h"

#if defined(_WIN32)
#include <windows.h>
double tn_seconds(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}
#else
#include <time.h>
double tn_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
#endif

#ifdef _OPENMP
int tn_has_openmp(void) { return 1; }
int tn_threads_available(void) { return omp_get_num_procs(); }
#else
int tn_has_openmp(void) { return 0; }
int tn_threads_available(void) { return 1; }
#endif
