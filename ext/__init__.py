"""Cython extensions over the C kernels; only engine/backend.py imports them."""

import os

# Between two parallel regions OpenMP's threads spin, for a millisecond and more by default. With
# fewer idle cores than threads (a browser is enough) the spinning ones keep the one they wait for
# from running, and decoding becomes several times slower (docs/performance.md): spin briefly, then
# sleep. Read by libgomp and libomp when they are loaded, which the first import of _kernels does.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("KMP_BLOCKTIME", "0")
