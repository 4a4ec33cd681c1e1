/* The kernel sets that were compiled in, slowest first. */
#include "ops.h"

static const struct {
    const char *name;
    unsigned needs;
    void (*fill)(tn_ops *ops);
} sets[] = {
    {"scalar", 0, tn_ops_scalar},
#ifdef TN_HAVE_AVX2
    {"avx2", TN_CPU_AVX2, tn_ops_avx2},
#endif
#ifdef TN_HAVE_AVXVNNI
    {"avxvnni", TN_CPU_AVXVNNI, tn_ops_avxvnni},
#endif
#ifdef TN_HAVE_AVX512VNNI
    {"avx512vnni", TN_CPU_AVX512VNNI, tn_ops_avx512vnni},
#ifdef TN_HAVE_AMX
    {"amx", TN_CPU_AVX512VNNI | TN_CPU_AMX, tn_ops_amx},
#endif
#endif
#ifdef TN_HAVE_NEON
    {"neon", TN_CPU_NEON, tn_ops_neon},
#endif
#ifdef TN_HAVE_DOTPROD
    {"dotprod", TN_CPU_DOTPROD, tn_ops_dotprod},
#ifdef TN_HAVE_I8MM
    {"i8mm", TN_CPU_I8MM, tn_ops_i8mm},
#endif
#endif
};

static int exists(int i) { return i >= 0 && i < (int)(sizeof sets / sizeof *sets); }

const char *tn_set_name(int i) { return exists(i) ? sets[i].name : NULL; }

int tn_set_runs(int i)
{
    return exists(i) && (sets[i].needs & tn_cpu_features()) == sets[i].needs;
}

void tn_set_fill(int i, tn_ops *ops)
{
    if (tn_set_runs(i))
        sets[i].fill(ops);
}
