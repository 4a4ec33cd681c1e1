/* How many int8 multiply-adds one thread's dot-product instruction does in a second when it does
 * nothing else: independent sums in registers, no memory. Prints products per second, the best of
 * several runs. Compiled and run by measure_kernels.py with one of AVX2, AVXVNNI, AVX512VNNI, AMX. */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#ifdef AMX
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum { SUMS = 12, ROUNDS = 1 << 22, RUNS = 8 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined(AMX)

enum { PER_INSTRUCTION = 16 * 16 * 64 };

static void start(void)
{
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } shape = {.palette = 1};
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA);
    for (int i = 0; i < 8; i++)
        shape.bytes[i] = 64, shape.rows[i] = 16;
    _tile_loadconfig(&shape);
}
static double round_of_products(void)
{
    _tile_dpbssd(0, 4, 6);
    _tile_dpbssd(1, 5, 6);
    _tile_dpbssd(2, 4, 7);
    _tile_dpbssd(3, 5, 7);
    return 4;
}

#else

#if defined(AVX512VNNI)
typedef __m512i vec;
enum { PER_INSTRUCTION = 64 };
#define DOT(sum) __asm__ volatile("vpdpbusd %1, %2, %0" : "+v"(sum) : "v"(x), "v"(codes))
#elif defined(AVXVNNI)
typedef __m256i vec;
enum { PER_INSTRUCTION = 32 };
#define DOT(sum) __asm__ volatile("%{vex%} vpdpbusd %1, %2, %0" : "+x"(sum) : "x"(x), "x"(codes))
#else /* AVX2: products of pairs, summed in 16 bits; what follows is done once for many of these */
typedef __m256i vec;
enum { PER_INSTRUCTION = 32 };
#define DOT(sum) \
    do { \
        vec products; \
        __asm__ volatile("vpmaddubsw %2, %3, %0\n\tvpaddw %0, %1, %1" \
                         : "=&x"(products), "+x"(sum) : "x"(x), "x"(codes)); \
    } while (0)
#endif

static void start(void) {}
static double round_of_products(void)
{
    enum { INNER = 64 };
    const vec x = {0}, codes = {0};
    vec a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
    for (int n = 0; n < INNER; n++) {
        DOT(a); DOT(b); DOT(c); DOT(d); DOT(e); DOT(f);
        DOT(g); DOT(h); DOT(i); DOT(j); DOT(k); DOT(l);
    }
    return (double)INNER * SUMS;
}

#endif

int main(void)
{
    double best = 0;
    start();
    for (int run = 0; run < RUNS; run++) {
        const double begin = now();
        double instructions = 0;
        for (int i = 0; i < ROUNDS / 64; i++)
            instructions += round_of_products();
        const double rate = instructions * PER_INSTRUCTION / (now() - begin);
        best = rate > best ? rate : best;
    }
    printf("%.0f\n", best);
    return 0;
}
