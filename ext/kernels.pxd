from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint64_t


cdef extern from "ops.h" nogil:
    int TN_HEADS_TOGETHER, TN_TOKENS_TOGETHER, TN_KEY_BLOCK, TN_MAX_HEAD_DIM, TN_SCREEN_GROUP
    ctypedef enum tn_dtype:
        TN_F32
        TN_F16
        TN_BF16
        TN_I8
    ctypedef enum tn_activation:
        TN_RELU2
        TN_SILU
    enum:
        TN_CPU_AVX2
        TN_CPU_AVXVNNI
        TN_CPU_AVX512VNNI
        TN_CPU_AMX
        TN_CPU_NEON
        TN_CPU_DOTPROD
        TN_CPU_I8MM
    ctypedef struct tn_ops:
        const char *name
        int lanes
        int tokens_at_once
    unsigned tn_cpu_features()
    const char *tn_set_name(int i)
    int tn_set_runs(int i)
    void tn_set_fill(int i, tn_ops *ops)


cdef extern from "drivers.h" nogil:
    ctypedef struct tn_matrix:
        const uint8_t *tiles
        const float *row_scale
        size_t rows
        size_t lines
    ctypedef struct tn_batch:
        int8_t *q
        float *step
        int32_t *sum
        size_t stride
    ctypedef struct tn_cache:
        void *keys
        void *values
        float *key_steps
        float *value_steps
        tn_dtype dtype
        size_t kv_heads
        size_t capacity
        size_t head_dim
    int tn_threads_available()
    int tn_has_openmp()
    double tn_seconds()
    ptrdiff_t tn_pack(uint8_t *tiles, int lanes, size_t lines, size_t first, size_t rows,
                      size_t columns, const uint8_t *source, size_t block_rows, int threads)
    void tn_matmul(const tn_ops *ops, const tn_matrix *w, const tn_batch *x, size_t tokens,
                   float *out, size_t out_stride, int accumulate, int threads)
    void tn_norm_quantize_rows(const tn_ops *ops, const float *x, size_t x_stride,
                               const float *weight, size_t n, float eps, tn_batch *out,
                               size_t tokens, int threads)
    void tn_glu_quantize_rows(const tn_ops *ops, float *gate_up, size_t n,
                              tn_activation activation, const float *weight, float eps,
                              tn_batch *out, size_t tokens, int threads)
    void tn_rope_rows(const tn_ops *ops, float *qkv, size_t heads, const float *cosines,
                      const float *sines, size_t start, const tn_cache *cache, size_t tokens,
                      int threads)
    void tn_attention(const tn_ops *ops, const float *qkv, size_t heads, size_t start,
                      const tn_cache *cache, size_t tokens, float *scratch, float *out,
                      int threads)
    void tn_norm_rows(const tn_ops *ops, const float *x, const float *weight, size_t n, float eps,
                      float *out, size_t tokens)
    void tn_head(const tn_ops *ops, const float *x, size_t n, const void *table, tn_dtype dtype,
                 size_t vocab, size_t tokens, float *out, int threads)
    void tn_screen_pack(const tn_ops *ops, uint8_t *tiles, size_t lines, const void *table,
                        tn_dtype dtype, size_t first, size_t rows, size_t n, const float *dither,
                        float *step, int threads)
    void tn_screen(const tn_ops *ops, const uint8_t *tiles, size_t lines, size_t vocab,
                   const int8_t *high, const int8_t *low, const float *step, float unit,
                   double offset, float *out, float *best, int threads)
    ctypedef struct tn_split:
        float unit
        double offset
        double norm
    tn_split tn_split_state(const float *x, size_t n, const float *dither, int8_t *high,
                            int8_t *low)
    void tn_head_rows(const tn_ops *ops, const float *x, size_t n, const void *table,
                      tn_dtype dtype, const int64_t *rows, size_t count, float *out, int threads)
    uint64_t tn_sweep(const tn_ops *ops, const uint64_t *data, size_t words, int threads)
