/* The screened head's integer product, over the vocabulary of tile_simd.h and
 *     v_nibbles(raw, i)    bits 4i to 4i+3 of each byte, i = 0, 1
 *
 * Partial sums are folded eight times as often as with ternary codes: a nibble is at most 15, a
 * code at most 2. */
static void screen(const uint8_t *w, size_t lines, const int8_t *high, const int8_t *low,
                   int32_t *acc_high, int32_t *acc_low)
{
    enum { STEP = 8, CHAINS = 2 }; /* two chains per sum: the latency of part_dot would bind */
    const size_t lines_per_fold = LINES_PER_FOLD / STEP;
    const int8_t *const x[2] = {high, low};
    int32_t *const acc[2] = {acc_high, acc_low};

    for (size_t fold = 0; fold < lines; fold += lines_per_fold) {
        const size_t end = lines - fold < lines_per_fold ? lines : fold + lines_per_fold;
        part partial[CHAINS * 4];

        UNROLLED for (int s = 0; s < CHAINS * 4; s++)
            partial[s] = part_zero();
        for (size_t line = fold; line < end; line += CHAINS)
            UNROLLED for (int c = 0; c < CHAINS; c++, w += LANES) {
                __builtin_prefetch(w + PREFETCH_BYTES);
                const vec raw = v_load(w);
                UNROLLED for (int i = 0; i < 2; i++) {
                    const vec nibbles = v_nibbles(raw, i);
                    UNROLLED for (int h = 0; h < 2; h++) {
                        part *const p = &partial[4 * c + 2 * i + h];
                        const size_t at = 4 * (line + (size_t)c);
                        *p = part_dot(*p, nibbles, v_broadcast4(x[h] + at));
                        part_keep(p);
                    }
                }
            }
        UNROLLED for (int i = 0; i < 2; i++)
            UNROLLED for (int h = 0; h < 2; h++) {
                int32_t *const sums = acc[h] + i * (LANES / 4);
                vec sum = fold ? v_load(sums) : v_zero();
                UNROLLED for (int c = 0; c < CHAINS; c++)
                    sum = part_fold(sum, partial[4 * c + 2 * i + h]);
                v_store(sums, sum);
            }
    }
}
