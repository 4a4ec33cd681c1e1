/* Repacks ternary weights into the tile layout of ops.h. */
#include <string.h>

#include "drivers.h"
#include "parallel.h"

/* Where a matrix's rows come from: Hugging Face's 2-bit bytes or plain int8. */
typedef struct {
    const uint8_t *bytes;
    size_t columns, block_rows;
} source_rows;

enum { EACH_CODE = 0x03030303 };

/* Four codes of one row, one in each byte. */
static inline uint32_t four_codes(const uint8_t *row, int packed, int shift)
{
    uint32_t word;
    memcpy(&word, row, 4);
    /* -1, 0, 1 -> 0, 1, 2 without a carry into the neighbour */
    return packed ? word >> shift & EACH_CODE : ((word & EACH_CODE) + 0x01010101u) & EACH_CODE;
}

/* ORs columns begin ... end of one row into its tile; returns non-zero if a code was 3. */
static uint32_t pack_row(uint8_t *tile, int lanes, size_t r, source_rows from, size_t row,
                         size_t begin, size_t end)
{
    const size_t group = (size_t)lanes / 4;
    const int packed = from.block_rows > 0;
    const uint8_t *bytes = from.bytes + (packed ? row % from.block_rows : row) * from.columns;
    const int shift = packed ? 2 * (int)(row / from.block_rows) : 0;
    const int place = 2 * (int)(r / group);
    uint8_t *out = tile + begin / 4 * (size_t)lanes + 4 * (r % group);
    uint32_t bad = 0;

    size_t k = begin;
    for (; k + 4 <= end; k += 4, out += lanes) {
        const uint32_t codes = four_codes(bytes + k, packed, shift);
        bad |= codes & codes >> 1 & 0x01010101u;
        tn_or_word(out, codes << place);
    }
    if (k < end) {
        uint8_t rest[4] = {0}; /* what stands in the padding is multiplied by zero */
        memcpy(rest, bytes + k, end - k);
        const uint32_t codes = four_codes(rest, packed, shift);
        bad |= codes & codes >> 1 & 0x01010101u;
        tn_or_word(out, codes << place);
    }
    return bad;
}

ptrdiff_t tn_pack(uint8_t *tiles, int lanes, size_t lines, size_t first, size_t rows,
                  size_t columns, const uint8_t *source, size_t block_rows, int threads)
{
    enum { COLUMNS_AT_ONCE = 256 }; /* of a tile: as much as stays in the first cache */
    const size_t l = (size_t)lanes, first_tile = first / l;
    const size_t tile_count = (first + rows + l - 1) / l - first_tile;
    const source_rows from = {source, columns, block_rows};
    ptrdiff_t bad_row = PTRDIFF_MAX;

#pragma omp parallel num_threads(threads) reduction(min : bad_row)
    {
        const tn_range mine = tn_share(tile_count);
        for (size_t t = first_tile + mine.begin; t < first_tile + mine.end; t++) {
            const size_t from_row = t * l > first ? t * l : first;
            const size_t to_row = (t + 1) * l < first + rows ? (t + 1) * l : first + rows;
            for (size_t k = 0; k < columns; k += COLUMNS_AT_ONCE) {
                const size_t end = columns - k < COLUMNS_AT_ONCE ? columns : k + COLUMNS_AT_ONCE;
                for (size_t row = from_row; row < to_row; row++) {
                    const ptrdiff_t source_row = (ptrdiff_t)(row - first);
                    if (pack_row(tiles + t * lines * l, lanes, row % l, from, row - first, k, end) &&
                        source_row < bad_row)
                        bad_row = source_row;
                }
            }
        }
    }
    return bad_row == PTRDIFF_MAX ? -1 : bad_row;
}
