/* AMX: sixteen rows by sixteen tokens by sixty-four columns in one instruction, for prefill; all else
 * is AVX-512's, the unpacked codes too: sixteen of their lines for one group of rows are just what
 * the instruction takes as its second matrix, and sixteen tokens' activations are its first. */
#include <immintrin.h>
#include <string.h>

#include "ops.h"

enum { LANES = 64, HEIGHT = 16, DEPTH = 16 /* lines */, GROUPS = 4 };

/* Tile registers: sums of two halves of tokens by two groups of rows (0 to 3), each half's
 * activations (4, 5) and each group's codes (6, 7). */
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_shapes;

static void configure(size_t first, size_t second, size_t depth)
{
    tile_shapes shapes = {.palette = 1};
    const size_t rows[8] = {first, first, second, second, first, second, depth, depth};
    for (int t = 0; t < 8; t++) {
        shapes.rows[t] = (uint8_t)rows[t];
        shapes.row_bytes[t] = (uint16_t)(rows[t] == 0 ? 0 : t == 4 || t == 5 ? 4 * depth : LANES);
    }
    /* GCC 12 believes that the instruction reads eight bytes */
    __asm__ volatile("" : : "r"(&shapes) : "memory");
    _tile_loadconfig(&shapes);
}

/* Tokens first + second, at most HEIGHT each and configured, times whole blocks of `depth` lines. */
static inline void multiply(const uint8_t *codes, size_t lines, size_t depth, const int8_t *x,
                            size_t x_stride, size_t second, int accumulate, int32_t *acc)
{
    enum { SUMS = 4 * LANES /* bytes from token to token */, HALF = HEIGHT * LANES };

    for (int group = 0; group < GROUPS; group += 2, acc += 2 * HEIGHT, codes += 2 * LANES) {
        if (accumulate) {
            _tile_loadd(0, acc, SUMS);
            _tile_loadd(1, acc + HEIGHT, SUMS);
        } else {
            _tile_zero(0);
            _tile_zero(1);
        }
        if (second && accumulate) {
            _tile_loadd(2, acc + HALF, SUMS);
            _tile_loadd(3, acc + HALF + HEIGHT, SUMS);
        } else if (second) {
            _tile_zero(2);
            _tile_zero(3);
        }
        for (size_t line = 0; line < lines; line += depth) {
            const uint8_t *c = codes + line * GROUPS * LANES;
            _tile_loadd(4, x + 4 * line, x_stride);
            _tile_loadd(6, c, GROUPS * LANES);
            _tile_loadd(7, c + LANES, GROUPS * LANES);
            _tile_dpbsud(0, 4, 6);
            _tile_dpbsud(1, 4, 7);
            if (second) {
                _tile_loadd(5, x + HEIGHT * x_stride + 4 * line, x_stride);
                _tile_dpbsud(2, 5, 6);
                _tile_dpbsud(3, 5, 7);
            }
        }
        _tile_stored(0, acc, SUMS);
        _tile_stored(1, acc + HEIGHT, SUMS);
        if (second) {
            _tile_stored(2, acc + HALF, SUMS);
            _tile_stored(3, acc + HALF + HEIGHT, SUMS);
        }
    }
}

/* All tokens times whole blocks of `depth` lines. */
static void panel_of(const uint8_t *codes, size_t lines, size_t depth, const int8_t *x,
                     size_t x_stride, size_t tokens, int accumulate, int32_t *acc)
{
    size_t configured = 0;
    while (tokens > 0) {
        const size_t now = tokens < 2 * HEIGHT ? tokens : 2 * HEIGHT;
        const size_t first = now < HEIGHT ? now : HEIGHT;
        if (now != configured)
            configure(first, now - first, depth);
        configured = now;
        multiply(codes, lines, depth, x, x_stride, now - first, accumulate, acc);
        tokens -= now, x += now * x_stride, acc += now * LANES;
    }
}

static void panel(const uint8_t *codes, size_t lines, const int8_t *x, size_t x_stride,
                  size_t tokens, int accumulate, int32_t *acc)
{
    const size_t rest = lines % DEPTH, whole = lines - rest;
    if (whole)
        panel_of(codes, whole, DEPTH, x, x_stride, tokens, accumulate, acc);
    if (rest)
        panel_of(codes + whole * GROUPS * LANES, rest, rest, x + 4 * whole, x_stride, tokens,
                 accumulate || whole, acc);
    _tile_release();
}

void tn_ops_amx(tn_ops *ops)
{
    tn_ops_avx512vnni(ops);
    ops->name = "amx";
    ops->unpack_from = ops->tokens_at_once + 1;
    ops->panel = panel;
}
