/* What the CPU has and the operating system saves: both must say yes. */
#define _GNU_SOURCE
#include "ops.h"

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static void cpuid(unsigned leaf, unsigned sub, unsigned r[4]) { __cpuidex((int *)r, (int)leaf, (int)sub); }
static uint64_t xgetbv0(void) { return _xgetbv(0); }
#else
#include <cpuid.h>
static void cpuid(unsigned leaf, unsigned sub, unsigned r[4])
{
    __cpuid_count(leaf, sub, r[0], r[1], r[2], r[3]);
}
static uint64_t xgetbv0(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}
#endif

enum { EAX, EBX, ECX, EDX };

static int bit(unsigned word, int n) { return (int)(word >> n & 1); }

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
/* Linux keeps eight more kilobytes for every thread of a process that asks for tile registers. */
static int tiles_granted(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, UNKNOWN = -1 };
    static int granted = UNKNOWN; /* asked for once, only where the CPU has them */
    if (granted == UNKNOWN)
        granted = syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
    return granted;
}
#else
static int tiles_granted(void) { return 0; }
#endif

unsigned tn_cpu_features(void)
{
    const uint64_t ymm = 0x06, zmm = 0xe6, tiles = 0x60000; /* bits of XCR0 */
    unsigned r[4], found = 0;

    cpuid(0, 0, r);
    if (r[EAX] < 7)
        return 0;
    cpuid(1, 0, r);
    if (!bit(r[ECX], 27) /* OSXSAVE: xgetbv may be asked */)
        return 0;
    const int f16c_fma = bit(r[ECX], 29) && bit(r[ECX], 12);
    const uint64_t saved = xgetbv0();

    cpuid(7, 0, r);
    const unsigned ebx = r[EBX], ecx = r[ECX], edx = r[EDX], leaves = r[EAX];
    unsigned eax1 = 0;
    if (leaves >= 1) {
        cpuid(7, 1, r);
        eax1 = r[EAX];
    }
    if ((saved & ymm) == ymm && bit(ebx, 5) && f16c_fma) {
        found |= TN_CPU_AVX2;
        if (bit(eax1, 4))
            found |= TN_CPU_AVXVNNI;
    }
    if ((saved & zmm) == zmm && bit(ebx, 16) && bit(ebx, 30) && bit(ebx, 31) && bit(ecx, 11) &&
        (found & TN_CPU_AVX2))
        found |= TN_CPU_AVX512VNNI;
    if ((saved & tiles) == tiles && bit(edx, 24) && bit(edx, 25) && tiles_granted())
        found |= TN_CPU_AMX;
    return found;
}
#elif defined(__aarch64__) || defined(_M_ARM64)

#if defined(__linux__)
#include <sys/auxv.h>
static int has_dotprod(void) { return (getauxval(AT_HWCAP) >> 20 & 1) != 0; } /* HWCAP_ASIMDDP */
static int has_i8mm(void) { return (getauxval(AT_HWCAP2) >> 13 & 1) != 0; }   /* HWCAP2_I8MM */
#elif defined(__APPLE__)
#include <sys/sysctl.h>
static int says_yes(const char *name)
{
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value;
}
static int has_dotprod(void) { return says_yes("hw.optional.arm.FEAT_DotProd"); }
static int has_i8mm(void) { return says_yes("hw.optional.arm.FEAT_I8MM"); }
#else
static int has_dotprod(void) { return 0; }
static int has_i8mm(void) { return 0; }
#endif

unsigned tn_cpu_features(void)
{
    unsigned found = TN_CPU_NEON; /* part of the architecture */
    if (has_dotprod())
        found |= TN_CPU_DOTPROD | (has_i8mm() ? TN_CPU_I8MM : 0u);
    return found;
}
#else
unsigned tn_cpu_features(void) { return 0; }
#endif
