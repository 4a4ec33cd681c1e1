/* The rest of a kernel set: the shared loops over the including file's vocabulary, registered. */
#include "tile_simd.h"
#include "rows_simd.h"
#include "screen_simd.h"

void TN_SET_FILL(tn_ops *ops)
{
    *ops = (tn_ops){
        .name = TN_SET_NAME, .lanes = LANES, .tokens_at_once = TOKENS, .tile = tile,
        .unpack_from = UNPACK_FROM, .unpack = unpack, .panel = panel,
        .screen = screen, TN_ROW_FUNCTIONS,
    };
}
