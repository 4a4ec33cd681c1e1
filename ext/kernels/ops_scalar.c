/* Plain C for every machine, and the set the others are held against. */
#include <string.h>

#include "ops.h"

#define LANES 16

static void tile(const uint8_t *w, size_t lines, const int8_t *x, size_t x_stride, int tokens,
                 int32_t *acc)
{
    memset(acc, 0, sizeof *acc * (size_t)tokens * LANES);
    for (size_t line = 0; line < lines; line++, w += LANES, x += 4)
        for (int j = 0; j < tokens; j++) {
            const int8_t *four = x + (size_t)j * x_stride;
            for (int r = 0; r < LANES; r++) {
                const int shift = 2 * (r / (LANES / 4));
                const uint8_t *bytes = w + 4 * (r % (LANES / 4));
                for (int k = 0; k < 4; k++)
                    acc[j * LANES + r] += (bytes[k] >> shift & 3) * four[k];
            }
        }
}

static void screen(const uint8_t *w, size_t lines, const int8_t *high, const int8_t *low,
                   int32_t *acc_high, int32_t *acc_low)
{
    enum { ROWS = LANES / 2, GROUP = LANES / 4 };
    memset(acc_high, 0, sizeof *acc_high * ROWS);
    memset(acc_low, 0, sizeof *acc_low * ROWS);
    for (size_t line = 0; line < lines; line++, w += LANES, high += 4, low += 4)
        for (int r = 0; r < ROWS; r++)
            for (int k = 0; k < 4; k++) {
                const int code = w[4 * (r % GROUP) + k] >> 4 * (r / GROUP) & 15;
                acc_high[r] += code * high[k];
                acc_low[r] += code * low[k];
            }
}

#include "rows_simd.h"

void tn_ops_scalar(tn_ops *ops)
{
    *ops = (tn_ops){
        .name = "scalar", .lanes = LANES, .tokens_at_once = 4, .tile = tile, .screen = screen,
        TN_ROW_FUNCTIONS,
    };
}
