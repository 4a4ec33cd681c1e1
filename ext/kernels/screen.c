/* The screened head: every row scored from four bits a weight, a few rows from all their bits.
 *
 * Codes c in 0 ... 15 stand for E = step * (c - 7.5 - dither), one step per row and one dither in
 * [-1/2, 1/2) per column, so that rounding errors do not depend on the weights. They are laid out
 * like ternary codes (ops.h), two to a byte: tiles of L / 2 rows, lines of four columns,
 *
 *     address of code (row, column) = tile * lines * L + line * L + 4 * (r % G) + column % 4,
 *         tile = row / (L / 2),  r = row % (L / 2),  line = column / 4,  G = L / 4,
 *         shift = 4 * (r / G)
 */
#include <math.h>

#include "drivers.h"
#include "parallel.h"

enum { COLUMNS_AT_ONCE = 512 };

static void pack_screen_row(const tn_ops *ops, uint8_t *tile, size_t r, const char *row,
                            tn_dtype dtype, size_t n, const float *dither, float *step)
{
    const size_t lanes = (size_t)ops->lanes, group = lanes / 4, item = dtype == TN_F32 ? 4 : 2;
    const int shift = 4 * (int)(r / group);
    const float largest = ops->largest(row, dtype, n);
    const float inverse = largest > 0 ? 7.0f / largest : 0.0f;
    uint8_t codes[COLUMNS_AT_ONCE];

    for (size_t k = 0; k < n; k += COLUMNS_AT_ONCE) {
        const size_t count = n - k < COLUMNS_AT_ONCE ? n - k : (size_t)COLUMNS_AT_ONCE;
        memset(codes, 0, sizeof codes);
        ops->nibbles(row + k * item, dtype, count, dither + k, inverse, codes);
        for (size_t i = 0; i < count; i += 4) {
            uint32_t four;
            memcpy(&four, codes + i, 4);
            tn_or_word(tile + (k + i) / 4 * lanes + 4 * (r % group), four << shift);
        }
    }
    *step = largest / 7.0f;
}

void tn_screen_pack(const tn_ops *ops, uint8_t *tiles, size_t lines, const void *table, tn_dtype dtype,
                    size_t first, size_t rows, size_t n, const float *dither, float *step,
                    int threads)
{
    const size_t lanes = (size_t)ops->lanes, height = lanes / 2;
    const size_t row_bytes = n * (dtype == TN_F32 ? 4 : 2);

#pragma omp parallel num_threads(threads)
    {
        /* whole tiles each: rows of one tile share bytes */
        const tn_range mine = tn_share((rows + height - 1) / height);
        for (size_t i = mine.begin * height; i < mine.end * height && i < rows; i++) {
            const size_t row = first + i;
            pack_screen_row(ops, tiles + row / height * lines * lanes, row % height,
                            (const char *)table + row * row_bytes, dtype, n, dither, step + row);
        }
    }
}

tn_split tn_split_state(const float *x, size_t n, const float *dither, int8_t *high, int8_t *low)
{
    enum { LARGEST = 32512 }; /* the upper byte of a rounded value stays within +-127 */
    tn_split split = {0, 0, 0};
    float largest = 0;

    for (size_t i = 0; i < n; i++)
        largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    for (size_t i = 0; i < n; i++)
        split.norm += (double)x[i] * x[i];
    split.norm = sqrt(split.norm);
    if (!(largest / LARGEST > 1e-30f && split.norm < INFINITY))
        return split;
    split.unit = largest / LARGEST;
    const float inverse = LARGEST / largest;
    for (size_t i = 0; i < n; i++) {
        const float magic = 12582912.0f; /* 1.5 * 2^23: no bits are left for a fraction */
        const int whole = (int)((x[i] * inverse + magic) - magic), upper = (whole + 128) >> 8;
        high[i] = (int8_t)upper;
        low[i] = (int8_t)(whole - 256 * upper);
        split.offset += whole * (dither[i] + 7.5);
    }
    return split;
}

/* Scores of one tile's rows; the largest. */
static float score_tile(const int32_t *high, const int32_t *low, const float *step, size_t rows,
                        float unit, double offset, float *out)
{
    float best = -INFINITY;
    for (size_t r = 0; r < rows; r++) {
        out[r] = (float)(256.0 * high[r] + low[r] - offset) * (unit * step[r]);
        best = out[r] > best ? out[r] : best;
    }
    return best;
}

void tn_screen(const tn_ops *ops, const uint8_t *tiles, size_t lines, size_t vocab,
               const int8_t *high, const int8_t *low, const float *step, float unit, double offset,
               float *out, float *best, int threads)
{
    const size_t lanes = (size_t)ops->lanes, height = lanes / 2;

#pragma omp parallel num_threads(threads)
    {
        const tn_range mine = tn_share((vocab + TN_SCREEN_GROUP - 1) / TN_SCREEN_GROUP);
        int32_t acc_high[TN_MAX_LANES / 2], acc_low[TN_MAX_LANES / 2];

        for (size_t group = mine.begin; group < mine.end; group++) {
            const size_t first = group * TN_SCREEN_GROUP, end = first + TN_SCREEN_GROUP;
            best[group] = -INFINITY;
            for (size_t row = first; row < end && row < vocab; row += height) {
                const size_t rows = vocab - row < height ? vocab - row : height;
                ops->screen(tiles + row / height * lines * lanes, lines, high, low, acc_high,
                            acc_low);
                const float most = score_tile(acc_high, acc_low, step + row, rows, unit, offset,
                                              out + row);
                best[group] = most > best[group] ? most : best[group];
            }
            for (size_t row = vocab > first ? vocab : first; row < end; row++)
                out[row] = -INFINITY;
        }
    }
}

void tn_head_rows(const tn_ops *ops, const float *x, size_t n, const void *table, tn_dtype dtype,
                  const int64_t *rows, size_t count, float *out, int threads)
{
    const size_t row_bytes = n * (dtype == TN_F32 ? 4 : 2);
    const int team = tn_team_for(count * n / 4, threads); /* rows come from memory, not a stream */

#pragma omp parallel num_threads(team)
    {
        const tn_float_mode mode = tn_flush_denormals();
        const tn_range mine = tn_share(count);
        for (size_t i = mine.begin; i < mine.end; i++)
            out[i] = ops->dot(x, (const char *)table + (size_t)rows[i] * row_bytes, dtype, n);
        tn_restore(mode);
    }
}
