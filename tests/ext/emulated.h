/* AVX-VNNI and AMX in plain C, for tests on machines without them: included before a kernel file,
 * it takes the place of the compiler's intrinsics. What the processor would refuse ends the test. */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline __m256i emulated_dpbusd(__m256i sums, __m256i codes, __m256i x)
{
    int32_t sum[8];
    uint8_t c[32];
    int8_t b[32];
    memcpy(sum, &sums, sizeof sum);
    memcpy(c, &codes, sizeof c);
    memcpy(b, &x, sizeof b);
    for (int i = 0; i < 32; i++)
        sum[i / 4] += c[i] * b[i];
    memcpy(&sums, sum, sizeof sum);
    return sums;
}
#undef _mm256_dpbusd_avx_epi32
#define _mm256_dpbusd_avx_epi32 emulated_dpbusd

static struct {
    uint8_t rows;
    uint16_t row_bytes;
    uint8_t byte[16][64];
} tiles[8];

static inline void refuse_unless(int right, const char *what)
{
    if (!right) {
        printf("emulated AMX: %s\n", what);
        exit(1);
    }
}
static inline void emulated_loadconfig(const void *config)
{
    uint8_t c[64];
    memcpy(c, config, sizeof c);
    refuse_unless(c[0] == 1 && c[1] == 0, "the configuration is not of palette 1, row 0");
    for (int i = 2; i < 64; i++)
        refuse_unless(c[i] == 0 || (i >= 16 && i < 32) || (i >= 48 && i < 56), "reserved bytes");
    memset(tiles, 0, sizeof tiles);
    for (int t = 0; t < 8; t++) {
        memcpy(&tiles[t].row_bytes, c + 16 + 2 * t, 2);
        tiles[t].rows = c[48 + t];
        refuse_unless(tiles[t].rows <= 16 && tiles[t].row_bytes <= 64, "a tile too large");
        refuse_unless(!tiles[t].rows == !tiles[t].row_bytes, "a tile without rows or columns");
    }
}
static inline void emulated_release(void) { memset(tiles, 0, sizeof tiles); }
static inline void emulated_zero(int t)
{
    refuse_unless(tiles[t].rows, "an unconfigured tile is cleared");
    memset(tiles[t].byte, 0, sizeof tiles[t].byte);
}
static inline void emulated_load(int t, const void *base, size_t stride)
{
    emulated_zero(t);
    for (size_t r = 0; r < tiles[t].rows; r++)
        memcpy(tiles[t].byte[r], (const char *)base + r * stride, tiles[t].row_bytes);
}
static inline void emulated_store(int t, void *base, size_t stride)
{
    refuse_unless(tiles[t].rows, "an unconfigured tile is stored");
    for (size_t r = 0; r < tiles[t].rows; r++)
        memcpy((char *)base + r * stride, tiles[t].byte[r], tiles[t].row_bytes);
}
static inline void emulated_dpbsud(int c, int a, int b)
{
    refuse_unless(tiles[a].rows && tiles[b].rows && tiles[c].rows, "an unconfigured factor");
    refuse_unless(tiles[c].rows == tiles[a].rows && tiles[c].row_bytes == tiles[b].row_bytes &&
                      tiles[a].row_bytes == 4 * tiles[b].rows && tiles[b].row_bytes % 4 == 0,
                  "shapes that do not fit each other");
    for (int m = 0; m < tiles[c].rows; m++)
        for (int n = 0; n < tiles[c].row_bytes / 4; n++) {
            int32_t sum;
            memcpy(&sum, &tiles[c].byte[m][4 * n], 4);
            for (int k = 0; k < tiles[a].row_bytes; k++)
                sum += (int8_t)tiles[a].byte[m][k] * tiles[b].byte[k / 4][4 * n + k % 4];
            memcpy(&tiles[c].byte[m][4 * n], &sum, 4);
        }
}
#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbsud
#define _tile_loadconfig emulated_loadconfig
#define _tile_release emulated_release
#define _tile_zero emulated_zero
#define _tile_loadd emulated_load
#define _tile_stored emulated_store
#define _tile_dpbsud emulated_dpbsud
